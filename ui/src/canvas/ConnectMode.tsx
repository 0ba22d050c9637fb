import { useReactFlow } from "@xyflow/react";
import { useEffect } from "react";
import { connectPorts } from "../actions/nodes";
import { worldOf } from "../actions/world";
import { findNode, graphOf } from "../model/flow";
import { type End, inputFor, portsOf } from "../model/ports";
import { type State, store, useGantry } from "../model/store";
import { t } from "../words/t";
import styles from "./ConnectMode.module.css";

const LETTERS = "asdfghjklqwertyuiopzxcvbnm";

type Target = { letter: string; from: End; to: End };

/** The nodes that can be wired to, each with a letter: first by the first output, then the others. */
function targetsOf(state: State): Target[] {
  const world = worldOf(state);
  const source = state.connecting;
  const found = world && source !== null ? findNode(world.flow, source) : null;
  const graph = world && found && graphOf(world.flow, found.scope);
  if (!world || !graph || source === null) return [];
  const pairs = portsOf(world, source, "outputs").flatMap((port) => {
    const from: End = { node: source, port: port.name };
    return graph.nodes.flatMap((node) => {
      const to = inputFor(world, from, node.id);
      return to ? [{ from, to }] : [];
    });
  });
  const seen = new Set<string>();
  return pairs
    .filter(({ to }) => !seen.has(to.node) && seen.add(to.node))
    .slice(0, LETTERS.length)
    .map((pair, n) => ({ ...pair, letter: LETTERS[n] ?? "" }));
}

/** Wiring by keyboard: each node that can be reached shows a letter; pressing it joins the two. */
export function ConnectMode() {
  const connecting = useGantry((state) => state.connecting);
  const graph = useReactFlow();
  const targets = connecting === null ? [] : targetsOf(store.getState());

  useEffect(() => {
    if (connecting === null) return;
    const listen = (event: KeyboardEvent) => {
      event.preventDefault();
      event.stopPropagation();
      const target = targetsOf(store.getState()).find((each) => each.letter === event.key);
      store.setState({ connecting: null });
      if (target) connectPorts(target.from, target.to);
    };
    document.addEventListener("keydown", listen, true);
    return () => document.removeEventListener("keydown", listen, true);
  }, [connecting]);

  if (connecting === null) return null;
  return (
    <>
      <p className={styles.hint} role="status">
        {t("connectMode.pick")}
      </p>
      <div className={styles.letters}>
        {targets.map(({ letter, to }) => {
          const place = graph.getInternalNode(to.node)?.internals.positionAbsolute;
          if (!place) return null;
          const view = graph.getViewport();
          const x = place.x * view.zoom + view.x;
          const y = place.y * view.zoom + view.y;
          return (
            <kbd key={to.node} className={styles.letter} style={{ left: x, top: y }}>
              {letter.toUpperCase()}
            </kbd>
          );
        })}
      </div>
    </>
  );
}
