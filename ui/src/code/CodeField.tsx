import { setDiagnostics } from "@codemirror/lint";
import { Annotation, Compartment, EditorState } from "@codemirror/state";
import { EditorView, placeholder as placeholderOf } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { cx } from "../kit/cx";
import styles from "./CodeField.module.css";
import type { Names } from "./completion";
import { baseExtensions, type Fault, type Language, marksOf } from "./extensions";

type Props = {
  /** What it is, read out by screen readers. */
  label: string;
  value: string;
  language: Language;
  multiline?: boolean;
  placeholder?: string;
  faults?: readonly Fault[];
  names?: Names | undefined;
  readOnly?: boolean;
  autoFocus?: boolean;
  /** Without its own frame, as in a cell of a table. */
  bare?: boolean;
  onChange?: (value: string) => void;
  onBlur?: () => void;
  onFocus?: () => void;
};

/** Marks changes that came from outside, so that they are not told back. */
const fromOutside = Annotation.define<boolean>();

/** A field for code: one line or several, coloured, with completion and marks at mistakes. */
export function CodeField(props: Props) {
  const {
    label,
    value,
    language,
    multiline = false,
    placeholder = "",
    faults,
    readOnly = false,
  } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  latest.current = props;

  // The editor is made once per language; everything that changes goes in by the effects below.
  useEffect(() => {
    if (box.current === null) return;
    const editor = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          baseExtensions(language, multiline, () => latest.current.names),
          varying.of([]),
          EditorView.updateListener.of((update) => {
            if (
              update.docChanged &&
              !update.transactions.some((each) => each.annotation(fromOutside))
            ) {
              latest.current.onChange?.(update.state.doc.toString());
            }
            if (update.focusChanged) {
              if (update.view.hasFocus) latest.current.onFocus?.();
              else latest.current.onBlur?.();
            }
          }),
        ],
      }),
    });
    view.current = editor;
    if (latest.current.autoFocus) {
      editor.focus();
      editor.dispatch({ selection: { anchor: 0, head: editor.state.doc.length } });
    }
    return () => {
      view.current = undefined;
      editor.destroy();
    };
  }, [language, multiline]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new editor needs them too
  useEffect(() => {
    view.current?.dispatch({
      effects: varying.reconfigure([
        placeholderOf(placeholder),
        EditorView.editable.of(!readOnly),
        EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
      ]),
    });
  }, [label, placeholder, readOnly, language, multiline]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || editor.state.doc.toString() === value) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: value },
      annotations: fromOutside.of(true),
    });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined || faults === undefined) return;
    editor.dispatch(setDiagnostics(editor.state, marksOf(faults, editor.state.doc.length)));
  }, [faults]);

  const isWrong = faults?.some((fault) => fault.severity === "error");
  return (
    <div
      ref={box}
      className={cx(
        styles.field,
        multiline && styles.multiline,
        props.bare && styles.bare,
        isWrong && styles.wrong,
      )}
      data-readonly={readOnly || undefined}
    />
  );
}

const varying = new Compartment();
