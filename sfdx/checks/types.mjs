// The metadata types of Salesforce, as @salesforce/types declares them (generated from the Metadata WSDL, enumerations included).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';

const SIMPLE = new Map([
    [ts.SyntaxKind.StringKeyword, 'text'],
    [ts.SyntaxKind.BooleanKeyword, 'boolean'],
    [ts.SyntaxKind.NumberKeyword, 'number'],
]);

/** Read the declarations; the result looks a type up by name and follows aliases to what can be checked. */
export function readTypes() {
    const declared = readDeclarations();
    const known = new Map();
    const lookUp = (name) => {
        if (!known.has(name)) known.set(name, resolve(describe(declared.get(name))));
        return known.get(name);
    };
    const resolve = (type) => (type.kind === 'named' ? lookUp(type.name) : type);
    const describe = (node) => (node && isObject(node) ? { kind: 'object', fields: fieldsOf(node) } : describeNode(node));
    const fieldsOf = (node) => {
        if (ts.isParenthesizedTypeNode(node)) return fieldsOf(node.type);
        if (ts.isIntersectionTypeNode(node)) return new Map(node.types.flatMap((part) => [...fieldsOf(part)]));
        if (ts.isTypeReferenceNode(node)) return lookUp(node.typeName.text).fields ?? new Map();
        return new Map(node.members.map((member) => [member.name.text, describeMember(member)]));
    };
    return { has: (name) => declared.has(name), lookUp, resolve };
}

function readDeclarations() {
    const file = createRequire(import.meta.url).resolve('@salesforce/types/metadata').replace(/\.js$/, '.d.ts');
    const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
    const aliases = source.statements.filter(ts.isTypeAliasDeclaration);
    return new Map(aliases.map((alias) => [alias.name.text, alias.type]));
}

function isObject(node) {
    return ts.isTypeLiteralNode(node) || ts.isIntersectionTypeNode(node) || (ts.isParenthesizedTypeNode(node) && isObject(node.type));
}

function describeMember(member) {
    const type = describeNode(member.type);
    return { type, required: !member.questionToken && type.kind !== 'list' };
}

function describeNode(node) {
    if (!node) return { kind: 'any' };
    if (ts.isArrayTypeNode(node)) return { kind: 'list', of: describeNode(node.elementType) };
    if (ts.isTypeReferenceNode(node)) return { kind: 'named', name: node.typeName.text };
    const literals = (ts.isUnionTypeNode(node) ? [...node.types] : [node]).filter(ts.isLiteralTypeNode);
    if (literals.length) return { kind: 'choice', values: literals.map((each) => each.literal.text) };
    return { kind: SIMPLE.get(node.kind) ?? 'any' };
}
