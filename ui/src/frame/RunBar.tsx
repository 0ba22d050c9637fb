import { ChevronDown, ChevronUp } from "lucide-react";
import { keysOf } from "../actions/all";
import { setPanel } from "../actions/panels";
import { IconButton } from "../kit/Button";
import { Resizer } from "../kit/Resizer";
import { Tabs } from "../kit/Tabs";
import type { RunTab } from "../model/panels";
import { useGantry } from "../model/store";
import { Timeline } from "../timeline/Timeline";
import { t } from "../words/t";
import { Calls } from "./Calls";
import { Overview } from "./Overview";
import { Problems } from "./Problems";
import styles from "./RunBar.module.css";
import { RunControls } from "./RunControls";
import { IdleLine, RunLine } from "./RunLine";
import { WouldSend } from "./WouldSend";

/** The bar at the bottom: how the run stands. It opens upwards on what came of it, times, problems and calls. */
export function RunBar() {
  const run = useGantry((state) => state.run);
  const { open, height, tab } = useGantry((state) => state.panels.runBar);
  const problems = useGantry(
    (state) => (state.open?.findings.diagnostics.length ?? 0) + (state.run?.errors.length ?? 0),
  );
  const calls = run?.calls.length ?? 0;
  const held = run?.wouldSend.length ?? 0;
  const toggle = () => setPanel("runBar", { open: !open });
  return (
    <section className={styles.runBar} aria-label={t("runBar.label")}>
      {open && (
        <>
          <Resizer
            label={t("runBar.resize")}
            orientation="horizontal"
            size={height}
            min={140}
            max={640}
            side="after"
            onResize={(next) => setPanel("runBar", { height: next })}
          />
          <div className={styles.panes} style={{ height }}>
            <Tabs<RunTab>
              label={t("runBar.label")}
              selected={tab}
              onSelect={(next) => setPanel("runBar", { tab: next })}
              tabs={[
                { id: "overview", label: t("runBar.overview"), content: <Overview /> },
                { id: "timeline", label: t("runBar.timeline"), content: <Timeline /> },
                {
                  id: "problems",
                  label: t("runBar.problems"),
                  count: problems,
                  content: <Problems />,
                },
                { id: "calls", label: t("runBar.calls"), count: calls, content: <Calls /> },
                {
                  id: "would_send",
                  label: t("wouldSend.tab"),
                  count: held,
                  content: <WouldSend />,
                },
              ]}
            />
          </div>
        </>
      )}
      <div className={styles.line}>
        <div className={styles.state} role="status">
          {run ? <RunLine run={run} /> : <IdleLine />}
        </div>
        {run && <RunControls run={run} />}
        <IconButton
          size="small"
          placement="top"
          icon={open ? ChevronDown : ChevronUp}
          label={t(open ? "runBar.close" : "runBar.open")}
          keys={keysOf("toggle-run-bar")}
          onPress={toggle}
        />
      </div>
    </section>
  );
}
