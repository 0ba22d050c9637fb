use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::file::{read, write, write_layout};

const FLOW: &str = r#"{"gantry":1,"id":"f","name":"F","vars":{"a":{"value":1},"b":{"value":2}},
    "nodes":[
        {"id":"a","type":"t","params":{"x":1,"y":{"z":[1,2,3]},"w":"text"},"colour":"red","later":{}},
        {"id":"b","type":"t","retry":{"tries":3}},
        {"id":"s","type":"s","body":{"nodes":[{"id":"c","type":"t"},{"id":"d","type":"t","params":{"q":1}}],
            "wires":[{"from":"c","to":"d"},{"from":"c","to":"gone"}]}},
        {"id":"e","type":"t","retry":{"tries":0}}],
    "wires":[{"from":"a","to":"b"},{"from":"a.x","to":"s","order":1},{"from":"b","to":"s"},{"from":"b","to":"g"},{"from":"a","to":"b"}],
    "later":1}"#;

fn start() -> (FlowFile, Layout) {
    let layout =
        r#"{"nodes":{"a":{"x":1,"y":2},"c":{"x":3,"y":4,"folded":true},"g":{"x":5,"y":6}}}"#;
    (read(FLOW).unwrap(), crate::file::read_layout(layout).unwrap())
}

fn texts(flow: &FlowFile, layout: &Layout) -> (String, String) {
    (write(flow), write_layout(layout))
}

/// Applies an edit, undoes it, redoes it, undoes that: each time to the byte.
#[track_caller]
fn check(edit: &Edit) -> (FlowFile, Layout) {
    let (mut flow, mut layout) = start();
    let before = texts(&flow, &layout);
    let undo = apply(&mut flow, &mut layout, edit).unwrap();
    let changed = (flow.clone(), layout.clone());
    let after = texts(&flow, &layout);
    let redo = apply(&mut flow, &mut layout, &undo).unwrap();
    assert_eq!(texts(&flow, &layout), before, "{undo:?}");
    let undo = apply(&mut flow, &mut layout, &redo).unwrap();
    assert_eq!(texts(&flow, &layout), after, "{redo:?}");
    apply(&mut flow, &mut layout, &undo).unwrap();
    assert_eq!(texts(&flow, &layout), before);
    changed
}

#[track_caller]
fn refused(edit: &Edit) -> String {
    let (mut flow, mut layout) = start();
    let before = texts(&flow, &layout);
    let error = apply(&mut flow, &mut layout, edit).unwrap_err();
    assert_eq!(texts(&flow, &layout), before);
    error.to_string()
}

fn edit(json: Json) -> Edit {
    serde_json::from_value(json).unwrap()
}

fn set(node: &str, key: &str, value: &Json) -> Edit {
    edit(json!({"type": "set_node", "node": node, "key": key, "value": value}))
}

#[test]
fn removing_a_node_takes_its_wires_along_also_in_scopes() {
    let (flow, layout) = check(&edit(json!({"type": "remove", "nodes": ["b", "c"]})));
    assert_eq!(flow.wires.len(), 1);
    assert_eq!(flow.nodes[1].body.as_ref().unwrap().wires.len(), 0);
    assert!(!layout.nodes.contains_key(&NodeId::from("c")));
    check(&edit(json!({"type": "remove", "nodes": ["c", "s", "a"]})));
    check(&edit(
        json!({"type": "remove", "nodes": ["s"], "wires": [{"from": "a", "to": "b"}, {"from": "c", "to": "d"}]}),
    ));
}

#[test]
fn nodes_and_wires_are_put_in_anywhere() {
    let (flow, _) = check(&edit(json!({"type": "add",
        "nodes": [
            {"node": {"id": "n", "type": "t"}, "index": 1, "place": {"x": 1, "y": 1}},
            {"node": {"id": "m", "type": "s", "body": {"nodes": [{"id": "k", "type": "t"}], "wires": []}}, "scope": "s"},
            {"node": {"id": "o", "type": "t"}, "scope": "b"}],
        "wires": [{"wire": {"from": "a", "to": "n"}, "index": 0}, {"wire": {"from": "c", "to": "m"}, "scope": "s"}]})));
    assert_eq!(flow.nodes[1].id.as_str(), "n");
    assert_eq!(flow.wires[0].to.node.as_str(), "n");
    assert_eq!(flow.nodes[2].body.as_ref().unwrap().nodes[0].id.as_str(), "o");
}

#[test]
fn a_node_that_wires_and_places_name_already_leaves_them_as_they_were() {
    check(&edit(
        json!({"type": "add", "nodes": [{"node": {"id": "g", "type": "t"}, "place": {"x": 9, "y": 9}}]}),
    ));
    check(&edit(
        json!({"type": "add", "nodes": [{"node": {"id": "gone", "type": "t"}, "scope": "s"}]}),
    ));
}

#[test]
fn what_cannot_be_put_in_or_taken_out_is_refused() {
    let add = |json: Json| edit(json!({"type": "add", "nodes": [json]}));
    assert!(refused(&add(json!({"node": {"id": "d", "type": "t"}}))).contains("already"));
    assert!(
        refused(&add(json!({"node": {"id": "x.y", "type": "t"}})))
            .contains("cannot be a node's id")
    );
    assert!(
        refused(&add(json!({"node": {"id": "n", "type": "t"}, "scope": "q"})))
            .contains("no node \"q\"")
    );
    assert!(
        refused(&add(json!({"node": {"id": "n", "type": "t"}, "index": 9}))).contains("no place 9")
    );
    assert!(refused(&edit(json!({"type": "remove", "nodes": ["q"]}))).contains("no node"));
    assert!(
        refused(&edit(json!({"type": "remove", "wires": [{"from": "q", "to": "a"}]})))
            .contains("no wire q>a")
    );
    let all = json!({"type": "all", "edits": [{"type": "remove", "nodes": ["a"]}, {"type": "remove", "nodes": ["a"]}]});
    refused(&edit(all));
}

#[test]
fn values_are_set_by_their_pointers() {
    let (flow, _) = check(&set("b", "/retry/tries", &json!(5)));
    assert_eq!(flow.nodes[1].retry.as_ref().unwrap().tries.get(), 5);
    check(&set("a", "/on_error", &json!({"substitute": null})));
    check(&set("a", "/params/y/z/1", &json!("x")));
    check(&set("a", "/params/y/z/-", &json!(4)));
    check(&set("a", "/params/fields/deep/er", &json!(4)));
    check(&set("d", "/params/q", &json!(null)));
    check(&set("a", "/disabled", &json!(false)));
    check(&set("a", "/name", &json!("New")));
    check(&set("s", "/body/nodes/0/name", &json!("New")));
    check(&set("e", "/retry", &json!({"tries": 4})));
    for (node, key) in [
        ("a", "/params/x"),
        ("a", "/params"),
        ("a", "/colour"),
        ("b", "/retry/tries"),
        ("b", "/retry"),
        ("a", "/nosuch"),
        ("e", "/retry"),
        ("a", "/params/y/z/0"),
        ("s", "/body"),
    ] {
        check(&edit(json!({"type": "set_node", "node": node, "key": key})));
    }
}

#[test]
fn values_that_could_not_be_read_back_are_refused() {
    for (key, value, word) in [
        ("/retry/tries", json!(0), "nonzero"),
        ("/on_error", json!("explode"), "unknown variant"),
        ("/timeout_ms", json!("soon"), "invalid type"),
        ("/params", json!([]), "invalid type"),
        ("/id", json!("b"), "renaming"),
        ("/name/x", json!(1), "invalid type"),
        ("name", json!("x"), "begins with a slash"),
        ("/body", json!({"nodes": [{"id": "b", "type": "t"}], "wires": []}), "already"),
        ("/params/w/x", json!(1), "neither"),
        ("/params/y/z/9", json!(1), "only 3 entries"),
    ] {
        let told = refused(&set("a", key, &value));
        assert!(told.contains(word), "{told}");
    }
}

#[test]
fn the_flow_itself_is_set_by_pointers() {
    let set = |key: &str, value: Option<Json>| {
        let mut json = json!({"type": "set_flow", "key": key});
        if let Some(value) = value {
            json["value"] = value;
        }
        edit(json)
    };
    let (flow, _) = check(&set("/name", Some(json!("New"))));
    assert_eq!((flow.name.as_str(), flow.nodes.len()), ("New", 4));
    check(&set("/about", Some(json!("For something"))));
    check(&set("/vars/a", None));
    check(&set("/vars/b/value", Some(json!([1]))));
    check(&set("/vars/c", Some(json!({"value": true, "about": "x"}))));
    check(&set("/later", None));
    assert!(refused(&set("/nodes", Some(json!([])))).contains("one by one"));
    assert!(refused(&set("/name", None)).contains("needs its name"));
    assert!(refused(&set("/id", Some(json!("No Id")))).contains("small letters"));
    assert!(refused(&set("/vars/a/value", None)).contains("missing field"));
}

#[test]
fn renaming_takes_wires_and_place_along() {
    let (flow, layout) = check(&edit(json!({"type": "rename_node", "from": "a", "to": "z"})));
    assert_eq!(flow.wires[1].from.to_string(), "z.x");
    assert!(layout.nodes.contains_key(&NodeId::from("z")));
    check(&edit(json!({"type": "rename_node", "from": "c", "to": "z"})));
    assert!(
        refused(&edit(json!({"type": "rename_node", "from": "a", "to": "g"}))).contains("already")
    );
    assert!(
        refused(&edit(json!({"type": "rename_node", "from": "a", "to": "d"}))).contains("already")
    );
    assert!(
        refused(&edit(json!({"type": "rename_node", "from": "q", "to": "z"}))).contains("no node")
    );
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let id = || prop::sample::select(vec!["a", "b", "c", "d", "e", "s", "g", "n", "m", "gone"]);
    let key = prop::sample::select(vec![
        "/name",
        "/params/x",
        "/params/y",
        "/params/y/z/0",
        "/params/n/m",
        "/params",
        "/retry",
        "/retry/tries",
        "/on_error",
        "/colour",
        "/later",
        "/disabled",
        "/body",
        "/timeout_ms",
        "",
    ]);
    let value = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(3),
        json!("skip"),
        json!("port"),
        json!({}),
        json!([1]),
        json!({"tries": 2}),
        json!({"x": 1, "y": 2}),
    ]);
    let flow_key = prop::sample::select(vec![
        "/name",
        "/about",
        "/vars/a",
        "/vars/n",
        "/vars/b/value",
        "/later",
        "/tests",
        "/new",
    ]);
    let leaf = prop_oneof![
        (id(), prop::option::of(id()), prop::option::of(0_usize..4), prop::bool::ANY).prop_map(|(node, scope, index, placed)| {
            let place = if placed { json!({"x": 1, "y": 1}) } else { Json::Null };
            json!({"type": "add", "nodes": [{"node": {"id": node, "type": "t"}, "scope": scope, "index": index, "place": place}]})
        }),
        (id(), id(), prop::option::of(id()), prop::option::of(0_usize..4)).prop_map(|(from, to, scope, index)| {
            json!({"type": "add", "wires": [{"wire": {"from": from, "to": to}, "scope": scope, "index": index}]})
        }),
        prop::collection::vec(id(), 1..3).prop_map(|nodes| json!({"type": "remove", "nodes": nodes})),
        (id(), id()).prop_map(|(from, to)| json!({"type": "remove", "wires": [{"from": from, "to": to}]})),
        (id(), key, prop::option::of(value.clone())).prop_map(|(node, key, value)| {
            json!({"type": "set_node", "node": node, "key": key, "value": value})
        }),
        (flow_key, prop::option::of(value)).prop_map(|(key, value)| json!({"type": "set_flow", "key": key, "value": value})),
        (id(), id()).prop_map(|(from, to)| json!({"type": "rename_node", "from": from, "to": to})),
        (id(), prop::option::of(0..9)).prop_map(|(node, x)| {
            json!({"type": "place", "places": [[node, x.map(|x| json!({"x": x, "y": 0}))]]})
        }),
    ];
    leaf.prop_map(edit)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn what_is_applied_and_undone_is_the_same_to_the_byte(edits in prop::collection::vec(any_edit(), 1..8)) {
        let (mut flow, mut layout) = start();
        let mut undos = Vec::new();
        for edit in &edits {
            let before = texts(&flow, &layout);
            if let Ok(undo) = apply(&mut flow, &mut layout, edit) {
                undos.push((before, undo));
            } else {
                prop_assert_eq!(texts(&flow, &layout), before);
            }
        }
        for (before, undo) in undos.into_iter().rev() {
            prop_assert!(apply(&mut flow, &mut layout, &undo).is_ok(), "{:?}", undo);
            prop_assert_eq!(texts(&flow, &layout), before, "{:?}", undo);
        }
    }
}
