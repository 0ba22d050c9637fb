//! Faults that are switched on, to see what a flow does when a system fails: they meet a call
//! before whatever stands in the place of the socket does. Not the real ones.

mod effect;
mod text;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use self::effect::Kept;
use crate::conduct::Conduct;
use crate::error::Kind;
use crate::policy;
use crate::socket::Socket;
use crate::transport::Options;
use crate::wire::{WireAnswer, WireCall, WireError};

/// One fault, and when it strikes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Fault {
    /// What goes wrong.
    #[serde(flatten)]
    pub what: FaultKind,
    /// The first call that it strikes, counted from 1; tries and redirects count.
    #[serde(default = "first")]
    pub at: u32,
    /// How many calls it strikes.
    #[serde(default = "first")]
    pub times: u32,
    /// Only calls of this node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub node: Option<String>,
    /// Only calls to this host, with its port where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub host: Option<String>,
}

fn first() -> u32 {
    1
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum FaultKind {
    /// The system answers with this status, such as 503.
    Status {
        /// The status.
        status: u16,
        /// What it says in `Retry-After`, in seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        retry_after: Option<u32>,
    },
    /// No answer comes in time. Nobody has to wait for that.
    Timeout,
    /// The body comes in pieces, each after a pause.
    Slow {
        /// The pause, in milliseconds.
        ms: u64,
    },
    /// The body breaks off in its middle.
    Cut,
    /// The answer before is given again.
    Duplicate,
    /// The system says once that it does not know the token any more (401).
    Expire,
    /// The connection is lost after the call has left.
    Reset,
    /// A field of JSON answers has another name, or is gone.
    Schema {
        /// The field.
        field: String,
        /// Its new name; gone without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        to: Option<String>,
    },
}

/// The faults that are switched on for a run.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<Counted>,
    /// The last answers, by method, host and path, where one is to be given again.
    last: Mutex<HashMap<String, Kept>>,
}

/// A fault, and how many of its calls were made.
#[derive(Debug)]
struct Counted {
    fault: Fault,
    n_calls: AtomicU32,
}

impl Faults {
    /// Switches faults on.
    pub fn new(faults: impl IntoIterator<Item = Fault>) -> Self {
        let counted = |fault| Counted { fault, n_calls: AtomicU32::new(0) };
        Self { rules: faults.into_iter().map(counted).collect(), last: Mutex::default() }
    }

    /// Meets one hop of a call. Calls that a connection makes by itself are left alone.
    pub(crate) async fn meet(
        &self,
        call: WireCall<'_>,
        conduct: &Conduct,
        socket: &Socket,
        options: &Options,
    ) -> Result<WireAnswer, WireError> {
        let strikes = call.request.step.as_deref().and_then(|step| self.strikes(step, &call));
        let key = format!(
            "{} {}{}",
            call.out.method,
            policy::host_of(&call.out.url),
            call.out.url.path()
        );
        match strikes {
            Some(FaultKind::Status { status, retry_after }) => {
                return Ok(effect::refusal(*status, *retry_after));
            }
            Some(FaultKind::Expire) => return Ok(effect::expired()),
            Some(FaultKind::Timeout) => {
                return Err(WireError::sent(Kind::NoAnswer(call.patience.idle)));
            }
            Some(FaultKind::Reset) => return Err(WireError::sent(Kind::Reset)),
            Some(FaultKind::Duplicate) => {
                let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(kept) = last.get(&key) {
                    return Ok(kept.again());
                }
            }
            _ => {}
        }
        let answer = conduct.mode.send(call, socket, options).await?;
        let answer = match strikes {
            Some(FaultKind::Slow { ms }) => effect::slow(answer, *ms, conduct.clock.clone()),
            Some(FaultKind::Cut) => effect::cut(answer).await,
            Some(FaultKind::Schema { field, to }) => {
                effect::changed(answer, field, to.as_deref()).await
            }
            _ => answer,
        };
        if !self.rules.iter().any(|rule| rule.fault.what == FaultKind::Duplicate) {
            return Ok(answer);
        }
        let (answer, kept) = Kept::of(answer).await;
        if let Some(kept) = kept {
            self.last.lock().unwrap_or_else(PoisonError::into_inner).insert(key, kept);
        }
        Ok(answer)
    }

    /// The fault that strikes a call. All count it, the first that strikes has it.
    fn strikes(&self, step: &str, call: &WireCall<'_>) -> Option<&FaultKind> {
        let host = policy::host_of(&call.out.url);
        let mut found = None;
        for Counted { fault, n_calls } in &self.rules {
            let is_of_node = fault.node.as_ref().is_none_or(|node| {
                step.strip_prefix(node.as_str()).is_some_and(|rest| rest.starts_with('/'))
            });
            if !is_of_node || fault.host.as_ref().is_some_and(|own| *own != host) {
                continue;
            }
            let n = n_calls.fetch_add(1, Ordering::Relaxed) + 1;
            let is_struck = n >= fault.at && n - fault.at < fault.times;
            if is_struck && found.is_none() {
                found = Some(&fault.what);
            }
        }
        found
    }
}
