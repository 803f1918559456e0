// The editor of the query page, made into one file: see docs/serve.md for the command.
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
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--select)" },
});

// Put an editor into an element. It lives in a shadow root, where its style needs no exception from the page's policy.
export function makeEditor(parent, text, label, run) {
  const root = parent.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }])),
        lineNumbers(), history(), drawSelection(), bracketMatching(), highlightActiveLine(), indentUnit.of("  "),
        StreamLanguage.define(sparql), syntaxHighlighting(colours), look,
        keymap.of([...defaultKeymap, ...historyKeymap]),
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
