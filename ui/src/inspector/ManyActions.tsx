/** Common actions of several nodes. */
export function ManyActions() {
  return null;
}
