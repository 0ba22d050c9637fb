/** Joins a form to the open flow: edits go to the store, previews and completion to the host. */
import { useCallback, useMemo, useRef, useState } from "react";
import { host } from "../actions/context";
import { edit } from "../actions/editing";
import type { Preview } from "../bindings/Preview";
import type { Names } from "../code/completion";
import { type Shape, shapeOf } from "../data/schema";
import { usePages } from "../data/usePages";
import type { FormDoor } from "../form/door";
import { ofNode } from "../form/findings";
import { factsOf } from "../model/facts";
import { findNode, walk } from "../model/flow";
import { store, useGantry } from "../model/store";
import type { NodeInView } from "./useNode";

const PREVIEWED = 50;

/** The surroundings of the forms of one node. */
export function useDoor({ node, run, version }: NodeInView): Omit<FormDoor, "active" | "activate"> {
  const flow = useGantry((state) => state.open?.flow);
  const findings = useGantry((state) => state.open?.findings);
  const past = useGantry((state) => state.past);
  const id = node.id;
  const tap = useMemo(() => ({ type: "input" as const, node: id }), [id]);
  const { pages } = usePages(run, tap, version);
  const shapes = useNodeShapes(run);

  const names = useMemo((): Names => {
    const values = pages.items.flatMap((sample) => (sample === undefined ? [] : [sample.value]));
    return {
      items: values.length === 0 ? undefined : shapeOf(values),
      vars: Object.entries(flow?.vars ?? {}).map(([name, { value }]) => ({
        name,
        example: typeof value === "string" ? value : (JSON.stringify(value) ?? ""),
      })),
      env: ["sandbox"],
      nodes: flow
        ? [...walk(flow)]
            .filter((found) => found.node.id !== id)
            .map((found) => ({ id: found.node.id, title: titleOf(found.node.id) }))
        : [],
      node: shapes,
    };
  }, [pages, flow, id, shapes]);

  const flowId = flow?.id;
  const preview = useMemo(() => {
    if (flowId === undefined || run === undefined) return undefined;
    return (text: string, template: boolean): Promise<Preview[]> =>
      host().call("expressions.preview", {
        flow: flowId,
        run,
        node: id,
        text,
        template,
        limit: PREVIEWED,
      });
  }, [flowId, run, id]);

  const change = useCallback(
    (key: string, value: unknown, label: string) => {
      edit(label, { type: "set_node", node: id, key, ...(value === undefined ? {} : { value }) });
    },
    [id],
  );
  const diagnostics = useMemo(() => ofNode(findings?.diagnostics ?? [], id), [findings, id]);
  return useMemo(
    () => ({ diagnostics, readOnly: past, change, names, preview }),
    [diagnostics, past, change, names, preview],
  );
}

function titleOf(id: string): string {
  const { open, catalogue } = store.getState();
  const found = open ? findNode(open.flow, id) : null;
  return found && open ? factsOf(found.node, open.findings, catalogue).title : id;
}

/** What other nodes gave in the run; asked for when completion first needs it. */
function useNodeShapes(run: string | undefined): (id: string) => Shape | undefined {
  const [known, setKnown] = useState<ReadonlyMap<string, Shape>>(new Map());
  const asked = useRef(new Set<string>());
  return useCallback(
    (id: string) => {
      const key = `${run} ${id}`;
      if (run === undefined || asked.current.has(key)) return known.get(key);
      asked.current.add(key);
      const { open, catalogue } = store.getState();
      const found = open ? findNode(open.flow, id) : null;
      const port =
        found && open ? factsOf(found.node, open.findings, catalogue).outputs[0]?.name : undefined;
      if (port === undefined) return undefined;
      host()
        .call("runs.items", {
          run,
          tap: { type: "output", node: id, port },
          offset: 0,
          limit: PREVIEWED,
        })
        .then(
          (page) =>
            setKnown(
              (last) => new Map([...last, [key, shapeOf(page.items.map((item) => item.value))]]),
            ),
          // Without the items there is no completion inside them, and nothing else is lost.
          () => undefined,
        );
      return undefined;
    },
    [run, known],
  );
}
