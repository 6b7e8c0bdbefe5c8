// Runs PMD's recommended rules for Apex over a source folder: node pmd.mjs <folder>
import { relative } from 'node:path';
import { CodeAnalyzer, CodeAnalyzerConfig } from '@salesforce/code-analyzer-core';
import { PmdCpdEnginesPlugin } from '@salesforce/code-analyzer-pmd-engine';

const LEFT_OUT = new Set([
    'ApexDoc', // wants a comment on every method of a test's inner class
    'ApexUnitTestClassShouldHaveRunAs', // wants another user in tests that are about none
    'ExcessiveParameterList', // from four on; ours may have six
]);

const folder = process.argv[2];
const analyzer = new CodeAnalyzer(CodeAnalyzerConfig.withDefaults());
await analyzer.addEnginePlugin(new PmdCpdEnginesPlugin());
const workspace = await analyzer.createWorkspace([folder]);
const rules = await analyzer.selectRules(['pmd:Recommended'], { workspace });
const results = await analyzer.run(rules, { workspace });
const faults = results.getViolations().filter((each) => !LEFT_OUT.has(each.getRule().getName()));
for (const fault of faults) {
    const at = fault.getPrimaryLocation();
    const place = at.getFile() ? `${relative(folder, at.getFile())}:${at.getStartLine()}` : folder;
    console.error(`${place}: ${fault.getRule().getName()}: ${fault.getMessage()}`);
}
console.log(`PMD: ${rules.getCount()} rules, ${faults.length} faults`);
process.exitCode = faults.length || !rules.getCount() ? 1 : 0;
