use super::*;
use crate::check::check;
use crate::check::tests::{catalogue, flow};

const NODES: &str = r#"{"id":"start","type":"trigger.manual"},{"id":"a","type":"data.map","name":"Shape"},
    {"id":"b","type":"data.filter","params":{"where":"$vars.min"}},{"id":"c","type":"data.map"},
    {"id":"s","type":"scope.loop","body":{"nodes":[{"id":"x","type":"data.map"},{"id":"y","type":"data.map"}],
        "wires":[{"from":"x","to":"y"}]}},{"id":"end","type":"data.map"}"#;
const WIRES: &str = r#"{"from":"start","to":"a"},{"from":"a","to":"b"},{"from":"b","to":"c"},
    {"from":"a","to":"s"},{"from":"s","to":"end"}"#;

/// What is stale of a flow after it was run as `was`, as lines.
fn stale(was: &FlowFile, now: &FlowFile) -> Vec<String> {
    let ran =
        |id: &NodeId| (id.clone(), LastRun { order: 1, when: "14:02", flow: was, trouble: None });
    let checked_then = check(was, &catalogue());
    let last = checked_then.graph.nodes().iter().map(|node| ran(&node.spec.id)).collect();
    told(now, &last)
}

fn told(now: &FlowFile, last: &HashMap<NodeId, LastRun<'_>>) -> Vec<String> {
    let checked = check(now, &catalogue());
    let label = |_: &NodeSpec, key: &str| key.rsplit('/').next().unwrap_or(key).to_owned();
    let found = freshness(&checked, now, last, label);
    assert_eq!(found.len(), checked.graph.nodes().len());
    let line = |(node, stand): (&usize, &Stand)| {
        let id = &checked.graph.nodes()[*node].spec.id;
        match stand {
            Stand::Fresh => None,
            Stand::Never => Some(format!("{id}: never")),
            Stand::Stale(why) => Some(format!("{id}: {why}")),
        }
    };
    found.iter().filter_map(line).collect()
}

/// What is stale after one text in the flow was put in the place of another.
fn after(old: &str, new: &str) -> Vec<String> {
    let (nodes, wires) = (NODES.replace(old, new), WIRES.replace(old, new));
    assert_ne!((nodes.as_str(), wires.as_str()), (NODES, WIRES), "{old} is in the flow");
    stale(&flow(NODES, WIRES), &flow(&nodes, &wires))
}

#[test]
fn nothing_is_stale_while_nothing_changes_that_matters() {
    assert_eq!(after(r#""name":"Shape""#, r#""name":"Other","note":"x","timeout_ms":5"#), [""; 0]);
}

#[test]
fn an_edit_makes_the_node_and_all_behind_it_stale() {
    let found = after(r#""params":{"where":"$vars.min"}"#, r#""params":{"where":"other"}"#);
    assert_eq!(
        found,
        ["b: Edited since 14:02: its where changed.", "c: \"Filter\" before it is stale.",]
    );
}

#[test]
fn wires_and_nodes_that_come_and_go_make_the_next_node_stale() {
    let inserted =
        after(r#"{"from":"b","to":"c"}"#, r#"{"from":"b","to":"end"},{"from":"b","to":"c"}"#);
    assert_eq!(inserted, ["end: A wire from \"Filter\" was added since 14:02."]);
    let taken = after(r#"{"from":"b","to":"c"},"#, "");
    assert_eq!(taken, ["c: The wire from \"Filter\" was taken away since 14:02."]);
    let off = after(
        r#""id":"b","type":"data.filter""#,
        r#""id":"b","type":"data.filter","disabled":true"#,
    );
    assert_eq!(off, ["b: Switched off since 14:02.", "c: \"Filter\" before it is stale."]);
    let was = flow(NODES, WIRES);
    let now = flow(
        &NODES.replace(r#"{"id":"b","type":"data.filter","params":{"where":"$vars.min"}},"#, ""),
        &WIRES
            .replace(r#"{"from":"a","to":"b"},{"from":"b","to":"c"}"#, r#"{"from":"a","to":"c"}"#),
    );
    assert_eq!(stale(&was, &now), ["c: A wire from \"Shape\" was added since 14:02."]);
    assert_eq!(
        stale(&now, &was),
        ["b: never", "c: A wire from \"Filter\" was added since 14:02.",]
    );
}

#[test]
fn a_change_inside_a_loop_makes_its_first_node_and_the_loop_stale() {
    let found = after(r#"{"id":"y","type":"data.map"}"#, r#"{"id":"y","type":"data.sort"}"#);
    assert_eq!(
        found,
        [
            "s: \"Sort\" in the same loop has changed or has not been run.",
            "x: It stands inside \"Loop\", which is run again.",
            "y: Edited since 14:02: its type changed.",
            "end: \"Loop\" before it is stale.",
        ]
    );
    let gone = after(r#",{"id":"y","type":"data.map"}"#, "");
    assert_eq!(gone[0], "s: \"y\" inside it was deleted since 14:02.");
}

#[test]
fn a_variable_matters_to_those_that_read_it() {
    let was = flow(NODES, WIRES);
    let mut now = was.clone();
    now.vars.insert("min".to_owned(), serde_json::from_str(r#"{"value":7}"#).unwrap());
    assert_eq!(
        stale(&was, &now),
        ["b: A variable of the flow changed since 14:02.", "c: \"Filter\" before it is stale.",]
    );
}

#[test]
fn what_ran_since_and_what_went_wrong_then_make_stale() {
    let was = flow(NODES, WIRES);
    let checked = check(&was, &catalogue());
    let ran = |order, trouble: Option<&str>| LastRun {
        order,
        when: if order == 1 { "14:02" } else { "14:10" },
        flow: &was,
        trouble: trouble.map(str::to_owned),
    };
    let mut last: HashMap<NodeId, LastRun<'_>> =
        checked.graph.nodes().iter().map(|node| (node.spec.id.clone(), ran(1, None))).collect();
    last.insert("b".into(), ran(2, None));
    last.insert("s".into(), ran(2, Some("It failed at 14:10.")));
    assert_eq!(
        told(&was, &last),
        [
            "c: \"Filter\" before it has been run since, at 14:10.",
            "s: It failed at 14:10.",
            "x: It stands inside \"Loop\", which is run again.",
            "y: It stands inside \"Loop\", which is run again.",
            "end: \"Loop\" before it is stale.",
        ]
    );
}

/// The nodes that are run, and those taken over, where those in `known` can be.
fn parts(nodes: &str, wires: &str, to: &str, known: &[&str]) -> (Vec<String>, Vec<String>) {
    let checked = check(&flow(nodes, wires), &catalogue());
    let graph = &checked.graph;
    let end = graph.find(&to.into()).unwrap();
    let wanted = graph.sorted(None).into_iter().filter(|n| graph.is_reached(*n, end)).collect();
    let id = |node: usize| graph.nodes()[node].spec.id.to_string();
    let found = cut(&checked, &wanted, [end], |node| known.contains(&id(node).as_str()));
    let ids = |nodes: BTreeSet<usize>| nodes.into_iter().map(id).collect::<Vec<_>>();
    (ids(found.run), ids(found.taken))
}

#[test]
fn a_cut_takes_over_the_last_known_outputs_and_keeps_them_consistent() {
    let check = |to: &str, known: &[&str], run: &[&str], taken: &[&str]| {
        let found = parts(NODES, WIRES, to, known);
        assert_eq!(
            (found.0.as_slice(), found.1.as_slice()),
            (
                run.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>().as_slice(),
                taken.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>().as_slice()
            )
        );
    };
    check("c", &["start", "a", "b"], &["c"], &["b"]);
    // What is not needed may be unknown.
    check("c", &["b"], &["c"], &["b"]);
    check("c", &["start"], &["a", "b", "c"], &["start"]);
    check("c", &[], &["start", "a", "b", "c"], &[]);
}

#[test]
fn two_ways_from_a_node_that_is_run_are_both_run() {
    let nodes = r#"{"id":"t","type":"trigger.manual"},{"id":"a","type":"data.map"},{"id":"l","type":"data.map"},
        {"id":"r","type":"data.map"},{"id":"m","type":"data.map"}"#;
    let wires = r#"{"from":"t","to":"a"},{"from":"a","to":"l"},{"from":"a","to":"r"},{"from":"l","to":"m"},{"from":"r","to":"m"}"#;
    let found = parts(nodes, wires, "m", &["t", "l"]);
    assert_eq!(found.0, ["a", "l", "r", "m"]);
    assert_eq!(found.1, ["t"]);
}

#[test]
fn what_is_looked_back_at_is_known_or_run() {
    let nodes = |from: &str| {
        format!(
            r#"{{"id":"t","type":"trigger.manual"}},{{"id":"a","type":"data.map"}},{{"id":"l","type":"data.map"}},
        {{"id":"m","type":"data.map"}},{{"id":"end","type":"data.filter","params":{{"where":"$node('{from}').x"}}}}"#
        )
    };
    let line = r#"{"from":"t","to":"a"},{"from":"a","to":"l"},{"from":"l","to":"m"},{"from":"m","to":"end"}"#;
    let known = ["t", "a", "m"];
    assert_eq!(parts(&nodes("a"), line, "end", &known).1, ["m"]);
    assert_eq!(parts(&nodes("l"), line, "end", &known).0, ["l", "m", "end"]);
    // Some items of "m" did not come by "l".
    let diamond = format!(r#"{line},{{"from":"a","to":"m"}}"#);
    let all = ["t", "a", "l", "m"];
    assert_eq!(parts(&nodes("l"), &diamond, "end", &all).0, ["l", "m", "end"]);
    assert_eq!(parts(&nodes("a"), &diamond, "end", &all).0, ["end"]);
}
