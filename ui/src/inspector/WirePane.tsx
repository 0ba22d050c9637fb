import { ArrowRight, X } from "lucide-react";
import { useMemo } from "react";
import type { Tap } from "../bindings/Tap";
import { DataPane } from "../data/DataPane";
import { IconButton } from "../kit/Button";
import { factsOf } from "../model/facts";
import { findNode, findWire, parsePort } from "../model/flow";
import { isUnderWay, type State, useGantry } from "../model/store";
import { formatBytes, formatCount } from "../words/format";
import { t } from "../words/t";
import header from "./Header.module.css";
import styles from "./Inspector.module.css";
import { closeWire } from "./view";

/** The items that passed a wire. */
export function WirePane({ wire }: { wire: string }) {
  const run = useGantry((state) => state.run?.run.id);
  const passed = useGantry((state) => state.run?.wires[wire]);
  const isOver = useGantry((state) => !isUnderWay(state));
  const from = useGantry((state) => endOf(state, wire, "from"));
  const to = useGantry((state) => endOf(state, wire, "to"));
  const tap = useMemo((): Tap => ({ type: "wire", wire }), [wire]);
  return (
    <div className={styles.dock}>
      <header className={header.header}>
        <div className={header.names}>
          <span className={header.wire}>
            <span className={header.end}>{from}</span>
            <ArrowRight size={14} aria-label={t("wire.to")} className={header.arrow} />
            <span className={header.end}>{to}</span>
          </span>
          <span className={header.type}>
            {passed === undefined
              ? t("wire.nothing")
              : t("wire.passed", {
                  count: formatCount(passed.items),
                  bytes: formatBytes(passed.bytes),
                })}
          </span>
        </div>
        <IconButton label={t("wire.close")} keys="Esc" icon={X} onPress={closeWire} />
      </header>
      <div className={styles.fill}>
        <DataPane
          run={run}
          tap={tap}
          version={isOver ? 1 : 0}
          empty={
            run === undefined
              ? { title: t("data.noRun"), text: t("data.noRunHint") }
              : { title: t("data.nothingPassed"), text: t("data.nothingPassedHint") }
          }
        />
      </div>
    </div>
  );
}

function endOf({ open, catalogue }: State, id: string, end: "from" | "to"): string {
  const wire = open ? findWire(open.flow, id)?.wire : undefined;
  const [from = "", to = ""] = id.split(">");
  const ref = parsePort(wire ? wire[end] : end === "from" ? from : to);
  const node = open ? findNode(open.flow, ref.node)?.node : undefined;
  const title = node && open ? factsOf(node, open.findings, catalogue).title : ref.node;
  return ref.port === null ? title : `${title} · ${ref.port}`;
}
