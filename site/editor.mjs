// The editor of the query page, made into one file: see docs/serve.md for the command.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentUnit, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--keyword)", fontWeight: "600" },
  { tag: tags.comment, color: "var(--comment)" },
  { tag: [tags.string, tags.number, tags.bool], color: "var(--literal)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--variable)" },
  { tag: [tags.atom, tags.link, tags.meta, tags.standard(tags.name)], color: "var(--iri)" },
]);

const look = EditorView.theme({
  "&": { fontSize: "0.9rem", color: "inherit", backgroundColor: "transparent", maxHeight: "24rem" },
  ".cm-content": { fontFamily: "var(--mono)", caretColor: "currentColor", minHeight: "10rem" },
  ".cm-scroller": { overflow: "auto", fontFamily: "var(--mono)" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--soft)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--line)" },
  ".cm-cursor": { borderLeftColor: "currentColor" },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--edge)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--select)", color: "var(--ink)" },
  ".cm-completionDetail": { color: "var(--soft)", fontStyle: "normal" },
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--select)" },
});

// What may be written before the cursor: short names by their own letters and by their labels, and the variables of the query.
function offered(words) {
  const options = words.map(([name, label, kind, used]) => ({ label: name, detail: label === name ? kind : `${label} (${kind})`, boost: Math.min(99, Math.log2(used + 1) * 6) }));
  const found = new Map(words.map(([name, label], place) => [options[place], `${name} ${label}`.toLowerCase()]));
  return (context) => {
    const variable = context.matchBefore(/[?$]\w*/);
    if (variable) {
      const names = new Set(context.state.doc.toString().match(/[?$]\w+/g));
      names.delete(variable.text);
      return { from: variable.from, options: [...names].map((label) => ({ label })) };
    }
    const word = context.matchBefore(/[\w:-]+/);
    if (!word || (word.text.length < 2 && !context.explicit)) return null;
    const asked = word.text.toLowerCase();
    const fit = options.filter((option) => found.get(option).includes(asked.replace(/^aa:/, "")) || found.get(option).includes(asked));
    return { from: word.from, options: fit.slice(0, 100), filter: false };
  };
}

// What is typed over a selection is put in by us: browsers would keep the colours of what was there by styles in tags, which the policy forbids.
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== "insertText" || event.isComposing || !event.data || view.state.selection.main.empty) return false;
    view.dispatch(view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true }));
    event.preventDefault();
    return true;
  },
});

// Put an editor into an element. It lives in a shadow root, where its style needs no exception from the page's policy.
export function makeEditor(parent, text, label, run, words = []) {
  const root = parent.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }])),
        lineNumbers(), history(), drawSelection(), bracketMatching(), highlightActiveLine(), indentUnit.of("  "),
        typedOver, StreamLanguage.define(sparql), syntaxHighlighting(colours), look,
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        words.length ? autocompletion({ override: [offered(words)], icons: false, activateOnTyping: true }) : [],
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.lineWrapping,
      ],
    }),
  });
  return {
    get text() { return view.state.doc.toString(); },
    set text(value) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } }); },
    focus() { view.focus(); },
  };
}
