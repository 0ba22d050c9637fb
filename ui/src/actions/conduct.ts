import { type Conduct, LIVE } from "../model/conduct";
import { store } from "../model/store";

/** Changes how the next run is made. */
export function setConduct(change: Partial<Conduct> | ((conduct: Conduct) => Conduct)): void {
  store.setState(({ conduct }) => ({
    conduct: typeof change === "function" ? change(conduct) : { ...conduct, ...change },
  }));
}

/** The next run is live again, without faults. */
export function backToLive(): void {
  store.setState({ conduct: LIVE });
}
