import { type Conduct, LIVE } from "../model/conduct";
import { store } from "../model/store";

/** Changes how the next run is made. */
export function setConduct(change: Partial<Conduct>): void {
  store.setState(({ conduct }) => ({ conduct: { ...conduct, ...change } }));
}

/** The next run is live again, without faults. */
export function backToLive(): void {
  store.setState({ conduct: LIVE });
}
