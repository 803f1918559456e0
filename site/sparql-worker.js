// The engine: Oxigraph in a worker, so that a query can be ended by ending the worker.
import init, { Store } from "./oxigraph.js";

let store;

async function open(data) {
  const [answer] = await Promise.all([fetch(data), init({ module_or_path: new URL("./oxigraph.wasm", import.meta.url) })]);
  if (!answer.ok) throw new Error(`The data do not load: ${answer.status} ${answer.statusText}.`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  postMessage({ kind: "fetched", bytes: bytes.length });
  store = new Store();
  store.load(bytes, { format: "application/n-quads", lenient: true, no_transaction: true });
  store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"); // one graph of all: a triple of two layers counts once
  postMessage({ kind: "open", quads: store.size });
}

// Rows as JSON, else triples as Turtle; or the one form that is asked for.
function found(query, forms) {
  if (forms) return Object.fromEntries(Object.entries(forms).map(([name, format]) => [name, store.query(query, { results_format: format })]));
  try {
    return { rows: store.query(query, { results_format: "application/sparql-results+json" }) };
  } catch (error) {
    if (!String(error?.message ?? error).startsWith("Not supported RDF format")) throw error;
    return { triples: store.query(query, { results_format: "text/turtle" }) };
  }
}

function answer({ number, query, forms }) {
  const began = performance.now();
  postMessage({ kind: "answer", number, found: found(query, forms), took: performance.now() - began });
}

onmessage = async ({ data }) => {
  try {
    if (data.open) await open(data.open);
    else answer(data);
  } catch (error) {
    postMessage({ kind: "problem", number: data.number, text: String(error?.message ?? error).split("\n")[0].slice(0, 300) });
  }
};
