use schemars::{JsonSchema, schema_for};
use serde::Deserialize;

use super::*;
use crate::catalogue::{Consumes, Family, NodeInfo, Problem};
use crate::field::Field;
use crate::file::read;

/// A catalogue with a node type of each way to consume items.
pub(crate) fn catalogue() -> Catalogue {
    use Consumes::{Each, Gather, Scope, Source};
    let each = || vec![port(OUT_PORT, Carries::Items)];
    let filter = || vec![port("kept", Carries::Items), port("dropped", Carries::Items)];
    Catalogue::new([
        NodeType {
            info: NodeInfo {
                inputs: Vec::new(),
                ..info("trigger.manual", "Start", Family::Trigger, Source, each())
            },
            inspect: |_| Inspection::default(),
        },
        NodeType {
            info: NodeInfo {
                fields: Field::lower(&schema_for!(Request)),
                ..info("http.request", "Call a system", Family::System, Each, each())
            },
            inspect: |_| Inspection::default(),
        },
        NodeType {
            info: NodeInfo {
                fields: Field::lower(&schema_for!(Filter)),
                ..info("data.filter", "Filter", Family::Data, Each, filter())
            },
            inspect: inspect_filter,
        },
        NodeType {
            info: info("data.map", "Map", Family::Data, Each, each()),
            inspect: |_| Inspection { passage: Passage::IN_PLACE, ..Inspection::default() },
        },
        NodeType {
            info: info("data.sort", "Sort", Family::Data, Gather, each()),
            inspect: |_| Inspection::default(),
        },
        NodeType {
            info: NodeInfo {
                inputs: vec![port("left", Carries::Items), port("right", Carries::Items)],
                ..info("data.join", "Join", Family::Data, Gather, each())
            },
            inspect: |_| Inspection {
                passage: Passage { first_inputs: &["right"], ..Passage::default() },
                ..Inspection::default()
            },
        },
        NodeType {
            info: NodeInfo {
                inputs: vec![port(IN_PORT, Carries::Errors)],
                ..info("errors.only", "Mend", Family::Control, Each, each())
            },
            inspect: |_| Inspection::default(),
        },
        NodeType {
            info: info("scope.loop", "Loop", Family::Control, Scope, each()),
            inspect: |_| Inspection::default(),
        },
    ])
}

fn inspect_filter(spec: &NodeSpec) -> Inspection {
    let Some(condition) = spec.params.get("where").and_then(|value| value.as_str()) else {
        let message = "The params cannot be read.".to_owned();
        return Inspection {
            problems: vec![Problem { key: "/params".to_owned(), message }],
            ..Inspection::default()
        };
    };
    let problems = if condition == "true" {
        let message = "This keeps everything. Say what is to be kept.".to_owned();
        vec![Problem { key: "/params/where".to_owned(), message }]
    } else {
        Vec::new()
    };
    let summary = format!("keeps {condition}");
    Inspection { summary, outputs: None, problems, passage: Passage::IN_PLACE }
}

#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Request {
    /// Where the call goes.
    #[schemars(title = "Address", example = "https://example.com/orders")]
    url: mapping::Template,
    #[serde(default)]
    method: Method,
    headers: Option<indexmap::IndexMap<String, mapping::Template>>,
    body: Option<Body>,
    #[schemars(range(min = 1, max = 100))]
    page_size: Option<u32>,
    fields: Option<Vec<Row>>,
    tags: Option<Vec<String>>,
}

#[derive(JsonSchema, Deserialize, Default, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Method {
    #[default]
    Get,
    Post,
}

#[derive(JsonSchema, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(dead_code, reason = "only the schema is looked at")]
enum Body {
    None,
    Json { value: mapping::JsonTemplate },
}

#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Row {
    to: String,
    from: mapping::Expression,
}

#[derive(JsonSchema, Deserialize)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Filter {
    #[serde(rename = "where")]
    condition: mapping::Expression,
}

fn info(
    kind: &str,
    title: &str,
    family: Family,
    consumes: Consumes,
    outputs: Vec<Port>,
) -> NodeInfo {
    NodeInfo {
        kind: kind.into(),
        title: title.to_owned(),
        about: String::new(),
        docs: String::new(),
        family,
        icon: String::new(),
        keywords: Vec::new(),
        consumes,
        inputs: vec![port(IN_PORT, Carries::Items)],
        outputs,
        fields: Vec::new(),
        writes: false,
        examples: Vec::new(),
    }
}

pub(crate) fn flow(nodes: &str, wires: &str) -> FlowFile {
    let text = format!(
        r#"{{"gantry":1,"id":"f","name":"F","vars":{{"shop":{{"value":"x"}}}},"nodes":[{nodes}],"wires":[{wires}]}}"#
    );
    read(&text).unwrap()
}

/// The diagnostics as lines: how bad, which, where, and the sentence.
fn told(flow: &FlowFile) -> String {
    let lines = check(flow, &catalogue()).diagnostics.into_iter().map(|found| {
        let At { node, key, wire, span } = found.at;
        let mut place = node.map(|node| node.to_string()).unwrap_or_default();
        place += &wire.map(|wire| wire.to_string()).unwrap_or_default();
        place += &key.unwrap_or_default();
        place += &span.map(|(from, to)| format!(" {from}..{to}")).unwrap_or_default();
        format!("{:?} {} @ {place}\n    {}", found.severity, found.code, found.message)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Params that any filter is content with.
const FILTER: &str = r#"{"id":"big","type":"data.filter","params":{"where":"total > 100"}}"#;
const START: &str = r#"{"id":"start","type":"trigger.manual"}"#;

#[test]
fn a_sound_flow_has_nothing_to_tell_and_facts_for_each_node() {
    let flow = flow(
        &format!(
            r#"{START},{{"id":"orders","type":"http.request","name":"Fetch orders","params":{{"url":"{{{{ $vars.shop }}}}/orders","body":{{"type":"json","value":{{"a":"{{{{ id }}}}"}}}}}},"on_error":"port"}},{FILTER},
            {{"id":"each","type":"scope.loop","body":{{"nodes":[{{"id":"inner","type":"http.request","params":{{"url":"{{{{ $node('orders').id }}}}"}}}}],"wires":[]}}}}"#
        ),
        r#"{"from":"start","to":"orders"},{"from":"orders","to":"big.in"},{"from":"big.kept","to":"each"},{"from":"orders.error","to":"each"}"#,
    );
    assert_eq!(told(&flow), "");
    let checked = check(&flow, &catalogue());
    let facts = &checked.facts[&"big".into()];
    assert_eq!((facts.title.as_str(), facts.summary.as_str()), ("Filter", "keeps total > 100"));
    let ports: Vec<_> =
        checked.facts[&"orders".into()].outputs.iter().map(|port| port.name.as_str()).collect();
    assert_eq!(ports, ["out", "error"]);
    assert_eq!(checked.retained, ["orders".into()]);
}

#[test]
fn params_are_checked_by_the_fields_of_their_type() {
    let flow = flow(
        &format!(
            r#"{START},
            {{"id":"a","type":"http.request","params":{{"url":" ","method":"Post","page_size":0,"fields":[{{"to":5,"from":"a +"}},7],"tags":["x",3],"boby":1}}}},
            {{"id":"b","type":"http.request","params":{{"url":"{{{{ id","body":{{"type":"jsn"}},"headers":{{"x":{{}},"y":["{{{{ $vars.shp }}}}",1]}},"page_size":1.5}}}},
            {{"id":"c","type":"http.request","params":{{"url":["x"],"body":{{}},"page_size":101}}}},
            {{"id":"d","type":"data.filter"}},
            {{"id":"e","type":"data.filter","params":{{"where":"true"}}}},
            {{"id":"f","type":"data.filter","params":{{"where":"(a"}}}},
            {{"id":"off","type":"data.filter","disabled":true}}"#
        ),
        r#"{"from":"start","to":"a"},{"from":"a","to":"b"},{"from":"b","to":"c"},{"from":"c","to":"d"},{"from":"d","to":"e"},{"from":"e","to":"f"},{"from":"f","to":"off"}"#,
    );
    insta::assert_snapshot!(told(&flow));
}

#[test]
fn names_must_resolve() {
    let filter = |id: &str, condition: &str| {
        format!(r#",{{"id":"{id}","type":"data.filter","params":{{"where":"{condition}"}}}}"#)
    };
    let mut flow = flow(
        &[
            START.to_owned(),
            filter("a", "$vars.shopp = $vars.shop and $env.x and $run.id"),
            filter("b", "$node('a').x and $node('c').x and $node('b').x and $node('start').x"),
            filter("c", "$node('nosuch') and $nosuch and $uppercas(x)"),
            r#",{"id":"s","type":"scope.loop","body":{"nodes":[{"id":"in","type":"data.filter","params":{"where":"$node('a') and $node('s') and $node('after')"}}],"wires":[]}}"#.to_owned(),
            filter("after", "$node('in')"),
        ]
        .concat(),
        r#"{"from":"start","to":"a"},{"from":"a","to":"b"},{"from":"b","to":"c"},{"from":"c","to":"s"},{"from":"s","to":"after"}"#,
    );
    flow.vars["shop"].value =
        serde_json::json!({"a": ["{{ $env.x }}{{ $vars.y }}"], "b": "{{ 1 +"});
    insta::assert_snapshot!(told(&flow));
}

#[test]
fn wires_that_cannot_be_are_told_and_left_out() {
    let flow = flow(
        &format!(
            r#"{START},{FILTER},{{"id":"m","type":"data.map"}},{{"id":"n","type":"data.map","name":"Second map"}},{{"id":"j","type":"data.join"}},{{"id":"x","type":"errors.only"}},
            {{"id":"s","type":"scope.loop","body":{{"nodes":[{{"id":"in","type":"data.map"}}],"wires":[{{"from":"m","to":"in"}}]}}}}"#
        ),
        r#"{"from":"start","to":"big"},{"from":"big.keep","to":"m"},{"from":"big","to":"m"},{"from":"big","to":"m"},
           {"from":"m","to":"n"},{"from":"n","to":"m"},{"from":"n","to":"n"},{"from":"n","to":"start"},
           {"from":"m.error","to":"n"},{"from":"m","to":"j"},{"from":"n","to":"j.left"},{"from":"n","to":"j.right"},
           {"from":"m","to":"x"},{"from":"j","to":"s"},{"from":"m","to":"in"},{"from":"mm","to":"n"}"#,
    );
    insta::assert_snapshot!(told(&flow));
    assert_eq!(check(&flow, &catalogue()).graph.wires().len(), 6);
}

#[test]
fn ids_types_starts_scopes_and_rules_are_checked() {
    let mut flow = flow(
        r#"{"id":"start","type":"trigger.manual","disabled":true},
           {"id":"start","type":"data.map","retry":{"tries":2},"timeout_ms":5},
           {"id":"a.b","type":"http.requst"},
           {"id":"s","type":"scope.loop","nmae":"x"},
           {"id":"m","type":"data.map","body":{"nodes":[{"id":"in","type":"data.map"}]},"retry":{"tries":0}},
           {"id":"h","type":"http.request","params":{"url":"x"},"on_error":"port","retry":{"tries":2,"base_ms":9,"max_ms":3}},
           7"#,
        "",
    );
    flow.id = "Not a file".into();
    insta::assert_snapshot!(told(&flow));
}

#[test]
fn a_flow_that_nothing_starts_says_so_once() {
    assert!(
        told(&flow(r#"{"id":"m","type":"data.map"}"#, "")).starts_with("Warning flow.no_start")
    );
    assert!(told(&flow("", "")).starts_with("Info flow.empty"));
}

#[test]
fn every_code_has_its_docs_once() {
    let mut codes: Vec<_> = CODES.iter().map(|doc| doc.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), CODES.len());
    assert!(CODES.iter().all(|doc| doc.about.ends_with('.')));
}
