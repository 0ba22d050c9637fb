//! What flows remember from run to run and what they have seen, as the engine asks for it: kept in
//! the database. Not the commands about it: see `states`.

use std::fmt;
use std::sync::Arc;

use data::Value;
use engine::marks::{Marking, Marks};
use engine::state::{Kept, Setter, Setting, State};
use flow::id::{FlowId, RunId};
use futures::future::BoxFuture;
use store::{NewMarks, StateRow, Store};

use crate::app::now;
use crate::error::sentence;
use crate::hub::Hub;
use crate::types::UiEvent;

/// The database as what flows remember.
pub(crate) struct Remembered {
    store: Arc<Store>,
    hub: Arc<Hub>,
}

impl Remembered {
    pub(crate) fn new(store: Arc<Store>, hub: Arc<Hub>) -> Self {
        Self { store, hub }
    }
}

impl fmt::Debug for Remembered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Remembered")
    }
}

/// Reads a value as the database has it.
pub(crate) fn value(json: &str) -> Value {
    // It was written from a value; the deepest that a value can be is the deepest that is read.
    data::json::read(json.as_bytes(), &data::Limits::default()).unwrap_or_default()
}

/// What is kept, as the engine decides by it.
fn kept(row: &StateRow) -> Kept {
    let setter = |(run, place): (&RunId, &String)| Setter {
        run: run.clone(),
        place: place.clone(),
        item: row.item,
        at: row.at,
    };
    Kept {
        value: row.value.as_deref().map(value),
        by: row.run.as_ref().zip(row.place.as_ref()).map(setter),
    }
}

impl State for Remembered {
    fn get<'a>(
        &'a self,
        flow: &'a FlowId,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Value>, String>> {
        let (store, flow, key) = (Arc::clone(&self.store), flow.clone(), key.to_owned());
        Box::pin(async move {
            let found = tokio::task::spawn_blocking(move || store.state(&flow, &key)).await;
            let row = found
                .map_err(|panic| panic.to_string())?
                .map_err(|error| sentence(&error.to_string()))?;
            Ok(row.and_then(|row| row.value).as_deref().map(value))
        })
    }

    fn set(&self, setting: Setting) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async move {
            let flow = setting.flow.clone();
            let by = setting.by.clone();
            let row = StateRow {
                flow: flow.clone(),
                key: setting.key.clone(),
                value: Some(setting.value.to_string()),
                at: by.at,
                run: Some(by.run),
                place: Some(by.place),
                item: by.item,
            };
            let is_news = move |old: Option<&StateRow>| setting.is_news(old.map(kept).as_ref());
            let is_set = self.store.set_state(row, is_news).await;
            if is_set.map_err(|error| sentence(&error.to_string()))? {
                self.hub.tell([UiEvent::StateChanged { flow }]);
            }
            Ok(())
        })
    }
}

impl Marks for Remembered {
    fn mark(&self, marking: Marking) -> BoxFuture<'_, Result<Vec<bool>, String>> {
        Box::pin(async move {
            let Marking { list, root, at, since, until, keys, marks } = marking;
            let new = NewMarks { list, root, at, since, until, keys, marks };
            self.store.mark(new).await.map_err(|error| sentence(&error.to_string()))
        })
    }

    fn settle<'a>(&'a self, root: &'a RunId, holds: bool) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let settled = self.store.settle_marks(root, holds, now()).await;
            settled.map_err(|error| sentence(&error.to_string()))
        })
    }
}
