//! What flows remember from run to run: watermarks and other values, by key. The engine asks for
//! it; `store` keeps it for the app, [`MemoryState`] for tests. Not who sets what: see the nodes.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use data::Value;
use flow::id::{FlowId, RunId};
use flow::run::Timestamp;
use futures::future::{BoxFuture, ready};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the values are that flows remember.
pub trait State: fmt::Debug + Send + Sync {
    /// The value of a key; none where none was set.
    ///
    /// # Errors
    /// A sentence, where it cannot be read.
    fn get<'a>(
        &'a self,
        flow: &'a FlowId,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, String>>;

    /// Sets a value. Setting it twice is harmless: what a run sets at one place only ever goes on
    /// to later items. When it answers `Ok`, the value is kept.
    ///
    /// # Errors
    /// A sentence, where it cannot be kept.
    fn set(&self, setting: Setting) -> BoxFuture<'_, Result<(), String>>;
}

/// A value that is to be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The flow.
    pub flow: FlowId,
    /// The key.
    pub key: String,
    /// The value.
    pub value: Value,
    /// What becomes of it beside the value that is there.
    pub keep: Keep,
    /// Who sets it.
    pub by: Setter,
}

/// Who sets a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setter {
    /// The run.
    pub run: RunId,
    /// Where in the run: the node, and the scope's item where it stands in one.
    pub place: String,
    /// The number of the item there that the value was taken with, counted from 0.
    pub item: u64,
    /// When.
    pub at: Timestamp,
}

/// Which of several values is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The one that came last.
    #[default]
    #[schemars(title = "The last one")]
    Last,
    /// The largest, of all runs.
    #[schemars(title = "The largest")]
    Max,
    /// The smallest, of all runs.
    #[schemars(title = "The smallest")]
    Min,
}

impl Keep {
    /// Whether a new value takes the place of one that is there.
    pub fn takes(self, new: &Value, old: &Value) -> bool {
        match self {
            Self::Last => true,
            Self::Max => new.compare(old).is_gt(),
            Self::Min => new.compare(old).is_lt(),
        }
    }
}

/// A value that is kept, and who set it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The value; none once it was reset.
    pub value: Option<Value>,
    /// Who set it; none where a person did.
    pub by: Option<Setter>,
}

impl Setting {
    /// Whether it is to be written over what is kept: not where it was set before, or where the
    /// same run has gone further already.
    pub fn is_news(&self, kept: Option<&Kept>) -> bool {
        let Some(kept) = kept else { return true };
        let is_behind = kept.by.as_ref().is_some_and(|by| {
            (&by.run, &by.place) == (&self.by.run, &self.by.place) && by.item > self.by.item
        });
        match &kept.value {
            _ if is_behind => false,
            None => true,
            Some(old) => old != &self.value && self.keep.takes(&self.value, old),
        }
    }
}

/// Values in memory.
#[derive(Debug, Default)]
pub struct MemoryState(Mutex<HashMap<(FlowId, String), Kept>>);

impl State for MemoryState {
    fn get<'a>(
        &'a self,
        flow: &'a FlowId,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, String>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&(flow.clone(), key.to_owned()));
        Box::pin(ready(Ok(found.and_then(|kept| kept.value.clone()))))
    }

    fn set(&self, setting: Setting) -> BoxFuture<'_, Result<(), String>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (setting.flow.clone(), setting.key.clone());
        if setting.is_news(kept.get(&place)) {
            kept.insert(place, Kept { value: Some(setting.value), by: Some(setting.by) });
        }
        Box::pin(ready(Ok(())))
    }
}
