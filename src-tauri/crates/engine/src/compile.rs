//! Makes a flow ready to run: builds its nodes, and cuts its graph into stages. A node gets a stage
//! of its own unless it is pure and has one wire in: then it works behind the one that feeds it.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use flow::catalogue::{Catalogue, Consumes};
use flow::check::{Checked, ERROR_PORT, check};
use flow::diagnostic::{At, Diagnostic, Severity};
use flow::file::FlowFile;
use flow::graph as plain;
use flow::id::WireId;

use crate::catalogue::registered;
use crate::item::Item;
use crate::node::{Behaviour, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::program::{Graph, Head, Lane, LaneSource, Member, Node, Outlet, Stage, Target};
use crate::rules::{Policy, Rules};
use crate::services::Services;
use crate::step::StepResult;
use crate::tally::{NodePlace, Places, PortPlace};

/// A flow whose nodes are built.
pub(crate) struct Built {
    pub(crate) graph: plain::Graph,
    pub(crate) nodes: Arc<Vec<Node>>,
    pub(crate) places: Arc<Places>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Builds the nodes of a flow. What cannot be built is told in the diagnostics.
pub(crate) fn build(flow: &FlowFile, catalogue: &Catalogue, services: &Services) -> Built {
    let Checked { graph, mut diagnostics, .. } = check(flow, catalogue);
    let asked_for = asked_for(&graph);
    let places = places(&graph);
    let mut nodes: Vec<Node> = Vec::with_capacity(graph.nodes().len());
    for (index, plain) in graph.nodes().iter().enumerate() {
        let setup = Setup { spec: &plain.spec, services };
        let behaviour = if plain.spec.disabled {
            Ok(Behaviour::Pure(Box::new(PassOn)))
        } else {
            match registered(&plain.spec.kind) {
                Some(entry) => (entry.build)(&setup),
                // The check has told that there is no such type.
                None => Ok(Behaviour::Pure(Box::new(PassOn))),
            }
        };
        let behaviour = behaviour.unwrap_or_else(|problem| {
            diagnostics.extend(not_told_yet(&diagnostics, &plain.spec.id, problem));
            Behaviour::Pure(Box::new(PassOn))
        });
        let place = &places.nodes[index];
        nodes.push(Node {
            rules: Arc::new(rules(
                index,
                plain,
                &behaviour,
                asked_for.contains(plain.spec.id.as_str()),
            )),
            behaviour,
            first_port: place.first_port,
            n_ports: place.n_ports,
            body: None,
            is_source: plain.consumes == Some(Consumes::Source),
            writes: catalogue.get(&plain.spec.kind).is_some_and(|kind| kind.info.writes)
                && !only_reads(&plain.spec),
        });
    }
    for scope in 0..nodes.len() {
        if matches!(nodes[scope].behaviour, Behaviour::Scope(_)) {
            let inside = graph.sorted(Some(scope));
            let given: Vec<usize> =
                inside.iter().copied().filter(|n| graph.nodes()[*n].wires_in.is_empty()).collect();
            let cut = Cut { graph: &graph, nodes: &nodes, places: &places, into: Into::Scope };
            nodes[scope].body = Some(cut.run(&inside, &given, &[]));
        }
    }
    Built { graph, nodes: Arc::new(nodes), places: Arc::new(places), diagnostics }
}

/// The nodes that a `$node("…")` in any text of the flow names. One too many costs some memory
/// only; one too few would fail items.
fn asked_for(graph: &plain::Graph) -> HashSet<String> {
    let mut found = HashSet::new();
    for node in graph.nodes() {
        for value in node.spec.params.values() {
            find_asked_for(value, &mut found);
        }
    }
    found
}

fn find_asked_for(json: &serde_json::Value, found: &mut HashSet<String>) {
    match json {
        serde_json::Value::String(text) => {
            for after in text.split("$node").skip(1) {
                let Some(id) = after.trim_start().strip_prefix('(').map(str::trim_start) else {
                    continue;
                };
                let Some(quote) = id.chars().next().filter(|c| ['"', '\''].contains(c)) else {
                    continue;
                };
                found.extend(id[1..].split(quote).next().map(str::to_owned));
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|i| find_asked_for(i, found)),
        serde_json::Value::Object(map) => map.values().for_each(|i| find_asked_for(i, found)),
        _ => {}
    }
}

/// Whether a node of a type that can write is set up to read.
fn only_reads(spec: &flow::file::NodeSpec) -> bool {
    let method = spec.params.get("method").and_then(|method| method.as_str());
    spec.kind.as_str() == "http.request"
        && method.is_none_or(|method| ["GET", "HEAD", "OPTIONS"].contains(&method))
}

fn not_told_yet(
    told: &[Diagnostic],
    node: &flow::id::NodeId,
    problem: flow::catalogue::Problem,
) -> Option<Diagnostic> {
    let is_told =
        told.iter().any(|d| d.severity == Severity::Error && d.at.node.as_ref() == Some(node));
    let at = At { node: Some(node.clone()), key: Some(problem.key), ..At::default() };
    let code = "param.invalid".to_owned();
    (!is_told).then_some(Diagnostic {
        severity: Severity::Error,
        code,
        message: problem.message,
        at,
    })
}

fn rules(index: usize, node: &plain::Node, behaviour: &Behaviour, is_kept: bool) -> Rules {
    let spec = &node.spec;
    let error_port = node.outputs.iter().position(|port| port.name == ERROR_PORT);
    let default_concurrency = match behaviour {
        Behaviour::Scope(rules) => rules.concurrency,
        _ => NonZeroU32::MIN,
    };
    Rules {
        id: spec.id.clone(),
        index,
        retry: spec.retry.unwrap_or_default(),
        timeout: spec.timeout_ms.map(Duration::from_millis),
        on_error: Policy::of(spec.on_error.as_ref(), error_port.unwrap_or(0)),
        concurrency: spec.concurrency.unwrap_or(default_concurrency),
        is_kept,
    }
}

fn places(graph: &plain::Graph) -> Places {
    let mut places = Places::default();
    for (index, node) in graph.nodes().iter().enumerate() {
        let id = node.spec.id.clone();
        let first_port = places.ports.len();
        places.nodes.push(NodePlace { id, first_port, n_ports: node.outputs.len() });
        for (port, about) in node.outputs.iter().enumerate() {
            let leaving = node.wires_out.iter().map(|wire| &graph.wires()[*wire]);
            let mut wires: Vec<WireId> =
                leaving.filter(|wire| wire.from_port == port).map(|wire| wire.id.clone()).collect();
            if wires.is_empty() {
                wires.push(WireId::from(format!("{}.{}>", node.spec.id, about.name)));
            }
            places.ports.push(PortPlace { node: index, name: about.name.clone(), wires });
        }
    }
    places
}

/// A disabled node.
struct PassOn;

impl Pure for PassOn {
    fn apply(&self, item: &Item, _: &PureContext<'_>, out: &mut Ports) -> StepResult<()> {
        out.pass(0, item.clone());
        Ok(())
    }
}

/// Where the items of the last nodes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Into {
    /// Out of the flow.
    Flow,
    /// To the scope that the nodes stand in.
    Scope,
}

/// Cuts some of a flow's nodes into stages.
pub(crate) struct Cut<'a> {
    pub(crate) graph: &'a plain::Graph,
    pub(crate) nodes: &'a [Node],
    pub(crate) places: &'a Places,
    pub(crate) into: Into,
}

/// Where a node stands: its stage, and its number among the stage's members.
type Seat = (usize, usize);

impl Cut<'_> {
    /// Makes the graph of the nodes in `inside`, which are in topological order. Those in `given`
    /// get items from outside; besides the last nodes, those in `tapped` give out results.
    pub(crate) fn run(&self, inside: &[usize], given: &[usize], tapped: &[usize]) -> Graph {
        let mut stages: Vec<Stage> = Vec::new();
        let mut seats: HashMap<usize, Seat> = HashMap::new();
        let mut targets: HashMap<usize, (usize, usize)> = HashMap::new();
        let mut n_channels = 0;
        for &node in inside {
            let wires = self.wires_in(node, &seats);
            let is_given = given.contains(&node);
            let is_pure = matches!(self.nodes[node].behaviour, Behaviour::Pure(_));
            let n_ports = self.nodes[node].n_ports;
            let member = Member { node, routes: vec![Vec::new(); n_ports] };
            if let ([wire], true, false) = (&wires[..], is_pure, is_given) {
                let (stage, _) = seats[&self.graph.wires()[*wire].from];
                seats.insert(node, (stage, stages[stage].members.len()));
                stages[stage].members.push(member);
                continue;
            }
            let mut lanes = Vec::new();
            if is_given {
                let port = self.input_name(node, 0);
                lanes.push(Lane { source: LaneSource::Given(node), port });
            }
            for wire in wires {
                targets.insert(wire, (stages.len(), n_channels));
                let port = self.input_name(node, self.graph.wires()[wire].to_port);
                lanes.push(Lane { source: LaneSource::Channel(n_channels), port });
                n_channels += 1;
            }
            seats.insert(node, (stages.len(), 0));
            let (head, entry) =
                if is_pure { (Head::Pass, vec![Target::Member(0)]) } else { (Head::Node, vec![]) };
            stages.push(Stage { lanes, head, entry, members: vec![member], outlets: vec![] });
        }
        let mut results = Vec::new();
        for &node in inside {
            let (stage, member) = seats[&node];
            self.lead_on(node, (stage, member), &seats, &targets, &mut stages);
            for port in self.result_ports(node, &seats, tapped) {
                let outlet = match self.into {
                    Into::Flow => {
                        Outlet::Result { port: self.places.nodes[node].first_port + port }
                    }
                    Into::Scope => {
                        results.push(n_channels);
                        n_channels += 1;
                        Outlet::Channel(n_channels - 1)
                    }
                };
                add_outlet(&mut stages[stage], member, port, outlet);
            }
        }
        let stages = stages.into_iter().map(Arc::new).collect();
        Graph { stages, n_channels, nodes: inside.to_vec(), results }
    }

    /// The wires into a node from those that have a seat, in the order in which their items are
    /// wanted.
    fn wires_in(&self, node: usize, seats: &HashMap<usize, Seat>) -> Vec<usize> {
        let plain = &self.graph.nodes()[node];
        let mut wires: Vec<usize> = plain
            .wires_in
            .iter()
            .copied()
            .filter(|wire| seats.contains_key(&self.graph.wires()[*wire].from))
            .collect();
        let wanted = match &self.nodes[node].behaviour {
            Behaviour::Gather(gather) => gather.order(),
            _ => &[],
        };
        wires.sort_by_key(|wire| {
            let port = self.graph.wires()[*wire].to_port;
            let name = self.input_name(node, port);
            (wanted.iter().position(|wanted| *wanted == name).unwrap_or(wanted.len()), port)
        });
        wires
    }

    fn input_name(&self, node: usize, port: usize) -> String {
        let inputs = &self.graph.nodes()[node].inputs;
        inputs.get(port).map(|port| port.name.clone()).unwrap_or_default()
    }

    /// Leads what a node puts out to the nodes behind it, in the order of the wires.
    fn lead_on(
        &self,
        node: usize,
        (stage, member): Seat,
        seats: &HashMap<usize, Seat>,
        targets: &HashMap<usize, (usize, usize)>,
        stages: &mut [Stage],
    ) {
        for wire in &self.graph.nodes()[node].wires_out {
            let plain::Wire { to, from_port, .. } = &self.graph.wires()[*wire];
            match (targets.get(wire), seats.get(to)) {
                (Some((_, channel)), _) => {
                    let outlet = Outlet::Channel(*channel);
                    add_outlet(&mut stages[stage], member, *from_port, outlet);
                }
                (None, Some((_, behind))) => {
                    stages[stage].members[member].routes[*from_port].push(Target::Member(*behind));
                }
                (None, None) => {}
            }
        }
    }

    /// The outputs of a node whose items are results: the first one of a node without a wire out.
    /// A branch's cases are all alike, so there it is each of them.
    fn result_ports(
        &self,
        node: usize,
        seats: &HashMap<usize, Seat>,
        tapped: &[usize],
    ) -> Vec<usize> {
        let plain = &self.graph.nodes()[node];
        let is_last =
            !plain.wires_out.iter().any(|w| seats.contains_key(&self.graph.wires()[*w].to));
        if !is_last && !tapped.contains(&node) {
            return Vec::new();
        }
        if plain.spec.kind.as_str() != "flow.branch" {
            return vec![0];
        }
        (0..plain.outputs.len()).filter(|port| plain.outputs[*port].name != ERROR_PORT).collect()
    }
}

fn add_outlet(stage: &mut Stage, member: usize, port: usize, outlet: Outlet) {
    stage.members[member].routes[port].push(Target::Outlet(stage.outlets.len()));
    stage.outlets.push(outlet);
}
