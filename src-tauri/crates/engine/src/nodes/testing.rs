//! `test.call`: stands in for a system in tests. It waits, fails and pages as its item says, and
//! remembers what it was told to write.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use data::Value;
use flow::catalogue::{Consumes, Family, Inspection, NodeInfo, Problem};
use flow::run::ErrorClass;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::catalogue::node_info;
use crate::item::Item;
use crate::node::{Answer, Behaviour, Each, NodeType, Pages, Setup};
use crate::step::{Effect, StepContext, StepError, StepResult, StepWork};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Params {
    /// The log that it writes to; it only reads without one.
    #[serde(default)]
    log: Option<String>,
    /// Whether writing twice does no harm.
    #[serde(default)]
    keyed: bool,
}

/// What was written, by log, and how often each.
static WRITTEN: Mutex<BTreeMap<String, BTreeMap<String, u32>>> = Mutex::new(BTreeMap::new());

/// What was written to a log, and how often each.
pub(crate) fn written(log: &str) -> BTreeMap<String, u32> {
    let written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    written.get(log).cloned().unwrap_or_default()
}

fn write(log: &str, value: &Value) {
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    *written.entry(log.to_owned()).or_default().entry(value.to_string()).or_default() += 1;
}

pub(crate) struct TestCall;

impl NodeType for TestCall {
    type Params = Params;

    fn info() -> NodeInfo {
        node_info("test.call", "Call", "", "", Family::System, "plug", Consumes::Each)
    }

    fn inspect(_: &Params) -> Inspection {
        Inspection::default()
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Each(Box::new(Call { params })))
    }
}

struct Call {
    params: Params,
}

impl Call {
    fn work(&self) -> StepWork {
        match (&self.params.log, self.params.keyed) {
            (None, _) => StepWork::READS,
            (Some(_), true) => StepWork { effect: Effect::Repeatable, ..StepWork::READS },
            (Some(_), false) => StepWork { effect: Effect::Writes, ..StepWork::READS },
        }
    }
}

fn number(item: &Value, key: &str) -> u64 {
    item.get(key).and_then(Value::as_i64).unwrap_or(0) as u64
}

#[async_trait]
impl Each for Call {
    async fn call(&self, item: &Item, cx: &dyn StepContext) -> StepResult<Answer> {
        let value = item.value.clone();
        let pause = Duration::from_millis(number(&value, "wait"));
        let n_fails = number(&value, "fails");
        let is_bad = value.get("bad").is_some();
        let answer = cx
            .step_as("call", self.work(), |attempt| {
                let (value, log) = (value.clone(), self.params.log.as_deref());
                Box::pin(async move {
                    if !pause.is_zero() {
                        tokio::time::sleep(pause).await;
                    }
                    if is_bad {
                        return Err(StepError::terminal(ErrorClass::Validation, "It is bad.")
                            .advice("Make it good."));
                    }
                    if u64::from(attempt) <= n_fails {
                        return Err(StepError::retryable(ErrorClass::Server, "It broke."));
                    }
                    if let Some(log) = log {
                        write(log, &value);
                        // The system has it; its answer is on the way.
                        tokio::time::sleep(pause).await;
                    }
                    Ok(value)
                })
            })
            .await?;
        if let Some(parts) = value.get("parts").and_then(Value::as_list) {
            return Ok(Answer::Many(parts.to_vec()));
        }
        match number(&value, "pages") {
            0 => Ok(Answer::One(answer)),
            n_pages => Ok(Answer::Pages(Box::new(TestPages {
                left: n_pages,
                rows: number(&value, "rows"),
                next: 0,
                pause,
            }))),
        }
    }
}

struct TestPages {
    left: u64,
    rows: u64,
    next: u64,
    pause: Duration,
}

#[async_trait]
impl Pages for TestPages {
    async fn next(&mut self, _: &dyn StepContext) -> StepResult<Option<Vec<Value>>> {
        if self.left == 0 {
            return Ok(None);
        }
        tokio::time::sleep(self.pause).await;
        self.left -= 1;
        let from = self.next;
        self.next += self.rows;
        Ok(Some((from..self.next).map(|n| Value::object([("n", Value::from(n))])).collect()))
    }
}
