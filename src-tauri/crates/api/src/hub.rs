//! Hands what happened to whoever shows it, in batches of 50 ms or 100 events. Only what is stored
//! gets here.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};

use crate::types::UiEvent;

/// How long events are gathered: shorter than what an eye sees as a delay.
const GATHER: Duration = Duration::from_millis(50);

/// How many events make a batch that is sent at once.
const BATCH: usize = 100;

/// More than this between two batches is not shown one by one: the UI loads what it shows again.
const MOST: usize = 2000;

/// Batches that may wait for a slow subscriber; then it is told to load again.
const WAITING: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Hub {
    state: Mutex<State>,
    /// Something waits.
    some: Notify,
    /// A batch is full.
    full: Notify,
}

#[derive(Debug, Default)]
struct State {
    pending: Vec<UiEvent>,
    n_pending: usize,
    subscribers: Vec<Subscriber>,
}

#[derive(Debug)]
struct Subscriber {
    batches: mpsc::Sender<Vec<UiEvent>>,
    has_lost_some: bool,
}

/// What happens from now on. Drop it to end it.
#[derive(Debug)]
pub struct Subscription(mpsc::Receiver<Vec<UiEvent>>);

impl Subscription {
    /// Waits for the next batch; none when the app is closed.
    ///
    /// A subscriber that does not keep up finds [`UiEvent::Resync`] in place of what it missed.
    pub async fn next(&mut self) -> Option<Vec<UiEvent>> {
        self.0.recv().await
    }
}

impl Hub {
    pub(crate) fn subscribe(&self) -> Subscription {
        let (batches, receiver) = mpsc::channel(WAITING);
        self.lock().subscribers.push(Subscriber { batches, has_lost_some: false });
        Subscription(receiver)
    }

    /// Whether nobody listens, so that events need not even be made.
    pub(crate) fn is_deserted(&self) -> bool {
        self.lock().subscribers.is_empty()
    }

    pub(crate) fn tell(&self, events: impl IntoIterator<Item = UiEvent>) {
        let mut state = self.lock();
        if state.subscribers.is_empty() {
            return;
        }
        for event in events {
            state.n_pending += match &event {
                UiEvent::Run { events, .. } => events.len(),
                _ => 1,
            };
            state.pending.push(event);
        }
        if state.n_pending > MOST {
            state.pending = vec![UiEvent::Resync];
            state.n_pending = 1;
        }
        let is_full = state.n_pending >= BATCH;
        drop(state);
        self.some.notify_one();
        if is_full {
            self.full.notify_one();
        }
    }

    /// Sends batches for as long as it is polled.
    pub(crate) async fn serve(&self) {
        loop {
            self.some.notified().await;
            tokio::select! {
                () = tokio::time::sleep(GATHER) => {}
                () = self.full.notified() => {}
            }
            self.send();
        }
    }

    /// Sends what waits, now.
    pub(crate) fn send(&self) {
        let mut state = self.lock();
        let batch = std::mem::take(&mut state.pending);
        state.n_pending = 0;
        if batch.is_empty() {
            return;
        }
        state.subscribers.retain_mut(|subscriber| subscriber.send(&batch));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscriber {
    /// Whether it is still there.
    fn send(&mut self, batch: &[UiEvent]) -> bool {
        let batch = if self.has_lost_some { vec![UiEvent::Resync] } else { batch.to_vec() };
        match self.batches.try_send(batch) {
            Ok(()) => {
                self.has_lost_some = false;
                true
            }
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.has_lost_some = true;
                true
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(n: u64) -> UiEvent {
        UiEvent::FlowChanged { flow: "orders".into(), rev: Some(n) }
    }

    #[tokio::test(start_paused = true)]
    async fn events_of_50_ms_come_in_one_batch() {
        let hub = Hub::default();
        let mut subscription = hub.subscribe();
        hub.tell([changed(1)]);
        hub.tell([changed(2)]);
        tokio::select! {
            () = hub.serve() => {}
            batch = subscription.next() => assert_eq!(batch, Some(vec![changed(1), changed(2)])),
        }
    }

    #[tokio::test]
    async fn a_slow_subscriber_is_told_to_load_again_and_costs_no_memory() {
        let hub = Hub::default();
        let mut subscription = hub.subscribe();
        for n in 0..WAITING as u64 + 5 {
            hub.tell([changed(n)]);
            hub.send();
        }
        for n in 0..WAITING as u64 {
            assert_eq!(subscription.next().await, Some(vec![changed(n)]));
        }
        hub.tell([changed(99)]);
        hub.send();
        assert_eq!(subscription.next().await, Some(vec![UiEvent::Resync]));
        hub.tell([changed(100)]);
        hub.send();
        assert_eq!(subscription.next().await, Some(vec![changed(100)]));
    }

    #[tokio::test]
    async fn a_flood_becomes_one_word() {
        let hub = Hub::default();
        let mut subscription = hub.subscribe();
        hub.tell((0..=MOST as u64).map(changed));
        hub.send();
        assert_eq!(subscription.next().await, Some(vec![UiEvent::Resync]));
    }
}
