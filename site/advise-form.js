// A field that offers terms while somebody types: a combobox with a list, by mouse and by keys (ARIA Authoring Practices, combobox).
"use strict";

class AaPicker {
  // picks: [{ term, label, also }], in the order in which they are offered; `taken` is told the term that was chosen.
  constructor(field, picks, taken) {
    this.field = field;
    this.list = document.getElementById(field.getAttribute("aria-controls"));
    this.taken = taken;
    this.picks = picks.map((pick) => ({ ...pick, words: `${pick.label} | ${pick.also}`.toLowerCase() }));
    this.chosen = -1;
    field.addEventListener("input", () => this.offer());
    field.addEventListener("click", () => this.offer());
    field.addEventListener("blur", () => this.close());
    field.addEventListener("keydown", (event) => this.key(event));
  }

  // What begins with the words first, then what has them anywhere; without words, everything.
  found() {
    const asked = this.field.value.trim().toLowerCase();
    const places = this.picks.map((pick) => [pick.words.startsWith(asked) ? 0 : pick.words.includes(asked) ? 1 : -1, pick]);
    return [0, 1].flatMap((wanted) => places.filter(([place]) => place === wanted).map(([, pick]) => pick));
  }

  offer() {
    const found = this.found();
    this.chosen = -1;
    this.list.replaceChildren(...found.map((pick, number) => this.item(pick, number)));
    if (!found.length) {
      const none = aaElement("li", { role: "option", "aria-selected": "false", "aria-disabled": "true" }, "Nothing here has this name. Silence is not a no.");
      this.list.append(none);
    }
    this.open(true);
  }

  item(pick, number) {
    const item = aaElement("li", { role: "option", id: `${this.list.id}-${number}`, "aria-selected": "false" }, pick.label);
    if (pick.also) item.append(" ", aaElement("small", {}, pick.also));
    item.addEventListener("mousedown", (event) => { event.preventDefault(); this.take(pick); });
    return item;
  }

  open(yes) {
    this.list.hidden = !yes;
    this.field.setAttribute("aria-expanded", String(yes));
    this.field.removeAttribute("aria-activedescendant");
  }

  close() { this.open(false); }

  choose(number) {
    if (this.list.hidden) this.offer();
    const items = [...this.list.querySelectorAll("[id]")];
    if (!items.length) return;
    this.chosen = (number + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === this.chosen)));
    items[this.chosen].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", items[this.chosen].id);
  }

  key(event) {
    if (event.key === "ArrowDown") { event.preventDefault(); this.choose(this.list.hidden ? 0 : this.chosen + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); this.choose(this.chosen < 1 ? -1 : this.chosen - 1); }
    else if (event.key === "Escape") { if (!this.list.hidden) event.preventDefault(); this.close(); }
    else if (event.key === "Enter") {
      event.preventDefault();
      const pick = this.list.hidden ? null : this.found()[Math.max(this.chosen, 0)];
      if (pick && (this.chosen >= 0 || this.field.value.trim())) this.take(pick);
    }
  }

  take(pick) {
    this.field.value = "";
    this.close();
    this.taken(pick.term);
  }
}

// What was entered, each with a button that takes it out again; then the field has the focus.
function aaChips(list, field, entries, words, remove) {
  list.replaceChildren(...entries.map((entry, number) => {
    const name = words(entry);
    const button = aaElement("button", { type: "button", "aria-label": `Remove ${name}` }, "×");
    button.addEventListener("click", () => { remove(number); field.focus(); });
    return aaElement("li", {}, aaElement("span", {}, name), button);
  }));
}

// An element with attributes and content; text stays text.
function aaElement(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content);
  return made;
}
