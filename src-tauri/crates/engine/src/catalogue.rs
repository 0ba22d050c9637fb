//! The catalogue of all node types, with the forms lowered from their params. Not the types
//! themselves: see `nodes`.

use std::collections::HashMap;
use std::sync::LazyLock;

use flow::catalogue::{Carries, Catalogue, Consumes, Example, Family, NodeInfo, NodeType, Port};
use flow::field::Field;
use flow::id::TypeId;
use serde_json::Value as Json;

use crate::node::Registered;
use crate::nodes::TYPES;

/// All node types, in the order of the palette.
pub fn catalogue() -> Catalogue {
    Catalogue::new(TYPES.iter().map(|entry| {
        let info = NodeInfo { fields: Field::lower(&(entry.schema)()), ..(entry.info)() };
        NodeType { info, inspect: entry.inspect }
    }))
}

/// The entry of a node type.
pub(crate) fn registered(kind: &TypeId) -> Option<&'static Registered> {
    static BY_KIND: LazyLock<HashMap<TypeId, &'static Registered>> =
        LazyLock::new(|| TYPES.iter().map(|entry| ((entry.info)().kind, entry)).collect());
    BY_KIND.get(kind).copied()
}

/// A port for any items.
pub(crate) fn items_port(name: &str) -> Port {
    Port { name: name.to_owned(), carries: Carries::Items, about: String::new(), many: false }
}

/// A port for items, with a few words about them.
pub(crate) fn port(name: &str, about: &str) -> Port {
    Port { about: about.to_owned(), ..items_port(name) }
}

/// An example: these items go in, those come out of the first port.
pub(crate) fn example(title: &str, params: Json, input: Json, output: Json) -> Example {
    let (input, output) = (list(input), Some(list(output)));
    Example { title: title.to_owned(), params, input, output, ..Example::default() }
}

fn list(json: Json) -> Vec<Json> {
    match json {
        Json::Array(items) => items,
        other => vec![other],
    }
}

/// A list of texts, such as keywords.
pub(crate) fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).into()
}

/// What most node types have in common: one input, one output, nothing written.
pub(crate) fn node_info(
    kind: &str,
    title: &str,
    about: &str,
    docs: &str,
    family: Family,
    icon: &str,
    consumes: Consumes,
) -> NodeInfo {
    NodeInfo {
        kind: kind.into(),
        title: title.to_owned(),
        about: about.to_owned(),
        docs: docs.to_owned(),
        family,
        icon: icon.to_owned(),
        keywords: vec![],
        consumes,
        inputs: vec![items_port("in")],
        outputs: vec![items_port("out")],
        fields: vec![],
        writes: false,
        examples: vec![],
    }
}
