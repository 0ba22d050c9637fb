//! `data.batch`: makes lists of items, and runs the nodes inside it once per list.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use flow::catalogue::{Consumes, Family, Inside, Inspection, NodeInfo, Passage, Problem};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::catalogue::{example, node_info, words};
use crate::node::{Behaviour, NodeType, Setup};
use crate::scope::{Cut, ScopeRules, Turns};

/// The most items of a batch where the node does not say: what most bulk interfaces take.
const USUAL: NonZeroU32 = NonZeroU32::new(500).expect("it is not 0");

/// Params of `data.batch`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    /// The most items of one batch.
    #[serde(default = "usual")]
    #[schemars(title = "Items in a batch", range(min = 1, max = 1_000_000))]
    count: NonZeroU32,
    /// The most bytes of one batch, written as JSON. One larger item is a batch of its own.
    #[serde(default)]
    #[schemars(title = "Bytes in a batch")]
    max_bytes: Option<NonZeroU64>,
    /// A batch goes on though it is not full once its first item has waited so long, in
    /// milliseconds. Without it, it waits until it is full or nothing more comes.
    #[serde(default)]
    #[schemars(title = "Longest wait (ms)")]
    max_wait_ms: Option<NonZeroU64>,
    /// A batch that fails is run again in halves, until the bad items are known one by one; the
    /// error policy is asked for them only. What is inside is then done again for the good ones, so
    /// it should be a call that takes or refuses a batch as a whole.
    #[serde(default = "yes")]
    #[schemars(title = "Find the bad item")]
    bisect: bool,
    /// How many batches are worked on at once.
    #[serde(default)]
    #[schemars(title = "Batches at once", extend("x-advanced" = true))]
    concurrency: Option<NonZeroU32>,
}

fn usual() -> NonZeroU32 {
    USUAL
}

fn yes() -> bool {
    true
}

pub(crate) struct Batch;

impl NodeType for Batch {
    type Params = Params;

    fn info() -> NodeInfo {
        NodeInfo {
            keywords: words(["batch", "bulk", "chunk", "window", "buffer", "pages", "bisect"]),
            examples: vec![
                example(
                    "Two at a time",
                    json!({ "count": 2 }),
                    json!([{ "id": 1 }, { "id": 2 }, { "id": 3 }]),
                    json!([[{ "id": 1 }, { "id": 2 }], [{ "id": 3 }]]),
                ),
                example(
                    "No more than 20 bytes",
                    json!({ "max_bytes": 20 }),
                    json!([{ "id": 1 }, { "id": 2 }, { "id": 3 }]),
                    json!([[{ "id": 1 }, { "id": 2 }], [{ "id": 3 }]]),
                ),
            ],
            ..node_info(
                "data.batch",
                "Batch",
                "Makes lists of so many items, for calls that take many at once.",
                "Makes lists of items in their order, by count, by bytes or by time, and runs the \
                 nodes inside once for each list: they get it as one item, `$[0].id` being the \
                 first entry's id. Without nodes inside, the lists go on as they are. Items keep \
                 flowing: only the lists at hand are held.\n\nWhen the nodes inside fail for a \
                 batch, it is run again in halves, down to the single item that is to blame, and \
                 the error policy decides about that one item. Errors that would meet every item \
                 (no access, too many calls, no connection), and calls whose outcome is not \
                 known, are not run again: then all items of the batch are treated alike. The \
                 count of rejected items counts single items, not batches.",
                Family::Data,
                "layers",
                Consumes::Scope,
            )
        }
    }

    fn inspect(params: &Params) -> Inspection {
        let mut by = vec![format!("{} items", params.count)];
        by.extend(params.max_bytes.map(|bytes| format!("{bytes} bytes")));
        by.extend(params.max_wait_ms.map(|wait| format!("{wait} ms")));
        Inspection {
            summary: format!("at most {}", by.join(" or ")),
            passage: Passage { inside: Inside::Optional, ..Passage::default() },
            ..Inspection::default()
        }
    }

    fn build(params: Params, _: &Setup<'_>) -> Result<Behaviour, Problem> {
        let cut = Cut {
            items: params.count,
            bytes: params.max_bytes,
            wait: params.max_wait_ms.map(|ms| Duration::from_millis(ms.get())),
            bisect: params.bisect,
        };
        let concurrency = params.concurrency.unwrap_or(NonZeroU32::MIN);
        Ok(Behaviour::Scope(ScopeRules { concurrency, turns: Turns::Batches(cut) }))
    }
}
