import { useMemo } from "react";
import { piecesOf } from "./highlight";
import "./code.css";

type Props = { text: string; isTemplate?: boolean };

/** Code that is only read, coloured as in the editor. */
export function CodeText({ text, isTemplate = false }: Props) {
  const pieces = useMemo(() => piecesOf(text, isTemplate), [text, isTemplate]);
  return pieces.map((piece) => (
    <span key={piece.at} className={piece.look}>
      {piece.text}
    </span>
  ));
}
