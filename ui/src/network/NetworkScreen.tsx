/** Comes next. */
export function NetworkScreen() {
  return null;
}
