//! What the events of a run mean for parked items. Not how these are stored.

use flow::run::{ErrorClass, ItemError, RunEvent, RunStatus, What};
use flow::triage;
use store::{NewParked, ParkNote, RunRow};

/// The trigger of runs that do an earlier run, or items of it, again.
pub(crate) const RETRY: &str = "retry";

/// What becomes of parked items by these events of a run.
pub(crate) fn notes(row: &RunRow, events: &[RunEvent]) -> Vec<ParkNote> {
    let is_retry = row.trigger == RETRY;
    let mut notes = Vec::new();
    for event in events {
        match &event.what {
            What::Rejected { error, parked: Some(item) } => {
                notes.push(ParkNote::Parked(Box::new(parked(row, event.at, error, item))));
            }
            What::Rejected { error, parked: None } if is_retry => {
                notes.extend(rejected(row, error));
            }
            What::NodeFinished { node, counts, error, .. } => {
                if let (true, Some(error)) = (is_retry, error) {
                    notes.extend(rejected(row, error));
                }
                if counts.rejected > 0 {
                    let fine = counts.items_in.saturating_sub(counts.rejected);
                    let (run, node) = (row.id.clone(), node.clone());
                    notes.push(ParkNote::Node { run, node, fine, failed: counts.rejected });
                }
            }
            What::Finished { status, .. } if is_retry => {
                let is_complete = matches!(status, RunStatus::Ok | RunStatus::OkWithRejects);
                notes.push(ParkNote::Over { run: row.id.clone(), is_complete });
            }
            _ => {}
        }
    }
    notes
}

fn rejected(row: &RunRow, error: &ItemError) -> Option<ParkNote> {
    let (run, node, item) = (row.id.clone(), error.node.clone(), error.item.clone()?);
    Some(ParkNote::Rejected { run, node, item, error: json(error) })
}

fn parked(row: &RunRow, at: i64, error: &ItemError, item: &str) -> NewParked {
    let message = triage::cause(error);
    let class = class_name(error.class);
    let status = triage::status(error).map(|status| status.to_string()).unwrap_or_default();
    NewParked {
        run: row.id.clone(),
        node: error.node.clone(),
        item: item.to_owned(),
        flow: row.flow.clone(),
        flow_name: row.flow_name.clone(),
        cause: format!("{}/{}/{class}/{status}/{message}", row.flow, error.node),
        class,
        message,
        advice: error.advice.clone(),
        error: json(error),
        at,
        retries: row.parent.clone().filter(|_| row.trigger == RETRY),
    }
}

fn json(error: &ItemError) -> String {
    serde_json::to_string(error).expect("an error has texts as keys, and memory is written")
}

/// The class as it is written: `not_found`.
fn class_name(class: ErrorClass) -> String {
    serde_json::to_value(class)
        .ok()
        .and_then(|name| Some(name.as_str()?.to_owned()))
        .unwrap_or_default()
}
