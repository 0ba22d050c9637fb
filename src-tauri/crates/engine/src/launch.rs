//! Starts the stages of a plan, a flow's or a body's, and joins them by channels. Not what a stage
//! does.

use std::sync::Arc;

use flow::plan::{LaneSource, Outlet, Plan, Route, Stage};
use tokio::sync::mpsc;

use crate::emitter::{Emitter, Output, Way, World};
use crate::inlet::{Inlet, wire};
use crate::item::Chunk;
use crate::lineage::Lineage;
use crate::stage::run_stage;
use crate::stages::Stages;

/// Chunks that may wait between two stages: enough that both can work, few enough that a slow
/// writer soon pauses a fast reader.
const CHANNEL_CHUNKS: usize = 4;

/// A plan at work.
pub(crate) struct Launch {
    pub(crate) stages: Stages,
    /// What a body gives out.
    pub(crate) results: Inlet,
}

/// From outside a plan, where items come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum From {
    /// What this first node is given.
    Start(usize),
    /// What left this output of a node that is not run.
    Port { node: usize, port: usize },
}

/// Starts a plan. `given` says which items each of its first nodes is given; `output` takes what
/// leaves a flow by its last nodes.
pub(crate) fn launch(
    world: &Arc<World>,
    plan: &Plan,
    within: Option<&Lineage>,
    mut given: impl FnMut(From) -> Chunk,
    output: Option<&mpsc::Sender<Output>>,
) -> Launch {
    let (mut senders, mut receivers): (Vec<_>, Vec<_>) = (0..plan.n_channels)
        .map(|_| wire(CHANNEL_CHUNKS))
        .map(|(sender, receiver)| (Some(sender), Some(receiver)))
        .unzip();
    let new_inlet = || inlet_of(world);
    let mut stages = Stages::default();
    for stage in &plan.stages {
        let mut inlet = new_inlet();
        for lane in &stage.lanes {
            match lane.source {
                LaneSource::Given(node) => inlet.push_given(given(From::Start(node))),
                LaneSource::Kept { node, port } => {
                    inlet.push_given(given(From::Port { node, port }));
                }
                LaneSource::Channel(channel) => {
                    inlet.push_wire(take(&mut receivers, channel));
                }
            }
        }
        if stage.shares_input()
            && let Some(head) = stage.head()
        {
            inlet.tell_wires_apart(world.program.nodes[head].rules.id.clone());
        }
        let ways: Vec<Way> = stage
            .outlets
            .iter()
            .map(|outlet| match outlet {
                Outlet::Channel(channel) => Way::Channel(take(&mut senders, *channel)),
                Outlet::Result { .. } => match output {
                    Some(output) => Way::Output(output.clone()),
                    None => Way::Nowhere,
                },
            })
            .collect();
        if within.is_none() {
            watch(world, stage, &ways);
        }
        let emitter = Emitter::new(Arc::clone(world), Arc::clone(stage), within.cloned(), ways);
        stages.push(run_stage(inlet, emitter));
    }
    let mut results = new_inlet();
    for channel in &plan.results {
        results.push_wire(take(&mut receivers, *channel));
    }
    Launch { stages, results }
}

/// An inlet without lanes.
pub(crate) fn inlet_of(world: &World) -> Inlet {
    Inlet::new(world.scope.services.temp_dir.clone(), world.budget)
}

/// Lets the recorder see how full a stage's channels are.
fn watch(world: &World, stage: &Stage, ways: &[Way]) {
    let places = &world.program.places;
    for member in &stage.members {
        let first_port = places.nodes[member.node].first_port;
        for (port, routes) in (first_port..).zip(&member.routes) {
            let are_all = places.ports[port].wires.len() == routes.len();
            for (nth, route) in routes.iter().enumerate() {
                if let Route::Outlet(outlet) = route
                    && let Way::Channel(sender) = &ways[*outlet]
                {
                    world.tally.watch(port, are_all.then_some(nth), sender.channel());
                }
            }
        }
    }
}

fn take<T>(ends: &mut [Option<T>], channel: usize) -> T {
    ends[channel].take().expect("a channel has one sender and one receiver")
}
