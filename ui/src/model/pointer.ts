function keysOf(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes one key so that it can stand in a JSON pointer. */
export function escapeKey(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The value at a JSON pointer; undefined where there is none. */
export function getAt(root: unknown, pointer: string): unknown {
  let here = root;
  for (const key of keysOf(pointer)) {
    if (Array.isArray(here)) here = here[Number(key)];
    else if (isObject(here) && Object.hasOwn(here, key)) here = here[key];
    else return undefined;
  }
  return here;
}

function put(root: unknown, keys: string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(root)) {
    const next = [...root];
    const at = key === "-" ? next.length : Number(key);
    const inner = put(next[at], rest, value);
    if (inner === undefined) next.splice(at, 1);
    else next[at] = inner;
    return next;
  }
  const from = isObject(root) ? root : {};
  const inner = put(from[key], rest, value);
  if (inner === undefined) {
    const { [key]: _, ...others } = from;
    return others;
  }
  return { ...from, [key]: inner };
}

/** Sets the value at a JSON pointer, or takes it away with undefined; makes objects on the way. */
export function setAt<T extends object>(root: T, pointer: string, value: unknown): T {
  if (value === undefined && getAt(root, pointer) === undefined) return root;
  return put(root, keysOf(pointer), value) as T;
}
