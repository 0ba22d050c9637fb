//! Which run last ran each node of a flow, and what is kept of its outputs. Not what follows from
//! that: see `flow::freshness`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use engine::Target;
use flow::check::{Checked, check};
use flow::file::NodeSpec;
use flow::freshness::{LastRun, Stand, freshness};
use flow::id::{FlowId, NodeId};
use flow::run::{NodeStatus, RunStatus, Timestamp};
use store::RunQuery;

use crate::App;
use crate::durable::Request;
use crate::opened::{OpenRun, kept};
use crate::parked::RETRY;
use crate::types::ApiError;

/// How many of a flow's runs are looked at.
const LOOKED_AT: u32 = 20;

/// A flow as it is now, with what its last runs left.
pub(crate) struct Assessed {
    pub(crate) checked: Checked,
    /// The run that last ran each node.
    pub(crate) runs: HashMap<NodeId, Ran>,
    /// How each node stands, by its place in the graph.
    pub(crate) stands: BTreeMap<usize, Stand>,
}

/// The last time that a node was run.
#[derive(Clone)]
pub(crate) struct Ran {
    pub(crate) run: Arc<OpenRun>,
    /// Its place among the runs.
    order: u64,
    /// When, in words.
    pub(crate) when: String,
    /// Why its outputs are not those that it would make again.
    trouble: Option<String>,
}

impl Assessed {
    /// Looks at a flow and at its last runs.
    pub(crate) async fn of(app: &App, flow: &FlowId) -> Result<Self, ApiError> {
        let (_, file, _) = crate::flows::load(app, flow).await?;
        let checked = check(&file, &app.catalogue);
        let mut wanted: Vec<NodeId> =
            checked.graph.nodes().iter().map(|node| node.spec.id.clone()).collect();
        let mut runs: HashMap<NodeId, Ran> = HashMap::new();
        let query = RunQuery { flow: Some(flow.clone()), limit: LOOKED_AT, ..RunQuery::default() };
        let rows = app.read(move |store| store.runs(&query)).await?;
        let environment = app.ready(flow).await?.environment.clone();
        for (order, row) in (0..u64::from(LOOKED_AT)).rev().zip(rows) {
            if wanted.is_empty() {
                break;
            }
            if !row.status.is_over() || row.status == RunStatus::Interrupted {
                continue;
            }
            let id = row.id.clone();
            let start = app.read(move |store| store.run_start(&id)).await?;
            let request = start.map(|(start, _)| Request::read(&start)).transpose()?;
            let request = request.map(|(request, _)| request);
            // What a cassette or a mock answered is not kept for going on; a webhook's call may be.
            if request.is_none() && row.trigger != "webhook" {
                continue;
            }
            let run = app.open_run(&row.id).await?;
            let elsewhere = request.as_ref().is_some_and(|was| was.environment != environment);
            let part = Part::of(&run, request.as_ref());
            let ran = Ran { when: moment(row.started_at), run, order, trouble: None };
            wanted.retain(|node| {
                if !part.has(&ran.run, node) {
                    return true;
                }
                let trouble = ran.trouble_at(node, elsewhere);
                runs.insert(node.clone(), Ran { trouble, ..ran.clone() });
                false
            });
        }
        let last: HashMap<NodeId, LastRun<'_>> =
            runs.iter().map(|(node, ran)| (node.clone(), ran.last())).collect();
        let label = |node: &NodeSpec, key: &str| label(app, node, key);
        let stands = freshness(&checked, &file, &last, label);
        Ok(Self { checked, runs, stands })
    }

    /// The name of a node.
    pub(crate) fn title(&self, node: usize) -> String {
        let id = &self.checked.graph.nodes()[node].spec.id;
        self.checked.facts.get(id).map_or_else(|| id.to_string(), |facts| facts.title.clone())
    }

    /// The last run of a node.
    pub(crate) fn ran(&self, node: usize) -> Option<&Ran> {
        self.runs.get(&self.checked.graph.nodes()[node].spec.id)
    }

    /// How many items left a node when it last ran, where all of them were kept.
    ///
    /// # Errors
    /// Why they cannot be taken over, in words.
    pub(crate) async fn kept(
        &self,
        app: &App,
        node: usize,
    ) -> Result<Result<u64, String>, ApiError> {
        let Some(ran) = self.ran(node) else { return Ok(Err("It has not been run.".to_owned())) };
        let id = &self.checked.graph.nodes()[node].spec.id;
        let mut n_all = 0;
        for source in ran.run.outputs(id) {
            let (run, passed) = (ran.run.row.id.clone(), ran.run.n_passed(&source));
            let of = vec![source];
            let (n_kept, _) = app.read(move |store| kept(store, &run, &of, 0, 0)).await?;
            if n_kept < passed {
                return Ok(Err(format!(
                    "Of its {passed} items of {} only {n_kept} were kept, so it is run again.",
                    ran.when
                )));
            }
            n_all += passed;
        }
        Ok(Ok(n_all))
    }
}

impl Ran {
    fn last(&self) -> LastRun<'_> {
        LastRun {
            order: self.order,
            when: &self.when,
            flow: &self.run.flow,
            trouble: self.trouble.clone(),
        }
    }

    /// Why what a node gave out then is not what it would give out again.
    fn trouble_at(&self, node: &NodeId, elsewhere: bool) -> Option<String> {
        let when = &self.when;
        if elsewhere {
            return Some(format!("It ran in another environment at {when}."));
        }
        match self.run.state.nodes.get(node).and_then(|ran| ran.status) {
            Some(NodeStatus::Failed) => Some(format!("It failed at {when}.")),
            Some(NodeStatus::Cancelled) | None => {
                Some(format!("It was stopped at {when} before it was done."))
            }
            Some(NodeStatus::Skipped) if self.run.row.status == RunStatus::Failed => {
                Some(format!("The run of {when} failed before it came to this node."))
            }
            Some(NodeStatus::Skipped) if self.run.row.status == RunStatus::Cancelled => {
                Some(format!("The run of {when} was stopped before it came to this node."))
            }
            Some(NodeStatus::Ok | NodeStatus::Rejects | NodeStatus::Skipped) => None,
        }
    }
}

/// Which nodes a run was to run.
struct Part {
    target: Target,
    kept: Vec<NodeId>,
    /// Whether it was about some items only, which say nothing of the others.
    is_some: bool,
}

impl Part {
    fn of(run: &OpenRun, request: Option<&Request>) -> Self {
        let Some(request) = request else {
            return Self { target: Target::All, kept: Vec::new(), is_some: false };
        };
        let target = Target::from(request.target.clone());
        let is_parked = run.row.trigger == RETRY && matches!(target, Target::From(_));
        let is_some = is_parked || matches!(target, Target::Only(_) | Target::From(_));
        Self { target, kept: request.again.kept.clone(), is_some }
    }

    fn has(&self, run: &OpenRun, node: &NodeId) -> bool {
        if self.is_some || self.kept.contains(node) {
            return false;
        }
        let graph = &run.checked.graph;
        let Some(at) = graph.find(node) else { return false };
        let Target::UpTo(end) = &self.target else { return true };
        let outermost = graph.around(at).last().unwrap_or(at);
        graph.find(end).is_some_and(|end| graph.is_reached(outermost, end))
    }
}

/// What the user calls a key of a node.
fn label(app: &App, node: &NodeSpec, key: &str) -> String {
    let name = key.rsplit('/').next().unwrap_or(key);
    let field = key
        .starts_with("/params/")
        .then(|| app.catalogue.get(&node.kind))
        .flatten()
        .and_then(|kind| kind.info.fields.iter().find(|field| field.key == name));
    match (field, key) {
        (Some(field), _) => field.label.clone(),
        (None, "/on_error") => "rule for errors".to_owned(),
        (None, "/type") => "type".to_owned(),
        (None, _) => name.replace('_', " "),
    }
}

/// A time as the user's clock shows it: `14:02`, with the day where it is another one.
pub(crate) fn moment(at: Timestamp) -> String {
    let zoned = |at: jiff::Timestamp| at.to_zoned(jiff::tz::TimeZone::system());
    let Ok(then) = jiff::Timestamp::from_millisecond(at) else { return String::new() };
    let (then, now) = (zoned(then), zoned(jiff::Timestamp::now()));
    let form = if then.date() == now.date() { "%H:%M" } else { "%F %H:%M" };
    then.strftime(form).to_string()
}
