// Reads a source folder into components { type, name, parent, file, body } with the faults found on the way.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { ComponentSet } from '@salesforce/source-deploy-retrieve';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { checkElement } from './elements.mjs';

const parser = new XMLParser({ parseTagValue: false, ignoreDeclaration: true });
const UNOWNED = new Set(['__tests__', 'jsconfig.json', '.eslintrc.json']);

/** Find every component under the folder and check its file against the metadata types. */
export function readComponents(folder, types, apiVersion) {
    const found = findComponents(folder, apiVersion);
    const owned = new Set(found.flatMap(filesOf).map((file) => resolve(file)));
    const read = found.filter((each) => each.xml).map((each) => readComponent(each, folder, types));
    const faults = [
        ...listFiles(folder).filter((file) => !owned.has(resolve(file))).map((file) => fault(folder, file, 'belongs to no component')),
        ...found.filter(lacksDescription).map((each) => fault(folder, each.content, `${each.type.name} without its -meta.xml`)),
        ...read.flatMap((each) => each.faults),
    ];
    return { components: read.filter((each) => each.body), faults };
}

function findComponents(folder, apiVersion) {
    const set = ComponentSet.fromSource({ fsPaths: [folder] });
    set.apiVersion = set.sourceApiVersion = apiVersion; // else it asks the Internet for the newest
    const withChildren = (component) => [component, ...component.getChildren().flatMap(withChildren)];
    return set.getSourceComponents().toArray().flatMap(withChildren);
}

function readComponent({ xml, type, name, parent }, folder, types) {
    const file = relative(folder, xml);
    const text = readFileSync(xml, 'utf8');
    const valid = XMLValidator.validate(text);
    if (valid !== true) return { faults: [fault(folder, xml, `line ${valid.err.line}: ${valid.err.msg}`)] };
    const [root, body] = Object.entries(parser.parse(text))[0];
    const { '@_xmlns': _, ...content } = Object(body);
    if (root !== type.name) return { faults: [fault(folder, xml, `<${root}> found, <${type.name}> expected`)] };
    if (!types.has(root)) return { faults: [fault(folder, xml, `there is no metadata type ${root}`)] };
    const faults = [...checkElement(body, { kind: 'named', name: root }, root, types), ...checkName(root, body, name)];
    return { type: root, name, parent: parent?.name, file, body: content, faults: faults.map((each) => ({ file, ...each })) };
}

function checkName(root, body, name) {
    if (!body.fullName || body.fullName === name) return [];
    return [{ at: `${root}/fullName`, text: `'${body.fullName}' stands in the file of ${name}` }];
}

// A standard object's fields stand in a folder without an object file of its own.
function lacksDescription(component) {
    return !component.xml && !isDecomposed(component);
}

// The folder of an object is owned file by file: by its fields, rules and views.
function filesOf(component) {
    const content = component.content && !isDecomposed(component) ? component.walkContent() : [];
    return [component.xml, ...content].filter(Boolean);
}

function isDecomposed(component) {
    return component.type.strategies?.adapter === 'decomposed';
}

function listFiles(folder) {
    const inside = readdirSync(folder).filter((name) => !UNOWNED.has(name)).map((name) => join(folder, name));
    return inside.flatMap((path) => (statSync(path).isDirectory() ? listFiles(path) : [path]));
}

function fault(folder, path, text) {
    return { file: relative(folder, path), at: 'file', text };
}
