//! So many calls in each window of time: when the next one may leave. It reads no clock and waits
//! for nothing; that is the limit's.
//!
//! A call is counted by the system somewhere between its leaving and its answer. So the call that
//! is `n` behind another must leave one window after the other was *counted* at the latest: after
//! its answer, less the time that an answer takes at least. That holds however the network
//! wavers, for each window, wherever it begins. Calls leave evenly, a tenth of them at once at most.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// The most calls in a window that are kept apart; beyond it the window is cut.
const MAX_CALLS: f64 = 10_000.0;

/// How much longer than the window two calls are kept apart, as a part of it.
const MARGIN: f64 = 0.005;

/// How much of the window may be lost on average to answers that took longer than others. Systems
/// that take their time over some calls would get fewer of them than they allow.
const SLACK: f64 = 0.03;

/// The most that one such answer can cost, as a part of the window, and at all.
const MAX_CHARGE: f64 = 0.5;
const LONGEST_CHARGE: Duration = Duration::from_secs(1);

/// How many answers the shortest time of an answer is known by, and how many it takes to know it.
const EPOCH: u32 = 256;
const ENOUGH: u32 = 64;

/// So many calls in each window of time.
#[derive(Debug)]
pub(super) struct Bucket {
    /// The most calls in a window.
    calls: usize,
    window: Duration,
    /// The time between two calls when they leave evenly.
    spacing: Duration,
    /// How much earlier than evenly a call may leave.
    tolerance: Duration,
    /// When the next call would leave evenly.
    even: Option<Instant>,
    /// The last calls, up to a window's.
    last: VecDeque<Left>,
    /// How many calls left before those.
    n_before: u64,
    /// What may be lost to slow answers by now.
    slack: Duration,
    fastest: Fastest,
}

/// A call that left.
#[derive(Debug, Clone, Copy)]
struct Left {
    at: Instant,
    answered_after: Option<Duration>,
}

/// The shortest time that an answer took lately.
#[derive(Debug, Default)]
struct Fastest {
    now: Option<Duration>,
    before: Option<Duration>,
    n: u32,
}

impl Fastest {
    fn learn(&mut self, took: Duration) {
        self.now = Some(self.now.map_or(took, |least| least.min(took)));
        self.n += 1;
        if self.n >= EPOCH {
            self.before = self.now.take();
            self.n = 0;
        }
    }

    /// None at all while too few answers are known: that errs on the safe side.
    fn get(&self) -> Duration {
        let known = self.now.filter(|_| self.n >= ENOUGH || self.before.is_some());
        known.into_iter().chain(self.before).min().unwrap_or_default()
    }
}

impl Bucket {
    /// A bucket for a rate, which is above 0.
    pub(super) fn per_second(rate: f64) -> Self {
        let calls = rate.floor().clamp(1.0, MAX_CALLS);
        let bucket = Self::per(calls, Duration::from_secs_f64((calls / rate).min(1e6)));
        let burst = (calls / 10.0).floor().max(1.0);
        Self { tolerance: bucket.spacing.mul_f64(burst - 1.0), ..bucket }
    }

    /// A bucket for so many calls in a window, both above 0, all of them at once if it comes so.
    pub(super) fn per(calls: f64, window: Duration) -> Self {
        let kept = calls.floor().clamp(1.0, MAX_CALLS);
        let window = window.mul_f64(kept / calls.max(1.0));
        let spacing = window.div_f64(kept);
        Self {
            calls: kept as usize,
            window,
            spacing,
            tolerance: window,
            even: None,
            last: VecDeque::new(),
            n_before: 0,
            slack: Self::most_slack(kept, window),
            fastest: Fastest::default(),
        }
    }

    fn most_slack(calls: f64, window: Duration) -> Duration {
        window.mul_f64((calls * 0.1).max(MAX_CHARGE))
    }

    /// The time between two calls when they leave evenly.
    pub(super) fn spacing(&self) -> Duration {
        self.spacing
    }

    /// When the next call may leave: now, or later.
    pub(super) fn due(&self, now: Instant) -> Instant {
        let even = self.even.map_or(now, |even| even.checked_sub(self.tolerance).unwrap_or(now));
        let first = self.last.front().filter(|_| self.last.len() == self.calls);
        let whole = first.map_or(now, |first| {
            let due = first.at + self.window.mul_f64(1.0 + MARGIN);
            due + self.charge(first, now.max(due))
        });
        now.max(even).max(whole)
    }

    /// Takes the place of a call that leaves now, and gives its number.
    pub(super) fn take(&mut self, now: Instant) -> u64 {
        if self.last.len() == self.calls
            && let Some(first) = self.last.front().copied()
        {
            let spent = self.charge(&first, now);
            let most = Self::most_slack(self.calls as f64, self.window);
            self.slack = (self.slack.saturating_sub(spent) + self.window.mul_f64(SLACK)).min(most);
            self.last.pop_front();
            self.n_before += 1;
        }
        self.even = Some(self.even.map_or(now, |even| even.max(now)) + self.spacing);
        self.last.push_back(Left { at: now, answered_after: None });
        self.n_before + self.last.len() as u64 - 1
    }

    /// Notes that the head of an answer has arrived.
    pub(super) fn answered(&mut self, number: u64, now: Instant) {
        if let Some(took) = self.ended(number, now) {
            self.fastest.learn(took);
        }
    }

    /// Notes that a call is over, answered or not, and gives how long it took.
    pub(super) fn ended(&mut self, number: u64, now: Instant) -> Option<Duration> {
        let place = usize::try_from(number.checked_sub(self.n_before)?).ok()?;
        let left = self.last.get_mut(place)?;
        let took = now.saturating_duration_since(left.at);
        left.answered_after = Some(took);
        Some(took)
    }

    /// How much later than it left a call may have been counted.
    fn charge(&self, left: &Left, now: Instant) -> Duration {
        let most = self.window.mul_f64(MAX_CHARGE).min(LONGEST_CHARGE).min(self.slack);
        match left.answered_after {
            Some(took) => took.saturating_sub(self.fastest.get()).min(most),
            None if now >= left.at + self.window => most,
            None => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What came of calls that arrived so: when the system counted each.
    struct Counted(Vec<Duration>);

    /// One call: how long after the one before it is wanted, and how long it takes there and back.
    type Call = (u64, u64, u64);

    fn serve(bucket: &mut Bucket, least_ms: u64, calls: &[Call]) -> Counted {
        let began = Instant::now();
        let mut wanted = began;
        let mut now = began;
        let mut counted = Vec::new();
        let mut answers: Vec<(Instant, u64)> = Vec::new();
        for (gap_us, there_us, back_us) in calls {
            wanted += Duration::from_micros(*gap_us);
            now = now.max(wanted);
            loop {
                answers.retain(|(at, number)| {
                    if *at <= now {
                        bucket.answered(*number, *at);
                    }
                    *at > now
                });
                let due = bucket.due(now);
                if due <= now {
                    break;
                }
                // An answer on the way can change what is due, as a timer would find it.
                let next = answers.iter().map(|(at, _)| *at).min();
                now = next.map_or(due, |at| due.min(at)).max(now + Duration::from_nanos(1));
            }
            let number = bucket.take(now);
            let there = Duration::from_micros(least_ms * 500 + there_us);
            let back = Duration::from_micros(least_ms * 500 + back_us);
            counted.push(now + there - began);
            answers.push((now + there + back, number));
        }
        counted.sort();
        Counted(counted)
    }

    impl Counted {
        fn most_in(&self, window: Duration) -> usize {
            let in_window = |first: usize| {
                self.0[first..].iter().take_while(|at| **at < self.0[first] + window).count()
            };
            (0..self.0.len()).map(in_window).max().unwrap_or(0)
        }

        fn rate(&self) -> f64 {
            let took = self.0[self.0.len() - 1].saturating_sub(self.0[0]);
            (self.0.len() - 1) as f64 / took.as_secs_f64()
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_window_counts_more_than_the_limit(
            rate in 1_u32..120,
            least_ms in 0_u64..300,
            calls in prop::collection::vec((0_u64..60_000, 0_u64..14_000, 0_u64..14_000), 50..600),
        ) {
            let mut bucket = Bucket::per_second(f64::from(rate));
            let counted = serve(&mut bucket, least_ms, &calls);
            prop_assert!(counted.most_in(Duration::from_secs(1)) <= rate as usize);
        }

        #[test]
        fn calls_that_queue_leave_at_the_whole_rate(
            rate in 2_u32..120,
            least_ms in 0_u64..300,
            waver in prop::collection::vec((0_u64..20_000, 0_u64..20_000), 1_200),
        ) {
            let calls: Vec<_> = waver.iter().map(|(there, back)| (0, *there, *back)).collect();
            let mut bucket = Bucket::per_second(f64::from(rate));
            let counted = serve(&mut bucket, least_ms, &calls);
            let rate = f64::from(rate);
            prop_assert!(counted.rate() > 0.95 * rate, "{} of {rate}", counted.rate());
        }
    }

    #[test]
    fn one_slow_answer_keeps_the_window_whole() {
        // The 10th call hangs for 300 ms before it is counted, as when the network loses a packet.
        let calls: Vec<Call> =
            (0..400).map(|n| if n == 9 { (0, 300_000, 500) } else { (0, 500, 500) }).collect();
        let counted = serve(&mut Bucket::per_second(50.0), 1, &calls);
        assert!(counted.most_in(Duration::from_secs(1)) <= 50);
        assert!(counted.rate() > 47.5, "{}", counted.rate());
    }

    #[test]
    fn answers_that_take_long_do_not_slow_the_rate() {
        // Each takes up to 3 s, counted at once.
        let calls: Vec<Call> = (0..600).map(|n| (0, 0, n * 7919 % 3_000_000)).collect();
        let counted = serve(&mut Bucket::per_second(50.0), 1, &calls);
        assert!(counted.rate() > 47.5, "{}", counted.rate());
    }

    #[test]
    fn calls_leave_evenly_after_a_few_at_once() {
        let calls = vec![(0, 0, 0); 50];
        let counted = serve(&mut Bucket::per_second(50.0), 0, &calls);
        assert_eq!(counted.most_in(Duration::from_millis(1)), 5);
        assert!(counted.most_in(Duration::from_millis(200)) <= 14);
    }

    #[test]
    fn a_rate_below_one_keeps_calls_further_apart() {
        let counted = serve(&mut Bucket::per_second(0.5), 0, &[(0, 0, 0); 5]);
        assert_eq!(counted.most_in(Duration::from_secs(2)), 1);
        assert!(counted.rate() > 0.475);
    }
}
