//! Whether a step that failed is tried again, and after which pause. Not the loop of the tries:
//! that is the engine's, so that each of them is journaled.

use std::time::Duration;

use flow::file::{Jitter, Retry};
use flow::run::ErrorClass;

/// The longest pause of all, whatever the rules say.
pub const MAX_PAUSE_MS: u64 = 3_600_000;

/// What is known of a failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// What kind of error it was.
    pub class: ErrorClass,
    /// The status, where there was an answer.
    pub status: Option<u16>,
    /// Whether it may well pass by itself.
    pub is_passing: bool,
    /// Whether the same call may be made a second time: it reads, the system knows it again by its
    /// key, or it is known that nothing was done.
    pub may_repeat: bool,
    /// The pause that the system asked for.
    pub asked: Option<Duration>,
}

/// What becomes of a step after a failed try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is tried again after this pause.
    Again(Duration),
    /// It has failed: another try would not help, or must not be made.
    Failed,
    /// It has failed: there were tries enough.
    Spent,
    /// It has failed: the system asked for a longer pause than the rules allow.
    AskedTooLong(Duration),
    /// It has failed: the pauses and tries have taken all the time that they may.
    NoTimeLeft,
}

/// Decides on a step after its `attempt`th try, counted from 1, failed `elapsed` after the first
/// began. `random` is drawn anew for each decision.
///
/// Full jitter: uniform in `0..=min(max, base * factor^(attempt-1))`. Source: AWS Architecture
/// Blog, "Exponential Backoff And Jitter". What the system asked for (`Retry-After`) wins, up to
/// the longest pause.
pub fn next(
    rules: &Retry,
    attempt: u32,
    elapsed: Duration,
    failure: &Failure,
    random: u64,
) -> Next {
    if !is_tried_again(rules, failure) {
        return Next::Failed;
    }
    if attempt >= rules.tries.get() {
        return Next::Spent;
    }
    let max_ms = rules.max_ms.min(MAX_PAUSE_MS);
    let pause = match failure.asked {
        Some(asked) if asked > Duration::from_millis(max_ms) => return Next::AskedTooLong(asked),
        Some(asked) => asked,
        None => Duration::from_millis(pause_ms(rules, attempt - 1, max_ms, random)),
    };
    match rules.max_total_ms {
        Some(total) if elapsed + pause > Duration::from_millis(total) => Next::NoTimeLeft,
        _ => Next::Again(pause),
    }
}

fn is_tried_again(rules: &Retry, failure: &Failure) -> bool {
    if failure.class == ErrorClass::UnknownOutcome {
        return false;
    }
    match &rules.on {
        None => failure.is_passing,
        Some(on) => {
            let is_meant = failure.status.is_some_and(|status| on.statuses.contains(&status))
                || on.classes.contains(&failure.class);
            // What passes by itself was found safe to repeat already.
            is_meant && (failure.may_repeat || failure.is_passing)
        }
    }
}

fn pause_ms(rules: &Retry, failed: u32, max_ms: u64, random: u64) -> u64 {
    let factor = if rules.factor.is_finite() { rules.factor.max(1.0) } else { 1.0 };
    let grown = rules.base_ms as f64 * factor.powi(i32::try_from(failed).unwrap_or(i32::MAX));
    // A float beyond the integers becomes the largest one.
    let ceiling = (grown as u64).min(max_ms);
    match rules.jitter {
        Jitter::Full => random % (ceiling.saturating_add(1)),
        Jitter::None => ceiling,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use flow::file::RetryOn;

    use super::*;

    fn rules() -> Retry {
        let tries = NonZeroU32::new(1_000).unwrap();
        Retry { tries, base_ms: 200, max_ms: 1_000, ..Retry::default() }
    }

    fn failure() -> Failure {
        let class = ErrorClass::Server;
        Failure { class, status: Some(500), is_passing: true, may_repeat: true, asked: None }
    }

    fn pause(rules: &Retry, attempt: u32, random: u64) -> u64 {
        match next(rules, attempt, Duration::ZERO, &failure(), random) {
            Next::Again(pause) => pause.as_millis() as u64,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn pauses_are_drawn_from_a_growing_range_up_to_the_cap() {
        assert_eq!(pause(&rules(), 1, 200), 200);
        assert_eq!(pause(&rules(), 1, 201), 0);
        assert_eq!(pause(&rules(), 2, 400), 400);
        assert_eq!(pause(&rules(), 10, 1_000), 1_000);
        assert_eq!(pause(&rules(), 999, 1_001), 0);
        let plain = Retry { factor: 3.0, jitter: Jitter::None, ..rules() };
        let pauses: Vec<_> = (1..5).map(|attempt| pause(&plain, attempt, 7)).collect();
        assert_eq!(pauses, [200, 600, 1_000, 1_000]);
        let long = Retry { max_ms: u64::MAX, jitter: Jitter::None, ..rules() };
        assert_eq!(pause(&long, 900, 0), MAX_PAUSE_MS);
    }

    #[test]
    fn what_the_system_asked_for_wins_within_the_cap() {
        let asked = |ms| Failure { asked: Some(Duration::from_millis(ms)), ..failure() };
        let of = |ms| next(&rules(), 1, Duration::ZERO, &asked(ms), 0);
        assert_eq!(of(900), Next::Again(Duration::from_millis(900)));
        assert_eq!(of(5_000), Next::AskedTooLong(Duration::from_secs(5)));
    }

    #[test]
    fn tries_and_time_run_out() {
        let few = Retry { tries: NonZeroU32::new(3).unwrap(), ..rules() };
        assert_eq!(next(&few, 3, Duration::ZERO, &failure(), 0), Next::Spent);
        let short = Retry { max_total_ms: Some(2_000), jitter: Jitter::None, ..rules() };
        let of = |ms| next(&short, 1, Duration::from_millis(ms), &failure(), 0);
        assert_eq!(of(1_800), Next::Again(Duration::from_millis(200)));
        assert_eq!(of(1_801), Next::NoTimeLeft);
    }

    #[test]
    fn conditions_choose_but_never_make_a_call_that_is_not_safe_to_repeat() {
        let on = Some(RetryOn { statuses: vec![409], classes: vec![ErrorClass::Timeout] });
        let rules = Retry { on, ..rules() };
        let check = |class, status, is_passing, may_repeat, expect| {
            let failure = Failure { class, status, is_passing, may_repeat, asked: None };
            let next = next(&rules, 1, Duration::ZERO, &failure, 0);
            assert_eq!(matches!(next, Next::Again(_)), expect, "{failure:?}");
        };
        check(ErrorClass::Conflict, Some(409), false, true, true);
        check(ErrorClass::Conflict, Some(409), false, false, false);
        check(ErrorClass::Timeout, None, true, true, true);
        check(ErrorClass::Server, Some(500), true, true, false);
        check(ErrorClass::UnknownOutcome, Some(409), false, true, false);
    }
}
