import type { Edit } from "../bindings/Edit";
import type { FlowView } from "../bindings/FlowView";
import type { UiEvent } from "../bindings/UiEvent";
import { applyEdit } from "../model/edit";
import { emptyFlow, findNode, freshId, walk } from "../model/flow";
import type { CommandName, Commands } from "./commands";
import { type Host, HostError } from "./host";
import { memoryCassettes } from "./memory/cassettes";
import { CATALOGUE } from "./memory/catalogue";
import { memoryConnections } from "./memory/connections";
import { look } from "./memory/findings";
import { largeFlow, SAMPLE, type Sketch } from "./memory/flows";
import { mapperHandlers } from "./memory/mapper";
import { memoryNetwork } from "./memory/network";
import { memoryWaiting, type Waiting } from "./memory/parked";
import { type Begun, memoryRuns } from "./memory/runs";
import { memoryTables } from "./memory/tables";

type Step = { label: string; edit: Edit };
type Stored = Sketch & { rev: number; at: number; undo: Step[]; redo: Step[] };

type Handlers = {
  [K in CommandName]: (args: Commands[K]["args"]) => Commands[K]["ret"];
};

/**
 * A host that keeps everything in memory and only acts as if it ran flows. For the UI's own tests,
 * and for working on the UI without the program.
 */
export function memoryHost(
  sketches: Sketch[] = [SAMPLE, largeFlow(500)],
  begun: Begun & Waiting = {},
): Host {
  const flows = new Map<string, Stored>();
  const opened_at = Date.now();
  const settings: Record<string, unknown> = {};
  const listeners = new Set<(events: UiEvent[]) => void>();
  const tell = (events: UiEvent[]) => {
    for (const listener of listeners) listener(events);
  };
  const keep = (sketch: Sketch): FlowView => {
    flows.set(sketch.flow.id, { ...sketch, rev: 1, at: Date.now(), undo: [], redo: [] });
    return view(sketch.flow.id);
  };
  const stored = (id: string): Stored => {
    const flow = flows.get(id);
    if (!flow) throw new HostError({ code: "not_found", message: `There is no flow ${id}.` });
    return flow;
  };
  const savedOf = ({ rev, at, undo, redo }: Stored) => {
    const [back, on] = [undo.at(-1), redo.at(-1)];
    return { rev, at, ...(back ? { undo: back.label } : {}), ...(on ? { redo: on.label } : {}) };
  };
  const view = (id: string): FlowView => {
    const flow = stored(id);
    return {
      flow: flow.flow,
      layout: flow.layout,
      findings: look(flow.flow),
      saved: savedOf(flow),
    };
  };
  const change = (id: string, rev: number, edit: Edit): { flow: Stored; inverse: Edit } => {
    const flow = stored(id);
    if (flow.rev !== rev) throw new HostError({ code: "stale", message: "The flow was changed." });
    const { drawing, inverse } = applyEdit(flow, edit);
    Object.assign(flow, drawing, { rev: rev + 1, at: Date.now() });
    return { flow, inverse };
  };
  const applied = (flow: Stored, edit: Edit) => ({
    edit,
    findings: look(flow.flow),
    saved: savedOf(flow),
  });
  const step = (id: string, rev: number, from: "undo" | "redo", to: "undo" | "redo") => {
    const last = stored(id)[from].at(-1);
    if (!last) throw new HostError({ code: "invalid", message: `There is nothing to ${from}.` });
    const { flow, inverse } = change(id, rev, last.edit);
    flow[from].pop();
    flow[to].push({ label: last.label, edit: inverse });
    return applied(flow, last.edit);
  };
  const nameOf = (id: string, node?: string): string => {
    const flow = flows.get(id)?.flow;
    if (node === undefined) return flow?.name ?? id;
    return (flow && findNode(flow, node)?.node.name) ?? node;
  };
  for (const sketch of sketches) keep(sketch);
  const runs = memoryRuns({ stored, sketches, tell }, begun);

  const handlers: Handlers = {
    "app.info": () => ({
      version: "0.1.0",
      data_dir: "memory",
      opened_at,
      sandbox: "http://127.0.0.1:9000",
    }),
    "app.catalogue": () => CATALOGUE,
    "settings.get": () => ({ ...settings }),
    "settings.set": ({ key, value }) => {
      settings[key] = value;
      return null;
    },
    "flows.list": () =>
      [...flows.values()].map((each) => {
        const last_run = runs.lastOf(each.flow.id);
        const types = [...walk(each.flow)].map((found) => found.node.type);
        return {
          id: each.flow.id,
          name: each.flow.name,
          about: each.flow.about ?? "",
          saved_at: each.at,
          nodes: types.length,
          types: [...new Set(types)],
          errors: look(each.flow).diagnostics.filter((d) => d.severity === "error").length,
          ...(last_run ? { last_run } : {}),
        };
      }),
    "flows.create": ({ name, template }) => {
      const id = freshId(name, new Set(flows.keys()));
      if (template === undefined) return keep({ flow: emptyFlow(id, name), layout: { nodes: {} } });
      return keep({ flow: { ...SAMPLE.flow, id, name }, layout: SAMPLE.layout });
    },
    "flows.open": ({ flow }) => view(flow),
    "flows.edit": ({ flow: id, rev, label, edit }) => {
      const { flow, inverse } = change(id, rev, edit);
      flow.undo.push({ label, edit: inverse });
      flow.redo = [];
      return applied(flow, edit);
    },
    "flows.undo": ({ flow, rev }) => step(flow, rev, "undo", "redo"),
    "flows.redo": ({ flow, rev }) => step(flow, rev, "redo", "undo"),
    "flows.delete": ({ flow }) => {
      flows.delete(stored(flow).flow.id);
      tell([{ type: "flow_changed", flow }]);
      return null;
    },
    "flows.duplicate": ({ flow }) => {
      const from = stored(flow);
      const id = freshId(from.flow.id, new Set(flows.keys()));
      return keep({
        flow: { ...from.flow, id, name: `${from.flow.name} (copy)` },
        layout: from.layout,
      });
    },
    "flows.import": ({ text }) => keep({ flow: JSON.parse(text), layout: { nodes: {} } }),
    "flows.form": () => [],
    "flows.pin": ({ flow }) => ({ version: `version-${stored(flow).rev}` }),
    "flows.export": ({ flow }) => ({
      flow: JSON.stringify(stored(flow).flow, null, 2),
      layout: JSON.stringify(stored(flow).layout, null, 2),
    }),
    "templates.list": () => [
      {
        id: "orders",
        name: SAMPLE.flow.name,
        about: SAMPLE.flow.about ?? "",
        types: SAMPLE.flow.nodes.map((node) => node.type),
        ...SAMPLE,
      },
    ],
    ...runs.handlers,
    ...memoryWaiting(tell, nameOf, begun),
    ...memoryTables(tell),
    ...memoryConnections(tell),
    ...memoryCassettes(),
    ...memoryNetwork(),
    "expressions.preview": ({ text }) => [{ item: "orders:0/0", value: text }],
    ...mapperHandlers((flow, id) => findNode(stored(flow).flow, id)?.node),
  };

  return {
    kind: "memory",
    async call(name, args) {
      await Promise.resolve();
      return handlers[name](args);
    },
    async openOutside() {
      // There is no browser behind a host in memory.
    },
    subscribe(onEvents) {
      listeners.add(onEvents);
      return () => listeners.delete(onEvents);
    },
  };
}
