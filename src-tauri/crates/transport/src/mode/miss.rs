//! A call that a cassette or a mock has no answer for, and what comes closest to it. Not the search.

use std::fmt;

use crate::cassette::Difference;

/// The most differences that a sentence names.
const MAX_TOLD: usize = 5;

/// A call that there is no recorded answer for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// The cassette's or the mock's name.
    pub source: String,
    /// The call: `GET https://shop.example/orders?page=3`.
    pub call: String,
    /// What comes closest, where there is anything.
    pub nearest: Option<Nearest>,
}

/// What comes closest to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest {
    /// The recorded call with its step: `GET https://shop.example/orders?page=2 (orders/…/page/2)`.
    pub call: String,
    /// What differs; nothing where it was answered as often as it was recorded.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, call, nearest } = self;
        write!(f, "\"{source}\" has no answer for {call}.")?;
        match nearest {
            None => write!(f, " It holds no call at all."),
            Some(Nearest { call, differences }) if differences.is_empty() => {
                write!(f, " {call} is in it, but was asked for more often than it was recorded.")
            }
            Some(Nearest { call, differences }) => {
                let told: Vec<String> =
                    differences.iter().take(MAX_TOLD).map(ToString::to_string).collect();
                write!(f, " The nearest call in it is {call}; it differs in {}", told.join("; "))?;
                match differences.len().saturating_sub(MAX_TOLD) {
                    0 => write!(f, "."),
                    more => write!(f, "; and {more} more."),
                }
            }
        }
    }
}
