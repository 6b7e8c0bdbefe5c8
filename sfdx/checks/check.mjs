// Checks a source folder against the metadata types and its own references: node check.mjs <folder>
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readComponents } from './components.mjs';
import { indexPackage } from './index.mjs';
import { checkReferences } from './references.mjs';
import { readTypes } from './types.mjs';

const folder = process.argv[2];
const { sourceApiVersion } = JSON.parse(readFileSync(join(folder, '..', 'sfdx-project.json'), 'utf8'));
const { components, faults } = readComponents(folder, readTypes(), sourceApiVersion);
faults.push(...checkReferences(indexPackage(components)));
for (const { file, at, text } of faults) console.error(`${file}: ${at}: ${text}`);
console.log(`metadata types and references: ${components.length} components, ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
