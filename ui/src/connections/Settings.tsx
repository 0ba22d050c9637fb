import { ChevronRight } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { changeConnection } from "../actions/connections";
import type { Field } from "../bindings/Field";
import { Form } from "../form/Form";
import { isSet } from "../form/isSet";
import { Badge } from "../kit/Badge";
import { cx } from "../kit/cx";
import { formFor, type OpenConnection } from "../model/connections";
import { getAt } from "../model/pointer";
import { useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Settings.module.css";

const DOOR = {
  diagnostics: [],
  readOnly: false,
  change: (key: string, value: unknown) => changeConnection(key, value),
  names: { items: undefined, vars: [], env: [], nodes: [] },
  preview: undefined,
};

/** The form of a connection: what matters first, then each further matter behind a fold. */
export function Settings({ open: { draft } }: { open: OpenConnection }) {
  const form = useGantry((state) => state.connectionForm);
  const fields = useMemo(() => formFor(form ?? [], draft), [form, draft]);
  const further = fields.filter((field) => field.advanced);
  const single = further.filter(({ kind }) => kind.type !== "group");
  return (
    <>
      <Form
        fields={fields.filter((field) => !field.advanced)}
        value={draft}
        pointer=""
        door={DOOR}
      />
      <div className={styles.folds}>
        {further.map((field) =>
          field.kind.type === "group" ? (
            <Fold
              key={field.key}
              title={field.label}
              about={field.help}
              isSet={isSet(field, getAt(draft, `/${field.key}`))}
            >
              <Form
                fields={field.kind.fields}
                value={getAt(draft, `/${field.key}`) ?? {}}
                pointer={`/${field.key}`}
                door={DOOR}
              />
            </Fold>
          ) : null,
        )}
        {single.length > 0 && (
          <Fold
            title={t("connection.other")}
            about={single.map((field) => field.label).join(", ")}
            isSet={single.some((field) => isSet(field, getAt(draft, `/${field.key}`)))}
          >
            <Form fields={single.map(plain)} value={draft} pointer="" door={DOOR} />
          </Fold>
        )}
      </div>
    </>
  );
}

/** The fold is there already, so the form needs none of its own. */
function plain(field: Field): Field {
  return { ...field, advanced: false };
}

type FoldProps = {
  title: string;
  about: string | undefined;
  /** Whether something in it was chosen: told while it is closed. */
  isSet: boolean;
  children: React.ReactNode;
};

function Fold({ title, about, isSet: isChosen, children }: FoldProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <section className={styles.fold}>
      <button
        type="button"
        className={styles.head}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <ChevronRight
          size={14}
          aria-hidden
          className={cx(styles.chevron, isOpen && styles.turned)}
        />
        <span className={styles.title}>{title}</span>
        <span className={styles.about}>{about}</span>
        {isChosen && !isOpen && <Badge tone="accent">{t("connection.set")}</Badge>}
      </button>
      {isOpen && (
        <div id={id} className={styles.body}>
          {children}
        </div>
      )}
    </section>
  );
}
