import { ChevronDown } from "lucide-react";
import { Button as AriaButton } from "react-aria-components";
import { setEnvironment } from "../actions/environment";
import { viewport } from "../actions/viewport";
import { environmentSign } from "../connections/health";
import { Menu } from "../kit/Menu";
import { ENVIRONMENTS, environmentOf } from "../model/connections";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./TopBar.module.css";

const AFTER_CLOSING_MS = 50;

/** Whose connections runs use: those of development, of test or of production. */
export function EnvironmentSwitch() {
  const environment = useGantry((state) => environmentOf(state.settings));
  const { icon: Icon } = environmentSign(environment);
  const label = `${t("environment.label")}: ${t(`environment.${environment}`)}`;
  return (
    <Menu
      label={t("environment.label")}
      entries={ENVIRONMENTS.map((each) => ({
        id: each,
        label: t(`environment.${each}`),
        icon: environmentSign(each).icon,
        danger: each === "production",
        checked: each === environment,
        about: t(`environment.about.${each}`),
        run: () => {
          void setEnvironment(each);
          // The menu gives the focus back to its button, where Enter would open it again.
          setTimeout(() => viewport()?.focus(), AFTER_CLOSING_MS);
        },
      }))}
    >
      <AriaButton className={styles.environment} data-environment={environment} aria-label={label}>
        <Icon size={16} aria-hidden />
        {t(`environment.${environment}`)}
        <ChevronDown size={14} aria-hidden />
      </AriaButton>
    </Menu>
  );
}
