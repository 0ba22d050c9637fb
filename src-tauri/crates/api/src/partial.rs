//! Runs of a part of a flow on what earlier runs brought: which nodes are fresh, what a run would do
//! and what it would take over. Not the running.

use std::collections::{BTreeSet, HashMap, HashSet};

use engine::Target;
use engine::known::{Known, KnownItem};
use flow::freshness::{Cut, Stand, cut, looked_back_at};
use flow::graph::Graph;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::Sample;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::App;
use crate::flows::Which;
use crate::launch::Again;
use crate::looks::Looks;
use crate::opened::{kept, parse};
use crate::stale::Assessed;
use crate::types::{ApiError, Code};

/// How a node's last outputs stand to the flow as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Freshness {
    /// How they stand.
    pub state: FreshState,
    /// Why it is stale, in words for the user; empty otherwise.
    pub why: String,
    /// The run that they are of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub run: Option<RunId>,
}

/// How a node's last outputs stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FreshState {
    /// It has not been run.
    Never,
    /// They are what it would make again.
    Fresh,
    /// Something has changed since.
    Stale,
}

/// Which part of a flow is to be run.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct PlanAsk {
    /// The flow.
    pub flow: FlowId,
    /// This node alone.
    #[serde(default)]
    #[ts(optional)]
    pub node: Option<NodeId>,
    /// Up to this node.
    #[serde(default)]
    #[ts(optional)]
    pub to: Option<NodeId>,
    /// From this node on.
    #[serde(default)]
    #[ts(optional)]
    pub from: Option<NodeId>,
    /// Whether nothing is taken over from earlier runs.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub anew: bool,
}

/// What a run would do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct RunPlan {
    /// The nodes that it would come to, in order.
    pub nodes: Vec<PlannedNode>,
    /// One sentence: `Runs 2 nodes, takes over 3 from the run of 14:02.`
    pub summary: String,
}

/// What a run would do with a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlannedNode {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// Whether its outputs would be taken over from an earlier run.
    pub reused: bool,
    /// Why, in words for the user: `ran at 14:02, nothing has changed`.
    pub why: String,
    /// How many items would be taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub items: Option<u64>,
}

/// How the last outputs of each node of a flow stand.
pub async fn freshness(app: &App, which: Which) -> Result<IndexMap<NodeId, Freshness>, ApiError> {
    let assessed = Assessed::of(app, &which.flow).await?;
    let nodes = assessed.checked.graph.nodes().iter().enumerate();
    Ok(nodes
        .map(|(at, node)| {
            let (state, why) = match assessed.stands.get(&at) {
                None | Some(Stand::Never) => (FreshState::Never, String::new()),
                Some(Stand::Fresh) => (FreshState::Fresh, String::new()),
                Some(Stand::Stale(why)) => (FreshState::Stale, why.clone()),
            };
            let run = assessed.ran(at).map(|ran| ran.run.row.id.clone());
            (node.spec.id.clone(), Freshness { state, why, run })
        })
        .collect())
}

/// What a run of a part of a flow would do, without running it.
pub async fn plan(app: &App, ask: PlanAsk) -> Result<RunPlan, ApiError> {
    Ok(Part::of(app, &ask).await?.told())
}

/// A part of a flow that is to be run.
pub(crate) struct Part {
    assessed: Assessed,
    pub(crate) target: Target,
    /// Its nodes, in order.
    wanted: Vec<usize>,
    cut: Cut,
    /// Of the nodes that may be taken over, how many items they gave out, or why they may not.
    known: HashMap<usize, Result<u64, String>>,
    is_anew: bool,
}

impl Part {
    /// Decides what a run of a part would run, and what it would take over.
    pub(crate) async fn of(app: &App, ask: &PlanAsk) -> Result<Self, ApiError> {
        let assessed = Assessed::of(app, &ask.flow).await?;
        let graph = &assessed.checked.graph;
        let outermost = |id: &NodeId| {
            let found = graph.find(id).and_then(|node| graph.around(node).last());
            found.ok_or_else(|| {
                ApiError::new(Code::Invalid, format!("There is no node \"{id}\" in this flow."))
            })
        };
        let all: Vec<usize> = graph.sorted(None);
        let (target, wanted, always) = match (&ask.node, &ask.to, &ask.from) {
            (Some(id), ..) => {
                let node = graph.find(id).map_or_else(|| outermost(id), Ok)?;
                (Target::Only(id.clone()), vec![node], vec![node])
            }
            (_, Some(id), _) => {
                let end = outermost(id)?;
                let before = |node: &usize| graph.is_reached(*node, end);
                let target = Target::UpTo(graph.nodes()[end].spec.id.clone());
                (target, all.into_iter().filter(before).collect(), vec![end])
            }
            (_, _, Some(id)) => (Target::All, all, vec![outermost(id)?]),
            (None, None, None) => (Target::All, all.clone(), all),
        };
        let is_anew = ask.anew && ask.from.is_none();
        let mut part =
            Self { known: HashMap::new(), cut: Cut::default(), assessed, target, wanted, is_anew };
        part.decide(app, always, ask.from.is_some()).await?;
        Ok(part)
    }

    async fn decide(
        &mut self,
        app: &App,
        mut always: Vec<usize>,
        even_stale: bool,
    ) -> Result<(), ApiError> {
        for node in &self.wanted {
            let found = match self.assessed.stands.get(node) {
                _ if self.is_anew => Err("Everything is run anew.".to_owned()),
                None | Some(Stand::Never) => Err("It has not been run.".to_owned()),
                Some(Stand::Stale(why)) if !even_stale => Err(why.clone()),
                Some(Stand::Fresh | Stand::Stale(_)) => self.assessed.kept(app, *node).await?,
            };
            self.known.insert(*node, found);
        }
        let wanted: HashSet<usize> = self.wanted.iter().copied().collect();
        // A trigger is not run by what stands behind it: only those that begin this run are wanted.
        loop {
            let is_known = |node: usize| self.known.get(&node).is_some_and(Result::is_ok);
            let always_run = always.iter().copied();
            self.cut = cut(&self.assessed.checked, &wanted, always_run, is_known);
            let lost = self.lost(app).await?;
            if lost.is_empty() {
                return Ok(());
            }
            for node in lost {
                let why = "Later nodes look back at it, and what it gave out cannot be told for \
                           each of their items.";
                self.known.insert(node, Err(why.to_owned()));
                always.push(node);
            }
        }
    }

    /// Nodes that are looked back at, and that some item which is taken over does not tell of.
    async fn lost(&self, app: &App) -> Result<Vec<usize>, ApiError> {
        let asked = looked_back_at(&self.assessed.checked, &self.cut.run);
        let graph = &self.assessed.checked.graph;
        let mut lost = BTreeSet::new();
        for known in self.given(app).await? {
            let Some(from) = graph.find(&known.node) else { continue };
            for node in asked.iter().filter(|asked| is_at_or_before(graph, **asked, from)) {
                let id = &graph.nodes()[*node].spec.id;
                let has = |item: &KnownItem| item.passed.iter().any(|passed| passed.node == *id);
                if !known.items.iter().all(has) {
                    lost.insert(*node);
                }
            }
        }
        Ok(lost.into_iter().filter(|node| self.wanted.contains(node)).collect())
    }

    /// The items that are taken over, with their paths.
    async fn given(&self, app: &App) -> Result<Vec<Known>, ApiError> {
        let graph = &self.assessed.checked.graph;
        let asked = looked_back_at(&self.assessed.checked, &self.cut.run);
        let mut given = Vec::new();
        for node in &self.cut.taken {
            let Some(ran) = self.assessed.ran(*node) else { continue };
            let id = &graph.nodes()[*node].spec.id;
            let before = asked.iter().filter(|asked| is_at_or_before(graph, **asked, *node));
            let before = before.filter_map(|asked| {
                Some((graph.nodes()[*asked].spec.id.clone(), self.assessed.ran(*asked)?))
            });
            let mut looks = Looks::new(&ran.run);
            for (id, ran) in before {
                looks.add(app, &ran.run, id).await?;
            }
            for source in ran.run.outputs(id) {
                let (run, of) = (ran.run.row.id.clone(), vec![source.clone()]);
                let (_, raw) = app.read(move |store| kept(store, &run, &of, 0, u64::MAX)).await?;
                let mut items = Vec::with_capacity(raw.len());
                for item in raw {
                    let sample: Sample = parse(item.get().as_bytes())?;
                    items.push(looks.item(&sample.item, sample.value));
                }
                given.push(Known { node: id.clone(), port: Some(source.port), items });
            }
        }
        Ok(given)
    }

    /// What the run takes over.
    pub(crate) async fn again(&self, app: &App) -> Result<Again, ApiError> {
        let id = |node: &usize| self.assessed.checked.graph.nodes()[*node].spec.id.clone();
        let kept = self.wanted.iter().filter(|node| !self.cut.run.contains(node)).map(id);
        Ok(Again { root: None, kept: kept.collect(), known: self.given(app).await? })
    }

    /// The nodes that are run, those inside scopes included.
    pub(crate) fn runs(&self, node: &NodeId) -> bool {
        let graph = &self.assessed.checked.graph;
        let Some(at) = graph.find(node) else { return false };
        graph.around(at).any(|around| self.cut.run.contains(&around))
    }

    fn told(&self) -> RunPlan {
        let graph = &self.assessed.checked.graph;
        let nodes: Vec<PlannedNode> = self
            .wanted
            .iter()
            .map(|node| {
                let reused = !self.cut.run.contains(node);
                let items = match self.known.get(node) {
                    Some(Ok(items)) if reused => Some(*items),
                    _ => None,
                };
                let (name, why) = (self.assessed.title(*node), self.why(*node, reused));
                PlannedNode { node: graph.nodes()[*node].spec.id.clone(), name, reused, why, items }
            })
            .collect();
        let n_reused = nodes.iter().filter(|node| node.reused).count();
        let count = |n: usize| if n == 1 { "1 node".to_owned() } else { format!("{n} nodes") };
        let runs = count(nodes.len() - n_reused);
        let mut times: Vec<&str> = self
            .cut
            .taken
            .iter()
            .filter_map(|n| Some(self.assessed.ran(*n)?.when.as_str()))
            .collect();
        times.dedup();
        let summary = match (n_reused, times.as_slice()) {
            (0, _) => format!("Runs {runs}."),
            (n, [when]) => format!("Runs {runs}, takes over {n} from the run of {when}."),
            (n, _) => format!("Runs {runs}, takes over {n} from earlier runs."),
        };
        RunPlan { nodes, summary }
    }

    fn why(&self, node: usize, reused: bool) -> String {
        let when = self.assessed.ran(node).map(|ran| ran.when.as_str()).unwrap_or_default();
        match (self.known.get(&node), self.assessed.stands.get(&node)) {
            (Some(Ok(_)), Some(Stand::Stale(why))) if reused => {
                format!("Its items of {when} are used all the same: {why}")
            }
            (Some(Ok(_)), _) if reused => format!("It ran at {when}, and nothing has changed."),
            _ if reused => "Nothing that is run needs it.".to_owned(),
            (Some(Err(why)), _) => why.clone(),
            _ if self.assessed.ran(node).is_some() => {
                "It is run again, for it was asked for or stands behind what is run.".to_owned()
            }
            _ => "It has not been run.".to_owned(),
        }
    }
}

fn is_at_or_before(graph: &Graph, asked: usize, node: usize) -> bool {
    asked == node || graph.is_before(asked, node)
}
