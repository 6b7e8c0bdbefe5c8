// What an integration does with jsforce, against the org at ORG_URL; prints what came of it as JSON.
import jsforce from 'jsforce';

const connection = new jsforce.Connection({
    instanceUrl: process.env.ORG_URL,
    accessToken: process.env.ORG_TOKEN,
    version: '64.0',
});

const refusal = (promise) => promise.then(() => null, ({ errorCode, message }) => ({ errorCode, message }));

async function queries() {
    const page = await connection.query('SELECT Id, Name FROM Boat__c ORDER BY Name');
    const next = await connection.queryMore(page.nextRecordsUrl);
    const all = await connection.query('SELECT Id FROM Boat__c').execute({ autoFetch: true, maxFetch: 5000 });
    const found = await connection.sobject('Boat__c').find({ Length__c: { $lt: 0.03 } }, ['Name']).sort('Name');
    return {
        total: page.totalSize,
        pages: [page.records.length, next.records.length],
        all: all.records.length,
        found: found.map(({ Name }) => Name),
    };
}

async function rows() {
    const boats = connection.sobject('Boat__c');
    const made = await boats.create({ Name: 'Ariel', Serial__c: 'A-1', Length__c: 9.5 });
    await boats.update({ Id: made.id, Kind__c: 'Sail' });
    const upserted = await boats.upsert({ Serial__c: 'A-1', Notes__c: 'twice' }, 'Serial__c');
    const inserted = await boats.upsert({ Serial__c: 'A-2', Name: 'Puck', Length__c: 7 }, 'Serial__c');
    const read = await boats.retrieve(made.id);
    const removed = await boats.destroy(made.id);
    return {
        made: made.success,
        read: [read.Name, read.Kind__c, read.Notes__c, read.Length__c],
        upserted: upserted.success,
        inserted: inserted.created,
        removed: removed.success,
        gone: await refusal(boats.retrieve(made.id)),
    };
}

async function collections() {
    const harbours = connection.sobject('Harbour__c');
    const made = await harbours.create([{ Name: 'Kiel' }, { Name: 'x'.repeat(81) }, { Name: 'Ystad' }]);
    const kept = made.filter(({ success }) => success).map(({ id }) => id);
    const none = await harbours.create([{ Name: 'Turku' }, { Name: 'x'.repeat(81) }], { allOrNone: true });
    const changed = await harbours.update(kept.map((Id) => ({ Id, Region__c: 'North' })));
    const read = await harbours.retrieve(kept);
    const removed = await harbours.destroy(kept);
    return {
        made: made.map(({ success, errors }) => (success ? 'made' : errors[0].statusCode)),
        none: none.map(({ errors }) => errors[0].statusCode),
        changed: changed.every(({ success }) => success),
        regions: read.map(({ Region__c }) => Region__c),
        removed: removed.every(({ success }) => success),
    };
}

async function composite() {
    const answer = await connection.requestPost('/composite', {
        compositeRequest: [
            { method: 'POST', url: '/services/data/v64.0/sobjects/Harbour__c', referenceId: 'harbour', body: { Name: 'Visby' } },
            { method: 'GET', url: '/services/data/v64.0/sobjects/Harbour__c/@{harbour.id}?fields=Name', referenceId: 'read' },
        ],
    });
    return answer.compositeResponse.map(({ httpStatusCode, body }) => [httpStatusCode, body.Name ?? null]);
}

async function describes() {
    const boat = await connection.sobject('Boat__c').describe();
    const { sobjects } = await connection.describeGlobal();
    return {
        types: Object.fromEntries(boat.fields.map(({ name, type }) => [name, type])),
        listed: sobjects.some(({ name }) => name === 'Boat__c'),
        user: (await connection.identity()).username,
    };
}

async function bulk() {
    const found = await connection.bulk2.query('SELECT Name FROM Boat__c WHERE Length__c < 0.04 ORDER BY Name').then((stream) => stream.toArray());
    const input = [{ Name: 'Bulk 1', Code__c: 'B1' }, { Name: 'Bulk 2', Code__c: 'x'.repeat(99) }];
    const loaded = await connection.bulk2.loadAndWaitForResults({ object: 'Harbour__c', operation: 'insert', input, pollTimeout: 10000, pollInterval: 50 });
    return {
        found: found.map(({ Name }) => Name),
        loaded: loaded.successfulResults.map(({ Name, sf__Created }) => [Name, sf__Created]),
        failed: loaded.failedResults.map(({ Name, sf__Error }) => [Name, sf__Error.split(':')[0]]),
        unprocessed: loaded.unprocessedRecords.length,
    };
}

async function signIn() {
    const other = new jsforce.Connection({ loginUrl: process.env.ORG_URL, version: '64.0' });
    const user = await other.login(process.env.ORG_USERNAME, process.env.ORG_PASSWORD);
    return { user: user.id, rows: (await other.query('SELECT Id FROM Boat__c LIMIT 1')).totalSize };
}

async function refusals() {
    const stranger = new jsforce.Connection({ instanceUrl: process.env.ORG_URL, accessToken: '00D!none', version: '64.0' });
    return {
        field: await refusal(connection.query('SELECT Nope__c FROM Boat__c')),
        syntax: await refusal(connection.query('SELEKT Id FROM Boat__c')),
        required: await refusal(connection.sobject('Trip__c').create({})),
        session: await refusal(stranger.query('SELECT Id FROM Boat__c')),
    };
}

const chapters = { queries, rows, collections, composite, describes, bulk, signIn, refusals };
const results = {};
for (const [name, chapter] of Object.entries(chapters)) results[name] = await chapter();
console.log(JSON.stringify(results));
