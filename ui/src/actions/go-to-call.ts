import { store } from "../model/store";
import { goToField } from "./select";

/** Goes to a call of the run that is shown: its node, and there the request and the answer. */
export function goToCall(node: string, item: string, attempt: number): void {
  goToField(node, "/raw");
  store.setState(({ inspector }) => ({ inspector: { ...inspector, call: { item, attempt } } }));
}
