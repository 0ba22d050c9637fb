//! What a system said is left of its limits: whether a call may leave by it. Not the headers that
//! say it: see `told`.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::bucket::Bucket;
use super::told::Told;

/// The most limits of one system that are kept.
const MAX_KEPT: usize = 32;

/// The limits that a system told of.
#[derive(Debug, Default)]
pub(super) struct Quotas {
    known: HashMap<String, Quota>,
    /// The system's resource that the last answer was about, where it counts them apart.
    resource: Option<String>,
}

/// One limit of a system.
#[derive(Debug)]
struct Quota {
    limit: Option<f64>,
    left: f64,
    /// When `left` was true.
    at: Instant,
    renewal: Renewal,
    /// The rate, where no more than that is told.
    pace: Option<Bucket>,
    said: (Option<f64>, Option<Duration>, Option<f64>),
}

/// How a limit comes back.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Renewal {
    /// All of it at once, and then after each window again, where that is known.
    Whole { at: Instant, window: Option<Duration> },
    /// So many calls each second.
    Steady(f64),
    /// It is not known.
    Unknown,
}

/// When a call may leave by what a system said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Due {
    Now,
    At(Instant),
    /// Once a call that is on its way has an answer, which tells how much is left.
    WhenAnswered,
}

impl Quotas {
    /// Takes over what an answer said, while so many other calls are on their way.
    pub(super) fn learn(&mut self, told: Vec<Told>, on_the_way: usize, now: Instant) {
        for one in told {
            self.resource = one.name.split_once('/').map(|(_, resource)| resource.to_owned());
            if self.known.len() >= MAX_KEPT && !self.known.contains_key(&one.name) {
                continue;
            }
            let name = one.name.clone();
            match Quota::of(&one, on_the_way, now, self.known.remove(&name)) {
                Some(quota) => self.known.insert(name, quota),
                None => continue,
            };
        }
    }

    /// When the next call may leave, and why not before.
    pub(super) fn due(&mut self, on_the_way: usize, now: Instant) -> (Due, String) {
        let mut latest = (Due::Now, String::new());
        for (name, quota) in &mut self.known {
            let is_other = name.split_once('/').is_some_and(|(_, resource)| {
                self.resource.as_deref().is_some_and(|own| own != resource)
            });
            if is_other {
                continue;
            }
            let due = quota.due(on_the_way, now);
            let is_later = match (due, latest.0) {
                (Due::At(at), Due::At(other)) => at > other,
                (Due::At(_) | Due::WhenAnswered, Due::Now) | (Due::At(_), Due::WhenAnswered) => {
                    true
                }
                _ => false,
            };
            if is_later {
                latest = (due, quota.reason());
            }
        }
        latest
    }

    /// Counts a call that leaves.
    pub(super) fn take(&mut self, now: Instant) {
        for quota in self.known.values_mut() {
            quota.settle(now);
            quota.left -= 1.0;
            if let Some(pace) = &mut quota.pace {
                let number = pace.take(now);
                pace.ended(number, now);
            }
        }
    }

    /// The tightest limit: the most calls, those left, and the time until it begins anew.
    pub(super) fn tightest(&self, now: Instant) -> Option<(Option<f64>, f64, Option<Duration>)> {
        let told = self.known.values().filter(|quota| quota.pace.is_none());
        let tightest = told.min_by(|a, b| a.share().total_cmp(&b.share()))?;
        let resets_in = match tightest.renewal {
            Renewal::Whole { at, .. } => Some(at.saturating_duration_since(now)),
            Renewal::Steady(_) | Renewal::Unknown => None,
        };
        Some((tightest.limit, tightest.left.max(0.0), resets_in))
    }
}

impl Quota {
    fn of(told: &Told, on_the_way: usize, now: Instant, was: Option<Self>) -> Option<Self> {
        let said = (told.limit, told.window, told.per_second);
        let Some(left) = told.left else {
            // A rate without what is left of it is kept to as it is.
            let pace = match said {
                (_, _, Some(rate)) => Bucket::per_second(rate),
                (Some(limit), Some(window), None) if limit > 0.0 && !window.is_zero() => {
                    Bucket::per(limit, window)
                }
                _ => return None,
            };
            if was.as_ref().is_some_and(|was| was.said == said) {
                return was;
            }
            let renewal = Renewal::Unknown;
            return Some(Self {
                limit: told.limit,
                left: 0.0,
                at: now,
                renewal,
                pace: Some(pace),
                said,
            });
        };
        let renewal = match (told.per_second, told.resets_in, told.window) {
            (Some(rate), _, _) => Renewal::Steady(rate),
            (None, Some(reset), window) => Renewal::Whole { at: now + reset, window },
            // Whole windows are the worst case where only their length is known.
            (None, None, Some(window)) => match was.map(|was| was.renewal) {
                Some(Renewal::Whole { at, .. }) if at > now => {
                    Renewal::Whole { at, window: Some(window) }
                }
                _ => Renewal::Whole { at: now + window, window: Some(window) },
            },
            (None, None, None) => Renewal::Unknown,
        };
        // The calls on the way may be counted already or not: they are taken as not.
        let left = left - on_the_way as f64;
        Some(Self { limit: told.limit, left, at: now, renewal, pace: None, said })
    }

    /// Gives back what came back by now.
    fn settle(&mut self, now: Instant) {
        match self.renewal {
            Renewal::Steady(rate) => {
                let back = now.saturating_duration_since(self.at).as_secs_f64() * rate;
                self.left = (self.left + back).min(self.limit.unwrap_or(f64::INFINITY));
                self.at = now;
            }
            Renewal::Whole { at, window } if now >= at => {
                self.left = self.limit.unwrap_or(f64::INFINITY);
                self.at = now;
                self.renewal = match window {
                    Some(window) => Renewal::Whole { at: now + window, window: Some(window) },
                    None => Renewal::Unknown,
                };
            }
            Renewal::Whole { .. } | Renewal::Unknown => {}
        }
    }

    fn due(&mut self, on_the_way: usize, now: Instant) -> Due {
        if let Some(pace) = &self.pace {
            let due = pace.due(now);
            return if due > now { Due::At(due) } else { Due::Now };
        }
        self.settle(now);
        if self.left >= 1.0 {
            return Due::Now;
        }
        match self.renewal {
            Renewal::Whole { at, .. } => Due::At(at),
            Renewal::Steady(rate) => {
                Due::At(now + Duration::from_secs_f64(((1.0 - self.left) / rate).min(3_600.0)))
            }
            // One call at least must leave, or it would never be known.
            Renewal::Unknown if on_the_way > 0 => Due::WhenAnswered,
            Renewal::Unknown => Due::Now,
        }
    }

    fn share(&self) -> f64 {
        self.left / self.limit.unwrap_or(f64::INFINITY).max(1.0)
    }

    fn reason(&self) -> String {
        match (&self.pace, self.said) {
            (Some(_), (_, _, Some(rate))) => {
                format!("it said that it takes {} calls per second", round(rate))
            }
            (Some(_), (Some(limit), Some(window), None)) => format!(
                "it said that it takes {} calls in {} s",
                round(limit),
                round(window.as_secs_f64())
            ),
            (_, (Some(limit), _, _)) => {
                format!("it said that its {} calls are used up", round(limit))
            }
            _ => "it said that no calls are left for now".to_owned(),
        }
    }
}

/// A number as people write it: `50`, `2.5`.
pub(super) fn round(number: f64) -> String {
    format!("{}", (number * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(left: Option<f64>, resets_s: Option<u64>, window_s: Option<u64>) -> Told {
        Told {
            name: "x".to_owned(),
            limit: Some(10.0),
            left,
            resets_in: resets_s.map(Duration::from_secs),
            window: window_s.map(Duration::from_secs),
            per_second: None,
        }
    }

    fn seconds(due: Due, now: Instant) -> f64 {
        match due {
            Due::Now => 0.0,
            Due::At(at) => (at - now).as_secs_f64(),
            Due::WhenAnswered => -1.0,
        }
    }

    fn check(told: Told, on_the_way: usize, takes: usize, after_s: u64, expect: f64) {
        let mut quotas = Quotas::default();
        let now = Instant::now();
        quotas.learn(vec![told], on_the_way, now);
        for _ in 0..takes {
            quotas.take(now);
        }
        let later = now + Duration::from_secs(after_s);
        let due = seconds(quotas.due(on_the_way, later).0, later);
        assert!((due - expect).abs() < 0.01, "{due} instead of {expect}");
    }

    #[test]
    fn what_is_used_up_comes_back_when_the_system_says() {
        check(told(Some(2.0), Some(30), None), 0, 1, 0, 0.0);
        check(told(Some(2.0), Some(30), None), 0, 2, 0, 30.0);
        check(told(Some(2.0), Some(30), None), 0, 2, 10, 20.0);
        check(told(Some(2.0), Some(30), None), 0, 2, 30, 0.0);
        // The calls on the way count as well.
        check(told(Some(2.0), Some(30), None), 2, 0, 0, 30.0);
        // Only the window's length is known.
        check(told(Some(0.0), None, Some(10)), 0, 0, 4, 6.0);
        // Nothing is known of when: never held up, but by calls that will tell.
        check(told(Some(0.0), None, None), 0, 0, 0, 0.0);
        check(told(Some(0.0), None, None), 1, 0, 0, -1.0);
    }

    #[test]
    fn a_bucket_that_drains_is_waited_for_call_by_call() {
        let one = Told { per_second: Some(2.0), ..told(Some(1.0), None, None) };
        check(one.clone(), 0, 1, 0, 0.5);
        check(one.clone(), 0, 3, 0, 1.5);
        check(one, 0, 3, 1, 0.5);
    }

    #[test]
    fn a_rate_alone_is_kept_to() {
        check(told(None, None, Some(60)), 0, 9, 0, 0.0);
        check(told(None, None, Some(60)), 0, 10, 0, 60.3);
        let one = Told { limit: None, per_second: Some(0.5), ..told(None, None, None) };
        check(one, 0, 1, 0, 2.01);
    }

    #[test]
    fn limits_of_another_resource_hold_nothing_up() {
        let now = Instant::now();
        let mut quotas = Quotas::default();
        let of =
            |name: &str, left| Told { name: name.to_owned(), ..told(Some(left), Some(60), None) };
        quotas.learn(vec![of("l/search", 0.0)], 0, now);
        assert_eq!(quotas.due(0, now).0, Due::At(now + Duration::from_mins(1)));
        quotas.learn(vec![of("l/core", 9.0)], 0, now);
        assert_eq!(quotas.due(0, now).0, Due::Now);
    }
}
