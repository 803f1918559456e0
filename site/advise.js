// The advisor: a profile is entered, kept in this page alone, and answered by the rules of advise-argument.js.
"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const data = JSON.parse(find("advisor-data").textContent);
  const groups = new AaGroups(data), profiles = new AaProfiles(data, groups);
  const terms = new Map(data.terms.map(([short, label, way]) => [short, { label, way }]));
  const facts = new Map(data.facts.map((fact, number) => [fact.record.fact, number]));
  const label = (term) => data.terms[term][1];
  const PARTS = ["has", "lacks", "labs", "had"];
  const WORDS = {
    has: label, lacks: label, labs: ([marker, level]) => `${label(marker)}: ${level}`,
    had: ([treatment, outcome]) => label(treatment) + (outcome === null ? ", outcome not stated" : `, outcome: ${label(outcome)}`),
  };
  const STANDINGS = { fits: "Fits", open: "Open: something is not stated", excluded: "Does not fit" };
  const FOLDED = new Set([data.section.said, data.section.others]);
  const CONDITIONS = new Set(Object.values(data.conditional));
  let entries = nothing();

  function nothing() { return { has: [], lacks: [], labs: [], had: [] }; }

  function add(part, entry) {
    const same = (one) => JSON.stringify(one) === JSON.stringify(entry);
    if (!entries[part].some(same)) entries[part].push(entry);
    changed();
  }

  function start() {
    const taken = {
      has: (term) => add("has", term), lacks: (term) => add("lacks", term),
      labs: (term) => add("labs", [term, find("level").value]),
      had: (term) => { add("had", [term, find("outcome").value === "" ? null : Number(find("outcome").value)]); find("outcome").value = ""; },
    };
    for (const part of PARTS) {
      const picks = data.pick[part].map(([term, , also]) => ({ term, label: label(term), also }));
      new AaPicker(find(part), picks, taken[part]);
    }
    find("desk").addEventListener("submit", (event) => event.preventDefault());
    for (const button of document.querySelectorAll("[data-profile]")) button.addEventListener("click", () => enter(button.dataset.profile));
    find("clear").addEventListener("click", () => { entries = nothing(); changed(); find("has").focus(); });
    find("save").addEventListener("click", save);
    find("print").addEventListener("click", () => print());
    addEventListener("hashchange", fromLink);
    const printing = matchMedia("print");
    printing.addEventListener("change", () => unfold(printing.matches));
    addEventListener("beforeprint", () => unfold(true));
    addEventListener("afterprint", () => unfold(false));
    find("notice").hidden = true;
    find("desk").hidden = false;
    if (!fromLink()) changed();
  }

  function fromLink() {
    const fragment = location.hash.slice(1);
    if (!fragment.includes("=")) return false;
    enter(fragment);
    return true;
  }

  function enter(fragment) {
    const read = profiles.fromFragment(fragment);
    entries = read.entries;
    changed(read.unknown);
  }

  // The answer to what is entered now; a link with names that are not known here is answered without them, and says so.
  function changed(unknown = []) {
    for (const part of PARTS) {
      const list = document.querySelector(`[data-part="${part}"] .chips`);
      aaChips(list, find(part), entries[part], WORDS[part], (number) => { entries[part].splice(number, 1); changed(); });
    }
    const left = unknown.length ? [notice("Left out of the link, as nothing here has this name:", unknown.join(", "))] : [];
    const empty = PARTS.every((part) => !entries[part].length);
    let profile = null, refused = null;
    try { if (!empty) profile = profiles.read(entries); } catch (error) { if (!(error instanceof AaRefusal)) throw error; refused = error; }
    for (const id of ["save", "print"]) find(id).disabled = !profile;
    for (const id of ["link", "about-link"]) find(id).hidden = empty;
    find("link").href = "#" + profiles.toFragment(entries);
    find("answer").replaceChildren(...left, ...(refused ? [notice("Not answered.", refused.what, refused.remedy)] : []), ...(profile ? answer(profile) : []));
    say(empty ? "Name a disease to begin." : refused ? `Not answered. ${refused.what} ${refused.remedy}` : `Answered below for a patient with ${inWords()}.`, refused);
  }

  // A refusal is shown where the answer would be, and told from here to those who listen.
  function say(text, unseen) {
    find("state").textContent = text;
    find("state").classList.toggle("unseen", Boolean(unseen));
  }

  // Everything that was entered, so that each change is heard.
  function inWords() {
    const lacks = entries.lacks.length ? `, without ${entries.lacks.map(label).join(", ")}` : "";
    return [entries.has.map(label).join(", ") + lacks, ...entries.labs.map(WORDS.labs), ...entries.had.map((each) => `given before: ${WORDS.had(each)}`)].join("; ");
  }

  function notice(strong, ...sentences) {
    return aaElement("div", { class: "notice" }, aaElement("p", {}, aaElement("strong", {}, strong), ` ${sentences.join(" ")}`));
  }

  function answer(profile) {
    const record = new AaPatient(data, groups, profile).advice();
    const told = record.treatments.filter((option) => !option.silent), silent = record.treatments.filter((option) => option.silent);
    return [
      entered(), ...labs(record), standing(record),
      section("Treatments", aaElement("p", {}, "By name; nothing is ranked, counted or weighed. A dashed frame is a hedge; a dashed line beside a section says that more would have to hold of the patient."), ways(told), ...told.map(treatment)),
      section("Nothing stated for this patient", aaElement("p", {}, "Silence is not a no."), aaElement("ul", { class: "plain silent" }, ...silent.map(silence))),
    ];
  }

  // On paper there is no form, so the profile stands above its answer.
  function entered() {
    const names = { has: "has", lacks: "does not have", labs: "laboratory findings", had: "given before" };
    const rows = PARTS.filter((part) => entries[part].length).map((part) => aaElement("div", {}, aaElement("dt", {}, names[part]), aaElement("dd", {}, entries[part].map(WORDS[part]).join("; "))));
    return aaElement("section", { class: "on-paper" }, aaElement("h2", {}, "The profile"), aaElement("dl", { class: "pairs" }, ...rows));
  }

  function labs(record) {
    if (!record.labs.length) return [];
    const blocks = record.labs.map(({ marker, level, facts: said }) => {
      const head = `${terms.get(marker).label}: ${level}`;
      if (!said.length) return aaElement("p", {}, `${head}. No loaded observation compares its level between people.`);
      return folded(`${head}. What is said of it`, list(said.map((fact) => aaElement("li", { class: "claim" }, shown(fact)))));
    });
    return [section("Laboratory findings", ...blocks)];
  }

  function standing(record) {
    const blocks = Object.entries(STANDINGS).map(([name, words]) => {
      const of = record.groups.filter((group) => group.standing === name).sort((one, two) => data.byLabel.indexOf(one.group) - data.byLabel.indexOf(two.group));
      if (!of.length) return null;
      const items = aaElement("ul", { class: "plain" }, ...of.map(group));
      return name === "fits" ? aaElement("div", {}, aaElement("h3", {}, words), items) : folded(words, items);
    });
    const none = record.groups.some((group) => group.standing === "fits") ? [] : [aaElement("p", {}, "The profile fits no group that is defined here.")];
    return section("The groups of patients", ...none, ...blocks.filter(Boolean));
  }

  function group({ group: short, standing: stands, why, laboratory, "dominated by": axes }) {
    const item = aaElement("li", {}, link(short), ` (${why})`);
    if (axes.length && stands === "fits") item.append(`; ${axes.map((axis) => terms.get(axis).label).join(" and ")} is taken to dominate in it, by a mark of the curator`);
    if (laboratory.length) item.append(aaElement("ul", {}, ...laboratory.map((words) => aaElement("li", {}, words))));
    return item;
  }

  function ways(told) {
    const items = told.map((option) => {
      const way = aaElement("a", { href: `#${place(option)}` }, option.label);
      way.addEventListener("click", (event) => { event.preventDefault(); find(place(option)).scrollIntoView(); find(place(option)).focus({ preventScroll: true }); });
      return aaElement("li", {}, way);
    });
    return aaElement("ul", { class: "letters", "aria-label": "Treatments that are spoken of" }, ...items);
  }

  function place(option) { return `of-${encodeURIComponent(option.treatment)}`; }

  function treatment(option) {
    const here = new Set(option.arguments.map((each) => each.section)), [FOR, AGAINST] = data.sections;
    const lines = given(option);
    if (!here.has(FOR) && !here.has(AGAINST)) {
      lines.push(here.has(data.conditional[FOR]) || here.has(data.conditional[AGAINST]) ? "Loaded outcomes or warnings speak of this patient only if more holds than is stated."
        : "No loaded outcome or warning speaks for or against it in this patient; silence is not a no.");
    }
    if (here.has(FOR) && here.has(AGAINST)) lines.push("Loaded facts point both ways; nothing here weighs them.");
    const head = aaElement("h3", { id: place(option), tabindex: "-1" }, link(option.treatment));
    const clashes = option.conflicts.map(({ conflict }) => aaElement("p", { class: "clashes" }, template(`conflict-${data.conflicts.indexOf(conflict)}`)));
    return aaElement("article", { class: "treatment", "aria-label": option.label }, head, ...lines.map((words) => aaElement("p", {}, words)),
      ...data.sections.filter((name) => here.has(name)).map((name) => argued(option, name)), ...clashes);
  }

  function given(option) {
    if (!option.given) return [];
    return [`Given before to this patient, ${option.outcome === null ? "outcome not stated" : `outcome: ${terms.get(option.outcome).label}`}.`];
  }

  function argued(option, name) {
    const items = list(option.arguments.filter((each) => each.section === name).map(argument));
    const words = name[0].toUpperCase() + name.slice(1);
    if (FOLDED.has(name)) return folded(words, items);
    const kind = CONDITIONS.has(name) ? "if" : name === data.sections[0] || name === data.sections[1] ? "yes" : "aside";
    return aaElement("div", { class: `argued ${kind}` }, aaElement("h4", {}, words), items);
  }

  // A whole fact, and behind its marks whether it speaks of this patient.
  function argument(each) {
    const whole = shown(each), below = whole.querySelector(".below");
    const scope = aaElement("p", { class: "scope" }, aaElement("b", {}, "Of whom: "), [each.words, ...each.remarks].join(" · "));
    below.after(scope);
    const assumed = aaElement("p", { class: "assumed" }, `assuming for this patient that ${each.assumes.join(", that ")}`);
    if (each.assumes.length) (whole.querySelector("p.assumed") ?? scope).after(assumed);
    const linked = data.facts[facts.get(each.fact)].linked;
    if (linked.length) whole.append(folded("Linked to it by its source", list(linked.map((number) => aaElement("li", { class: "claim" }, template(`fact-${number}`))))));
    return aaElement("li", { class: "claim" }, whole);
  }

  function shown(fact) { return template(`fact-${facts.get(fact.fact)}`); }

  function silence(option) {
    const words = given(option).join(" ");
    if (!option.arguments.length) return aaElement("li", {}, link(option.treatment), `: no loaded fact says what it does. ${words}`);
    return aaElement("li", {}, link(option.treatment), `: said of others only. ${words}`, folded(`What is said of others on ${option.label}`, list(option.arguments.map(argument))));
  }

  function template(name) { return find(name).content.cloneNode(true); }

  function link(short) {
    const { label: words, way } = terms.get(short);
    return way ? aaElement("a", { href: way }, words) : aaElement("span", {}, words);
  }

  function list(items) { return aaElement("ul", { class: "claims" }, ...items); }

  function folded(words, content) { return aaElement("details", {}, aaElement("summary", {}, words), content); }

  function section(title, ...content) { return aaElement("section", {}, aaElement("h2", {}, title), ...content); }

  // Nothing is left out on paper; what was folded before is folded again afterwards.
  function unfold(yes) {
    for (const each of find("answer").querySelectorAll("details")) {
      if (yes && !each.open) { each.open = true; each.dataset.folded = ""; }
      else if (!yes && "folded" in each.dataset) { each.open = false; delete each.dataset.folded; }
    }
  }

  function save() {
    const url = URL.createObjectURL(new Blob([profiles.toFile(profiles.read(entries))], { type: "application/json" }));
    aaElement("a", { href: url, download: "profile.json" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  start();
})();
