/**
 * Paths of source fields, and what they are called inside a for-each: there the list's element is
 * the item, and the whole item is `$item`. Pure.
 */
import { type FieldPath, fieldAt, type MapField, ruleOf } from "./fields";

/** The keys of a path, without backticks; `$node("id")` is one key. */
export function keysOf(path: string): string[] {
  const keys = path.match(/\$node\("[^"]*"\)|`[^`]*`|[^.`]+/g) ?? [];
  return keys.map((key) => key.replaceAll("`", ""));
}

/** A key as it stands in a path. */
export function writeKey(key: string): string {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(key) ? key : `\`${key}\``;
}

/** A path one key longer. */
export function join(path: string, key: string): string {
  return path === "" ? writeKey(key) : `${path}.${writeKey(key)}`;
}

/** The last key of a path, as a name for what it leads to. */
export function nameOf(path: string): string {
  return keysOf(path).at(-1) ?? path;
}

/** Whether a path begins at something else than the item: another node, a variable. */
export function isForeign(path: string): boolean {
  return path.startsWith("$") && !/^\$item\b/.test(path) && path !== "$";
}

/**
 * The source paths of the lists that a field stands in, outermost first; undefined where one of
 * them is not a plain field, so that what is inside cannot be named from outside.
 */
export function listsAround(
  fields: readonly MapField[],
  path: FieldPath,
): readonly string[] | undefined {
  const lists: string[] = [];
  for (let length = 1; length < path.length; length += 1) {
    const each = fieldAt(fields, path.slice(0, length));
    const rule = each && ruleOf(each);
    if (rule?.kind !== "path") return undefined;
    const source = absolute(rule.path, lists);
    if (source === undefined) return undefined;
    lists.push(source);
  }
  return lists;
}

/** The source path that a path inside for-eaches means; undefined where the lists are not known. */
export function absolute(path: string, lists: readonly string[] | undefined): string | undefined {
  if (path === "$item") return "$";
  if (path.startsWith("$item.")) return path.slice("$item.".length);
  if (isForeign(path)) return path;
  if (lists === undefined) return undefined;
  const list = lists.at(-1);
  if (list === undefined) return path;
  return path === "$" ? list : `${list}.${path}`;
}

/** What a source path is called inside for-eaches: `lines.sku` in the lines is `sku`. */
export function relative(source: string, lists: readonly string[]): string {
  const list = lists.at(-1);
  if (list === undefined || isForeign(source)) return source;
  if (source === list) return "$";
  if (source.startsWith(`${list}.`)) return source.slice(list.length + 1);
  return source === "$" ? "$item" : `$item.${source}`;
}
