import styles from "./Form.module.css";

/** A sentence of help; what stands between backticks is code. */
export function Help({ text }: { text: string | undefined }) {
  if (text === undefined || text === "") return null;
  return <p className={styles.help}>{partsOf(text).map(partOf)}</p>;
}

type Part = { at: number; text: string; isCode: boolean };

function partsOf(text: string): Part[] {
  let at = 0;
  return text.split("`").map((part, index) => {
    const place = at;
    at += part.length + 1;
    return { at: place, text: part, isCode: index % 2 === 1 };
  });
}

function partOf(part: Part) {
  return part.isCode ? <code key={part.at}>{part.text}</code> : part.text;
}
