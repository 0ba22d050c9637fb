//! What an expression or a template gives for the items that a node had: for the form, as the user
//! types. The same names are in reach as in a run.

use std::collections::HashMap;
use std::sync::Arc;

use data::Value;
use engine::tables::Tables as _;
use flow::id::{FlowId, NodeId, RunId};
use flow::run::Sample;
use mapping::{Expression, Fault, Names, Template};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::App;
use crate::app::now;
use crate::opened::{OpenRun, kept, parse};
use crate::prepared::ReadyFlow;
use crate::runs::{input_of, last_run_into};
use crate::tables::KeptTables;
use crate::types::{ApiError, Preview, PreviewError};

/// More results than this are not read while typing.
const MOST: u32 = 50;

/// What is evaluated, and over whose items.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Ask {
    /// The flow.
    pub flow: FlowId,
    /// The run whose items are taken; without it the last one that reached the node.
    #[serde(default)]
    #[ts(optional)]
    pub run: Option<RunId>,
    /// The node.
    pub node: NodeId,
    /// The expression, or the template.
    pub text: String,
    /// Whether it is a template.
    pub template: bool,
    /// At most so many results.
    pub limit: u32,
}

/// What the text is.
enum Text {
    Expression(Expression),
    Template(Template),
}

impl Text {
    fn parse(ask: &Ask) -> Result<Self, Fault> {
        if ask.template {
            Template::parse(&ask.text).map(Self::Template)
        } else {
            Expression::parse(&ask.text).map(Self::Expression)
        }
    }

    fn eval(&self, item: &Value, names: &dyn Names) -> Result<Option<Value>, Fault> {
        match self {
            Self::Expression(expression) => expression.eval(item, names),
            Self::Template(template) => template.render(item, names),
        }
    }
}

/// Evaluates a text over the items that entered a node. Without a run it is only parsed: then
/// there is one result, of no item, where it is not well formed.
pub async fn preview(app: &Arc<App>, ask: Ask) -> Result<Vec<Preview>, ApiError> {
    let text = match Text::parse(&ask) {
        Ok(text) => text,
        Err(fault) => return Ok(vec![of_fault(String::new(), &fault)]),
    };
    let limit = ask.limit.min(MOST);
    let (run, samples) = match &ask.run {
        Some(id) => {
            let run = app.open_run(id).await?;
            let samples = input_of(app, &run, &ask.node, u64::from(limit)).await?;
            (run, samples)
        }
        None => match last_run_into(app, &ask.flow, &ask.node).await? {
            Some((run, mut samples)) => {
                samples.truncate(limit as usize);
                (run, samples)
            }
            None => return Ok(Vec::new()),
        },
    };
    let flow = app.ready(&ask.flow).await?;
    let surroundings = Surroundings::of(app, &flow, &run, named_nodes(&text)).await?;
    let tables = match &text {
        Text::Expression(expression) => engine::map::tables_in(expression),
        Text::Template(_) => Vec::new(),
    };
    let surroundings = surroundings.with_tables(app, tables).await?;
    // An expression over large items may take its time: not on a thread that serves.
    let evaluate =
        move || samples.iter().map(|sample| result(&text, sample, &surroundings)).collect();
    tokio::task::spawn_blocking(evaluate).await.map_err(ApiError::internal)
}

fn result(text: &Text, sample: &Sample, surroundings: &Surroundings) -> Preview {
    let names = AtItem { surroundings, item: &sample.item };
    match text.eval(&sample.value, &names) {
        Ok(value) => Preview { item: sample.item.clone(), value, error: None },
        Err(fault) => of_fault(sample.item.clone(), &fault),
    }
}

fn of_fault(item: String, fault: &Fault) -> Preview {
    let error = PreviewError {
        code: fault.code.clone(),
        message: fault.message.clone(),
        span: fault.span.as_ref().map(|span| (span.start, span.end)),
    };
    Preview { item, value: None, error: Some(error) }
}

/// The nodes that a text asks for with `$node`.
fn named_nodes(text: &Text) -> Vec<String> {
    let references = match text {
        Text::Expression(expression) => expression.references().to_vec(),
        Text::Template(template) => template.references().to_vec(),
    };
    references
        .iter()
        .filter_map(|reference| match &reference.to {
            mapping::Target::Node(id) => Some(id.clone()),
            _ => None,
        })
        .collect()
}

/// The flow's vars as a run reads them.
pub(crate) fn vars(file: &flow::file::FlowFile, env: &indexmap::IndexMap<String, Value>) -> Value {
    let env =
        EnvOnly(Value::object(env.iter().map(|(name, value)| (name.as_str(), value.clone()))));
    let mut vars = Vec::with_capacity(file.vars.len());
    for (name, var) in &file.vars {
        let value = match var.value.as_str() {
            // A var that cannot be read makes the run fail; here it is nothing.
            Some(text) => Template::parse(text)
                .and_then(|template| template.render(&Value::null(), &env))
                .ok()
                .flatten()
                .unwrap_or_default(),
            None => Value::from_serde(&var.value),
        };
        vars.push((name.as_str(), value));
    }
    Value::object(vars)
}

struct EnvOnly(Value);

impl Names for EnvOnly {
    fn get(&self, name: &str) -> Option<Value> {
        (name == "env").then(|| self.0.clone())
    }

    fn node(&self, id: &str) -> Result<Value, Fault> {
        mapping::NoNames.node(id)
    }
}

/// What is the same for all items.
pub(crate) struct Surroundings {
    vars: Value,
    env: Value,
    run: Value,
    /// What left the nodes that are asked for, by lineage.
    ancestors: HashMap<String, HashMap<String, Value>>,
    started_at: i64,
    /// What `$tables` has, for the nodes that know it.
    tables: Option<Value>,
}

impl Surroundings {
    /// Those of a flow's items in a run, with what `$node` gives for these nodes.
    pub(crate) async fn of(
        app: &App,
        flow: &ReadyFlow,
        run: &OpenRun,
        nodes: impl IntoIterator<Item = String>,
    ) -> Result<Self, ApiError> {
        let mut surroundings = Self {
            vars: vars(&flow.file, &flow.env),
            env: Value::object(flow.env.iter().map(|(name, value)| (name.as_str(), value.clone()))),
            run: Value::object([
                ("id", Value::from(run.row.id.as_str())),
                ("flow", Value::from(run.row.flow.as_str())),
                ("trigger", Value::from(run.row.trigger.as_str())),
            ]),
            ancestors: HashMap::new(),
            started_at: now(),
            tables: None,
        };
        for node in nodes {
            let values = app.values_at(run, &node).await?;
            surroundings.ancestors.insert(node, values);
        }
        Ok(surroundings)
    }

    /// The same, with these local tables as code lists. One that is not there is nothing.
    pub(crate) async fn with_tables(
        mut self,
        app: &App,
        names: Vec<String>,
    ) -> Result<Self, ApiError> {
        if names.is_empty() {
            return Ok(self);
        }
        let store = Arc::clone(&app.store);
        let read = move || {
            let tables = KeptTables::new(store);
            let list = |name: String| {
                let table = tables.table(&name).ok().flatten()?;
                Some((name, engine::map::code_list(&table)))
            };
            Value::object(names.into_iter().filter_map(list))
        };
        self.tables = Some(tokio::task::spawn_blocking(read).await.map_err(ApiError::internal)?);
        Ok(self)
    }
}

/// What one item's expressions can reach.
pub(crate) struct AtItem<'a> {
    pub(crate) surroundings: &'a Surroundings,
    /// The item, by lineage.
    pub(crate) item: &'a str,
}

impl Names for AtItem<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        match name {
            "vars" => Some(self.surroundings.vars.clone()),
            "env" => Some(self.surroundings.env.clone()),
            "run" => Some(self.surroundings.run.clone()),
            "tables" => self.surroundings.tables.clone(),
            _ => None,
        }
    }

    /// An item's ancestors are the beginnings of its path: `orders:3/17` of `orders:3/17.lines/2`.
    fn node(&self, id: &str) -> Result<Value, Fault> {
        let values = self.surroundings.ancestors.get(id);
        let mut path = self.item;
        loop {
            if let Some(value) = values.and_then(|values| values.get(path)) {
                return Ok(value.clone());
            }
            match path.rsplit_once('.') {
                Some((parent, _)) => path = parent,
                None => break,
            }
        }
        let message = format!(
            "The item {} has no kept item of the node \"{id}\" on its path, so $node(\"{id}\") cannot \
             be shown for it.",
            self.item
        );
        Err(Fault { code: "G0005".into(), message, span: None })
    }

    fn now_ms(&self) -> Option<i64> {
        Some(self.surroundings.started_at)
    }

    fn seed(&self) -> Option<u64> {
        Some(1)
    }
}

impl App {
    /// The kept items that left a node, by lineage.
    async fn values_at(
        &self,
        run: &OpenRun,
        node: &str,
    ) -> Result<HashMap<String, Value>, ApiError> {
        let sources = run.outputs(&node.into());
        let id = run.row.id.clone();
        let (_, items) = self.read(move |store| kept(store, &id, &sources, 0, u64::MAX)).await?;
        items
            .iter()
            .map(|item| {
                let sample: Sample = parse(item.get().as_bytes())?;
                Ok((sample.item, sample.value))
            })
            .collect()
    }
}
