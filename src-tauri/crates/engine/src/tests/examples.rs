//! Every example in the catalogue does what it says.

use serde_json::json;

use super::{flow, run};

#[tokio::test(start_paused = true)]
async fn examples_give_what_they_show() {
    for kind in crate::catalogue::catalogue().iter() {
        for example in &kind.info.examples {
            let Some(output) = &example.output else { continue };
            let node = json!({ "id": "node", "type": kind.info.kind, "params": example.params });
            let is_trigger = kind.info.inputs.is_empty();
            let flow = if is_trigger {
                flow(json!([node]), &[])
            } else {
                let nodes = json!([{ "id": "start", "type": "trigger.manual" }, node]);
                flow(nodes, &["start>node"])
            };
            let ran = run(&flow, json!(example.input)).await;
            let first_port = &kind.info.outputs[0].name;
            let what = format!("{}: {} ({first_port})", kind.info.kind, example.title);
            assert!(ran.outcome.error.is_none(), "{what}: {:?}", ran.outcome.error);
            let n_out = output.len().min(ran.items.len());
            assert_eq!(&ran.items[..n_out], &output[..], "{what}");
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
