/**
 * JSON as lines that can be folded: what the virtual JSON view draws. Only the lines in view are
 * drawn, but all of them are counted, so folding is the one state. Pure.
 */
import { isRecord, join } from "../form/pointer";

export type Line = {
  /** The value's place, as a JSON pointer from the root. */
  path: string;
  depth: number;
  /** The key before the value; none for list elements and closing brackets. */
  key?: string;
  /** What is shown: a plain value, an opening or a closing bracket, or a folded value. */
  part:
    | { type: "plain"; value: unknown }
    | { type: "open"; bracket: "{" | "[" }
    | { type: "close"; bracket: "}" | "]" }
    | { type: "folded"; bracket: "{" | "["; count: number };
  /** Whether a comma follows. */
  comma: boolean;
};

/** The lines of some roots; each root's path begins with its index. */
export function linesOf(roots: readonly unknown[], folded: ReadonlySet<string>): Line[] {
  const lines: Line[] = [];
  roots.forEach((root, index) => {
    append(lines, root, join("", index), 0, undefined, false, folded);
  });
  return lines;
}

/** Every path that can be folded, from `depth` on; what "fold all" folds. */
export function foldable(roots: readonly unknown[], depth: number): string[] {
  const paths: string[] = [];
  const visit = (value: unknown, path: string, at: number): void => {
    const children = childrenOf(value);
    if (children.length === 0) return;
    if (at >= depth) paths.push(path);
    for (const [token, child] of children) visit(child, join(path, token), at + 1);
  };
  roots.forEach((root, index) => {
    visit(root, join("", index), 0);
  });
  return paths;
}

function append(
  lines: Line[],
  value: unknown,
  path: string,
  depth: number,
  key: string | undefined,
  comma: boolean,
  folded: ReadonlySet<string>,
): void {
  const head = key === undefined ? { path, depth } : { path, depth, key };
  const children = childrenOf(value);
  if (children.length === 0) {
    lines.push({ ...head, part: { type: "plain", value }, comma });
    return;
  }
  const isList = Array.isArray(value);
  if (folded.has(path)) {
    lines.push({
      ...head,
      part: { type: "folded", bracket: isList ? "[" : "{", count: children.length },
      comma,
    });
    return;
  }
  lines.push({ ...head, part: { type: "open", bracket: isList ? "[" : "{" }, comma: false });
  children.forEach(([token, child], index) => {
    const name = typeof token === "string" ? token : undefined;
    append(lines, child, join(path, token), depth + 1, name, index < children.length - 1, folded);
  });
  lines.push({ path, depth, part: { type: "close", bracket: isList ? "]" : "}" }, comma });
}

function childrenOf(value: unknown): [string | number, unknown][] {
  if (Array.isArray(value)) return value.map((child, index) => [index, child]);
  return isRecord(value) ? Object.entries(value) : [];
}
