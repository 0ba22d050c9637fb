//! The trees of source fields: of the item, of earlier nodes, of the flow's variables. What values
//! look like is told by `data::schema`.

use data::{Schema, Value};
use flow::run::Sample;
use mapping::Names;
use mapping::rule::path_name;

use super::Place;
use super::rows;
use super::samples::{self, Entered, passes_on};
use super::types::{KnownFrom, MapRow, SourceField, SourceKind, SourceTree, ValueKind};
use crate::App;
use crate::expressions::{AtItem, Surroundings, vars};
use crate::opened::inputs;
use crate::types::ApiError;

/// So many items of an earlier node are looked at.
const OF_EARLIER: u64 = 200;

/// The trees, the item's first, then the nearest node before it.
pub(super) async fn trees(
    app: &App,
    place: &Place,
    entered: Option<&Entered>,
) -> Result<Vec<SourceTree>, ApiError> {
    let item = match entered {
        Some(entered) => of_samples(&entered.samples, ""),
        None => of_flow(place, &feeding(place, place.at), ""),
    };
    let title = feeding(place, place.at).first().map(|at| place.title(app, *at));
    let title = title.map_or_else(|| "Item".to_owned(), |title| format!("Item from {title}"));
    let mut trees = vec![SourceTree { kind: SourceKind::Item, title, ..item }];
    trees.extend(earlier(app, place, entered).await?);
    let vars = vars(&place.ready.file, &place.ready.env);
    if vars.as_object().is_some_and(|vars| !vars.is_empty()) {
        let schema = Schema::infer([&vars]);
        trees.push(SourceTree {
            kind: SourceKind::Vars,
            title: "Variables".to_owned(),
            path: "$vars".to_owned(),
            node_type: None,
            known: KnownFrom::Flow,
            count: 1,
            out_of_reach: None,
            fields: fields(&schema, "$vars", &[]),
        });
    }
    Ok(trees)
}

/// The nodes before this one that an item came by.
async fn earlier(
    app: &App,
    place: &Place,
    entered: Option<&Entered>,
) -> Result<Vec<SourceTree>, ApiError> {
    let graph = &place.graph;
    let mut before: Vec<usize> =
        (0..graph.nodes().len()).filter(|at| graph.is_before(*at, place.at)).collect();
    before.reverse();
    let ids: Vec<String> = before.iter().map(|at| graph.nodes()[*at].spec.id.to_string()).collect();
    let surroundings = match entered {
        Some(entered) => Some(Surroundings::of(app, &place.ready, &entered.run, ids).await?),
        None => None,
    };
    let mut trees = Vec::with_capacity(before.len());
    for at in before {
        let spec = &graph.nodes()[at].spec;
        let path = format!("$node({})", serde_json::Value::from(spec.id.as_str()));
        let samples = match entered {
            Some(entered) => samples::leaving(app, &entered.run, &spec.id, OF_EARLIER).await?,
            None => Vec::new(),
        };
        let tree = match &samples[..] {
            [] if passes_on(graph, at, "out") => of_flow(place, &feeding(place, at), &path),
            [] => of_flow(place, &[at], &path),
            samples => of_samples(samples, &path),
        };
        let out_of_reach = match (entered, &surroundings) {
            (Some(Entered { samples, .. }), Some(surroundings)) => {
                samples.first().and_then(|sample| unreached(surroundings, sample, spec.id.as_str()))
            }
            _ => None,
        };
        trees.push(SourceTree {
            kind: SourceKind::Node { node: spec.id.clone() },
            title: place.title(app, at),
            node_type: Some(spec.kind.to_string()),
            out_of_reach,
            ..tree
        });
    }
    Ok(trees)
}

/// Why an earlier node has no value for an item.
fn unreached(surroundings: &Surroundings, sample: &Sample, node: &str) -> Option<String> {
    let names = AtItem { surroundings, item: &sample.item };
    names.node(node).err().map(|fault| fault.message)
}

/// The nodes that feed a node, beyond those that only pass items on.
fn feeding(place: &Place, node: usize) -> Vec<usize> {
    let graph = &place.graph;
    let mut found = Vec::new();
    let mut seen = vec![false; graph.nodes().len()];
    let mut work = vec![node];
    while let Some(at) = work.pop() {
        for source in inputs(graph, at) {
            let Some(from) = graph.find(&source.node) else { continue };
            if std::mem::replace(&mut seen[from], true) {
                continue;
            }
            if passes_on(graph, from, &source.port) {
                work.push(from);
            } else {
                found.push(from);
            }
        }
    }
    found
}

fn of_samples(samples: &[Sample], path: &str) -> SourceTree {
    let schema = Schema::infer(samples.iter().map(|sample| &sample.value));
    tree(KnownFrom::Run, schema.count, fields(&schema, path, &[]), path)
}

fn tree(known: KnownFrom, count: u64, fields: Vec<SourceField>, path: &str) -> SourceTree {
    SourceTree {
        kind: SourceKind::Item,
        title: String::new(),
        path: path.to_owned(),
        node_type: None,
        known,
        count,
        out_of_reach: None,
        fields,
    }
}

/// What the flow itself says of the items that leave these nodes.
fn of_flow(place: &Place, nodes: &[usize], path: &str) -> SourceTree {
    for at in nodes {
        let spec = &place.graph.nodes()[*at].spec;
        match spec.kind.as_str() {
            "data.table" => {
                let rows = spec.params.get("rows").and_then(serde_json::Value::as_array);
                let rows: Vec<Value> = rows.into_iter().flatten().map(Value::from_serde).collect();
                let schema = Schema::infer(&rows);
                return tree(KnownFrom::Flow, schema.count, fields(&schema, path, &[]), path);
            }
            super::MAP => {
                let made = of_rows(&rows::read(spec).rows, path, &[]);
                return tree(KnownFrom::Flow, 0, made, path);
            }
            _ => {}
        }
    }
    tree(KnownFrom::Nothing, 0, Vec::new(), path)
}

/// The fields that the rows of an earlier mapping make.
fn of_rows(rows: &[MapRow], path: &str, lists: &[String]) -> Vec<SourceField> {
    let mut made = Vec::new();
    for row in rows {
        let names: Vec<&str> = row.to.split('.').filter(|name| !name.is_empty()).collect();
        insert(&mut made, &names, row, path, lists);
    }
    made
}

fn insert(made: &mut Vec<SourceField>, names: &[&str], row: &MapRow, path: &str, lists: &[String]) {
    let [first, rest @ ..] = names else { return };
    let path = join(path, first);
    let at = made.iter().position(|field| field.name == *first).unwrap_or_else(|| {
        made.push(SourceField {
            name: (*first).to_owned(),
            path: path.clone(),
            lists: lists.to_vec(),
            kind: ValueKind::Object,
            entries: None,
            format: None,
            fill: None,
            optional: false,
            nullable: false,
            examples: Vec::new(),
            fields: Vec::new(),
        });
        made.len() - 1
    });
    if !rest.is_empty() {
        return insert(&mut made[at].fields, rest, row, &path, lists);
    }
    let field = &mut made[at];
    let (kind, entries) = super::targets::value_kinds(row.kind, row.fields.is_some());
    (field.kind, field.entries) = (kind, entries);
    if let Some(inner) = &row.fields {
        let lists: Vec<String> = lists.iter().cloned().chain([path.clone()]).collect();
        field.fields = of_rows(inner, &path, &lists);
    }
}

fn join(path: &str, name: &str) -> String {
    let name = path_name(name);
    if path.is_empty() { name } else { format!("{path}.{name}") }
}

/// The fields that a schema tells of, each with the path that reaches it.
fn fields(schema: &Schema, path: &str, lists: &[String]) -> Vec<SourceField> {
    let mut found = Vec::new();
    // An item that is no object is reached as a whole.
    let is_plain = schema.kinds.object == 0 && schema.count > 0;
    if is_plain && lists.is_empty() && (path.is_empty() || path.starts_with("$node(")) {
        let path = if path.is_empty() { "$" } else { path };
        found.push(field("", path, schema, schema.count, lists));
        return found;
    }
    for member in &schema.fields {
        let path = join(path, member.name.as_str());
        let around = schema.kinds.object;
        found.push(field(member.name.as_str(), &path, &member.schema, around, lists));
    }
    found
}

fn field(name: &str, path: &str, schema: &Schema, around: u64, lists: &[String]) -> SourceField {
    let entries = schema.items.as_deref();
    let kind = kind(schema);
    let mut fields = self::fields_below(schema, path, lists);
    if let Some(entries) = entries {
        let lists: Vec<String> = lists.iter().cloned().chain([path.to_owned()]).collect();
        for field in fields_below(entries, path, &lists) {
            if fields.iter().all(|known| known.path != field.path) {
                fields.push(field);
            }
        }
    }
    let n_filled = schema.count - schema.kinds.null;
    let examples = match entries {
        Some(entries) if schema.samples.is_empty() => &entries.samples,
        _ => &schema.samples,
    };
    let format = entries.filter(|_| kind == ValueKind::List).unwrap_or(schema).format;
    SourceField {
        name: name.to_owned(),
        path: path.to_owned(),
        lists: lists.to_vec(),
        kind,
        entries: entries.map(self::kind),
        format: format
            .and_then(|format| serde_json::to_value(format).ok()?.as_str().map(str::to_owned)),
        fill: (around > 0).then(|| (n_filled as f64 / around as f64).min(1.0)),
        optional: schema.optional,
        nullable: schema.nullable,
        examples: examples.clone(),
        fields,
    }
}

fn fields_below(schema: &Schema, path: &str, lists: &[String]) -> Vec<SourceField> {
    let mut found: Vec<SourceField> = schema
        .fields
        .iter()
        .map(|member| {
            let path = join(path, member.name.as_str());
            field(member.name.as_str(), &path, &member.schema, schema.kinds.object, lists)
        })
        .collect();
    // Lists of lists are one list to a path.
    if let Some(entries) = schema.items.as_deref().filter(|_| !lists.is_empty()) {
        found.extend(fields_below(entries, path, lists));
    }
    found
}

/// What the values of a place are.
fn kind(schema: &Schema) -> ValueKind {
    let kinds = &schema.kinds;
    let found: Vec<ValueKind> = [
        (kinds.text, text_kind(schema)),
        (kinds.number, if schema.is_whole { ValueKind::Integer } else { ValueKind::Number }),
        (kinds.boolean, ValueKind::Boolean),
        (kinds.list, ValueKind::List),
        (kinds.object, ValueKind::Object),
    ]
    .into_iter()
    .filter_map(|(count, kind)| (count > 0).then_some(kind))
    .collect();
    match found[..] {
        [] if kinds.null > 0 => ValueKind::Null,
        [] => ValueKind::Unknown,
        [one] => one,
        // Some formats write a list of one as the entry alone.
        [ValueKind::List, ValueKind::Object] => ValueKind::List,
        _ => ValueKind::Mixed,
    }
}

fn text_kind(schema: &Schema) -> ValueKind {
    match schema.format {
        Some(data::schema::TextFormat::Date) => ValueKind::Date,
        Some(data::schema::TextFormat::DateTime) => ValueKind::DateTime,
        _ => ValueKind::Text,
    }
}
