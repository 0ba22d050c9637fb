import { useMemo, useState } from "react";
import type { Tap } from "../bindings/Tap";
import { DataPane } from "../data/DataPane";
import { cx } from "../kit/cx";
import { useGantry } from "../model/store";
import { formatShortCount } from "../words/format";
import { t } from "../words/t";
import styles from "./Data.module.css";
import { ErrorList } from "./ErrorList";
import { itemsAt } from "./ports";
import type { NodeInView } from "./useNode";

type Part = { id: string; label: string; count: number | undefined; tone?: "error"; tap?: Tap };

const INPUT = "<";
const ERRORS = "!";

/** The data of a node in one place: what went in, what went wrong, what came out. */
export function NodeData({ view, isSource }: { view: NodeInView; isSource: boolean }) {
  const outputs = useOutputs(view);
  const errors = useErrorPart(view);
  const input: Part = {
    id: INPUT,
    label: t("inspector.input"),
    count: view.inRun?.counts.items_in,
    tap: { type: "input", node: view.node.id },
  };
  // Errors come first: what needs doing is seen before what went well.
  return (
    <Parts
      view={view}
      parts={[
        ...errors,
        ...(outputs.length === 0 ? [input] : outputs),
        ...(isSource || outputs.length === 0 ? [] : [input]),
      ]}
    />
  );
}

/** What went into a node. */
export function InputPane({ view }: { view: NodeInView }) {
  const tap = useMemo((): Tap => ({ type: "input", node: view.node.id }), [view.node.id]);
  if (view.facts.inputs.length === 0) {
    return <p className={styles.none}>{t("inspector.isSource")}</p>;
  }
  return (
    <section className={styles.pane} aria-label={t("inspector.input")}>
      <h2 className={styles.title}>
        {t("inspector.input")}
        {view.inRun !== undefined && (
          <span className={styles.count}>{formatShortCount(view.inRun.counts.items_in)}</span>
        )}
      </h2>
      <DataPane run={view.run} tap={tap} version={view.version} empty={emptyOf(view, "input")} />
    </section>
  );
}

/** What went wrong in a node and what came out of it, per port. */
export function OutputPane({ view }: { view: NodeInView }) {
  const outputs = useOutputs(view);
  const errors = useErrorPart(view);
  return <Parts view={view} parts={[...errors, ...outputs]} />;
}

function Parts({ view, parts }: { view: NodeInView; parts: Part[] }) {
  const [chosen, setChosen] = useState<string>();
  const part = parts.find((each) => each.id === chosen) ?? parts[0];
  if (part === undefined) return <p className={styles.none}>{t("inspector.noOutput")}</p>;
  return (
    <section className={styles.pane} aria-label={t("inspector.output")}>
      <div className={styles.parts} role="tablist" aria-label={t("inspector.data")}>
        {parts.map((each) => (
          <button
            key={each.id}
            type="button"
            role="tab"
            aria-selected={each.id === part.id}
            className={cx(styles.part, each.tone === "error" && styles.bad)}
            onClick={() => setChosen(each.id)}
          >
            {each.label}
            {each.count !== undefined && (
              <span className={styles.count}>{formatShortCount(each.count)}</span>
            )}
          </button>
        ))}
      </div>
      {part.tap === undefined ? (
        <ErrorList view={view} />
      ) : (
        <DataPane
          key={part.id}
          run={view.run}
          tap={part.tap}
          version={view.version}
          empty={emptyOf(view, part.id === INPUT ? "input" : "output")}
        />
      )}
    </section>
  );
}

function useOutputs({ node, facts }: NodeInView): Part[] {
  const flow = useGantry((state) => state.open?.flow);
  const wires = useGantry((state) => state.run?.wires);
  return useMemo(() => {
    const first = facts.outputs[0]?.name;
    return facts.outputs.map((port) => ({
      id: port.name,
      label: facts.outputs.length === 1 ? t("inspector.output") : port.name,
      count: flow && wires ? itemsAt(flow, wires, node.id, port.name, first) : undefined,
      tap: { type: "output", node: node.id, port: port.name },
      ...(port.carries === "errors" ? { tone: "error" } : {}),
    }));
  }, [facts.outputs, flow, wires, node.id]);
}

function useErrorPart({ node, inRun }: NodeInView): Part[] {
  const seen = useGantry(
    (state) => state.run?.errors.filter((error) => error.node === node.id).length ?? 0,
  );
  const count = Math.max(seen, inRun?.counts.rejected ?? 0, inRun?.error ? 1 : 0);
  return count === 0
    ? []
    : [{ id: ERRORS, label: t("inspector.errorsPart"), count, tone: "error" }];
}

function emptyOf(
  { run, inRun }: NodeInView,
  side: "input" | "output",
): { title: string; text: string } {
  if (run === undefined) return { title: t("data.noRun"), text: t("data.noRunHint") };
  if (inRun === undefined || inRun.status === "idle") {
    return { title: t("data.notReached"), text: t("data.notReachedHint") };
  }
  return side === "input"
    ? { title: t("data.noInput"), text: t("data.noInputHint") }
    : { title: t("data.noOutput"), text: t("data.noOutputHint") };
}
