// Who the caller is, asked by plain HTTP.
import jsforce from 'jsforce';

const { ORG_URL: instanceUrl, ORG_TOKEN: accessToken } = process.env;
const { username } = await new jsforce.Connection({ instanceUrl, accessToken, version: '68.0' }).identity();
console.log(JSON.stringify({ username }));
