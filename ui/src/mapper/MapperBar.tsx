import { ArrowLeft, FileSpreadsheet, FileText, FileUp, Sheet, Sparkles } from "lucide-react";
import { Button as AriaButton } from "react-aria-components";
import { keysOf } from "../actions/all";
import { Button, IconButton } from "../kit/Button";
import buttons from "../kit/Button.module.css";
import { cx } from "../kit/cx";
import { Menu } from "../kit/Menu";
import { Tooltip } from "../kit/Tooltip";
import { t } from "../words/t";
import styles from "./MapperScreen.module.css";
import { useMapping } from "./mapping";
import { walkFields } from "./model/fields";
import { closeMapper } from "./open";
import { chooseSheet, exportSheet } from "./sheets";
import { useMapper } from "./store";
import { accept, dismiss, suggest } from "./suggestions";

/** What is mapped, and what can be done with the mapping as a whole. */
export function MapperBar() {
  const { title, fields } = useMapping();
  const rows = [...walkFields(fields)];
  const mapped = rows.filter(({ from }) => from.trim() !== "");
  return (
    <header className={styles.bar}>
      <IconButton
        icon={ArrowLeft}
        label={t("action.closeMapper")}
        keys={keysOf("close-mapper")}
        onPress={closeMapper}
      />
      <h1 className={styles.title}>{t("mapper.title", { title })}</h1>
      {rows.length > 0 && (
        <span className={styles.count}>
          {t("mapper.mapped", { n: rows.length, mapped: mapped.length })}
        </span>
      )}
      <span className={styles.gap} />
      <Suggest />
      <SheetMenu />
    </header>
  );
}

function Suggest() {
  const { wanted } = useMapping();
  const suggestions = useMapper((state) => state.suggestions);
  if (suggestions.length > 0) {
    return (
      <>
        <span className={styles.count}>{t("mapper.suggest.count", { n: suggestions.length })}</span>
        <Button size="small" variant="primary" onPress={() => accept(suggestions, wanted)}>
          {t("mapper.suggest.acceptAll")}
        </Button>
        <Button size="small" onPress={() => dismiss()}>
          {t("mapper.suggest.dismissAll")}
        </Button>
      </>
    );
  }
  return (
    <Tooltip text={t("mapper.suggest.about")} keys={keysOf("suggest")}>
      <AriaButton className={cx(buttons.button, buttons.small)} onPress={() => void suggest()}>
        <Sparkles size={14} aria-hidden />
        {t("mapper.suggest")}
      </AriaButton>
    </Tooltip>
  );
}

function SheetMenu() {
  return (
    <Menu
      label={t("mapper.sheet")}
      placement="bottom end"
      entries={[
        {
          id: "xlsx",
          label: t("mapper.sheet.xlsx"),
          icon: FileSpreadsheet,
          run: () => void exportSheet("xlsx"),
        },
        {
          id: "markdown",
          label: t("mapper.sheet.markdown"),
          icon: FileText,
          run: () => void exportSheet("markdown"),
        },
        "separator",
        { id: "import", label: t("mapper.sheet.import"), icon: FileUp, run: chooseSheet },
      ]}
    >
      <AriaButton className={cx(buttons.button, buttons.small)}>
        <Sheet size={14} aria-hidden />
        {t("mapper.sheet")}
      </AriaButton>
    </Menu>
  );
}
