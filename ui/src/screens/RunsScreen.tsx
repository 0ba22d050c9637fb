import { t } from "../words/t";

/** The screen "Runs". */
export function RunsScreen() {
  return <main>{t("rail.runs")}</main>;
}
