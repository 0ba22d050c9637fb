import {
  CircleAlert,
  CircleCheck,
  Command,
  Redo2,
  SlidersHorizontal,
  TriangleAlert,
  Undo2,
} from "lucide-react";
import { useEffect, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { action, keysOf } from "../actions/all";
import { edit } from "../actions/editing";
import { setPanel } from "../actions/panels";
import { showFlowSettings } from "../inspector/view";
import { Button, IconButton } from "../kit/Button";
import { Keys } from "../kit/Keys";
import { Tooltip } from "../kit/Tooltip";
import { store, useGantry } from "../model/store";
import { formatTime } from "../words/format";
import { t } from "../words/t";
import { EnvironmentSwitch } from "./EnvironmentSwitch";
import { RunButtons } from "./RunButtons";
import styles from "./TopBar.module.css";

function run(id: string): void {
  action(id).run(store.getState());
}

function FlowName({ name }: { name: string }) {
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  const keep = () => {
    const value = text.trim();
    if (value === "" || value === name) setText(name);
    else edit(t("edit.renameFlow"), { type: "set_flow", key: "/name", value });
  };
  return (
    <input
      className={styles.name}
      aria-label={t("top.name")}
      title={t("top.name")}
      value={text}
      size={Math.max(8, text.length)}
      spellCheck={false}
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") {
          setText(name);
          event.currentTarget.blur();
        }
      }}
    />
  );
}

function SavedLine() {
  const at = useGantry((state) => state.open?.saved.at ?? 0);
  const saving = useGantry((state) => state.unsaved.length > 0);
  return (
    <span className={styles.saved} role="status">
      {saving ? t("top.saving") : t("top.saved", { time: formatTime(at) })}
    </span>
  );
}

function Problems() {
  const errors = useGantry(
    (state) =>
      state.open?.findings.diagnostics.filter((each) => each.severity === "error").length ?? 0,
  );
  const warnings = useGantry(
    (state) =>
      state.open?.findings.diagnostics.filter((each) => each.severity === "warning").length ?? 0,
  );
  const n = errors + warnings;
  const text = n === 0 ? t("top.noProblems") : t("top.problems", { n });
  const Icon = errors > 0 ? CircleAlert : n > 0 ? TriangleAlert : CircleCheck;
  return (
    <Tooltip text={text} keys={keysOf("next-problem")}>
      <AriaButton
        className={styles.problems}
        data-tone={errors > 0 ? "error" : n > 0 ? "warning" : "ok"}
        aria-label={text}
        onPress={() => setPanel("runBar", { open: true, tab: "problems" })}
      >
        <Icon size={16} aria-hidden />
        {n > 0 && n}
      </AriaButton>
    </Tooltip>
  );
}

/** The bar on top: the flow's name, how it is saved, its problems, and Run. */
export function TopBar() {
  const name = useGantry((state) => state.open?.flow.name);
  const undoLabel = useGantry((state) => state.unsaved.at(-1)?.label ?? state.open?.saved.undo);
  const redoLabel = useGantry((state) => state.open?.saved.redo);
  if (name === undefined) return <header className={styles.bar} />;
  return (
    <header className={styles.bar}>
      <FlowName name={name} />
      <IconButton
        icon={SlidersHorizontal}
        label={t("top.flowSettings")}
        onPress={showFlowSettings}
      />
      <IconButton
        icon={Undo2}
        disabled={undoLabel === undefined}
        label={
          undoLabel === undefined ? t("top.nothingToUndo") : t("top.undo", { what: undoLabel })
        }
        keys={keysOf("undo")}
        onPress={() => run("undo")}
      />
      <IconButton
        icon={Redo2}
        disabled={redoLabel === undefined}
        label={
          redoLabel === undefined ? t("top.nothingToRedo") : t("top.redo", { what: redoLabel })
        }
        keys={keysOf("redo")}
        onPress={() => run("redo")}
      />
      <SavedLine />
      <span className={styles.gap} />
      <EnvironmentSwitch />
      <Problems />
      <Button
        variant="quiet"
        icon={Command}
        label={t("top.commands")}
        onPress={() => run("commands")}
      >
        <Keys keys="Ctrl+K" />
      </Button>
      <RunButtons />
    </header>
  );
}
