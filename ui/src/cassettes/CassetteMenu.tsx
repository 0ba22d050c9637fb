import { Download, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import { deleteCassette, exportCassette, renameCassette } from "../actions/cassettes";
import type { CassetteSummary } from "../bindings/CassetteSummary";
import { Button } from "../kit/Button";
import { Confirm, Dialog } from "../kit/Dialog";
import { Menu } from "../kit/Menu";
import { TextInput } from "../kit/TextInput";
import { t } from "../words/t";
import styles from "./Cassettes.module.css";

/** What can be done with a cassette besides replaying it. */
export function CassetteMenu({ cassette: { name, calls } }: { cassette: CassetteSummary }) {
  const [asked, setAsked] = useState<"rename" | "delete">();
  const close = () => setAsked(undefined);
  return (
    <>
      <Menu
        label={t("cassettes.menu", { name })}
        placement="bottom end"
        entries={[
          {
            id: "export",
            label: t("cassettes.export"),
            icon: Download,
            run: () => void exportCassette(name),
          },
          {
            id: "rename",
            label: t("cassettes.rename"),
            icon: Pencil,
            run: () => setAsked("rename"),
          },
          {
            id: "delete",
            label: t("cassettes.delete"),
            icon: Trash2,
            danger: true,
            run: () => setAsked("delete"),
          },
        ]}
      >
        <AriaButton className={styles.more} aria-label={t("cassettes.menu", { name })}>
          <Ellipsis size={16} aria-hidden />
        </AriaButton>
      </Menu>
      {asked === "rename" && <Rename name={name} onClose={close} />}
      {asked === "delete" && (
        <Confirm
          title={t("cassettes.deleteTitle", { name })}
          text={t("cassettes.deleteText", { n: calls ?? 0 })}
          confirm={t("cassettes.delete")}
          cancel={t("confirm.cancel")}
          onConfirm={() => void deleteCassette(name)}
          onClose={close}
        />
      )}
    </>
  );
}

function Rename({ name, onClose }: { name: string; onClose: () => void }) {
  const [to, setTo] = useState(name);
  const rename = async (event: FormEvent) => {
    event.preventDefault();
    const isSame = to.trim() === name || to.trim() === "";
    if (isSame || (await renameCassette(name, to.trim()))) onClose();
  };
  return (
    <Dialog title={t("cassettes.rename")} size="small" onClose={onClose}>
      <form className={styles.form} onSubmit={(event) => void rename(event)}>
        <TextInput label={t("cassettes.newName")} value={to} onChange={setTo} autoFocus required />
        <div className={styles.formButtons}>
          <Button onPress={onClose}>{t("cassettes.keepName")}</Button>
          <Button type="submit" variant="primary" disabled={to.trim() === ""}>
            {t("cassettes.rename")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
