/** Asks for suggestions, takes them and lets them go. */
import { host, report, toast } from "../actions/context";
import { flush } from "../actions/editing";
import type { Suggestion } from "../bindings/Suggestion";
import type { TargetField } from "../bindings/TargetField";
import { store } from "../model/store";
import { t } from "../words/t";
import { currentFields, setFields } from "./edits";
import { accepted } from "./model/suggest";
import { mapper, say } from "./store";

/** Asks what the fields without a rule could be made from. */
export async function suggest(): Promise<void> {
  const { node } = mapper.getState();
  const { open } = store.getState();
  if (node === null || !open) return;
  await flush();
  try {
    const suggestions = await host().call("mapper.suggest", { flow: open.flow.id, node });
    mapper.setState({ suggestions });
    if (suggestions.length === 0) toast("neutral", t("mapper.suggest.none"));
    else say(t("mapper.suggest.said", { n: suggestions.length }));
  } catch (thrown) {
    report(thrown);
  }
}

/** Takes suggestions over as rules. */
export function accept(taken: readonly Suggestion[], wanted: readonly TargetField[]): void {
  const fields = taken.reduce(
    (list, suggestion) => accepted(list, wanted, suggestion),
    [...currentFields()],
  );
  const name = taken.map((each) => each.to.join(".")).join(", ");
  setFields(t("mapper.edit.suggested", { n: taken.length, name }), fields);
  dismiss(taken);
  say(t("mapper.suggest.taken", { n: taken.length }));
}

/** Lets suggestions go; all of them without a list. */
export function dismiss(gone?: readonly Suggestion[]): void {
  mapper.setState(({ suggestions }) => ({
    suggestions: gone === undefined ? [] : suggestions.filter((each) => !gone.includes(each)),
  }));
}
