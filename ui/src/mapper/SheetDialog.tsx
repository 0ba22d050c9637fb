import { CircleX, Minus, Pencil, Plus } from "lucide-react";
import { useState } from "react";
import type { RowChange } from "../bindings/RowChange";
import { Button } from "../kit/Button";
import { Dialog } from "../kit/Dialog";
import { t } from "../words/t";
import styles from "./SheetDialog.module.css";
import { acceptSheet, closeSheet } from "./sheets";
import { type MapperState, useMapper } from "./store";

const ICONS = { added: Plus, removed: Minus, changed: Pencil };

/** What an edited sheet would change, row by row; only what is ticked is taken over. */
export function SheetDialog() {
  const sheet = useMapper((state) => state.sheet);
  return sheet && <Diff sheet={sheet} />;
}

// Mounted anew for each sheet: what was unticked in the last one says nothing of this one.
function Diff({ sheet }: { sheet: NonNullable<MapperState["sheet"]> }) {
  const [refusedRows, setRefused] = useState<ReadonlySet<string>>(new Set());
  const { changes, refused, same } = sheet.diff;
  const taken = changes.map((each) => each.target).filter((target) => !refusedRows.has(target));
  const toggle = (target: string) => {
    const next = new Set(refusedRows);
    if (!next.delete(target)) next.add(target);
    setRefused(next);
  };
  return (
    <Dialog title={t("mapper.sheet.title", { name: sheet.name })} size="large" onClose={closeSheet}>
      <p className={styles.lead}>{t("mapper.sheet.lead", { n: same })}</p>
      <div className={styles.scroll}>
        {changes.length > 0 && (
          <table className={styles.table} aria-label={t("mapper.sheet.changes")}>
            <thead>
              <tr>
                <th aria-label={t("mapper.sheet.take")} />
                <th>{t("mapper.column.field")}</th>
                <th>{t("mapper.sheet.change")}</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <tr key={`${change.type} ${change.target}`}>
                  <td>
                    <input
                      type="checkbox"
                      aria-label={t("mapper.sheet.takeRow", { name: change.target })}
                      checked={!refusedRows.has(change.target)}
                      onChange={() => toggle(change.target)}
                    />
                  </td>
                  <td className={styles.name}>{change.target}</td>
                  <td>
                    <Change change={change} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {refused.map((cell) => (
          <p key={cell.cell} className={styles.refused}>
            <CircleX size={14} aria-label={t("severity.error")} />
            <code>{cell.cell}</code>
            {cell.message}
          </p>
        ))}
      </div>
      <div className={styles.buttons}>
        <Button onPress={closeSheet}>{t("mapper.sheet.leave")}</Button>
        <Button
          variant="primary"
          disabled={taken.length === 0}
          onPress={() => void acceptSheet(taken)}
        >
          {t("mapper.sheet.accept", { n: taken.length })}
        </Button>
      </div>
    </Dialog>
  );
}

function Change({ change }: { change: RowChange }) {
  const Icon = ICONS[change.type];
  return (
    <span className={styles.change} data-change={change.type}>
      <Icon size={14} aria-hidden />
      {change.type === "changed" ? (
        <span>
          {change.columns.map((column) => (
            <span key={column.column} className={styles.column}>
              <b>{column.column}</b> <del>{column.before || t("mapper.sheet.blank")}</del>{" "}
              <ins>{column.after || t("mapper.sheet.blank")}</ins>
            </span>
          ))}
        </span>
      ) : (
        <span>
          {t(`mapper.sheet.${change.type}`)} <code>{change.row.from}</code>
        </span>
      )}
    </span>
  );
}
