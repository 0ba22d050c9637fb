import { CirclePlay, Maximize2, Minimize2, PanelRightClose } from "lucide-react";
import { useEffect, useRef } from "react";
import { edit } from "../actions/editing";
import { planPart } from "../actions/partial";
import { useDraft } from "../form/useDraft";
import { Badge } from "../kit/Badge";
import { Button, IconButton } from "../kit/Button";
import { iconNamed } from "../kit/icons";
import { isUnderWay, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./Header.module.css";
import { nodeStanding } from "./status";
import type { NodeInView } from "./useNode";
import { closeInspector, fieldReached, setFull } from "./view";

/** The node's icon, name, type and standing, and what can be done with it as a whole. */
export function NodeHeader({ view, full }: { view: NodeInView; full: boolean }) {
  const { node, info, inRun, facts } = view;
  const Icon = iconNamed(info?.icon);
  const isBusy = useGantry((state) => state.past || isUnderWay(state));
  const standing =
    inRun && inRun.status !== "idle"
      ? nodeStanding(inRun.status, inRun.counts.rejected)
      : undefined;
  return (
    <header className={styles.header}>
      <span className={styles.icon} data-family={info?.family}>
        <Icon size={20} aria-hidden />
      </span>
      <div className={styles.names}>
        <NodeName
          key={node.id}
          id={node.id}
          name={node.name ?? ""}
          title={info?.title ?? node.type}
        />
        <span className={styles.type}>
          {facts.known ? (info?.title ?? node.type) : t("node.unknown", { type: node.type })}
          <code className={styles.id}>{node.id}</code>
          {node.disabled && <Badge tone="neutral">{t("inspector.disabled")}</Badge>}
          {standing && (
            <Badge tone={standing.tone} icon={standing.icon}>
              {standing.word}
            </Badge>
          )}
        </span>
      </div>
      {info !== undefined && (
        <Button
          size="small"
          icon={CirclePlay}
          disabled={isBusy}
          label={t("inspector.runNodeLabel")}
          onPress={() => void planPart({ kind: "node", node: node.id })}
        >
          {t("inspector.runNode")}
        </Button>
      )}
      <IconButton
        label={full ? t("inspector.dock") : t("inspector.fill")}
        keys={full ? "Esc" : "Enter"}
        icon={full ? Minimize2 : Maximize2}
        onPress={() => setFull(!full)}
      />
      {!full && (
        <IconButton label={t("inspector.close")} icon={PanelRightClose} onPress={closeInspector} />
      )}
    </header>
  );
}

type NameProps = { id: string; name: string; title: string };

/** The name, edited in place; without a name the type's title stands there. */
function NodeName({ id, name, title }: NameProps) {
  const input = useRef<HTMLInputElement>(null);
  const asked = useGantry((state) => state.inspector.focusKey === "/name");
  const { draft, type, flush } = useDraft(name, (text) => {
    const value = text.trim();
    edit(t("edit.rename", { title: name || title }), {
      type: "set_node",
      node: id,
      key: "/name",
      ...(value === "" ? {} : { value }),
    });
  });
  useEffect(() => {
    if (!asked) return;
    input.current?.focus();
    input.current?.select();
    fieldReached();
  }, [asked]);
  return (
    <input
      ref={input}
      className={styles.name}
      aria-label={t("inspector.name")}
      title={t("inspector.nameHint")}
      placeholder={title}
      value={draft}
      spellCheck={false}
      onChange={(event) => type(event.target.value)}
      onBlur={flush}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === "Escape") {
          event.stopPropagation();
          event.currentTarget.blur();
        }
      }}
    />
  );
}
