// The page to try the API from: one form per operation of the OpenAPI document, made of elements and never of markup.

const METHODS = ["get", "post", "put", "patch", "delete"];
const KEPT = ["ETag", "Location", "Retry-After", "X-Request-Id"];

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function resolve(spec, node) {
  if (!node?.$ref) return node;
  return node.$ref.slice(2).split("/").reduce((found, part) => found[part], spec);
}

function kind(schema) {
  return [schema.type, schema.format].flat().filter(Boolean).join(" ");
}

function example(spec, node) {
  const schema = resolve(spec, node) ?? {};
  const wanted = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name));
  return Object.fromEntries(wanted.map(([name, inner]) => [name, resolve(spec, inner).type === "array" ? [] : {}]));
}

function field(spec, node) {
  const parameter = resolve(spec, node);
  const schema = resolve(spec, parameter.schema) ?? {};
  const input = element("input", { name: parameter.name, required: Boolean(parameter.required) });
  input.dataset.in = parameter.in;
  if (parameter.name === "Idempotency-Key") input.value = crypto.randomUUID();
  const told = [kind(schema), parameter.description, (schema.enum ?? []).join(", ")].filter(Boolean).join(" · ");
  return element("label", {}, `${parameter.name}${parameter.required ? " *" : ""} `, element("small", {}, told), input);
}

function bodyField(spec, operation) {
  const content = resolve(spec, operation.requestBody)?.content["application/json"];
  if (!content) return [];
  const schema = resolve(spec, content.schema);
  const known = Object.entries(schema.properties ?? {}).map(([name, inner]) => `${name}: ${kind(resolve(spec, inner))}`);
  const text = JSON.stringify(example(spec, content.schema), null, 2);
  return [
    element("details", {}, element("summary", {}, "What may be sent"), element("pre", {}, known.join("\n"))),
    element("label", {}, "Body", element("textarea", { name: "body", rows: 8, value: text })),
  ];
}

function request(form, method, path) {
  const url = new URL(`.${path}`, new URL("./", location.href));
  const headers = { Authorization: `Bearer ${document.getElementById("token").value.trim()}` };
  for (const input of form.querySelectorAll("input[data-in]")) {
    if (input.dataset.in === "path") url.pathname = url.pathname.replace(encodeURI(`{${input.name}}`), encodeURIComponent(input.value));
    else if (input.value && input.dataset.in === "query") url.searchParams.set(input.name, input.value);
    else if (input.value) headers[input.name] = input.value;
  }
  const body = form.elements.body?.value;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return fetch(url, { method: method.toUpperCase(), headers, body });
}

async function send(event, method, path, shown) {
  event.preventDefault();
  shown.hidden = false;
  shown.textContent = "…";
  try {
    const answer = await request(event.target, method, path);
    const headers = KEPT.filter((name) => answer.headers.has(name)).map((name) => `${name}: ${answer.headers.get(name)}`);
    const text = await answer.text();
    const body = answer.headers.get("Content-Type")?.includes("json") ? JSON.stringify(JSON.parse(text), null, 2) : text;
    shown.textContent = [`${answer.status} ${answer.statusText}`, ...headers, "", body].join("\n");
  } catch (error) {
    shown.textContent = `No answer: ${error.message}`;
  }
}

function operationOf(spec, path, method) {
  const operation = spec.paths[path][method];
  const shown = element("pre", { hidden: true, tabIndex: 0 });
  const parameters = [...(spec.paths[path].parameters ?? []), ...(operation.parameters ?? [])];
  const form = element("form", {}, ...parameters.map((node) => field(spec, node)), ...bodyField(spec, operation));
  form.append(element("button", {}, "Send"));
  form.addEventListener("submit", (event) => send(event, method, path, shown));
  const title = element("summary", {}, element("b", {}, method.toUpperCase()), element("code", {}, path), ` ${operation.summary ?? ""}`);
  return element("details", {}, title, form, shown);
}

function show(spec) {
  const main = document.getElementById("operations");
  main.replaceChildren();
  for (const tag of spec.tags) {
    const section = element("section", {}, element("h2", {}, tag.name), element("p", {}, tag.description ?? ""));
    for (const [path, known] of Object.entries(spec.paths)) {
      const methods = METHODS.filter((method) => known[method]?.tags?.includes(tag.name));
      section.append(...methods.map((method) => operationOf(spec, path, method)));
    }
    main.append(section);
  }
}

function find(text) {
  for (const section of document.querySelectorAll("section")) {
    const found = [...section.querySelectorAll(":scope > details")].filter((one) => {
      one.hidden = !one.querySelector("summary").textContent.toLowerCase().includes(text);
      return !one.hidden;
    });
    section.hidden = found.length === 0;
  }
}

document.getElementById("find").addEventListener("input", (event) => find(event.target.value.toLowerCase()));
fetch("openapi.json").then((answer) => answer.json()).then(show);
