// Compares a parsed element with its metadata type; every difference is a fault { at, text }.

const SHOWN = 8;

/** List the faults of an element and everything in it. */
export function checkElement(value, type, at, types) {
    const found = types.resolve(type);
    if (found.kind === 'list') return [value].flat().flatMap((each) => checkElement(each, found.of, at, types));
    if (Array.isArray(value)) return [{ at, text: `stands there ${value.length} times, but only one is allowed` }];
    return CHECKS[found.kind](value, found, at, types);
}

const CHECKS = {
    any: () => [],
    text: (value, _, at) => (typeof value === 'string' ? [] : [{ at, text: 'text expected, elements found' }]),
    boolean: (value, _, at) => (['true', 'false'].includes(value) ? [] : [{ at, text: `'${value}' is neither true nor false` }]),
    number: (value, _, at) => (/^-?\d+(\.\d+)?$/.test(value) ? [] : [{ at, text: `'${value}' is not a number` }]),
    choice: (value, { values }, at) => (values.includes(value) ? [] : [{ at, text: `'${value}' is not one of ${shorten(values)}` }]),
    object: checkObject,
};

function checkObject(value, { fields }, at, types) {
    if (typeof value === 'string' && value !== '') return [{ at, text: `elements expected, text '${value}' found` }];
    const present = Object.entries(value || {}).filter(([name]) => name !== '#text');
    const missing = [...fields].filter(([name, field]) => field.required && !(name in (value || {})));
    return [
        ...('#text' in Object(value) ? [{ at, text: `stray text '${value['#text']}'` }] : []),
        ...present.flatMap(([name, inner]) => checkField(inner, fields.get(name), `${at}/${name}`, types)),
        ...missing.map(([name]) => ({ at: `${at}/${name}`, text: 'is missing' })),
    ];
}

function checkField(value, field, at, types) {
    return field ? checkElement(value, field.type, at, types) : [{ at, text: 'there is no such element here' }];
}

function shorten(values) {
    return values.slice(0, SHOWN).join(', ') + (values.length > SHOWN ? ', ...' : '');
}
