//! A run as a waterfall: what each node did when, for which item, at which try, and what it waited
//! for. Made from the run's events.

use flow::id::NodeId;
use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::App;
use crate::app::now;
use crate::runs::{Which, each_event};
use crate::timeline::drawing::Drawing;
use crate::types::ApiError;

mod drawing;

/// A run as a waterfall.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct Timeline {
    /// When the run began.
    pub began: Timestamp,
    /// When it ended, or when this was asked.
    pub ended: Timestamp,
    /// The nodes, in the order in which they began.
    pub lanes: Vec<Lane>,
    /// Whether there was more than is shown.
    pub more: bool,
    /// One sentence: what took the most time.
    pub summary: String,
}

/// One node in a waterfall.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Lane {
    /// The node.
    pub node: NodeId,
    /// Its name.
    pub name: String,
    /// How many scopes it stands in.
    pub depth: u32,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Whether the run would have ended sooner had this node been faster.
    pub critical: bool,
    /// What it did, in the order of its beginning.
    pub bars: Vec<Bar>,
}

/// A stretch of time of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Bar {
    /// What it is.
    pub kind: BarKind,
    /// When it began.
    pub began: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The item, by lineage.
    pub item: String,
    /// The try, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub attempt: Option<u32>,
    /// The answer's status, of a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub status: Option<u16>,
    /// Whether it failed.
    pub failed: bool,
    /// What it was or was waited for, in words.
    pub text: String,
}

/// What a stretch of time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BarKind {
    /// The node at work as a whole.
    Work,
    /// A call.
    Call,
    /// A turn of a scope.
    Turn,
    /// A pause before another try.
    Retry,
    /// A wait for the rate that a system allows.
    Limit,
    /// A wait that the flow asks for: for a time, a signal, a person.
    Wait,
    /// The user held the run.
    Paused,
}

/// A run as a waterfall, as it is now where it goes on.
pub async fn timeline(app: &App, which: Which) -> Result<Timeline, ApiError> {
    let run = app.open_run(&which.run).await?;
    let mut drawing = Drawing::of(&run.checked);
    each_event(app, &which.run, |event| drawing.take(event)).await?;
    // Of a run whose program ended, nothing has happened since.
    Ok(drawing.finish((!run.row.status.is_over()).then(now)))
}
