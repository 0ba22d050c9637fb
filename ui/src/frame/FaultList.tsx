/** The faults that can be switched on. */
export function FaultList() {
  return null;
}
