import { Plus, X } from "lucide-react";
import { Button as AriaButton } from "react-aria-components";
import { Button } from "../kit/Button";
import { t } from "../words/t";
import { useForm } from "./door";
import { Grid } from "./Grid";
import { TextCell } from "./GridCell";
import { changeLabel } from "./labels";
import { join } from "./pointer";
import {
  columnsOf,
  freeColumn,
  type Row,
  readValue,
  rowsOf,
  withBlock,
  withColumnRemoved,
  withColumnRenamed,
} from "./rows";
import styles from "./TableEditor.module.css";
import { useDraft } from "./useDraft";

type Props = { label: string; pointer: string; value: unknown };

/** A table whose columns are the user's own: rows of plain values, pasted from a spreadsheet or typed. */
export function TableEditor({ label, pointer, value }: Props) {
  const { change, readOnly } = useForm();
  const rows = rowsOf(value);
  const keys = columnsOf(rows);
  const columns = keys.length === 0 ? [freeColumn([])] : keys;
  const set = (next: Row[]) => change(pointer, next, changeLabel(label));
  const addColumn = () => {
    const key = freeColumn(columns);
    set(
      (rows.length === 0 ? [{}] : rows).map((row, index) =>
        index === 0 ? { ...row, [key]: null } : row,
      ),
    );
  };
  return (
    <Grid
      label={label}
      rows={rows}
      columns={columns.map((key) => ({
        key,
        label: key,
        width: "minmax(92px, 1fr)",
        header: (
          <ColumnHead
            name={key}
            readOnly={readOnly}
            canGo={keys.length > 1}
            onRename={(to) => !keys.includes(to) && set(withColumnRenamed(rows, key, to))}
            onRemove={() => set(withColumnRemoved(rows, key))}
          />
        ),
      }))}
      readOnly={readOnly}
      cell={(row, index, column) => (
        <TextCell
          label={t("form.rows.cell", { label: column.key, n: index + 1 })}
          placeholder=""
          readOnly={readOnly}
          value={row[column.key]}
          isPlain={false}
          onChange={(next) => change(join(pointer, index, column.key), next, changeLabel(label))}
        />
      )}
      onRows={set}
      onPaste={(start, block) => set(pasted(rows, keys, start, block))}
    >
      <Button size="small" variant="quiet" icon={Plus} onPress={addColumn}>
        {t("form.table.addColumn")}
      </Button>
    </Grid>
  );
}

// A block pasted into an empty table brings its own header row.
function pasted(
  rows: Row[],
  keys: string[],
  start: { row: number; column: number },
  block: string[][],
): Row[] {
  const isEmpty = rows.every((row) =>
    Object.values(row).every((cell) => cell === "" || cell === null),
  );
  const [header, ...body] = block;
  if (isEmpty && header !== undefined && body.length > 0) {
    const names = header.map((name, index) => name.trim() || `field${index + 1}`);
    return withBlock([], names, { row: 0, column: 0 }, body, readValue);
  }
  const width = Math.max(...block.map((cells) => cells.length)) + start.column;
  const columns = keys.length === 0 ? [freeColumn([])] : [...keys];
  while (columns.length < width) columns.push(freeColumn(columns));
  return withBlock(rows, columns, start, block, readValue);
}

type HeadProps = {
  name: string;
  readOnly: boolean;
  canGo: boolean;
  onRename: (to: string) => void;
  onRemove: () => void;
};

function ColumnHead({ name, readOnly, canGo, onRename, onRemove }: HeadProps) {
  const { draft, type, flush } = useDraft(name, (to) => {
    if (to.trim() !== "" && to.trim() !== name) onRename(to.trim());
  });
  return (
    <>
      <input
        className={styles.name}
        aria-label={t("form.table.column", { name })}
        value={draft}
        readOnly={readOnly}
        spellCheck={false}
        onChange={(event) => type(event.target.value)}
        onBlur={flush}
      />
      {canGo && !readOnly && (
        <AriaButton
          className={styles.remove ?? ""}
          aria-label={t("form.table.removeColumn", { name })}
          onPress={onRemove}
        >
          <X size={12} aria-hidden />
        </AriaButton>
      )}
    </>
  );
}
