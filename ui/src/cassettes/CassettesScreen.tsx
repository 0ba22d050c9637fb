/** Comes next. */
export function CassettesScreen() {
  return null;
}
