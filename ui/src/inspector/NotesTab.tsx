import type { NodeSpec } from "../bindings/NodeSpec";
import type { FormDoor } from "../form/door";
import { changeLabel } from "../form/labels";
import { useDraft } from "../form/useDraft";
import { TextInput } from "../kit/TextInput";
import { t } from "../words/t";
import styles from "./Inspector.module.css";

type Props = { node: NodeSpec; door: Pick<FormDoor, "change" | "readOnly"> };

/** What the author wants to tell about the node. */
export function NotesTab({ node, door }: Props) {
  const { draft, type, flush } = useDraft(node.note ?? "", (text) => {
    door.change("/note", text === "" ? undefined : text, changeLabel(t("inspector.note")));
  });
  return (
    <div className={styles.scroll}>
      <TextInput
        label={t("inspector.note")}
        help={t("inspector.noteHelp")}
        rows={8}
        value={draft}
        placeholder={t("inspector.notePlaceholder")}
        disabled={door.readOnly}
        onChange={type}
        onBlur={flush}
      />
    </div>
  );
}
