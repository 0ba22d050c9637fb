//! How much of the past is kept: the size of the history of runs, and its pruning by age, count and
//! size. Not the list of runs.

use std::sync::Weak;
use std::time::Duration;

use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Bounds, HistorySize};
use ts_rs::TS;

use crate::App;
use crate::app::now;
use crate::settings::Nothing;
use crate::types::{ApiError, UiEvent};

/// Runs pruned in one transaction: few enough that whoever else writes hardly waits.
const AT_ONCE: u32 = 25;

/// The pause between two transactions.
const BREATH: Duration = Duration::from_millis(5);

/// When the history is first looked at after the start: not while everything else begins.
const FIRST_LOOK: Duration = Duration::from_secs(20);

/// How often it is looked at then.
const LOOK_AGAIN: Duration = Duration::from_hours(1);

/// The setting that says how long runs are kept.
const RETENTION: &str = "retention";

/// How large the history is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, TS)]
pub struct HistoryView {
    /// How many runs there are.
    pub runs: u64,
    /// About how many bytes they take.
    pub bytes: u64,
    /// When the oldest one began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub oldest: Option<Timestamp>,
    /// How long they are kept.
    pub retention: Retention,
}

/// How long runs are kept; what is absent does not bound. Runs that are not over, and those with
/// open parked items, are kept in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The age, in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub days: Option<u32>,
    /// How many of each flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub runs: Option<u64>,
    /// How many megabytes in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub mb: Option<u64>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: Some(90), runs: None, mb: Some(4096) }
    }
}

/// What was pruned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct Pruned {
    /// How many runs.
    pub runs: u64,
    /// How large the history is now.
    pub left: u64,
}

/// How large the history is.
pub async fn view(app: &App, _: Nothing) -> Result<HistoryView, ApiError> {
    let size = app.read(store::Store::history_size).await?;
    let HistorySize { runs, bytes, oldest } = size;
    Ok(HistoryView { runs, bytes, oldest, retention: retention(app).await? })
}

/// Says how long runs are kept, and prunes by it.
pub async fn keep(app: &App, retention: Retention) -> Result<Pruned, ApiError> {
    let text = serde_json::to_string(&retention).map_err(ApiError::internal)?;
    app.store.set_setting(RETENTION, &text).await?;
    prune(app, retention).await
}

/// How long runs are kept.
pub async fn retention(app: &App) -> Result<Retention, ApiError> {
    let settings = app.read(store::Store::settings).await?;
    let text = settings.into_iter().find(|(key, _)| key == RETENTION).map(|(_, text)| text);
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Prunes what is beyond these bounds, a little at a time, and gives the space back to the disk.
pub async fn prune(app: &App, retention: Retention) -> Result<Pruned, ApiError> {
    let day = i64::try_from(Duration::from_hours(24).as_millis()).unwrap_or(i64::MAX);
    let bounds = Bounds {
        since: retention.days.map(|days| now() - i64::from(days) * day),
        per_flow: retention.runs,
        bytes: retention.mb.map(|mb| mb.saturating_mul(1_000_000)),
    };
    let mut n_pruned = 0;
    loop {
        let beyond = app.read(move |store| store.beyond(&bounds, AT_ONCE)).await?;
        if beyond.is_empty() {
            break;
        }
        for run in &beyond {
            app.forget_run(run);
        }
        n_pruned += app.store.forget_runs(beyond).await?;
        tokio::time::sleep(BREATH).await;
    }
    if n_pruned > 0 {
        while app.store.give_back().await? {
            tokio::time::sleep(BREATH).await;
        }
        tracing::info!(runs = n_pruned, "the history was pruned");
        app.hub.tell([UiEvent::Resync]);
    }
    let left = app.read(store::Store::history_size).await?.runs;
    Ok(Pruned { runs: n_pruned, left })
}

/// Prunes now and then, for as long as it is polled.
pub(crate) async fn serve(app: &Weak<App>) {
    let mut pause = FIRST_LOOK;
    loop {
        tokio::time::sleep(pause).await;
        pause = LOOK_AGAIN;
        let Some(app) = app.upgrade() else { return };
        let pruned = match retention(&app).await {
            Ok(retention) => prune(&app, retention).await.map(drop),
            Err(error) => Err(error),
        };
        if let Err(error) = pruned {
            tracing::warn!(error = error.message, "the history was not pruned");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_that_is_absent_does_not_bound() {
        let kept: Retention = serde_json::from_str(r#"{"runs":10}"#).unwrap();
        assert_eq!(kept, Retention { days: None, runs: Some(10), mb: None });
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Retention>(&text).unwrap(), kept);
    }
}
