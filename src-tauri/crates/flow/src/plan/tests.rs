use proptest::prelude::*;

use super::*;
use crate::check::check;
use crate::check::tests::{catalogue, flow};

/// A flow with all that a plan has to cut: barriers, parting and meeting wires, a scope.
const NODES: &str = r#"{"id":"sort","type":"data.sort"},{"id":"start","type":"trigger.manual"},
    {"id":"a","type":"data.map"},{"id":"big","type":"data.filter","params":{"where":"x"}},
    {"id":"b","type":"data.map"},{"id":"c","type":"http.request","params":{"url":"http://127.0.0.1"}},
    {"id":"d","type":"data.filter","disabled":true},
    {"id":"s","type":"scope.loop","body":{"nodes":[{"id":"in2","type":"data.filter","params":{"where":"$node('a').x"}},{"id":"in1","type":"data.map"}],
        "wires":[{"from":"in1","to":"in2"}]}}"#;
const WIRES: &str = r#"{"from":"start","to":"a"},{"from":"a","to":"big"},{"from":"big.kept","to":"b"},
    {"from":"b","to":"c"},{"from":"c","to":"d"},{"from":"big.dropped","to":"sort","order":2},
    {"from":"d","to":"sort","order":1},{"from":"sort","to":"s"}"#;

fn checked(nodes: &str, wires: &str) -> Checked {
    check(&flow(nodes, wires), &catalogue())
}

/// A plan of a part of a flow, as lines.
fn shown(nodes: &str, wires: &str, selection: &Selection) -> String {
    let checked = checked(nodes, wires);
    lines(&checked.graph, &plan(&checked, selection).unwrap()).join("\n")
}

fn lines(graph: &Graph, plan: &Plan) -> Vec<String> {
    let id = |node: usize| graph.nodes()[node].spec.id.as_str();
    let mut lines = Vec::new();
    for stage in &plan.stages {
        let lanes = stage.lanes.iter().map(|lane| match lane.source {
            LaneSource::Channel(channel) => format!("#{channel}"),
            LaneSource::Given(node) => {
                let start = plan.starts.iter().find(|start| start.node == node).unwrap();
                format!("{:?}", start.given)
            }
            LaneSource::Kept { node, port } => {
                format!("kept {}.{}", id(node), graph.nodes()[node].outputs[port].name)
            }
        });
        lines.push(format!("stage from {}", lanes.collect::<Vec<_>>().join(", ")));
        for member in &stage.members {
            let ports = graph.nodes()[member.node].outputs.iter();
            let ways = ports.zip(&member.routes).flat_map(|(port, routes)| {
                routes.iter().map(|route| match route {
                    Route::Member(next) => {
                        format!("{}>{}", port.name, id(stage.members[*next].node))
                    }
                    Route::Outlet(outlet) => match stage.outlets[*outlet] {
                        Outlet::Channel(channel) => format!("{}>#{channel}", port.name),
                        Outlet::Result { .. } => format!("{}>result", port.name),
                    },
                })
            });
            lines.push(format!("  {}: {}", id(member.node), ways.collect::<Vec<_>>().join(", ")));
        }
        let body = stage.body.iter().flat_map(|part| self::lines(graph, &part.plan));
        lines.extend(body.map(|line| format!("    {line}")));
    }
    lines
}

fn target(target: Target) -> Selection {
    Selection { target, ..Selection::default() }
}

#[test]
fn stages_are_cut_where_a_node_must_take_items_in_by_itself() {
    insta::assert_snapshot!(shown(NODES, WIRES, &Selection::default()), @r"
    stage from Input
      start: out>a
      a: out>big
      big: kept>b, dropped>#2
      b: out>#0
    stage from #0
      c: out>d
      d: kept>#1
    stage from #1, #2
      sort: out>#3
    stage from #3
      s: out>result
        stage from Input
          in1: out>in2
          in2: kept>#0
    ");
    let checked = checked(NODES, WIRES);
    let plan = plan(&checked, &Selection::default()).unwrap();
    assert_eq!(plan.all_nodes().len(), 10);
}

#[test]
fn one_node_is_planned_alone_with_what_stands_inside_it() {
    insta::assert_snapshot!(shown(NODES, WIRES, &target(Target::Only("s".into()))), @r"
    stage from Input
      s: out>result
        stage from Input
          in1: out>in2
          in2: kept>#0
    ");
    insta::assert_snapshot!(shown(NODES, WIRES, &target(Target::Only("in2".into()))), @r"
    stage from Input
      in2: kept>result
    ");
}

#[test]
fn a_run_up_to_a_node_leaves_out_what_does_not_lead_to_it() {
    insta::assert_snapshot!(shown(NODES, WIRES, &target(Target::UpTo("b".into()))), @r"
    stage from Input
      start: out>a
      a: out>big
      big: kept>b
      b: out>result
    ");
    insta::assert_snapshot!(shown(NODES, WIRES, &Selection {
        target: Target::UpTo("big".into()),
        outputs_of: Some("a".into()),
        ..Selection::default()
    }), @r"
    stage from Input
      start: out>a
      a: out>big, out>result
      big: kept>result
    ");
}

#[test]
fn a_run_from_inside_scopes_goes_on_behind_them() {
    let nodes = r#"{"id":"start","type":"trigger.manual"},
        {"id":"s","type":"scope.loop","on_error":"port","body":{"nodes":[
            {"id":"t","type":"scope.loop","body":{
                "nodes":[{"id":"x","type":"data.map"},{"id":"f","type":"data.filter","params":{"where":"x"}},{"id":"side","type":"data.map"}],
                "wires":[{"from":"x","to":"f"},{"from":"x","to":"side"}]}},
            {"id":"u","type":"data.map"}],"wires":[{"from":"t","to":"u"}]}},
        {"id":"after","type":"data.sort"},{"id":"lost","type":"data.map"}"#;
    let wires =
        r#"{"from":"start","to":"s"},{"from":"s","to":"after"},{"from":"s.error","to":"lost"}"#;
    insta::assert_snapshot!(shown(nodes, wires, &target(Target::From("x".into()))), @r"
    stage from Input
      x: out>f, out>side
      f: kept>#0
      side: out>#1
    stage from #0, #1
      u: out>#2
    stage from #2
      after: out>result
    ");
    insta::assert_snapshot!(shown(nodes, wires, &target(Target::From("side".into()))), @r"
    stage from Input
      side: out>u
      u: out>#0
    stage from #0
      after: out>result
    ");
    insta::assert_snapshot!(shown(nodes, wires, &target(Target::From("u".into()))), @r"
    stage from Input
      u: out>#0
    stage from #0
      after: out>result
    ");
}

#[test]
fn what_is_kept_of_nodes_is_given_to_those_behind() {
    let kept = |kept: &[&str], to: &str| Selection {
        kept: kept.iter().map(|id| (*id).into()).collect(),
        target: Target::UpTo(to.into()),
        ..Selection::default()
    };
    insta::assert_snapshot!(shown(NODES, WIRES, &kept(&["start", "a", "big"], "sort")), @r"
    stage from kept big.kept
      b: out>#0
    stage from #0
      c: out>d
      d: kept>#1
    stage from #1, kept big.dropped
      sort: out>result
    ");
    insta::assert_snapshot!(shown(NODES, WIRES, &kept(&["start", "a", "big", "b", "c"], "sort")), @r"
    stage from kept c.out
      d: kept>#0
    stage from #0, kept big.dropped
      sort: out>result
    ");
}

#[test]
fn the_trigger_that_fires_begins_and_the_others_do_not() {
    let nodes = r#"{"id":"t1","type":"trigger.manual"},{"id":"t2","type":"trigger.manual"},
        {"id":"a","type":"data.map"},{"id":"b","type":"data.map"},{"id":"lone","type":"data.map"}"#;
    let wires = r#"{"from":"t1","to":"a"},{"from":"t2","to":"b"}"#;
    insta::assert_snapshot!(shown(nodes, wires, &Selection::default()), @r"
    stage from Input
      t1: out>a
      a: out>result
    ");
    let second = Selection { start: Some("t2".into()), ..Selection::default() };
    insta::assert_snapshot!(shown(nodes, wires, &second), @r"
    stage from Input
      t2: out>b
      b: out>result
    ");
    let nodes =
        nodes.replace(r#""type":"trigger.manual""#, r#""type":"trigger.manual","disabled":true"#);
    insta::assert_snapshot!(shown(&nodes, wires, &Selection::default()), @r"
    stage from Input
      t1: out>a
      a: out>result
    stage from Input
      t2: out>b
      b: out>result
    stage from Input
      lone: out>result
    ");
}

#[test]
fn the_input_that_is_wanted_first_comes_first() {
    let nodes = r#"{"id":"start","type":"trigger.manual"},{"id":"m","type":"data.map"},{"id":"j","type":"data.join"}"#;
    let wires =
        r#"{"from":"start","to":"j.left"},{"from":"start","to":"m"},{"from":"m","to":"j.right"}"#;
    insta::assert_snapshot!(shown(nodes, wires, &Selection::default()), @r"
    stage from Input
      start: out>#1, out>m
      m: out>#0
    stage from #0, #1
      j: out>result
    ");
}

#[test]
fn errors_keep_a_flow_from_running_but_not_a_part_that_has_none() {
    let nodes = r#"{"id":"start","type":"trigger.manual"},{"id":"bad","type":"nosuch"},{"id":"m","type":"data.map"},
        {"id":"s","type":"scope.loop","body":{"nodes":[{"id":"in","type":"data.map"}],"wires":[{"from":"in","to":"gone"}]}}"#;
    let wires = r#"{"from":"start","to":"m"},{"from":"m","to":"bad"}"#;
    let checked = checked(nodes, wires);
    let n_errors = |of: Target| plan(&checked, &target(of)).map_or_else(|found| found.len(), |_| 0);
    assert_eq!(n_errors(Target::All), 2);
    assert_eq!(n_errors(Target::UpTo("m".into())), 0);
    assert_eq!(n_errors(Target::UpTo("bad".into())), 1);
    assert_eq!(n_errors(Target::Only("m".into())), 0);
    assert_eq!(n_errors(Target::Only("s".into())), 1);
    assert_eq!(n_errors(Target::Only("in".into())), 0);
    let unknown = |selection: &Selection| plan(&checked, selection).unwrap_err()[0].code.clone();
    assert_eq!(unknown(&target(Target::Only("gone".into()))), "name.unknown_node");
    let start = Selection { start: Some("gone".into()), ..Selection::default() };
    assert_eq!(unknown(&start), "name.unknown_node");
}

/// A flow of these kinds of nodes, in which wires run where they can.
fn any_flow(kinds: &[u8], wires: &[(usize, usize, Option<u32>)]) -> Checked {
    const KINDS: [&str; 5] =
        ["data.map", "data.sort", "data.filter", "trigger.manual", "http.request"];
    let node = |(n, kind): (usize, &u8)| {
        let kind = KINDS[usize::from(*kind) % KINDS.len()];
        format!(r#"{{"id":"n{n}","type":"{kind}","params":{{"where":"x","url":"u"}}}}"#)
    };
    let nodes: Vec<String> = kinds.iter().enumerate().map(node).collect();
    let wire = |(from, to, order): &(usize, usize, Option<u32>)| {
        let order = order.map(|order| format!(r#","order":{order}"#)).unwrap_or_default();
        format!(r#"{{"from":"n{}","to":"n{}"{order}}}"#, from % kinds.len(), to % kinds.len())
    };
    let wires: Vec<String> = wires.iter().map(wire).collect();
    let mut checked = checked(&nodes.join(","), &wires.join(","));
    checked.diagnostics.clear();
    checked
}

proptest! {
    #[test]
    fn a_plan_respects_every_wire(
        kinds in prop::collection::vec(0_u8..5, 1..12),
        wires in prop::collection::vec((0_usize..12, 0_usize..12, prop::option::of(0_u32..3)), 0..30),
    ) {
        let checked = any_flow(&kinds, &wires);
        let graph = &checked.graph;
        let plan = plan(&checked, &Selection::default()).unwrap();

        // Every node that items reach stands in one stage.
        let mut seats = std::collections::HashMap::new();
        for (at, stage) in plan.stages.iter().enumerate() {
            for (member, about) in stage.members.iter().enumerate() {
                prop_assert!(seats.insert(about.node, (at, member)).is_none());
            }
        }
        prop_assert_eq!(seats.len(), plan.nodes.len());
        let starts = plan.starts.iter().map(|start| start.node);
        let reached = graph.reached_from(starts);
        prop_assert_eq!(plan.nodes.len(), reached.iter().filter(|reached| **reached).count());

        // Every wire between such nodes leads onwards, in place or by a channel of its own.
        let mut n_channels = 0;
        for wire in graph.wires() {
            let (Some(from), Some(to)) = (seats.get(&wire.from), seats.get(&wire.to)) else {
                continue;
            };
            let stage = &plan.stages[from.0];
            let routes = &stage.members[from.1].routes[wire.from_port];
            if from.0 == to.0 {
                prop_assert!(from.1 < to.1);
                prop_assert!(routes.contains(&Route::Member(to.1)));
                continue;
            }
            prop_assert!(from.0 < to.0);
            n_channels += 1;
            let is_joined = routes.iter().any(|route| match route {
                Route::Outlet(outlet) => match stage.outlets[*outlet] {
                    Outlet::Channel(channel) => plan.stages[to.0]
                        .lanes
                        .iter()
                        .any(|lane| lane.source == LaneSource::Channel(channel)),
                    Outlet::Result { .. } => false,
                },
                Route::Member(_) => false,
            });
            prop_assert!(is_joined && to.1 == 0);
        }
        prop_assert_eq!(n_channels, plan.n_channels);
        // Each channel has one end to send into and one to take from.
        let mut taken: Vec<usize> = plan.stages.iter().flat_map(|stage| &stage.lanes)
            .filter_map(|lane| match lane.source {
                LaneSource::Channel(channel) => Some(channel),
                LaneSource::Given(_) | LaneSource::Kept { .. } => None,
            })
            .collect();
        let mut sent: Vec<usize> = plan.stages.iter().flat_map(|stage| &stage.outlets)
            .filter_map(|outlet| match outlet {
                Outlet::Channel(channel) => Some(*channel),
                Outlet::Result { .. } => None,
            })
            .collect();
        taken.sort_unstable();
        sent.sort_unstable();
        let all: Vec<usize> = (0..plan.n_channels).collect();
        prop_assert_eq!(&taken, &all);
        prop_assert_eq!(&sent, &all);
    }
}
