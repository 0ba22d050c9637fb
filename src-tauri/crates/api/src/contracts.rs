//! What can be told of the calls between flows before they are run: flows and versions that are not
//! there, contracts that cannot be used, fields that a called flow takes and is not given.

use flow::diagnostic::{At, Diagnostic, Severity};
use flow::file::{Contract, FlowFile, NodeSpec};
use flow::id::FlowId;
use serde_json::Value as Json;

use crate::App;
use crate::flows::read_file;
use crate::templates::all_nodes;
use crate::types::ApiError;

/// What is wrong with a flow's contract and with its calls of other flows.
pub(crate) async fn problems(app: &App, file: &FlowFile) -> Result<Vec<Diagnostic>, ApiError> {
    let mut found = own(file);
    let calls: Vec<&NodeSpec> = all_nodes(&file.nodes)
        .filter(|node| node.kind.as_str() == "flow.call" && !node.disabled)
        .collect();
    for node in calls {
        let text = |key: &str| node.params.get(key).and_then(Json::as_str).map(str::trim);
        let Some(flow) = text("flow").filter(|flow| !flow.is_empty()) else { continue };
        let version = text("version").filter(|version| !version.is_empty());
        match called(app, flow, version).await? {
            Some(called) => found.extend(not_given(file, node, &called)),
            None => found.push(missing(node, flow, version)),
        }
    }
    Ok(found)
}

/// The flow that is called, where it is known.
async fn called(
    app: &App,
    flow: &str,
    version: Option<&str>,
) -> Result<Option<FlowFile>, ApiError> {
    let id = FlowId::from(flow);
    let version = version.map(str::to_owned);
    let text = app
        .read(move |store| match version {
            Some(version) => store.pinned(&id, &version),
            None => match store.flow(&id) {
                Ok(row) => Ok(Some(row.file)),
                Err(store::StoreError::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            },
        })
        .await?;
    // One that cannot be read is told of where it is opened.
    Ok(text.and_then(|text| read_file(&text).ok()))
}

/// What is wrong with the contract of the flow itself.
fn own(file: &FlowFile) -> Vec<Diagnostic> {
    let Some(Contract { input, output }) = &file.contract else { return Vec::new() };
    let sides = [("input", "takes", input), ("output", "gives", output)];
    let broken = |(key, what, schema): (&str, &str, &Option<Json>)| {
        let why = engine::called::contract_problem(schema.as_ref()?)?;
        Some(Diagnostic {
            severity: Severity::Error,
            code: "flow.contract".to_owned(),
            message: format!("What the flow says that it {what} cannot be used. {why}"),
            at: At { key: Some(format!("/contract/{key}")), ..At::default() },
        })
    };
    sides.into_iter().filter_map(broken).collect()
}

fn missing(node: &NodeSpec, flow: &str, version: Option<&str>) -> Diagnostic {
    let (key, message) = match version {
        None => ("flow", format!("There is no flow \"{flow}\". Choose one that there is.")),
        Some(version) => (
            "version",
            format!("There is no version {version} of \"{flow}\". Pin the flow's version again."),
        ),
    };
    told(node, key, "call.missing", Severity::Error, message)
}

/// What the called flow takes and is surely not given: where it is known which fields there are.
fn not_given(file: &FlowFile, node: &NodeSpec, called: &FlowFile) -> Option<Diagnostic> {
    let schema = called.contract.as_ref()?.input.as_ref()?;
    let required: Vec<&str> =
        schema.get("required")?.as_array()?.iter().filter_map(Json::as_str).collect();
    let given = given_fields(file, node)?;
    let lacking: Vec<&str> =
        required.into_iter().filter(|name| !given.iter().any(|field| field == name)).collect();
    if lacking.is_empty() {
        return None;
    }
    let message = format!(
        "The flow \"{}\" takes {}, which it is not given here. Add it, or change what that flow \
         takes.",
        called.name,
        lacking.join(", ")
    );
    Some(told(node, "input", "call.contract", Severity::Warning, message))
}

/// The fields of what a node gives to the flow that it calls: those of the object that its input
/// makes, or those of the mapping right before it; none where that is not known.
fn given_fields(file: &FlowFile, node: &NodeSpec) -> Option<Vec<String>> {
    if let Some(input) = node.params.get("input").and_then(Json::as_str) {
        let fields = mapping::Expression::parse(input).ok()?.explain().fields;
        let names = fields.into_iter().map(|(name, _)| top(&name));
        return Some(names.collect()).filter(|names: &Vec<String>| !names.is_empty());
    }
    let mut before = file.wires.iter().filter(|wire| wire.to.node == node.id);
    let (Some(only), None) = (before.next(), before.next()) else { return None };
    let map = file.nodes.iter().find(|node| node.id == only.from.node)?;
    let is_whole = map.params.get("keep").and_then(Json::as_bool) != Some(true);
    if map.kind.as_str() != "data.map" || map.disabled || !is_whole {
        return None;
    }
    let fields = map.params.get("fields")?.as_array()?.iter();
    Some(fields.filter_map(|field| field.get("to")?.as_str()).map(top).collect())
}

/// The field of the item that a place in it begins with: `address` of `address.city`.
fn top(place: &str) -> String {
    place.split(['.', '[']).next().unwrap_or_default().to_owned()
}

fn told(node: &NodeSpec, key: &str, code: &str, severity: Severity, message: String) -> Diagnostic {
    let key = Some(format!("/params/{key}"));
    let at = At { node: Some(node.id.clone()), key, ..At::default() };
    Diagnostic { severity, code: code.to_owned(), message, at }
}
