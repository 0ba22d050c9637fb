import { t } from "../words/t";

/** The screen "Flows". */
export function FlowsScreen() {
  return <main>{t("rail.flows")}</main>;
}
