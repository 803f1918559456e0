// Search on every page. The index is a script, loaded when somebody begins to type, so that it works from a folder too.
"use strict";
(() => {
  const root = document.currentScript.dataset.root;
  const field = document.getElementById("find");
  const list = document.getElementById("found");
  const MOST = 12;
  let loading, chosen = -1;

  function load() {
    loading ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = root + "assets/search-index.js";
      script.onload = () => done(window.aaIndex.map(([label, also, kind, path]) => ({ label, also, kind, path, words: `${label} | ${also}`.toLowerCase() })));
      script.onerror = failed;
      document.head.append(script);
    });
    return loading;
  }

  // The label itself first, then its beginning, then a synonym, then anywhere; of equals the shorter.
  function rank(entry, words) {
    const label = entry.label.toLowerCase(), asked = words.join(" ");
    if (!words.every((word) => entry.words.includes(word))) return -1;
    const place = label === asked || entry.also.toLowerCase().split(" | ").includes(asked) ? 0 : label.startsWith(asked) ? 1 : label.includes(asked) ? 2 : 3;
    return place * 1000 + Math.min(entry.label.length, 999);
  }

  async function look() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return show([]);
    const index = await load();
    const found = index.map((entry) => [rank(entry, words), entry]).filter(([place]) => place >= 0);
    found.sort((a, b) => a[0] - b[0]);
    show(found.slice(0, MOST).map(([, entry]) => entry), true);
  }

  function show(entries, asked = false) {
    chosen = -1;
    list.replaceChildren(...entries.map((entry, number) => {
      const item = document.createElement("li");
      item.id = `found-${number}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      const kind = document.createElement("small");
      kind.textContent = entry.kind;
      item.append(entry.label.length > 140 ? entry.label.slice(0, 139) + "…" : entry.label, " ", kind);
      item.dataset.way = root + entry.path;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); location.href = item.dataset.way; });
      return item;
    }));
    if (asked && !entries.length) {
      const item = document.createElement("li");
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.setAttribute("aria-disabled", "true");
      item.textContent = "Nothing here has this name. Silence is not a no.";
      list.append(item);
    }
    list.hidden = !list.children.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
  }

  function choose(number) {
    const items = [...list.querySelectorAll("[data-way]")];
    if (!items.length) return;
    chosen = (number + items.length) % items.length;
    items.forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
    items[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", items[chosen].id);
  }

  field.addEventListener("input", look);
  field.addEventListener("focus", () => load().catch(() => {}));
  field.addEventListener("blur", () => setTimeout(() => show([]), 150));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); choose(chosen + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); choose(chosen - 1); }
    else if (event.key === "Escape") show([]);
    else if (event.key === "Enter") {
      const item = list.querySelectorAll("[data-way]")[Math.max(chosen, 0)];
      if (item) { event.preventDefault(); location.href = item.dataset.way; }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(input|textarea|select)$/i.test(event.target.tagName) && !event.target.shadowRoot && !event.ctrlKey && !event.metaKey) { event.preventDefault(); field.focus(); }
  });

  // A link to a part that is folded opens it.
  function unfold() {
    let place = location.hash.slice(1);
    try { place = decodeURIComponent(place); } catch { /* a link that was cut off leads to no place */ }
    const target = place ? document.getElementById(place) : null;
    for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    if (target?.id === "balance-table") target.querySelector("details").open = true;
    target?.scrollIntoView();
  }
  addEventListener("hashchange", unfold);
  unfold();
})();
