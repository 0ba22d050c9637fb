//! Builds the nodes of a flow, each with the rules that apply around it and the places it is counted
//! at. Not which of them are run, nor in what order: that is `flow::plan`.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use flow::catalogue::{Catalogue, Problem};
use flow::check::{Checked, ERROR_PORT, check};
use flow::diagnostic::{At, Diagnostic, Severity};
use flow::file::FlowFile;
use flow::graph::{self, Graph};
use flow::id::WireId;

use crate::catalogue::registered;
use crate::item::Item;
use crate::node::{Behaviour, Pure, PureContext, Setup};
use crate::ports::Ports;
use crate::program::Node;
use crate::rules::{Policy, Rules};
use crate::services::Services;
use crate::step::StepResult;
use crate::tally::{NodePlace, Places, PortPlace};

/// A flow whose nodes are built.
pub(crate) struct Built {
    /// What was found of the flow, and what was found in building.
    pub(crate) checked: Checked,
    /// By their place in the flow's graph.
    pub(crate) nodes: Arc<Vec<Node>>,
    pub(crate) places: Arc<Places>,
}

/// Builds the nodes of a flow. What cannot be built is told in the diagnostics.
pub(crate) fn build(flow: &FlowFile, catalogue: &Catalogue, services: &Services) -> Built {
    let mut checked = check(flow, catalogue);
    let places = places(&checked.graph);
    let mut nodes: Vec<Node> = Vec::with_capacity(checked.graph.nodes().len());
    for (index, about) in checked.graph.nodes().iter().enumerate() {
        let behaviour = behaviour(about, services).unwrap_or_else(|problem| {
            let told = not_told_yet(&checked.diagnostics, &about.spec.id, problem);
            checked.diagnostics.extend(told);
            Behaviour::Pure(Box::new(PassOn))
        });
        let is_kept = checked.retained.binary_search(&about.spec.id).is_ok();
        let place = &places.nodes[index];
        nodes.push(Node {
            name: about.spec.name.clone().unwrap_or_else(|| about.spec.id.to_string()),
            rules: Arc::new(rules(index, about, &behaviour, is_kept)),
            behaviour,
            first_port: place.first_port,
            n_ports: place.n_ports,
            is_source: about.is_source(),
            writes: catalogue.get(&about.spec.kind).is_some_and(|kind| kind.info.writes)
                && !only_reads(&about.spec),
        });
    }
    Built { checked, nodes: Arc::new(nodes), places: Arc::new(places) }
}

fn behaviour(about: &graph::Node, services: &Services) -> Result<Behaviour, Problem> {
    match registered(&about.spec.kind) {
        Some(entry) if !about.spec.disabled => {
            let behaviour = (entry.build)(&Setup { spec: &about.spec, services })?;
            let is_pure = matches!(behaviour, Behaviour::Pure(_));
            debug_assert_eq!(
                is_pure, about.passage.in_place,
                "{} is planned as it is built",
                about.spec.kind
            );
            Ok(behaviour)
        }
        // Of a type that is not there the check has told.
        _ => Ok(Behaviour::Pure(Box::new(PassOn))),
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
    problem: Problem,
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

fn rules(index: usize, node: &graph::Node, behaviour: &Behaviour, is_kept: bool) -> Rules {
    let spec = &node.spec;
    let error_port = node.outputs.iter().position(|port| port.name == ERROR_PORT);
    let default_concurrency = match behaviour {
        Behaviour::Scope(rules) => rules.concurrency,
        Behaviour::Each(each) => each.concurrency(),
        _ => NonZeroU32::MIN,
    };
    Rules {
        id: spec.id.clone(),
        connection: spec.connection.clone(),
        index,
        retry: spec.retry.clone().unwrap_or_default(),
        timeout: spec.timeout_ms.map(Duration::from_millis),
        on_error: Policy::of(spec.on_error.as_ref(), error_port.unwrap_or(0)),
        concurrency: spec.concurrency.unwrap_or(default_concurrency),
        is_kept,
    }
}

fn places(graph: &Graph) -> Places {
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
