// Rows as a table, everything as text, never as HTML; shared by the query pages of serve and of a published folder.
export const BASE = "https://w3id.org/aa-ld/";
const MOST = 500; // rows shown at once

export function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// A table with a button for more rows; `way` gives the address of the page of one of our IRIs.
export function table(columns, found, way) {
  const made = element("table");
  const head = made.createTHead().insertRow();
  for (const name of columns) head.append(element("th", name, { scope: "col" }));
  const body = made.createTBody();
  let shown = 0;
  const more = element("button", "", { type: "button" });
  const extend = () => {
    for (const row of found.slice(shown, shown + MOST)) {
      const line = body.insertRow();
      for (const name of columns) line.insertCell().append(cell(row[name], way));
    }
    shown = Math.min(shown + MOST, found.length);
    more.textContent = `Show more (${shown.toLocaleString()} of ${found.length.toLocaleString()})`;
    more.hidden = shown === found.length;
  };
  more.addEventListener("click", extend);
  extend();
  const whole = document.createDocumentFragment();
  whole.append(made, more);
  return whole;
}

function cell(value, way) {
  if (!value) return element("span");
  if (value.type !== "uri") {
    return element("span", value.type === "bnode" ? "_:" + value.value : value.value, value["xml:lang"] ? { lang: value["xml:lang"] } : {});
  }
  const iri = value.value;
  if (iri.startsWith(BASE)) {
    const local = iri.slice(BASE.length), address = way(local);
    return address ? element("a", local || iri, { href: address, title: iri }) : element("code", local || iri, { title: iri });
  }
  return /^https?:/.test(iri) ? element("a", iri, { href: iri, rel: "noreferrer" }) : element("code", iri);
}

// IRIs of terms of ours in rows: those that are shown by their labels.
export function terms(found) {
  const iris = found.flatMap((row) => Object.values(row)).filter((value) => value.type === "uri" && value.value.startsWith(BASE)).map((value) => value.value);
  return [...new Set(iris)].slice(0, MOST);
}

// Put labels in place of short names; the IRI stays in the title of the link.
export function rename(made, labels) {
  const put = () => made.querySelectorAll("a[title]").forEach((link) => { if (labels.has(link.title)) link.textContent = labels.get(link.title); });
  put();
  new MutationObserver(put).observe(made.tBodies[0], { childList: true });
}

// Hand a text to the reader as a file.
export function hand(text, type, name) {
  const url = URL.createObjectURL(text instanceof Blob ? text : new Blob([text], { type }));
  element("a", "", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
