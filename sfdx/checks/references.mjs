// What one component says about another: everything named must exist, and no deploy rule may be broken.
import { childLookup, isCustom, list } from './index.mjs';

const CHECKS = {
    CustomField: checkField,
    ValidationRule: checkRule,
    FieldSet: checkFieldSet,
    ListView: checkListView,
    PermissionSet: checkPermissionSet,
    NamedCredential: checkNamedCredential,
    CustomTab: checkTab,
    CustomApplication: checkApplication,
    Layout: checkLayout,
    ReportType: checkReportType,
    Report: checkReport,
};

/** List the faults of every reference in the package. */
export function checkReferences(index) {
    const components = Object.keys(CHECKS).flatMap(index.all);
    return components.flatMap((each) => {
        const faults = CHECKS[each.type](each, index).filter(Boolean);
        return faults.map(([at, text]) => ({ file: each.file, at: `${each.type}/${at}`, text }));
    });
}

const unless = (fine, at, text) => (fine ? undefined : [at, text]);

function checkField({ body, parent, name }, index) {
    const set = body.valueSet?.valueSetName;
    return [
        unless(!body.referenceTo || index.hasObject(body.referenceTo), 'referenceTo', `there is no object ${body.referenceTo}`),
        unless(!set || index.names('GlobalValueSet').has(set), 'valueSet', `there is no value set ${set}`),
        unless(body.required !== 'true' || body.deleteConstraint !== 'SetNull', 'deleteConstraint', 'a required lookup cannot be set to null'),
        unless(!body.relationshipName || onlyChild(body, index), 'relationshipName', `${body.relationshipName} is used twice on ${body.referenceTo}`),
        ...checkFormula('formula', body.formula, parent, index),
        unless(!body.formula?.includes(name), 'formula', 'refers to itself'),
    ];
}

function onlyChild({ referenceTo, relationshipName }, index) {
    const lookups = [...index.fields.values()].map(({ body }) => body).filter((body) => body.referenceTo === referenceTo);
    return lookups.filter((body) => body.relationshipName === relationshipName).length === 1;
}

function checkFormula(at, formula, object, index) {
    const paths = formula?.replace(/"[^"]*"/g, '').match(/\w+__[cr](\.\w+)*/g) ?? [];
    return paths.map((path) => unless(pathExists(path, object, index), at, `there is no field ${path} on ${object}`));
}

function pathExists(path, object, index) {
    const [first, ...rest] = path.split('.');
    if (!rest.length) return index.hasField(object, first);
    const lookup = index.fields.get(`${object}.${first.replace(/__r$/, '__c')}`);
    return Boolean(lookup?.body.referenceTo) && pathExists(rest.join('.'), lookup.body.referenceTo, index);
}

function checkRule({ body, parent }, index) {
    const field = body.errorDisplayField;
    return [
        unless(!field || index.hasField(parent, field), 'errorDisplayField', `there is no field ${field} on ${parent}`),
        ...checkFormula('errorConditionFormula', body.errorConditionFormula, parent, index),
    ];
}

function checkFields(at, object, names, index) {
    return names.map((name) => unless(index.hasField(object, name), at, `there is no field ${name} on ${object}`));
}

function checkFieldSet({ body, parent }, index) {
    return checkFields('displayedFields', parent, list(body.displayedFields).map((each) => each.field), index);
}

function checkListView({ body, parent }, index) {
    const custom = (names) => names.filter(isCustom);
    return [
        ...checkFields('columns', parent, custom(list(body.columns)), index),
        ...checkFields('filters', parent, custom(list(body.filters).map((each) => each.field)), index),
    ];
}

function checkPermissionSet({ body }, index) {
    const named = (element, type, key) => list(body[element]).map((each) =>
        unless(index.names(type).has(each[key]), element, `there is no ${type} ${each[key]}`));
    return [
        ...list(body.objectPermissions).flatMap((each) => checkRights(each, index)),
        ...list(body.fieldPermissions).map((each) => checkFieldPermission(each, index)),
        ...named('applicationVisibilities', 'CustomApplication', 'application'),
        ...named('classAccesses', 'ApexClass', 'apexClass'),
        ...named('customPermissions', 'CustomPermission', 'name'),
        ...list(body.externalCredentialPrincipalAccesses).map((each) => checkPrincipal(each, index)),
        ...named('tabSettings', 'CustomTab', 'tab'),
    ];
}

function checkPrincipal({ externalCredentialPrincipal }, index) {
    const principals = index.all('ExternalCredential').flatMap(({ name, body }) =>
        list(body.externalCredentialParameters)
            .filter((each) => each.parameterType.endsWith('Principal'))
            .map((each) => `${name}-${each.parameterGroup ?? each.parameterName}`));
    const at = 'externalCredentialPrincipalAccesses';
    return unless(principals.includes(externalCredentialPrincipal), at, `there is no principal ${externalCredentialPrincipal}`);
}

function checkNamedCredential({ body }, index) {
    const used = list(body.namedCredentialParameters).map((each) => each.externalCredential).filter(Boolean);
    const known = index.names('ExternalCredential');
    return used.map((name) => unless(known.has(name), 'namedCredentialParameters', `there is no ExternalCredential ${name}`));
}

const NEEDS = [
    ['allowCreate', ['allowRead']],
    ['allowEdit', ['allowRead']],
    ['allowDelete', ['allowRead', 'allowEdit']],
    ['viewAllRecords', ['allowRead']],
    ['modifyAllRecords', ['allowRead', 'allowEdit', 'allowDelete', 'viewAllRecords']],
];

function checkRights(rights, index) {
    const lacking = (needed) => needed.filter((each) => rights[each] !== 'true');
    const broken = NEEDS.filter(([right]) => rights[right] === 'true').flatMap(([right, needed]) =>
        lacking(needed).map((each) => ['objectPermissions', `${right} on ${rights.object} needs ${each}`]));
    return [unless(index.hasObject(rights.object), 'objectPermissions', `there is no object ${rights.object}`), ...broken];
}

function checkFieldPermission({ field, editable, readable }, index) {
    const [object, name] = field.split('.');
    const at = 'fieldPermissions';
    if (!index.hasField(object, name)) return [at, `there is no field ${field}`];
    const { required, type, formula } = index.fields.get(field)?.body ?? {};
    if (required === 'true' || type === 'MasterDetail') return [at, `${field} is required: a deploy refuses rights on it`];
    if (formula && editable === 'true') return [at, `${field} is a formula and cannot be editable`];
    return unless(editable !== 'true' || readable === 'true', at, `${field} is editable but not readable`);
}

function checkTab({ body, name }, index) {
    return [unless(body.customObject !== 'true' || index.hasObject(name), 'customObject', `there is no object ${name}`)];
}

function checkApplication({ body }, index) {
    const own = list(body.tabs).filter((tab) => !tab.startsWith('standard-'));
    return own.map((tab) => unless(index.names('CustomTab').has(tab), 'tabs', `there is no tab ${tab}`));
}

function checkLayout({ body, name }, index) {
    const object = name.split('-')[0];
    const items = list(body.layoutSections).flatMap((section) => list(section.layoutColumns)).flatMap((column) => list(column.layoutItems));
    return [
        unless(index.hasObject(object), 'file', `there is no object ${object}`),
        ...checkFields('layoutItems', object, items.map((item) => item.field).filter(Boolean), index),
        ...items.map((item) => checkBehavior(item, object, index)),
        ...list(body.relatedLists).flatMap((related) => checkRelatedList(related, object, index)),
    ];
}

function checkBehavior({ field, behavior }, object, index) {
    const { formula, required, type } = index.fields.get(`${object}.${field}`)?.body ?? {};
    if (formula) return unless(behavior === 'Readonly', 'layoutItems', `the formula ${field} must be Readonly`);
    return unless((required !== 'true' && type !== 'MasterDetail') || behavior === 'Required', 'layoutItems', `${field} must be Required`);
}

function checkRelatedList({ relatedList, fields }, object, index) {
    const lookup = index.fields.get(relatedList);
    if (lookup?.body.referenceTo !== object) return [['relatedLists', `${relatedList} does not look up ${object}`]];
    return checkFields('relatedLists', lookup.parent, list(fields).filter(isCustom), index);
}

function checkReportType({ body }, index) {
    const tables = joinedTables(body, index);
    const columns = list(body.sections).flatMap((section) => list(section.columns));
    return columns.flatMap(({ field, table }) =>
        tables.has(table) ? checkFields('sections', tables.get(table), [field], index) : [['sections', `there is no table ${table}`]]);
}

function joinedTables({ baseObject, join }, index) {
    const tables = new Map([[baseObject, baseObject]]);
    let [path, object] = [baseObject, baseObject];
    for (let step = join; step; step = step.join) {
        object = childLookup(index, object, step.relationship)?.parent;
        path = `${path}.${step.relationship}`;
        if (object) tables.set(path, object);
    }
    return tables;
}

function checkReport({ body }, index) {
    const type = index.all('ReportType').find((each) => `${each.name}__c` === body.reportType);
    if (!type) return [['reportType', `there is no report type ${body.reportType}`]];
    const offered = new Set(list(type.body.sections).flatMap((section) => list(section.columns)).map(({ table, field }) => `${table}$${field}`));
    const used = [
        ...list(body.columns).map((each) => ['columns', each.field]),
        ...list(body.groupingsDown).map((each) => ['groupingsDown', each.field]),
        ...list(body.filter?.criteriaItems).map((each) => ['filter', each.column]),
        ...list(body.timeFrameFilter?.dateColumn).map((column) => ['timeFrameFilter', column]),
    ];
    return used.map(([at, column]) => unless(offered.has(column), at, `${type.name} has no column ${column}`));
}
