//! Reads how many tests passed and failed from what the test runners print.

use std::ops::AddAssign;

/// Tests that ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Counts {
    /// Reads one line of a runner's output: `cargo test`, cargo-nextest or vitest.
    ///
    /// Any other line counts nothing.
    pub(crate) fn of_line(line: &str) -> Self {
        let line = without_colours(line);
        let line = line.trim_start();
        let is_summary = line.starts_with("test result:")
            || (line.starts_with("Summary [") && line.contains(" run:"))
            || line.strip_prefix("Tests ").is_some_and(|rest| rest.starts_with(' '));
        if !is_summary {
            return Self::default();
        }
        Self { passed: before(line, "passed"), failed: before(line, "failed") }
    }
}

/// The number that stands before a word, 0 when the word is not there.
fn before(line: &str, word: &str) -> u32 {
    let mut previous = "";
    for part in line.split(|c: char| c.is_whitespace() || ",;|()".contains(c)) {
        if part == word {
            return previous.parse().unwrap_or(0);
        }
        if !part.is_empty() {
            previous = part;
        }
    }
    0
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            rest.find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runners_own_summary_is_understood() {
        let check = |line: &str, passed, failed| {
            assert_eq!(Counts::of_line(line), Counts { passed, failed }, "{line}");
        };
        check("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out", 12, 0);
        check("test result: FAILED. 3 passed; 2 failed; 0 ignored", 3, 2);
        check("     Summary [   1.2s] 31 tests run: 30 passed, 1 failed, 4 skipped", 30, 1);
        check("     Summary [   1.2s] 31 tests run: 31 passed (2 slow), 4 skipped", 31, 0);
        check("      Tests  34 passed (34)", 34, 0);
        check("      Tests  1 failed | 33 passed (34)", 33, 1);
        check("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m34 passed\u{1b}[39m (34)", 34, 0);
        check(" Test Files  5 passed (5)", 0, 0);
        check("the last 3 passed by", 0, 0);
    }
}
