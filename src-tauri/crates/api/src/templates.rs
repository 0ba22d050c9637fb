//! The flows that users begin from, as they were built into the program. Not where a user's own
//! flows are.

use std::sync::LazyLock;

use flow::file::{FlowFile, Layout, NodeSpec};
use flow::id::FlowId;
use include_dir::{Dir, include_dir};

use crate::App;
use crate::settings::Nothing;
use crate::types::{ApiError, Code, TemplateSummary};

static FLOWS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../../flows");

/// The template that a new user sees first.
const SAMPLE: &str = "welcome";

/// The order in which they are offered; those that are not named follow by name.
const ORDER: &[&str] =
    &["welcome", "orders-to-erp", "customer-enrichment", "payment-reconciliation"];

static TEMPLATES: LazyLock<Vec<TemplateSummary>> = LazyLock::new(|| {
    let mut templates: Vec<TemplateSummary> = FLOWS
        .files()
        .filter(|file| file.path().to_string_lossy().ends_with(".flow.json"))
        .filter_map(|file| {
            let path = file.path().to_string_lossy().replace(".flow.json", ".layout.json");
            let layout = FLOWS.get_file(path).and_then(|layout| layout.contents_utf8());
            template(file.contents_utf8()?, layout.unwrap_or("{}"))
        })
        .collect();
    let place = |t: &TemplateSummary| ORDER.iter().position(|id| *id == t.id.as_str());
    templates.sort_by_key(|t| (place(t).unwrap_or(usize::MAX), t.name.clone()));
    templates
});

fn template(flow: &str, layout: &str) -> Option<TemplateSummary> {
    let flow = flow::file::read(flow).ok()?;
    let layout = flow::file::read_layout(layout).ok()?;
    Some(TemplateSummary {
        id: flow.id.clone(),
        name: flow.name.clone(),
        about: flow.about.clone(),
        types: types(&flow),
        flow,
        layout,
    })
}

/// All templates.
#[expect(clippy::unused_async, reason = "commands are all of one shape")]
pub async fn list(_: &App, _: Nothing) -> Result<Vec<TemplateSummary>, ApiError> {
    Ok(TEMPLATES.clone())
}

pub(crate) fn find(id: &FlowId) -> Result<TemplateSummary, ApiError> {
    let found = TEMPLATES.iter().find(|template| template.id == *id).cloned();
    found.ok_or_else(|| ApiError::new(Code::NotFound, format!("There is no template {id}.")))
}

/// The flow that a new user sees first.
pub(crate) fn sample() -> TemplateSummary {
    find(&SAMPLE.into()).expect("the sample flow is built in, a test holds that it can be read")
}

/// A flow with nothing but its start.
pub(crate) fn empty() -> (FlowFile, Layout) {
    let file = r#"{ "gantry": 1, "id": "new", "name": "",
        "nodes": [{ "id": "start", "type": "trigger.manual" }] }"#;
    let layout = r#"{ "nodes": { "start": { "x": 80, "y": 160 } } }"#;
    let file = flow::file::read(file).expect("this is a flow");
    (file, flow::file::read_layout(layout).expect("this is a layout"))
}

/// The types of a flow's nodes, in order, each once.
pub(crate) fn types(flow: &FlowFile) -> Vec<String> {
    let mut types = Vec::new();
    for node in all_nodes(&flow.nodes) {
        if !types.iter().any(|known| known == node.kind.as_str()) {
            types.push(node.kind.to_string());
        }
    }
    types
}

/// All nodes, those inside scopes included.
pub fn all_nodes(nodes: &[NodeSpec]) -> Box<dyn Iterator<Item = &NodeSpec> + '_> {
    Box::new(nodes.iter().flat_map(|node| {
        let inside = node.body.iter().flat_map(|body| all_nodes(&body.nodes));
        std::iter::once(node).chain(inside)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_written_as_it_is_read_and_has_a_place_for_each_node() {
        let files: Vec<_> = FLOWS.files().collect();
        assert!(
            TEMPLATES.len() * 2 == files.len(),
            "each flow file has a layout, and both can be read"
        );
        for file in files {
            let (path, text) = (file.path().display(), file.contents_utf8().unwrap());
            let name = path.to_string();
            let written = match name.strip_suffix(".flow.json") {
                Some(id) => {
                    let flow = flow::file::read(text).unwrap();
                    assert_eq!(flow.id.as_str(), id);
                    flow::file::write(&flow)
                }
                None => flow::file::write_layout(&flow::file::read_layout(text).unwrap()),
            };
            if std::env::var_os("UPDATE").is_some() {
                let folder =
                    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../flows");
                std::fs::write(folder.join(file.path()), &written).unwrap();
            } else {
                assert_eq!(text, written, "{name} is not canonical: UPDATE=1");
            }
        }
        for template in TEMPLATES.iter() {
            for node in all_nodes(&template.flow.nodes) {
                let place = template.layout.nodes.get(&node.id);
                assert!(place.is_some(), "{}: {} has no place", template.id, node.id);
            }
        }
    }

    #[test]
    fn the_sample_is_there() {
        assert_eq!(sample().id.as_str(), SAMPLE);
    }
}
