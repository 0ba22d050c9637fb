//! Cuts nodes into stages: a node gets a stage of its own unless it works in place and has one wire
//! in; then it stands behind the one that feeds it. Not which nodes are run.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Given, Lane, LaneSource, Member, Outlet, Plan, Route, Stage, Start};
use crate::graph::{Graph, Wire};

/// The plan of these nodes of the flow itself; `tapped` gives out results besides the last ones.
/// What `kept` nodes gave out in an earlier run is given to those behind them.
pub(super) fn of_flow(
    graph: &Graph,
    nodes: Vec<usize>,
    starts: Vec<Start>,
    tapped: Option<usize>,
    kept: Vec<usize>,
) -> Plan {
    Cut { kept, ..Cut::new(graph, Ends::OfFlow { tapped }) }.run(nodes, starts)
}

/// The plan of nodes inside a scope, given in topological order.
pub(super) fn of_part(graph: &Graph, nodes: Vec<usize>) -> Plan {
    let begin = nodes.iter().filter(|node| graph.nodes()[**node].wires_in.is_empty());
    let starts = begin.map(|node| Start { node: *node, given: Given::Input }).collect();
    Cut::new(graph, Ends::OfBody).run(nodes, starts)
}

/// Where the items of the last nodes go.
#[derive(Debug, Clone, Copy)]
enum Ends {
    /// Out of the flow.
    OfFlow { tapped: Option<usize> },
    /// To the scope that the nodes stand in.
    OfBody,
}

/// Where a node stands.
#[derive(Debug, Clone, Copy)]
struct Seat {
    stage: usize,
    member: usize,
}

/// The cutting, step by step.
struct Cut<'a> {
    graph: &'a Graph,
    ends: Ends,
    stages: Vec<Stage>,
    seats: HashMap<usize, Seat>,
    /// The channels of the wires between stages.
    channels: HashMap<usize, usize>,
    n_channels: usize,
    /// Nodes that are not run, whose items are known.
    kept: Vec<usize>,
}

impl<'a> Cut<'a> {
    fn new(graph: &'a Graph, ends: Ends) -> Self {
        let (seats, channels) = (HashMap::new(), HashMap::new());
        Self { graph, ends, stages: Vec::new(), seats, channels, n_channels: 0, kept: Vec::new() }
    }

    fn run(mut self, nodes: Vec<usize>, starts: Vec<Start>) -> Plan {
        for node in &nodes {
            self.seat(*node, starts.iter().any(|start| start.node == *node));
        }
        let mut results = Vec::new();
        for node in &nodes {
            self.lead_on(*node);
            for port in self.result_ports(*node) {
                let outlet = match self.ends {
                    Ends::OfFlow { .. } => Outlet::Result { node: *node, port },
                    Ends::OfBody => {
                        let channel = self.new_channel();
                        results.push(channel);
                        Outlet::Channel(channel)
                    }
                };
                self.add_outlet(*node, port, outlet);
            }
        }
        let Self { stages, n_channels, .. } = self;
        let stages = stages.into_iter().map(Arc::new).collect();
        Plan { nodes, starts, stages, n_channels, results }
    }

    /// Puts a node behind the one that feeds it, or at the head of a stage of its own.
    fn seat(&mut self, node: usize, is_start: bool) {
        let about = &self.graph.nodes()[node];
        let wires = self.wires_in(node);
        let member = Member { node, routes: vec![Vec::new(); about.outputs.len()] };
        if let ([wire], true, false) = (&wires[..], about.passage.in_place, is_start)
            && !self.is_kept(*wire)
        {
            let stage = self.seats[&self.graph.wires()[*wire].from].stage;
            self.seats.insert(node, Seat { stage, member: self.stages[stage].members.len() });
            self.stages[stage].members.push(member);
            return;
        }
        let mut lanes = Vec::new();
        if is_start {
            lanes.push(Lane { source: LaneSource::Given(node), port: self.input_name(node, 0) });
        }
        for wire in wires {
            let port = self.input_name(node, self.graph.wires()[wire].to_port);
            if self.is_kept(wire) {
                let Wire { from: node, from_port, .. } = self.graph.wires()[wire];
                let source = LaneSource::Kept { node, port: from_port };
                lanes.push(Lane { source, port });
                continue;
            }
            let channel = self.new_channel();
            self.channels.insert(wire, channel);
            lanes.push(Lane { source: LaneSource::Channel(channel), port });
        }
        let is_scope = about.is_scope();
        let body = if is_scope { super::parts::of_body(self.graph, node) } else { Vec::new() };
        self.seats.insert(node, Seat { stage: self.stages.len(), member: 0 });
        self.stages.push(Stage { lanes, members: vec![member], outlets: Vec::new(), body });
    }

    /// The wires into a node from those that have a seat, in the order in which their items are
    /// wanted.
    fn wires_in(&self, node: usize) -> Vec<usize> {
        let about = &self.graph.nodes()[node];
        let has_seat = |wire: &usize| self.seats.contains_key(&self.graph.wires()[*wire].from);
        let comes = |wire: &usize| has_seat(wire) || self.is_kept(*wire);
        let mut wires: Vec<usize> = about.wires_in.iter().copied().filter(comes).collect();
        let first = about.passage.first_inputs;
        wires.sort_by_key(|wire| {
            let port = self.graph.wires()[*wire].to_port;
            let name = self.input_name(node, port);
            (first.iter().position(|first| *first == name).unwrap_or(first.len()), port)
        });
        wires
    }

    /// Whether a wire comes from a node that is not run and whose items are known.
    fn is_kept(&self, wire: usize) -> bool {
        self.kept.contains(&self.graph.wires()[wire].from)
    }

    fn input_name(&self, node: usize, port: usize) -> String {
        let inputs = &self.graph.nodes()[node].inputs;
        inputs.get(port).map(|port| port.name.clone()).unwrap_or_default()
    }

    /// Leads what a node puts out to the nodes behind it, in the order of the wires.
    fn lead_on(&mut self, node: usize) {
        let Seat { stage, member } = self.seats[&node];
        for wire in &self.graph.nodes()[node].wires_out {
            let Wire { to, from_port, .. } = self.graph.wires()[*wire];
            match (self.channels.get(wire), self.seats.get(&to)) {
                (Some(channel), _) => self.add_outlet(node, from_port, Outlet::Channel(*channel)),
                (None, Some(behind)) => {
                    let behind = Route::Member(behind.member);
                    self.stages[stage].members[member].routes[from_port].push(behind);
                }
                (None, None) => {}
            }
        }
    }

    /// The outputs of a node whose items are results: the first one of a node without a wire out,
    /// or all of them where they are alike.
    fn result_ports(&self, node: usize) -> Vec<usize> {
        let about = &self.graph.nodes()[node];
        let mut behind = about.wires_out.iter().map(|wire| self.graph.wires()[*wire].to);
        let is_last = !behind.any(|to| self.seats.contains_key(&to));
        let is_tapped = matches!(self.ends, Ends::OfFlow { tapped } if tapped == Some(node));
        if !is_last && !is_tapped {
            return Vec::new();
        }
        about.result_ports()
    }

    fn add_outlet(&mut self, node: usize, port: usize, outlet: Outlet) {
        let Seat { stage, member } = self.seats[&node];
        let stage = &mut self.stages[stage];
        stage.members[member].routes[port].push(Route::Outlet(stage.outlets.len()));
        stage.outlets.push(outlet);
    }

    fn new_channel(&mut self) -> usize {
        self.n_channels += 1;
        self.n_channels - 1
    }
}
