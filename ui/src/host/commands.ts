import type { AppInfo } from "../bindings/AppInfo";
import type { Applied } from "../bindings/Applied";
import type { Edit } from "../bindings/Edit";
import type { FlowSummary } from "../bindings/FlowSummary";
import type { FlowView } from "../bindings/FlowView";
import type { ItemError } from "../bindings/ItemError";
import type { ItemsPage } from "../bindings/ItemsPage";
import type { NodeDetail } from "../bindings/NodeDetail";
import type { NodeInfo } from "../bindings/NodeInfo";
import type { Preview } from "../bindings/Preview";
import type { RunStatus } from "../bindings/RunStatus";
import type { RunSummary } from "../bindings/RunSummary";
import type { RunView } from "../bindings/RunView";
import type { Tap } from "../bindings/Tap";
import type { TemplateSummary } from "../bindings/TemplateSummary";

type None = Record<string, never>;

/** Every command of the host: what it takes and what it gives. The Rust side holds the same list. */
export type Commands = {
  "app.info": { args: None; ret: AppInfo };
  "app.catalogue": { args: None; ret: NodeInfo[] };
  "settings.get": { args: None; ret: Record<string, unknown> };
  "settings.set": { args: { key: string; value: unknown }; ret: null };
  "flows.list": { args: None; ret: FlowSummary[] };
  "flows.create": { args: { name: string; template?: string }; ret: FlowView };
  "flows.open": { args: { flow: string }; ret: FlowView };
  "flows.edit": { args: { flow: string; rev: number; label: string; edit: Edit }; ret: Applied };
  "flows.undo": { args: { flow: string; rev: number }; ret: Applied };
  "flows.redo": { args: { flow: string; rev: number }; ret: Applied };
  "flows.delete": { args: { flow: string }; ret: null };
  "flows.duplicate": { args: { flow: string }; ret: FlowView };
  "flows.import": { args: { text: string; layout?: string }; ret: FlowView };
  "flows.export": { args: { flow: string }; ret: { flow: string; layout: string } };
  "templates.list": { args: None; ret: TemplateSummary[] };
  "runs.start": { args: { flow: string; node?: string; input?: unknown[] }; ret: RunSummary };
  "runs.cancel": { args: { run: string }; ret: null };
  "runs.list": {
    args: { flow?: string; status?: RunStatus; limit: number; before?: string };
    ret: RunSummary[];
  };
  "runs.open": { args: { run: string }; ret: RunView };
  "runs.delete": { args: { run: string }; ret: null };
  "runs.items": { args: { run: string; tap: Tap; offset: number; limit: number }; ret: ItemsPage };
  "runs.schema": { args: { run: string; tap: Tap }; ret: unknown };
  "runs.node": { args: { run: string; node: string }; ret: NodeDetail };
  "runs.errors": { args: { run: string; limit: number }; ret: ItemError[] };
  "expressions.preview": {
    args: {
      flow: string;
      run?: string;
      node: string;
      text: string;
      template: boolean;
      limit: number;
    };
    ret: Preview[];
  };
};

/** A command's name. */
export type CommandName = keyof Commands;
