// The query page: runs what stands in the editor, shows rows as a table, and everything as text, never as HTML.
import { BASE, element, hand, rename, table, terms } from "./results.js";

const find = (id) => document.getElementById(id);
const ROWS = { JSON: "application/sparql-results+json", CSV: "text/csv", TSV: "text/tab-separated-values", XML: "application/sparql-results+xml" };
const TRIPLES = { Turtle: "text/turtle", "JSON-LD": "application/ld+json", "N-Triples": "application/n-triples" };
const ENDINGS = { JSON: "json", CSV: "csv", TSV: "tsv", XML: "xml", Turtle: "ttl", "JSON-LD": "jsonld", "N-Triples": "nt" };

let questions; // name to question, once they were asked for
let running; // what stops the query under way
let editor = plainEditor();

function plainEditor() {
  const area = find("text");
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  return { get text() { return area.value; }, set text(value) { area.value = value; }, focus() { area.focus(); } };
}

function send(query, accept, signal) {
  return fetch("/sparql", { method: "POST", body: query, signal, headers: { "Content-Type": "application/sparql-query", Accept: accept } });
}

function say(text) { find("state").textContent = text; }

function complain(text) {
  find("problem").textContent = text;
  find("problem").hidden = !text;
}

async function run() {
  running?.abort();
  const stopper = new AbortController();
  running = stopper;
  const query = editor.text;
  const began = performance.now();
  complain("");
  find("result").hidden = true;
  find("stop").disabled = false;
  find("link").href = "/sparql?query=" + encodeURIComponent(query);
  say("Running…");
  try {
    const answer = await send(query, `${ROWS.JSON}, ${TRIPLES.Turtle};q=0.9`, stopper.signal);
    const body = await answer.text();
    if (running !== stopper) return;
    const took = `${Math.round(performance.now() - began)} ms`;
    if (answer.ok) say(show(query, answer.headers.get("Content-Type"), body) + ` in ${took}.`);
    else { complain(body); say(`Not answered (${answer.status}).`); }
  } catch (error) {
    if (running !== stopper) return;
    if (error.name === "AbortError") say("Stopped.");
    else { complain(`The server does not answer: ${error.message}`); say(""); }
  }
  if (running === stopper) { running = undefined; find("stop").disabled = true; }
}

function show(query, kind, body) {
  const rows = kind.startsWith(ROWS.JSON) ? JSON.parse(body) : null;
  find("downloads").replaceChildren(...Object.entries(rows ? ROWS : TRIPLES).map(([name, type]) => {
    const button = element("button", name, { type: "button", title: `Save as ${name}` });
    button.addEventListener("click", () => save(query, name, type));
    return button;
  }));
  find("result").hidden = false;
  if (!rows) {
    find("table").replaceChildren(element("pre", body));
    return `${body.length.toLocaleString()} characters`;
  }
  if ("boolean" in rows) {
    find("table").replaceChildren(element("p", rows.boolean ? "Yes." : "No: it is not in the loaded sources. Silence is not a no.", { class: "verdict" }));
    return "Answered";
  }
  const found = rows.results.bindings;
  find("table").replaceChildren(table(rows.head.vars, found, (local) => "/" + encodeURI(local)));
  label(find("table").querySelector("table"), found);
  if (!found.length) find("table").append(element("p", "No rows: the loaded sources state none of this kind."));
  return `${found.length.toLocaleString()} ${found.length === 1 ? "row" : "rows"}`;
}

// Terms by their labels, asked for once the rows are there.
async function label(made, found) {
  const iris = terms(found).filter((iri) => !iri.slice(BASE.length).includes("/"));
  if (!iris.length) return;
  const values = iris.map((iri) => `<${iri}>`).join(" ");
  const answer = await send(`SELECT ?iri ?label { VALUES ?iri { ${values} } ?iri rdfs:label ?label }`, ROWS.JSON);
  if (!answer.ok) return;
  rename(made, new Map((await answer.json()).results.bindings.map((row) => [row.iri.value, row.label.value])));
}

async function save(query, name, type) {
  const answer = await send(query, type);
  if (!answer.ok) return complain(await answer.text());
  hand(await answer.blob(), type, `answer.${ENDINGS[name]}`);
}

// What a question asks and what a row of its answer is; nothing for a query of the user's own.
function tell(question) {
  find("about").replaceChildren(...(question ? [
    element("a", question.title, { href: "/question/" + question.name }), element("br"), element("span", question.row),
  ] : []));
}

async function take(name) {
  questions ??= fetch("/questions.json").then((answer) => answer.json()).then((found) => new Map(found.map((each) => [each.name, each])));
  const question = (await questions).get(name);
  if (!question) return complain(`There is no question ${name}.`);
  tell(question);
  editor.text = question.query.replace(/^(#\+.*\n)+\s*/, "");
  find("editor").scrollIntoView({ block: "nearest" });
  await run();
}

find("run").addEventListener("click", run);
find("editor").addEventListener("input", () => tell(null));
find("stop").addEventListener("click", () => running?.abort());
find("questions").addEventListener("click", (event) => {
  const name = event.target.dataset?.question;
  if (name) take(name);
});
find("filter").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const item of find("questions").children) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
});

try {
  const { makeEditor } = await import("/site/editor.js");
  const home = element("div", "", { class: "code" });
  find("editor").append(home);
  editor = makeEditor(home, editor.text, "SPARQL query; Ctrl+Enter runs it", run);
  find("text").remove();
} catch (error) {
  console.warn("The plain editor is used:", error);
}
const asked = new URLSearchParams(location.search);
if (asked.has("question")) await take(asked.get("question"));
else if (asked.has("query")) { editor.text = asked.get("query"); await run(); }
