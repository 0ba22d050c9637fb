use proptest::prelude::*;

use super::*;
use crate::check::check;
use crate::check::tests::{catalogue, flow};

fn planned(nodes: &str, wires: &str, target: &Target) -> Plan {
    plan(&check(&flow(nodes, wires), &catalogue()), target).unwrap()
}

/// A plan as lines.
fn shown(plan: &Plan) -> String {
    lines(plan, "").join("\n")
}

fn lines(plan: &Plan, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for stage in &plan.stages {
        let nodes = || stage.nodes.iter().map(|node| &plan.nodes[*node]);
        let ids: Vec<&str> = nodes().map(|node| node.spec.id.as_str()).collect();
        lines.push(format!("{indent}stage {}", ids.join(" ")));
        for node in nodes() {
            if node.retain {
                lines.push(format!("{indent}  keeps the items of {}", node.spec.id));
            }
            for wire in node.wires_in.iter().map(|wire| &plan.wires[*wire]) {
                let output = &plan.nodes[wire.from].outputs[wire.from_port].name;
                let input = &node.inputs[wire.to_port].name;
                lines.push(format!("{indent}  {}: {output} to {input}", wire.id));
            }
            if let Some(body) = &node.body {
                lines.extend(self::lines(body, &format!("{indent}    ")));
            }
        }
    }
    lines
}

const NODES: &str = r#"{"id":"sort","type":"data.sort"},{"id":"start","type":"trigger.manual"},
    {"id":"a","type":"data.map"},{"id":"big","type":"data.filter","params":{"where":"x"}},
    {"id":"b","type":"data.map"},{"id":"c","type":"data.map"},
    {"id":"s","type":"scope.loop","body":{"nodes":[{"id":"in2","type":"data.filter","params":{"where":"$node('a').x"}},{"id":"in1","type":"data.map"}],
        "wires":[{"from":"in1","to":"in2"}]}}"#;
const WIRES: &str = r#"{"from":"start","to":"a"},{"from":"a","to":"big"},{"from":"big.kept","to":"b"},
    {"from":"b","to":"c"},{"from":"big.dropped","to":"sort","order":2},{"from":"c","to":"sort","order":1},
    {"from":"sort","to":"s"}"#;

#[test]
fn a_plan_has_stages_cut_at_barriers_and_where_wires_part() {
    let plan = planned(NODES, WIRES, &Target::Whole);
    insta::assert_snapshot!(shown(&plan), @r"
    stage start
    stage a big
      keeps the items of a
      start>a: out to in
      a>big: out to in
    stage b c
      big.kept>b: kept to in
      b>c: out to in
    stage sort
      c>sort: out to in
      big.dropped>sort: dropped to in
    stage s
      sort>s: out to in
        stage in1 in2
          in1>in2: out to in
    ");
    assert_eq!(plan.starts().collect::<Vec<_>>(), [0]);
    assert_eq!(plan.ends().collect::<Vec<_>>(), [6]);
    assert_eq!(plan.all_nodes().len(), 9);
}

#[test]
fn one_node_is_planned_alone_with_what_stands_inside_it() {
    let plan = planned(NODES, WIRES, &Target::Node("s".into()));
    insta::assert_snapshot!(shown(&plan), @r"
    stage s
        stage in1 in2
          in1>in2: out to in
    ");
    assert_eq!(planned(NODES, WIRES, &Target::Node("in1".into())).nodes.len(), 1);
}

#[test]
fn errors_keep_a_flow_from_running_but_not_a_node_that_has_none() {
    let nodes = r#"{"id":"start","type":"trigger.manual"},{"id":"bad","type":"nosuch"},{"id":"m","type":"data.map"}"#;
    let checked = check(&flow(nodes, r#"{"from":"start","to":"gone"}"#), &catalogue());
    assert_eq!(plan(&checked, &Target::Whole).unwrap_err().len(), 2);
    assert!(plan(&checked, &Target::Node("m".into())).is_ok());
    assert_eq!(plan(&checked, &Target::Node("bad".into())).unwrap_err().len(), 1);
    assert_eq!(plan(&checked, &Target::Node("gone".into())).unwrap_err().len(), 1);
}

proptest! {
    #[test]
    fn a_plan_respects_every_wire(
        n_nodes in 1_usize..12,
        wires in prop::collection::vec((0_usize..12, 0_usize..12, prop::option::of(0_u32..3)), 0..30),
        kinds in prop::collection::vec(prop::bool::ANY, 12),
    ) {
        let nodes: Vec<String> = (0..n_nodes)
            .map(|n| {
                let kind = if kinds[n] { "data.map" } else { "data.sort" };
                format!(r#"{{"id":"n{n}","type":"{kind}"}}"#)
            })
            .collect();
        let wires: Vec<String> = wires
            .iter()
            .map(|(from, to, order)| {
                let order = order.map(|order| format!(r#","order":{order}"#)).unwrap_or_default();
                format!(r#"{{"from":"n{}","to":"n{}"{order}}}"#, from % n_nodes, to % n_nodes)
            })
            .collect();
        let mut checked = check(&flow(&nodes.join(","), &wires.join(",")), &catalogue());
        let n_wires = checked.graph.wires().len();
        checked.diagnostics.clear();
        let plan = plan(&checked, &Target::Whole).unwrap();
        prop_assert_eq!(plan.nodes.len(), n_nodes);
        prop_assert_eq!(plan.wires.len(), n_wires);
        // Every wire leads onwards, and is known at both of its ends.
        for (index, wire) in plan.wires.iter().enumerate() {
            prop_assert!(wire.from < wire.to);
            prop_assert!(plan.nodes[wire.from].wires_out.contains(&index));
            prop_assert!(plan.nodes[wire.to].wires_in.contains(&index));
        }
        // Every node stands in one stage, and stages come after what they need.
        let stage_of = |node: usize| {
            plan.stages.iter().position(|stage| stage.nodes.contains(&node)).unwrap()
        };
        let n_staged: usize = plan.stages.iter().map(|stage| stage.nodes.len()).sum();
        prop_assert_eq!(n_staged, n_nodes);
        for wire in &plan.wires {
            prop_assert!(stage_of(wire.from) <= stage_of(wire.to));
        }
    }
}
