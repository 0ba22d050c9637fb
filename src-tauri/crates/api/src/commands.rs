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
//! flows.form          { flow }                                   -> Field[]        (of an item that it takes)
//! flows.pin           { flow }                                   -> { version: string } (what calls can be bound to)
//! flows.export        { flow }                                   -> { flow: string, layout: string }
//! tables.list         {}                                         -> TableSummary[]
//! tables.open         { table }                                  -> TableView
//! tables.create       { table }                                  -> TableView
//! tables.edit         { table, rev, label, edit: TableEdit }     -> TableApplied   (Stale when rev is old)
//! tables.undo         { table, rev }                             -> TableApplied
//! tables.redo         { table, rev }                             -> TableApplied
//! tables.import       { table, file: TableFile, rev?: number }   -> TableView
//! tables.delete       { table }                                  -> null
//! connections.list    {}                                         -> ConnectionSummary[]
//! connections.open    { id, environment }                        -> ConnectionView
//! connections.form    {}                                         -> Field[]
//! connections.save    { spec, was?: { id, environment } }        -> ConnectionView
//! connections.duplicate { id, environment, to, new_id? }         -> ConnectionView (without its secrets)
//! connections.delete  { id, environment }                        -> null
//! connections.secret  { id, environment, slot, value: string | null } -> ConnectionView (never read)
//! connections.test    { id, environment }                        -> Tested
//! connections.consent { id, environment }                        -> Consent        (the host opens its url)
//! connections.consent.wait   { consent }                         -> ConnectionView
//! connections.consent.cancel { consent }                         -> null
//! connections.disconnect { id, environment }                     -> ConnectionView
//! vault.state         {}                                         -> VaultState
//! vault.unlock        { passphrase }                             -> VaultState
//! templates.list      {}                                         -> TemplateSummary[]
//! runs.start          { flow, node?: NodeId, input?: unknown[], confirmed? } -> RunSummary (Broken when it has errors,
//!                                                                Confirm when it writes to production)
//!                     { ..., mode?, cassette?, lenient?, hide_personal?, faults?, node_modes? }
//! runs.told           { run }                                    -> string[]       (of its recording or replay)
//! runs.cancel         { run }                                    -> null
//! runs.list           { flow?, status?, limit, before?: RunId, trigger?, text?, since?, until? } -> RunSummary[]
//! runs.pause          { run }                                    -> null
//! runs.unpause        { run }                                    -> null
//! runs.resume         { run }                                    -> RunSummary     (Invalid while writes are undecided)
//! runs.writes         { run }                                    -> WritesView
//! runs.decide         { run, decision, steps? }                  -> WritesView
//! runs.retry          { run, from: RetryFrom, version?, confirmed? } -> RunSummary
//! runs.timeline       { run }                                    -> Timeline
//! runs.plan           { flow, node?, to?, from?, anew? }         -> RunPlan        (what a run would do)
//! runs.history        {}                                         -> HistoryView
//! runs.keep           { days?, runs?, mb? }                      -> Pruned
//! flows.freshness     { flow }                                   -> Record<NodeId, Freshness>
//! parked.groups       { flow?, run?, cause?, state? }            -> ParkedGroup[]
//! parked.list         { flow?, run?, cause?, state?, before?, limit? } -> ParkedItem[]
//! parked.mend         { id, value? }                             -> ParkedItem
//! parked.retry        { ids, version?, confirmed? }              -> RunSummary[]
//! parked.resolve      { ids, note }                              -> null
//! parked.export       { flow?, run?, cause?, state? }            -> TextFile
//! inbox.list          { run?, answered?, limit? }                -> InboxItem[]
//! inbox.decide        { id, approve, value?, note? }             -> InboxItem
//! inbox.signal        { run?, name, value? }                     -> number
//! states.list         { flow? }                                  -> StateEntry[]
//! states.history      { flow, key }                              -> StateEntry[]
//! states.set          { flow, key, value? }                      -> StateEntry
//! runs.open           { run }                                    -> RunView
//! runs.delete         { run }                                    -> null
//! runs.items          { run, tap: Tap, offset, limit }           -> ItemsPage
//! runs.schema         { run, tap: Tap }                          -> Schema (data::schema)
//! runs.node           { run, node }                              -> NodeDetail
//! runs.errors         { run, limit }                             -> ItemError[]
//! runs.har            { run }                                    -> TextFile       (what was called, as HAR 1.2)
//! network.list        { before?: number, host?, limit }          -> NetworkEntry[]
//! network.export      { format: "har" | "csv", host? }           -> TextFile
//! cassettes.list      {}                                         -> CassetteSummary[]
//! cassettes.open      { name }                                   -> CassetteView
//! cassettes.call      { name, call: number }                     -> Exchange
//! cassettes.import    { name, text }                             -> CassetteSummary (a cassette, a HAR file, a mock)
//! cassettes.export    { name, with_personal? }                   -> TextFile
//! cassettes.rename    { name, to }                               -> CassetteSummary
//! cassettes.delete    { name }                                   -> null
//! expressions.preview { flow, run?, node, text, template: bool, limit } -> Preview[]
//! mapper.open         { flow, node, run? }                       -> MapperView
//! mapper.menu         {}                                         -> MapperMenu
//! mapper.read         { text, within? }                          -> Reading
//! mapper.rule         { rule, within? }                          -> RuleText
//! mapper.reach        { path, lists, within }                    -> Reached
//! mapper.preview      { flow, node, run?, rows?, keep?, limit? } -> MapPreview
//! mapper.suggest      { flow, node, run?, targets? }             -> Suggestion[]
//! mapper.explain      { flow, node, run?, item, to }             -> Explained
//! mapper.sheet.export { flow, node, run?, format }               -> SheetFile
//! mapper.sheet.import { flow, node, base64, accept? }            -> SheetDiff
//! ```
//! `runs.start` with `node` runs that node alone, on the items that its input kept of the flow's
//! last run (or on `input`).

use std::sync::Arc;

use crate::cassettes::{CassetteSummary, CassetteView};
use crate::connections::{ConnectionSummary, ConnectionView, Consent, Tested};
use crate::secrets::VaultState;
use crate::tables::{TableApplied, TableSummary, TableView};
use crate::types::{
    ApiError, AppInfo, Applied, Code, Exported, FlowSummary, FlowView, ItemsPage, NodeDetail,
    Preview, RunSummary, RunView, SchemaView, TemplateSummary, TextFile,
};
use crate::{
    App, called, cassettes, connections, durable, expressions, flows, history, inbox, mapper,
    network, parked, partial, runs, secrets, settings, states, tables, templates, timeline,
};

/// Makes `dispatch` and the TypeScript map of one list.
macro_rules! commands {
    ($($name:literal => $area:ident :: $command:ident ($args:ty) -> $ret:ty,)*) => {
        /// The names of all commands.
        pub const NAMES: &[&str] = &[$($name),*];

        /// Does the command of that name: JSON in, JSON out.
        ///
        /// # Errors
        /// [`Code::Invalid`] where there is no such command or `body` does not fit it, else what
        /// the command says.
        pub async fn dispatch(app: &Arc<App>, name: &str, body: &[u8]) -> Result<Vec<u8>, ApiError> {
            match name {
                $($name => {
                    let args: $args = read(name, body)?;
                    // Boxed, or every command would take the room of the largest.
                    let answer: $ret = Box::pin($area::$command(app, args)).await?;
                    write(&answer)
                })*
                _ => Err(ApiError::new(Code::Invalid, format!("There is no command {name}."))),
            }
        }

        /// The TypeScript type of all commands: `{ "app.info": { args: ...; ret: AppInfo }; ... }`.
        pub fn typescript(config: &ts_rs::Config) -> String {
            let mut lines = String::new();
            $(lines.push_str(&format!(
                "  \"{}\": {{ args: {}; ret: {} }};\n",
                $name,
                plain(&<$args as ts_rs::TS>::inline(config)),
                <$ret as ts_rs::TS>::name(config),
            ));)*
            lines
        }
    };
}

commands! {
    "app.info" => settings::info(settings::Nothing) -> AppInfo,
    "app.catalogue" => settings::catalogue(settings::Nothing) -> Vec<flow::catalogue::NodeInfo>,
    "settings.get" => settings::get(settings::Nothing) -> settings::Settings,
    "settings.set" => settings::set(settings::Setting) -> (),
    "flows.list" => flows::list(settings::Nothing) -> Vec<FlowSummary>,
    "flows.create" => flows::create(flows::Create) -> FlowView,
    "flows.open" => flows::open(flows::Which) -> FlowView,
    "flows.edit" => flows::edit(flows::Change) -> Applied,
    "flows.undo" => flows::undo(flows::AtRev) -> Applied,
    "flows.redo" => flows::redo(flows::AtRev) -> Applied,
    "flows.delete" => flows::delete(flows::Which) -> (),
    "flows.duplicate" => flows::duplicate(flows::Which) -> FlowView,
    "flows.import" => flows::import(flows::Import) -> FlowView,
    "flows.form" => flows::form(flows::Which) -> Vec<flow::field::Field>,
    "flows.pin" => called::pin(flows::Which) -> called::Pinned,
    "flows.export" => flows::export(flows::Which) -> Exported,
    "tables.list" => tables::list(settings::Nothing) -> Vec<TableSummary>,
    "tables.open" => tables::open(tables::Which) -> TableView,
    "tables.create" => tables::create(tables::Which) -> TableView,
    "tables.edit" => tables::edit(tables::Change) -> TableApplied,
    "tables.undo" => tables::undo(tables::AtRev) -> TableApplied,
    "tables.redo" => tables::redo(tables::AtRev) -> TableApplied,
    "tables.import" => tables::import(tables::Import) -> TableView,
    "tables.delete" => tables::delete(tables::Which) -> (),
    "connections.list" => connections::list(settings::Nothing) -> Vec<ConnectionSummary>,
    "connections.open" => connections::open(connections::Which) -> ConnectionView,
    "connections.form" => connections::form(settings::Nothing) -> Vec<flow::field::Field>,
    "connections.save" => connections::save(connections::Save) -> ConnectionView,
    "connections.duplicate" => connections::duplicate(connections::Duplicate) -> ConnectionView,
    "connections.delete" => connections::delete(connections::Which) -> (),
    "connections.secret" => connections::secret(connections::SetSecret) -> ConnectionView,
    "connections.test" => connections::test(connections::Which) -> Tested,
    "connections.consent" => connections::consent(connections::Which) -> Consent,
    "connections.consent.wait" => connections::wait(connections::OfConsent) -> ConnectionView,
    "connections.consent.cancel" => connections::cancel(connections::OfConsent) -> (),
    "connections.disconnect" => connections::disconnect(connections::Which) -> ConnectionView,
    "vault.state" => secrets::state(settings::Nothing) -> VaultState,
    "vault.unlock" => secrets::unlock(secrets::Passphrase) -> VaultState,
    "templates.list" => templates::list(settings::Nothing) -> Vec<TemplateSummary>,
    "runs.start" => runs::start(runs::Start) -> RunSummary,
    "runs.told" => runs::told(runs::Which) -> Vec<String>,
    "runs.cancel" => runs::cancel(runs::Which) -> (),
    "runs.list" => runs::list(runs::List) -> Vec<RunSummary>,
    "runs.pause" => durable::pause(runs::Which) -> (),
    "runs.unpause" => durable::unpause(runs::Which) -> (),
    "runs.resume" => durable::resume(runs::Which) -> RunSummary,
    "runs.writes" => durable::writes(runs::Which) -> durable::WritesView,
    "runs.decide" => durable::decide(durable::Decide) -> durable::WritesView,
    "runs.retry" => durable::retry(durable::Retry) -> RunSummary,
    "runs.timeline" => timeline::timeline(runs::Which) -> timeline::Timeline,
    "runs.plan" => partial::plan(partial::PlanAsk) -> partial::RunPlan,
    "runs.history" => history::view(settings::Nothing) -> history::HistoryView,
    "runs.keep" => history::keep(history::Retention) -> history::Pruned,
    "flows.freshness" => partial::freshness(flows::Which) -> indexmap::IndexMap<flow::id::NodeId, partial::Freshness>,
    "parked.groups" => parked::groups(parked::ParkedAsk) -> Vec<parked::ParkedGroup>,
    "parked.list" => parked::list(parked::ParkedAsk) -> Vec<parked::ParkedItem>,
    "parked.mend" => parked::mend(parked::Mend) -> parked::ParkedItem,
    "parked.retry" => parked::retry(parked::RetryParked) -> Vec<RunSummary>,
    "parked.resolve" => parked::resolve(parked::Resolve) -> (),
    "parked.export" => parked::export(parked::ParkedAsk) -> TextFile,
    "inbox.list" => inbox::list(inbox::InboxAsk) -> Vec<inbox::InboxItem>,
    "inbox.decide" => inbox::decide(inbox::Decide) -> inbox::InboxItem,
    "inbox.signal" => inbox::signal(inbox::Signal) -> u32,
    "states.list" => states::list(states::StatesAsk) -> Vec<states::StateEntry>,
    "states.history" => states::history(states::OfKey) -> Vec<states::StateEntry>,
    "states.set" => states::set(states::SetState) -> states::StateEntry,
    "runs.open" => runs::open(runs::Which) -> RunView,
    "runs.delete" => runs::delete(runs::Which) -> (),
    "runs.items" => runs::items(runs::Items) -> ItemsPage,
    "runs.schema" => runs::schema(runs::OfTap) -> SchemaView,
    "runs.node" => runs::node(runs::OfNode) -> NodeDetail,
    "runs.errors" => runs::errors(runs::Errors) -> Vec<flow::run::ItemError>,
    "runs.har" => runs::har(runs::Which) -> TextFile,
    "network.list" => network::list(network::NetworkAsk) -> Vec<network::NetworkEntry>,
    "network.export" => network::export(network::NetworkExport) -> TextFile,
    "cassettes.list" => cassettes::list(settings::Nothing) -> Vec<CassetteSummary>,
    "cassettes.open" => cassettes::open(cassettes::Which) -> CassetteView,
    "cassettes.call" => cassettes::call(cassettes::OfCall) -> flow::run::Exchange,
    "cassettes.import" => cassettes::import(cassettes::Import) -> CassetteSummary,
    "cassettes.export" => cassettes::export(cassettes::Export) -> TextFile,
    "cassettes.rename" => cassettes::rename(cassettes::Rename) -> CassetteSummary,
    "cassettes.delete" => cassettes::delete(cassettes::Which) -> (),
    "expressions.preview" => expressions::preview(expressions::Ask) -> Vec<Preview>,
    "mapper.open" => mapper::open(mapper::OfNode) -> mapper::MapperView,
    "mapper.menu" => mapper::menu(settings::Nothing) -> mapper::MapperMenu,
    "mapper.read" => mapper::read(mapper::ReadText) -> mapper::Reading,
    "mapper.rule" => mapper::rule(mapper::WriteRule) -> mapper::RuleText,
    "mapper.reach" => mapper::reach(mapper::Reach) -> mapper::Reached,
    "mapper.preview" => mapper::preview(mapper::PreviewAsk) -> mapper::MapPreview,
    "mapper.suggest" => mapper::suggest(mapper::SuggestAsk) -> Vec<mapper::Suggestion>,
    "mapper.explain" => mapper::explain(mapper::ExplainAsk) -> mapper::Explained,
    "mapper.sheet.export" => mapper::sheet_export(mapper::SheetAsk) -> mapper::SheetFile,
    "mapper.sheet.import" => mapper::sheet_import(mapper::SheetGiven) -> mapper::SheetDiff,
}

/// A TypeScript type on one line, without the comments of its fields.
fn plain(inline: &str) -> String {
    let mut plain = String::with_capacity(inline.len());
    for part in inline.split("/**") {
        let code = part.split_once("*/").map_or(part, |(_, code)| code);
        for word in code.split_whitespace() {
            if !plain.is_empty() {
                plain.push(' ');
            }
            plain.push_str(word);
        }
    }
    plain.replace(", }", " }").replace("Record<symbol, never>", "Record<string, never>")
}

fn read<T: serde::de::DeserializeOwned>(name: &str, body: &[u8]) -> Result<T, ApiError> {
    let body = if body.is_empty() { b"{}" } else { body };
    // By way of a value, for the fractions inside edits: see `flows::from_json`.
    let given = serde_json::from_slice::<serde_json::Value>(body).and_then(serde_json::from_value);
    given.map_err(|cause| {
        ApiError::new(Code::Invalid, format!("What was given to {name} does not fit it: {cause}."))
    })
}

fn write<T: serde::Serialize>(answer: &T) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(answer).map_err(ApiError::internal)
}
