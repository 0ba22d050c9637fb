import { EmptyState } from "../kit/EmptyState";
import { t } from "../words/t";

/** What is selected, with its parameters and its data. */
export function Inspector() {
  return <EmptyState title={t("inspector.empty.title")} />;
}
