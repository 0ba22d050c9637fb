//! The one list of commands: name, what it takes, what it gives. The match in `dispatch` and the
//! TypeScript type of `call` are both made from it.
//!
//! ```text
//! app.info            {}                                         -> AppInfo
//! app.catalogue       {}                                         -> NodeInfo[]
//! settings.get        {}                                         -> Record<string, unknown>
//! settings.set        { key, value }                             -> null
//! flows.list          {}                                         -> FlowSummary[]
//! flows.create        { name, template?: FlowId }                -> FlowView
//! flows.open          { flow }                                   -> FlowView
//! flows.edit          { flow, rev, label, edit }                 -> Applied        (Stale when rev is old)
//! flows.undo          { flow, rev }                              -> Applied
//! flows.redo          { flow, rev }                              -> Applied
//! flows.delete        { flow }                                   -> null
//! flows.duplicate     { flow }                                   -> FlowView
//! flows.import        { text, layout?: string }                  -> FlowView
//! flows.export        { flow }                                   -> { flow: string, layout: string }
//! templates.list      {}                                         -> TemplateSummary[]
//! runs.start          { flow, node?: NodeId, input?: unknown[] } -> RunSummary     (Broken when it has errors)
//! runs.cancel         { run }                                    -> null
//! runs.list           { flow?, status?, limit, before?: RunId }  -> RunSummary[]
//! runs.open           { run }                                    -> RunView
//! runs.delete         { run }                                    -> null
//! runs.items          { run, tap: Tap, offset, limit }           -> ItemsPage
//! runs.schema         { run, tap: Tap }                          -> Schema (data::schema)
//! runs.node           { run, node }                              -> NodeDetail
//! runs.errors         { run, limit }                             -> ItemError[]
//! expressions.preview { flow, run?, node, text, template: bool, limit } -> Preview[]
//! ```
//! `runs.start` with `node` runs that node alone, on the items that its input kept of the flow's
//! last run (or on `input`).
