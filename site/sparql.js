// The query page of a published folder: the engine runs in a worker, which is ended when its time is over.
import { BASE, element, hand, rename, table, terms } from "./results.js";

const here = (name) => new URL(name, import.meta.url);
const find = (id) => document.getElementById(id);
const ROWS = { JSON: "application/sparql-results+json", CSV: "text/csv", TSV: "text/tab-separated-values" };
const TRIPLES = { Turtle: "text/turtle", "N-Triples": "application/n-triples" };
const ENDINGS = { JSON: "json", CSV: "csv", TSV: "tsv", Turtle: "ttl", "N-Triples": "nt" };
const FOLDERS = new Set(["", "fact", "publication", "cohort", "conflict", "question", "rule", "shape", "source", "graph"]);

let worker; // the engine; none before the first run, and after one was ended
let opened; // a promise: the data are in the engine
let count = 0;
let questions;
let editor = plainEditor();
const waiting = new Map();

function plainEditor() {
  const area = find("text");
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  return { get text() { return area.value; }, set text(value) { area.value = value; } };
}

function say(text) { find("state").textContent = text; }

function complain(text) {
  find("problem").textContent = text;
  find("problem").hidden = !text;
}

function start() {
  worker = new Worker(here("./sparql-worker.js"), { type: "module" });
  opened = new Promise((done, failed) => {
    worker.onmessage = ({ data }) => {
      const asked = waiting.get(data.number);
      waiting.delete(data.number);
      if (data.kind === "open") done();
      else if (data.kind === "answer") asked?.done(data);
      else if (data.kind === "problem") (asked ? asked.failed : failed)(new Error(data.text));
    };
    worker.onerror = (event) => { event.preventDefault(); failed(new Error("The browser refuses to start the query engine here.")); end(); };
  });
  opened.catch(() => {});
  worker.postMessage({ open: String(new URL("../data/aa-ld.nq", import.meta.url)) });
}

function end(reason) {
  worker?.terminate();
  worker = undefined;
  for (const { failed } of waiting.values()) failed(new Error(reason ?? "Stopped."));
  waiting.clear();
}

function ask(query, forms) {
  return new Promise((done, failed) => {
    waiting.set(++count, { done, failed });
    worker.postMessage({ number: count, query, forms });
  });
}

async function run() {
  if (waiting.size) end();
  complain("");
  say("");
  find("result").hidden = true;
  const query = editor.text, seconds = Number(find("seconds").value);
  find("link").href = "sparql.html?query=" + encodeURIComponent(query);
  find("stop").disabled = false;
  let clock;
  try {
    if (!worker) { say("Loading the engine and the data, once …"); start(); }
    await opened;
    say("Running …");
    clock = setTimeout(() => end(`Stopped after ${seconds} seconds. Ask for less, or allow more time.`), seconds * 1000);
    const answer = await ask(query, null);
    say(`${show(query, answer)} in ${Math.round(answer.took)} ms.`);
  } catch (error) {
    complain(error.message);
    say("Not answered.");
    if (!waiting.size && !worker) opened = undefined;
  }
  clearTimeout(clock);
  find("stop").disabled = true;
}

function show(query, { found }) {
  const rows = found.rows ? JSON.parse(found.rows) : null;
  find("downloads").replaceChildren(...(rows && "boolean" in rows ? [] : Object.entries(rows ? ROWS : TRIPLES)).map(([name, type]) => {
    const button = element("button", `Save as ${name}`, { type: "button" });
    button.addEventListener("click", () => save(query, name, type));
    return button;
  }));
  find("result").hidden = false;
  if (!rows) {
    find("table").replaceChildren(element("pre", found.triples));
    return `${found.triples.length.toLocaleString()} characters`;
  }
  if ("boolean" in rows) {
    find("table").replaceChildren(element("p", rows.boolean ? "Yes." : "No: it is not in the loaded sources. Silence is not a no.", { class: "verdict" }));
    return "Answered";
  }
  const lines = rows.results.bindings;
  find("table").replaceChildren(table(rows.head.vars, lines, way));
  if (!lines.length) find("table").append(element("p", "No rows: the loaded sources state none of this kind."));
  else label(find("table").querySelector("table"), lines).catch(() => {});
  return `${lines.length.toLocaleString()} ${lines.length === 1 ? "row" : "rows"}`;
}

// The page of one of our IRIs; none for what is told on the page of something else.
function way(local) {
  const folder = local.includes("/") ? local.slice(0, local.lastIndexOf("/")) : "";
  return local && FOLDERS.has(folder) ? `${local.split("/").map((part) => encodeURIComponent(encodeURIComponent(part)).replace(/%252D/g, "-")).join("/")}.html` : null;
}

async function label(made, lines) {
  const iris = terms(lines).filter((iri) => /^(|publication|cohort|conflict)$/.test(iri.slice(BASE.length).replace(/(^|\/)[^/]*$/, "")));
  if (!iris.length) return;
  const values = iris.map((iri) => `<${iri}>`).join(" ");
  const answer = await ask(`SELECT ?iri ?label { VALUES ?iri { ${values} } ?iri <http://www.w3.org/2000/01/rdf-schema#label> ?label }`, null);
  rename(made, new Map(JSON.parse(answer.found.rows).results.bindings.map((row) => [row.iri.value, row.label.value])));
}

async function save(query, name, type) {
  try {
    if (!worker) { start(); await opened; }
    const answer = await ask(query, { saved: type });
    hand(answer.found.saved, type, `answer.${ENDINGS[name]}`);
  } catch (error) { complain(error.message); }
}

async function take(name) {
  questions ??= fetch(here("./questions.json")).then((answer) => answer.json()).then((found) => new Map(found.map((each) => [each.name, each])));
  const question = (await questions).get(name);
  if (!question) return complain(`There is no question ${name}.`);
  find("question").value = name;
  find("about").replaceChildren(element("a", question.title, { href: `question/${encodeURIComponent(name)}.html` }), " ", element("span", question.row));
  editor.text = question.query.replace(/^(#\+.*\n)+\s*/, "");
}

find("run").addEventListener("click", run);
find("stop").addEventListener("click", () => end());
find("question").addEventListener("change", (event) => event.target.value ? take(event.target.value) : find("about").replaceChildren());
find("notice").hidden = true;
find("desk").hidden = false;

try {
  const [{ makeEditor }, { words }] = await Promise.all([import("./editor.js"), fetch(here("./words.json")).then((answer) => answer.json())]);
  const home = element("div", "", { class: "code" });
  find("editor").append(home);
  editor = makeEditor(home, editor.text, "SPARQL query; Ctrl+Enter runs it", run, words);
  find("text").hidden = true;
} catch (error) {
  console.warn("The plain editor is used:", error);
}
const asked = new URLSearchParams(location.search);
if (asked.has("question")) await take(asked.get("question"));
else if (asked.has("query")) editor.text = asked.get("query");
document.documentElement.dataset.ready = "yes";
