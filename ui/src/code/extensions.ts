/** What a code field is made of: language, completion, brackets, marks and keys. No React. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, insertTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, foldKeymap } from "@codemirror/language";
import type { Diagnostic as Mark } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { insideBraces, type Names, type Offer, offersAt } from "./completion";
import { jsonata, template } from "./jsonata";
import { theme } from "./theme";

export type Language = "jsonata" | "template" | "json" | "text";

/** A mistake at a place in the text; without a span it is the whole text's. */
export type Fault = {
  message: string;
  severity: "error" | "warning" | "info";
  span: [number, number] | undefined;
};

/** The extensions that do not change while a field is on the screen. */
export function baseExtensions(
  language: Language,
  multiline: boolean,
  names: () => Names | undefined,
): Extension {
  return [
    theme,
    history(),
    bracketMatching(),
    closeBrackets(),
    languageOf(language),
    completionOf(language, names),
    multiline ? [EditorView.lineWrapping, language === "json" ? foldGutter() : []] : oneLine,
    keymap.of([
      ...(multiline ? [{ key: "Tab", run: insertTabUnlessEmpty }] : []),
      ...closeBracketsKeymap,
      ...completionKeymap,
      // Leaves the field, so that the next Esc closes what is around it.
      { key: "Escape", run: blur },
      ...foldKeymap,
      ...historyKeymap,
      ...defaultKeymap.filter((binding) => !TAKEN_BY_THE_APP.has(binding.key ?? "")),
    ]),
  ];
}

/** Faults as CodeMirror's marks, kept inside the text. */
export function marksOf(faults: readonly Fault[], length: number): Mark[] {
  // An empty text has nothing to stand under: the field's frame and the sentence below tell it.
  if (length === 0) return [];
  return faults.map((fault) => {
    const from = Math.min(fault.span?.[0] ?? 0, length);
    const to = Math.min(Math.max(fault.span?.[1] ?? length, from), length);
    // A fault at the very end has no character to stand under: the one before it is marked.
    return {
      from: from === to ? Math.max(0, from - 1) : from,
      to,
      severity: fault.severity,
      message: fault.message,
    };
  });
}

const TAKEN_BY_THE_APP = new Set(["Mod-Enter", "Escape"]);

// New lines pasted into a one-line field become spaces.
const oneLine: Extension = [
  EditorState.transactionFilter.of((transaction) => {
    if (!transaction.docChanged || transaction.newDoc.lines === 1) return transaction;
    const text = transaction.newDoc.toString().replace(/\s*\n\s*/g, " ");
    return {
      changes: { from: 0, to: transaction.startState.doc.length, insert: text },
      selection: { anchor: Math.min(transaction.newSelection.main.head, text.length) },
    };
  }),
  keymap.of([{ key: "Enter", run: (view) => !isCompleting(view) && blur(view) }]),
  EditorView.theme({
    ".cm-scroller": { overflow: "hidden" },
    ".cm-content": { minHeight: "26px" },
  }),
];

function isCompleting(view: EditorView): boolean {
  return view.dom.querySelector(".cm-tooltip-autocomplete") !== null;
}

function blur(view: EditorView): boolean {
  view.contentDOM.blur();
  return true;
}

// Tab must be able to leave the field: it only indents where there is something to indent.
function insertTabUnlessEmpty(view: EditorView): boolean {
  return view.state.selection.main.empty ? false : insertTab(view);
}

function languageOf(language: Language): Extension {
  switch (language) {
    case "jsonata":
      return jsonata;
    case "template":
      return template;
    case "json":
      return json();
    case "text":
      return [];
    default:
      return unreachable(language);
  }
}

function unreachable(language: never): never {
  throw new Error(`unknown language ${String(language)}`);
}

function completionOf(language: Language, names: () => Names | undefined): Extension {
  if (language === "text") return [];
  return autocompletion({
    activateOnTyping: true,
    icons: false,
    override: [(context) => completionsAt(context, language, names())],
  });
}

function completionsAt(
  context: CompletionContext,
  language: Language,
  names: Names | undefined,
): CompletionResult | null {
  if (names === undefined) return null;
  const text = context.state.doc.toString();
  const range =
    language === "jsonata" ? { from: 0, to: text.length } : insideBraces(text, context.pos);
  if (range === undefined) return null;
  const offers = offersAt(text.slice(range.from, range.to), context.pos - range.from, names);
  if (offers === undefined) return null;
  const from = offers.from + range.from;
  const before = text[from - 1] ?? "";
  // Typing a space should not open the list; typing a name, `.`, `$` or Ctrl+Space should.
  if (from === context.pos && before !== "." && before !== '"' && !context.explicit) return null;
  return {
    from,
    options: offers.options.map(completionOfOffer),
    validFor: /^[`$]?[\p{L}\p{N}_]*$/u,
  };
}

function completionOfOffer(offer: Offer): Completion {
  const boost = offer.kind === "key" ? 2 : offer.kind === "function" ? 0 : 1;
  return {
    label: offer.label,
    apply: offer.insert,
    detail: offer.detail,
    type: offer.kind,
    boost,
    ...(offer.info === "" ? {} : { info: offer.info }),
  };
}
