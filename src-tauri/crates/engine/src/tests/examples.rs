//! Every example in the catalogue does what it says.

use flow::catalogue::{Example, NodeInfo};
use flow::diagnostic::{Diagnostic, Severity};
use flow::field::{Field, FieldKind};
use flow::file::FlowFile;
use serde_json::json;

use super::{engine, flow, request, run_with};

#[tokio::test(start_paused = true)]
async fn examples_give_what_they_show() {
    for kind in crate::catalogue::catalogue().iter() {
        for example in &kind.info.examples {
            let Some(output) = &example.output else { continue };
            let flow = shown(&kind.info, example);
            // In 2027, by a clock that stands still: no example waits for a real while.
            let clock = crate::Clock::Fixed(1_800_000_000_000);
            let request = crate::RunRequest { clock, ..request(json!(example.input)) };
            let ran = run_with(&flow, request, 32 << 20).await;
            let first_port = &kind.info.outputs[0].name;
            let what = format!("{}: {} ({first_port})", kind.info.kind, example.title);
            assert!(ran.outcome.error.is_none(), "{what}: {:?}", ran.outcome.error);
            let n_out = output.len().min(ran.items.len());
            assert_eq!(&ran.items[..n_out], &output[..], "{what}");
        }
    }
}

/// A flow that gives an example's items to its node.
fn shown(info: &NodeInfo, example: &Example) -> FlowFile {
    let mut node = json!({ "id": "node", "type": info.kind, "params": example.params });
    if let Some(body) = &example.body {
        node["body"] = body.clone();
    }
    if let Some(around) = &example.around {
        node.clone_from(around);
        node["id"] = json!("node");
    }
    let has_input = example.around.is_some() || !info.inputs.is_empty();
    let mut nodes = vec![node];
    let mut wires = Vec::new();
    if has_input {
        let first = info.inputs.first().map_or("in", |first| &first.name);
        nodes.push(json!({ "id": "start", "type": "trigger.manual" }));
        wires.push(format!("start>node.{first}"));
    }
    for (port, rows) in example.other_inputs.iter().flatten() {
        nodes.push(json!({ "id": port, "type": "data.table", "params": { "rows": rows } }));
        wires.push(format!("{port}>node.{port}"));
    }
    let mut flow = flow(json!(nodes), &wires.iter().map(String::as_str).collect::<Vec<_>>());
    // The variables that examples with a system speak of.
    let system = json!({ "value": "http://127.0.0.1:8080" });
    let vars = json!({ "shop": system, "erp": system, "crm": system });
    flow.vars = serde_json::from_value(vars).expect("vars can be read");
    flow
}

#[test]
fn every_type_has_examples_that_can_be_run() {
    let (engine, _) = engine(1 << 20);
    for kind in crate::catalogue::catalogue().iter() {
        let name = &kind.info.kind;
        let has_examples = !kind.info.examples.is_empty() || name.as_str().starts_with("test.");
        assert!(has_examples, "{name} has no example");
        for example in &kind.info.examples {
            let prepared = engine.prepare(&shown(&kind.info, example));
            let errors = prepared.diagnostics().iter().filter(|d| d.severity == Severity::Error);
            assert_eq!(errors.collect::<Vec<_>>(), Vec::<&Diagnostic>::new(), "{name}");
        }
    }
}

#[test]
fn every_type_can_be_told_of() {
    for kind in crate::catalogue::catalogue().iter() {
        let info = &kind.info;
        if info.kind.as_str().starts_with("test.") {
            continue;
        }
        let name = &info.kind;
        assert!(info.about.ends_with('.') && info.docs.len() > 60, "{name} is not explained");
        assert!(!info.icon.is_empty() && !info.keywords.is_empty(), "{name} cannot be found");
        assert!(!info.outputs.is_empty(), "{name} has no outputs");
    }
}

#[test]
fn the_form_of_a_call_shows_what_is_mostly_needed() {
    let catalogue = crate::catalogue::catalogue();
    let call = catalogue.get(&"http.request".into()).expect("it is there");
    let shown = call.info.fields.iter().filter(|field| !field.advanced);
    let keys: Vec<&str> = shown.map(|field| field.key.as_str()).collect();
    assert_eq!(keys, ["method", "url", "query", "headers", "body", "items", "pages"]);
}

/// The labels of all forms, those inside others below them; what is folded away is in brackets.
#[test]
fn labels_are_words() {
    fn tell(fields: &[Field], indent: &str, lines: &mut Vec<String>) {
        for field in fields {
            let label = &field.label;
            let is_folded = field.advanced;
            lines.push(if is_folded {
                format!("{indent}({label})")
            } else {
                format!("{indent}{label}")
            });
            let inner = format!("{indent}  ");
            match &field.kind {
                FieldKind::Group { fields } | FieldKind::Rows { columns: fields } => {
                    tell(fields, &inner, lines);
                }
                FieldKind::Choice { options } => {
                    let labels: Vec<&str> = options.iter().map(|o| o.label.as_str()).collect();
                    lines.push(format!("{inner}{}", labels.join(" / ")));
                }
                FieldKind::Variants { options, .. } => {
                    for option in options {
                        lines.push(format!("{inner}{}:", option.label));
                        tell(&option.fields, &format!("{inner}  "), lines);
                    }
                }
                _ => {}
            }
        }
    }
    let mut lines = Vec::new();
    for kind in crate::catalogue::catalogue().iter() {
        lines.push(kind.info.title.clone());
        tell(&kind.info.fields, "  ", &mut lines);
    }
    insta::assert_snapshot!(lines.join("\n"));
}
