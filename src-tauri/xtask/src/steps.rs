//! Runs steps one after the other: a line for each with its time, a table at the end.

use std::io::{BufRead, BufReader, Read, Write};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::command::Cmd;
use crate::counts::Counts;

/// The steps of one call, in order.
pub(crate) struct Steps {
    started: Instant,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    took: Duration,
    tests: Counts,
    outcome: Outcome,
}

enum Outcome {
    Ok,
    Skipped(String),
    Failed { alone: String, why: String },
}

impl Steps {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), rows: Vec::new() }
    }

    /// Runs a command as a step and counts the tests that its output reports.
    ///
    /// Returns whether it went well; after a failed step no other should be started.
    pub(crate) fn run(&mut self, name: &str, command: &Cmd) -> bool {
        self.work(name, &command.to_string(), || tee(command))
    }

    /// Runs tests that another step runs too, for the sake of a name; they count there.
    pub(crate) fn run_uncounted(&mut self, name: &str, command: &Cmd) -> bool {
        self.work(name, &command.to_string(), || Ok((Counts::default(), tee(command)?.1)))
    }

    /// Runs a step that is not one command; `alone` says how to do it by hand.
    pub(crate) fn work(
        &mut self,
        name: &str,
        alone: &str,
        work: impl FnOnce() -> Result<(Counts, Option<String>)>,
    ) -> bool {
        announce(&format!("{}  {name}: {alone}", self.rows.len() + 1));
        let started = Instant::now();
        let (tests, failure) = match work() {
            Ok(done) => done,
            Err(error) => (Counts::default(), Some(format!("{error:#}"))),
        };
        let took = started.elapsed();
        let is_ok = failure.is_none();
        let outcome =
            failure.map_or(Outcome::Ok, |why| Outcome::Failed { alone: alone.to_owned(), why });
        println!("    {name}: {} in {}", if is_ok { "ok" } else { "failed" }, seconds(took));
        self.rows.push(Row { name: name.to_owned(), took, tests, outcome });
        is_ok
    }

    /// Notes a step that this machine cannot do, with the reason.
    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        announce(&format!("{}  {name}: skipped, {why}", self.rows.len() + 1));
        let (took, tests) = (Duration::ZERO, Counts::default());
        let outcome = Outcome::Skipped(why.to_owned());
        self.rows.push(Row { name: name.to_owned(), took, tests, outcome });
    }

    /// Prints the table and the closing line; returns whether all went well.
    pub(crate) fn close(&self) -> bool {
        println!("\n{:<34} {:>9} {:>7}", "step", "time", "tests");
        let mut all = Counts::default();
        for row in &self.rows {
            let tests = row.tests.passed + row.tests.failed;
            let tests = if tests == 0 { String::new() } else { tests.to_string() };
            let end = match &row.outcome {
                Outcome::Ok => "ok".to_owned(),
                Outcome::Skipped(why) => format!("skipped: {why}"),
                Outcome::Failed { .. } => "FAILED".to_owned(),
            };
            println!("{:<34} {:>9} {:>7}  {end}", row.name, seconds(row.took), tests);
            all += row.tests;
        }
        println!("{:<34} {:>9}", "all", seconds(self.started.elapsed()));

        let failure = self.rows.iter().find_map(|row| match &row.outcome {
            Outcome::Failed { alone, why } => Some((&row.name, alone, why)),
            _ => None,
        });
        if let Some((name, alone, why)) = failure {
            println!("\n{name} failed: {why}\nTo run it alone: {alone}");
            // A step that is no test runner (a lint, say) still is one thing that failed.
            all.failed = all.failed.max(1);
        }
        println!("\n{} passed, {} failed", all.passed, all.failed);
        failure.is_none()
    }
}

/// A line that stands out between the outputs of the tools.
pub(crate) fn announce(line: &str) {
    println!("\n==> {line}");
    // A reader of a pipe sees the step before the tool's own lines.
    let _ = std::io::stdout().flush();
}

/// `4.2 s` or `3 min 05 s`.
pub(crate) fn seconds(took: Duration) -> String {
    let whole = took.as_secs();
    if whole < 60 {
        format!("{:.1} s", took.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// Says what is done, does it, and says how long it took.
pub(crate) fn timed<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    announce(name);
    let started = Instant::now();
    let done = work()?;
    println!("    done in {}", seconds(started.elapsed()));
    Ok(done)
}

/// Passes a command's output on line by line and counts the tests in it.
fn tee(command: &Cmd) -> Result<(Counts, Option<String>)> {
    let mut child = command.spawn_piped()?;
    let (sender, lines) = mpsc::sync_channel(256);
    let outputs: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|pipe| Box::new(pipe) as _),
        child.stderr.take().map(|pipe| Box::new(pipe) as _),
    ];
    for pipe in outputs.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            let mut reader = BufReader::new(pipe);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|n_bytes| n_bytes > 0) {
                let text = String::from_utf8_lossy(&line).trim_end().to_owned();
                line.clear();
                if sender.send(text).is_err() {
                    break;
                }
            }
        });
    }
    drop(sender);

    let mut counts = Counts::default();
    for line in lines {
        counts += Counts::of_line(&line);
        println!("{line}");
    }
    let status = child.wait()?;
    let failure = (!status.success()).then(|| format!("it ended with {status}"));
    Ok((counts, failure))
}
