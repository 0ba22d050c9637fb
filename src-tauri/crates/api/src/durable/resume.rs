//! Runs whose process ended go on: taken by this process, built as they were, with what is known of
//! their steps. Not what is known: see `replay`.

use std::sync::Arc;

use engine::Resumed;
use engine::journal::Replay;
use flow::id::RunId;
use flow::run::RunStatus;
use store::{ResumedBy, RunQuery, RunRow};

use super::replay::StepIndex;
use super::request::Request;
use crate::App;
use crate::called::WAITED_FOR;
use crate::launch::{Launch, Row};
use crate::prepared::ReadyFlow;
use crate::types::{ApiError, Code, UiEvent};

/// How often a run is resumed by itself: one that brings the program down would do so for ever.
const BY_ITSELF: u32 = 3;

/// How many runs are looked at when the program starts.
const LOOKED_AT: u32 = 1000;

/// The trigger of runs that the command line began: their items go to its output, so it is the one
/// that resumes them.
const COMMAND_LINE: &str = "command line";

/// A run that goes on, from [`App::resuming`].
#[derive(Debug)]
pub struct Resumes {
    pub(crate) row: RunRow,
    pub(crate) seed: u64,
    pub(crate) resumed: Resumed,
    pub(crate) by: ResumedBy,
}

impl App {
    /// Makes ready to resume a run: its flow as it was, and how it is started. To be given to
    /// [`App::launch`].
    ///
    /// # Errors
    /// [`Code::Invalid`] where it does not wait to be resumed, or has writes that nobody knows the
    /// outcome of and nobody decided about.
    pub async fn resuming(&self, run: &RunId) -> Result<(Arc<ReadyFlow>, Launch), ApiError> {
        self.resuming_by(run, ResumedBy::User).await
    }

    async fn resuming_by(
        &self,
        run: &RunId,
        by: ResumedBy,
    ) -> Result<(Arc<ReadyFlow>, Launch), ApiError> {
        let id = run.clone();
        let (row, start, next_seq, files) = self
            .read(move |store| {
                let row = store.run(&id)?;
                let files = store.snapshot(&row.snapshot)?;
                Ok((row, store.run_start(&id)?, store.next_seq(&id)?, files))
            })
            .await?;
        if row.status != RunStatus::Interrupted {
            return Err(not_interrupted(&row));
        }
        let Some((start, _)) = start else {
            let words = "It was not kept how this run was started, so it cannot be resumed.";
            return Err(ApiError::new(Code::Invalid, words));
        };
        let index = self.step_index(run).await?;
        refuse_undecided(index.n_undecided())?;
        let (request, input) = Request::read(&start)?;
        let flow = self.ready_again(&files, row.rev, &request).await?;
        let met = self.meet(&flow, &request.meeting_again()).await?;
        let resumed = Resumed { started_at: request.started_at, next_seq, steps: index.n_done() };
        let launch = Launch {
            run: Some(run.clone()),
            start: request.start,
            input,
            vars: request.vars,
            target: request.target.into(),
            called: request.called,
            again: request.again,
            met,
            replay: Some(Arc::new(index) as Arc<dyn Replay>),
            resumes: Some(Resumes { row, seed: request.seed, resumed, by }),
            ..Launch::default()
        };
        Ok((flow, launch))
    }

    /// What is known of a run's steps.
    pub(crate) async fn step_index(&self, run: &RunId) -> Result<StepIndex, ApiError> {
        let (store, run) = (Arc::clone(&self.store), run.clone());
        let open = move || StepIndex::open(store, &run);
        Ok(tokio::task::spawn_blocking(open).await.map_err(ApiError::internal)??)
    }

    /// Resumes a run that goes on by itself.
    pub(crate) async fn resume_alone(
        self: &Arc<Self>,
        run: &RunId,
        by: ResumedBy,
    ) -> Result<RunRow, ApiError> {
        let (flow, launch) = self.resuming_by(run, by).await?;
        let (row, _) = self.launch_alone(&flow, launch, Row::First).await?;
        Ok(row)
    }

    /// Takes a run that is to be resumed for this process.
    pub(crate) async fn claim(&self, resumes: &Resumes) -> Result<(), ApiError> {
        let run = &resumes.row.id;
        if !self.store.claim_run(run, resumes.by).await? {
            let words = "The run is being resumed already.";
            return Err(ApiError::new(Code::Invalid, words));
        }
        // What is known of it as a run that is over holds no more.
        self.forget_run(run);
        self.hub.tell([UiEvent::Resync]);
        Ok(())
    }

    /// Resumes the runs that can go on without anybody's word: all their writes are known, or may
    /// be repeated. Those of the command line wait for it. To be called by a host that stays, once,
    /// after it was opened. Gives how many go on.
    ///
    /// # Errors
    /// Where the runs cannot be listed. A run that cannot go on stays as it is.
    pub async fn resume_interrupted(self: &Arc<Self>) -> Result<usize, ApiError> {
        let query = RunQuery {
            status: Some(RunStatus::Interrupted),
            limit: LOOKED_AT,
            ..RunQuery::default()
        };
        let runs = self.read(move |store| store.runs(&query)).await?;
        let mut n_resumed = 0;
        let waits_for_another =
            |row: &RunRow| [COMMAND_LINE, WAITED_FOR].contains(&row.trigger.as_str());
        for row in runs.into_iter().rev().filter(|row| !waits_for_another(row)) {
            let id = row.id.clone();
            let start = self.read(move |store| store.run_start(&id)).await?;
            if start.is_none_or(|(_, n_resumed)| n_resumed >= BY_ITSELF) {
                continue;
            }
            match self.resume_alone(&row.id, ResumedBy::Program).await {
                Ok(_) => n_resumed += 1,
                Err(error) => {
                    tracing::info!(run = %row.id, why = error.message, "a run waits to be resumed");
                }
            }
        }
        Ok(n_resumed)
    }
}

fn not_interrupted(row: &RunRow) -> ApiError {
    let words = match row.status {
        RunStatus::Running | RunStatus::Paused | RunStatus::Queued => "The run is under way.",
        RunStatus::Ok => "The run is over, and all went well.",
        _ => "The run is over. Retry it to do what failed again.",
    };
    ApiError::new(Code::Invalid, words)
}

fn refuse_undecided(n_undecided: u64) -> Result<(), ApiError> {
    let writes = match n_undecided {
        0 => return Ok(()),
        1 => "1 write was under way when the program ended, and nobody knows whether it was made."
            .to_owned(),
        n => format!(
            "{n} writes were under way when the program ended, and nobody knows whether they were \
             made."
        ),
    };
    let words = format!("{writes} Look in the system, then say whether to repeat them.");
    Err(ApiError::new(Code::Invalid, words))
}
