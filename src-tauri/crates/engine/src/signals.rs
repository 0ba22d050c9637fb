//! Signals from outside a run that its nodes can wait for, such as an approval. Not who sends them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use data::Value;
use tokio::sync::oneshot;

use crate::journal::{StepRecord, StepState};

/// A signal that has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Signal {
    /// What it brings.
    pub value: Value,
    /// Its number where it was kept, so that who keeps it knows when it was taken.
    pub number: Option<u64>,
}

/// The signals of one run. Each is taken by one waiter, the one that has waited longest for it.
#[derive(Debug, Default)]
pub struct Signals {
    lines: Mutex<HashMap<String, Line>>,
}

/// Those that wait for a name, or what came before anybody did: never both.
#[derive(Debug, Default)]
struct Line {
    arrived: VecDeque<Signal>,
    waiting: VecDeque<oneshot::Sender<Signal>>,
}

impl Signals {
    /// Hands a signal in; it is kept until somebody waits for it.
    pub fn send(&self, name: &str, value: Value) {
        self.send_kept(name, Signal { value, number: None });
    }

    /// Hands a signal in that is kept elsewhere too; it is kept until somebody waits for it.
    pub fn send_kept(&self, name: &str, signal: Signal) {
        self.with(name, |line| line.give(signal));
    }

    /// Waits for a signal of that name. May be dropped while it waits: nothing is lost.
    pub async fn wait(&self, name: &str) -> Value {
        self.wait_for(name).await.value
    }

    pub(crate) async fn wait_for(&self, name: &str) -> Signal {
        let joined = self.with(name, |line| {
            if let Some(signal) = line.arrived.pop_front() {
                Ok(signal)
            } else {
                let (give, receiver) = oneshot::channel();
                line.waiting.push_back(give);
                Err(receiver)
            }
        });
        let receiver = match joined {
            Ok(signal) => return signal,
            Err(receiver) => receiver,
        };
        let mut place = Place { signals: self, name, receiver };
        match (&mut place.receiver).await {
            Ok(signal) => signal,
            // The line lives as long as the signals do.
            Err(_) => std::future::pending().await,
        }
    }

    fn with<T>(&self, name: &str, act: impl FnOnce(&mut Line) -> T) -> T {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let line = lines.entry(name.to_owned()).or_default();
        let done = act(line);
        if line.arrived.is_empty() && line.waiting.is_empty() {
            lines.remove(name);
        }
        done
    }
}

impl Line {
    fn give(&mut self, signal: Signal) {
        let mut signal = signal;
        while let Some(first) = self.waiting.pop_front() {
            match first.send(signal) {
                Ok(()) => return,
                // It waits no more.
                Err(back) => signal = back,
            }
        }
        self.arrived.push_back(signal);
    }
}

/// A place in a line. One that is left gives back what it was given at the last moment.
struct Place<'a> {
    signals: &'a Signals,
    name: &'a str,
    receiver: oneshot::Receiver<Signal>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.receiver.close();
        let given = self.receiver.try_recv().ok();
        self.signals.with(self.name, |line| {
            line.waiting.retain(|waiting| !waiting.is_closed());
            if let Some(signal) = given {
                match line.waiting.pop_front() {
                    Some(next) => {
                        if let Err(back) = next.send(signal) {
                            line.arrived.push_front(back);
                        }
                    }
                    None => line.arrived.push_front(signal),
                }
            }
        });
    }
}

impl Signal {
    /// What the journal keeps of it.
    pub(crate) fn to_record(&self) -> Value {
        let number = self.number.map(|number| ("number", Value::from(number)));
        Value::object([("signal", self.value.clone())].into_iter().chain(number))
    }

    /// The number of the signal whose coming a step records; none for other steps.
    pub fn number_in(step: &StepRecord) -> Option<u64> {
        let StepState::Done { value } = &step.state else { return None };
        if !step.place.ends_with("/signal") {
            return None;
        }
        value.get("signal")?;
        value.get("number")?.as_i64().and_then(|number| u64::try_from(number).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_one_that_has_waited_longest_gets_the_signal() {
        let signals = Signals::default();
        let (first, second) = (signals.wait("go"), signals.wait("go"));
        tokio::pin!(first, second);
        tokio::select! {
            biased;
            _ = &mut first => panic!("nothing came yet"),
            _ = &mut second => panic!("nothing came yet"),
            () = std::future::ready(()) => {}
        }
        signals.send("other", Value::from(0));
        signals.send("go", Value::from(1));
        signals.send("go", Value::from(2));
        assert_eq!(second.await, Value::from(2));
        assert_eq!(first.await, Value::from(1));
    }

    #[tokio::test]
    async fn a_signal_whose_waiter_left_goes_to_the_next() {
        let signals = Signals::default();
        {
            let left = signals.wait("go");
            tokio::pin!(left);
            tokio::select! {
                biased;
                _ = &mut left => panic!("nothing came yet"),
                () = std::future::ready(()) => {}
            }
            // It comes at the very moment at which the waiter leaves.
            signals.send("go", Value::from(1));
        }
        assert_eq!(signals.wait("go").await, Value::from(1));
        assert!(signals.lines.lock().unwrap().is_empty(), "nothing is left behind");
    }
}
