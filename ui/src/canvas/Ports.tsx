import { Handle, Position } from "@xyflow/react";
import type { NodeFacts } from "../bindings/NodeFacts";
import { cx } from "../kit/cx";
import { type PortPlace, shapeOf } from "../model/geometry";
import { useGantry } from "../model/store";
import { formatShortCount } from "../words/format";
import { t } from "../words/t";
import styles from "./Ports.module.css";

type PortProps = { id: string; title: string; place: PortPlace };

function portClass({ port }: PortPlace, side: "input" | "output"): string {
  return cx(
    styles.port,
    styles[side],
    port.carries === "errors" && styles.errors,
    port.carries === "call" && styles.call,
  );
}

function InputPort({ title, place }: PortProps) {
  const { port, y, named } = place;
  return (
    <>
      <Handle
        type="target"
        id={port.name}
        position={Position.Left}
        className={portClass(place, "input")}
        style={{ top: y }}
        role="img"
        aria-label={t("node.port.input", { node: title, port: port.name })}
        title={port.about || port.name}
      />
      {named && (
        <span className={cx(styles.name, styles.left)} style={{ top: y - 8 }}>
          {port.name}
        </span>
      )}
    </>
  );
}

function OutputPort({ id, title, place }: PortProps) {
  const { port, y, named } = place;
  // Items of an output that no wire leads away are counted at the port itself.
  const passed = useGantry((state) => state.run?.wires[`${id}.${port.name}>`]?.items);
  return (
    <>
      <Handle
        type="source"
        id={port.name}
        position={Position.Right}
        className={portClass(place, "output")}
        style={{ top: y }}
        role="img"
        aria-label={t("node.port.output", { node: title, port: port.name })}
        title={port.about || port.name}
      />
      {named && (
        <span className={cx(styles.name, styles.right)} style={{ top: y - 8 }}>
          {port.name}
        </span>
      )}
      {passed !== undefined && (
        <span
          className={styles.count}
          style={{ top: y - 8 }}
          title={t("what.items", { n: passed })}
        >
          {formatShortCount(passed)}
        </span>
      )}
    </>
  );
}

/** A node's inputs on the left and its outputs on the right. */
export function Ports({ id, facts }: { id: string; facts: NodeFacts }) {
  const { inputs, outputs } = shapeOf(facts);
  return (
    <>
      {inputs.map((place) => (
        <InputPort key={place.port.name} id={id} title={facts.title} place={place} />
      ))}
      {outputs.map((place) => (
        <OutputPort key={place.port.name} id={id} title={facts.title} place={place} />
      ))}
    </>
  );
}
