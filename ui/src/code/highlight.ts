/** The classes that code is coloured with, in the editor and where it only stands to be read. */
import { highlightCode, tagHighlighter, tags } from "@lezer/highlight";
import { jsonata, template } from "./jsonata";

/** Names classes for tokens; `code.css` gives them their colours. */
export const highlighter = tagHighlighter([
  { tag: tags.processingInstruction, class: "tok-brace" },
  { tag: [tags.string, tags.regexp], class: "tok-string" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], class: "tok-number" },
  { tag: [tags.keyword, tags.function(tags.variableName)], class: "tok-function" },
  { tag: tags.special(tags.variableName), class: "tok-variable" },
  { tag: tags.propertyName, class: "tok-key" },
  { tag: [tags.operator, tags.bracket, tags.punctuation, tags.separator], class: "tok-operator" },
  { tag: tags.comment, class: "tok-comment" },
]);

/** A piece of code with the class that colours it. */
export type Piece = { at: number; text: string; look: string };

/** The pieces of an expression or a template, in order. */
export function piecesOf(text: string, isTemplate: boolean): Piece[] {
  const tree = (isTemplate ? template : jsonata).parser.parse(text);
  const pieces: Piece[] = [];
  let at = 0;
  const put = (part: string, look: string) => {
    pieces.push({ at, text: part, look });
    at += part.length;
  };
  highlightCode(text, tree, highlighter, put, () => put("\n", ""));
  return pieces;
}
