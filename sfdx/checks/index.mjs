// The package by name: what the reference checks look things up in.

const SYSTEM = new Set(['Id', 'Name', 'OwnerId', 'Owner', 'CreatedById', 'CreatedDate', 'LastModifiedById', 'LastModifiedDate', 'SystemModstamp', 'RecordTypeId']);

/** Return a repeated or missing element as a list. */
export const list = (value) => (value === undefined || value === '' ? [] : [value].flat());

/** Say whether a name is one that a package has to bring itself. */
export const isCustom = (name) => name.endsWith('__c');

/** Index the components of a package. */
export function indexPackage(components) {
    const byType = groupBy(components, (each) => each.type);
    const all = (type) => byType.get(type) ?? [];
    const names = (type) => new Set(all(type).map((each) => each.name));
    const fields = new Map(all('CustomField').map((each) => [`${each.parent}.${each.name}`, each]));
    const objects = names('CustomObject');
    const hasObject = (name) => !isCustom(name) || objects.has(name);
    const hasField = (object, name) => (isCustom(name) ? fields.has(`${object}.${name}`) : !isCustom(object) || SYSTEM.has(name));
    return { all, names, fields, hasObject, hasField };
}

/** Follow a child relationship (`Objective_KPIs__r`) from its parent; the answer is the lookup field behind it. */
export function childLookup(index, parent, relationship) {
    const wanted = relationship.replace(/__r$/, '');
    return [...index.fields.values()].find(({ body }) => body.referenceTo === parent && body.relationshipName === wanted);
}

function groupBy(items, key) {
    const groups = new Map();
    for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
    return groups;
}
