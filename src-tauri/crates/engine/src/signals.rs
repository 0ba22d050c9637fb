//! Signals from outside a run that its nodes can wait for, such as an approval. Not who sends them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use data::Value;
use tokio::sync::Notify;

/// The signals that have arrived for one run; each is taken by one waiter.
#[derive(Debug, Default)]
pub struct Signals {
    arrived: Mutex<HashMap<String, Vec<Value>>>,
    changed: Notify,
}

impl Signals {
    /// Hands a signal in; it is kept until somebody waits for it.
    pub fn send(&self, name: &str, value: Value) {
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.entry(name.to_owned()).or_default().push(value);
        drop(arrived);
        self.changed.notify_waiters();
    }

    /// Waits for a signal of that name.
    pub async fn wait(&self, name: &str) -> Value {
        loop {
            // Registered before looking, so that a signal in between is not missed.
            let mut changed = std::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if let Some(value) = self.take(name) {
                return value;
            }
            changed.await;
        }
    }

    fn take(&self, name: &str) -> Option<Value> {
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = arrived.get_mut(name)?;
        (!waiting.is_empty()).then(|| waiting.remove(0))
    }
}
