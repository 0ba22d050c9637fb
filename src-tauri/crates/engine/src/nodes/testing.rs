//! `test.call`: stands in for a system in tests. It waits, fails and pages as its item says.

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
use crate::step::{StepContext, StepError, StepResult};

#[derive(Deserialize, JsonSchema)]
pub(crate) struct Params {}

pub(crate) struct TestCall;

impl NodeType for TestCall {
    type Params = Params;

    fn info() -> NodeInfo {
        node_info("test.call", "Call", "", "", Family::System, "plug", Consumes::Each)
    }

    fn inspect(_: &Params) -> Inspection {
        Inspection::default()
    }

    fn build(_: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        Ok(Behaviour::Each(Box::new(Call)))
    }
}

struct Call;

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
            .step("call", |attempt| {
                let value = value.clone();
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
