import { t } from "../words/t";

/** The screen "Settings". */
export function SettingsScreen() {
  return <main>{t("rail.settings")}</main>;
}
