//! Runs that are killed at random moments and resumed, against a system that counts: nothing is
//! lost, and nothing is done twice but what nobody could know of. Figures are printed; with
//! `GANTRY_KILLS=50` it takes some minutes.

#![expect(clippy::unwrap_used, reason = "what breaks here breaks the test")]
#![expect(clippy::print_stderr, reason = "the figures are what it is for")]

#[path = "kill/system.rs"]
mod system;

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use system::System;
use tempfile::TempDir;

/// Orders, and the lines of each; each line is written twice.
const ORDERS: usize = 40;
const LINES: usize = 25;

/// What a process may take at the most, waits included.
const PATIENCE: Duration = Duration::from_mins(3);

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// Each call carries a key by which the system knows it again.
    Keyed,
    Unkeyed,
}

/// One run after the other is killed and resumed until it has been done often enough.
struct Kills {
    folder: TempDir,
    system: System,
    mode: Mode,
    random: u64,
    figures: Figures,
}

#[derive(Debug, Default)]
struct Figures {
    runs: u32,
    kills: u32,
    resumed: u32,
    writes: usize,
    calls: u32,
    /// Writes that were listed as unknown after a kill, and then made again.
    unknown: usize,
    /// Writes that reached the system more than once.
    repeated: usize,
}

/// A run until it is over, with the writes of it that were ever listed as unknown.
#[derive(Default)]
struct Round {
    begun: bool,
    run: Option<String>,
    unknown: HashSet<String>,
}

impl Kills {
    fn new(mode: Mode) -> Self {
        let kills = Self {
            folder: tempfile::tempdir().unwrap(),
            system: System::start(),
            mode,
            random: 0x2545_f491_4f6c_dd1d,
            figures: Figures::default(),
        };
        let orders: Vec<String> = (0..ORDERS)
            .map(|order| {
                let lines: Vec<Json> =
                    (0..LINES).map(|line| json!({ "id": format!("{order}-{line}") })).collect();
                json!({ "order": order, "lines": lines }).to_string()
            })
            .collect();
        fs::write(kills.path("orders.ndjson"), orders.join("\n")).unwrap();
        fs::write(kills.path("kill.flow.json"), kills.flow().to_string()).unwrap();
        kills
    }

    /// Reads orders, waits, writes each line within two loops, sorts on the disk, writes again.
    fn flow(&self) -> Json {
        let write = |id: &str| {
            let mut params = json!({
                "method": "POST", "url": format!("{{{{ $vars.system }}}}/{id}/{{{{ $vars.round }}}}-{{{{ id }}}}"),
                "body": { "type": "json", "value": { "id": "{{ id }}" } }, "into": "answer",
            });
            if self.mode == Mode::Keyed {
                params["idempotency"] = json!({ "header": "Idempotency-Key" });
            }
            json!({ "id": id, "type": "http.request", "concurrency": 4, "params": params,
                    "on_error": "skip", "retry": { "tries": 8, "base_ms": 10, "max_ms": 50 } })
        };
        json!({ "gantry": 1, "id": "kill", "name": "Kill",
            "vars": { "system": { "value": self.system.url }, "round": { "value": "0" } },
            "nodes": [
                { "id": "start", "type": "trigger.manual" },
                { "id": "read", "type": "file.read", "params": { "path": "orders.ndjson" } },
                { "id": "wait", "type": "flow.wait", "concurrency": 40,
                  "params": { "for": { "type": "duration", "ms": "{{ 1000 + order }}" } } },
                { "id": "each", "type": "scope.loop", "params": { "concurrency": 2 }, "body": {
                    "nodes": [
                        { "id": "lines", "type": "data.split", "params": { "list": "lines" } },
                        { "id": "line", "type": "scope.loop", "params": { "concurrency": 4 },
                          "body": { "nodes": [write("first")], "wires": [] } } ],
                    "wires": [{ "from": "lines", "to": "line" }] } },
                { "id": "sort", "type": "data.sort",
                  "params": { "by": [{ "value": "id", "direction": "desc" }] } },
                write("last") ],
            "wires": [
                { "from": "start", "to": "read" }, { "from": "read", "to": "wait" },
                { "from": "wait", "to": "each" }, { "from": "each", "to": "sort" },
                { "from": "sort", "to": "last" } ] })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    #[expect(clippy::disallowed_methods, reason = "the command line is a program of its own")]
    fn gantry(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gantry"));
        command
            .args(args)
            .env("GANTRY_DATA_DIR", self.path("data"))
            .env("GANTRY_VAULT", "file")
            // A sort that holds nothing: all of it goes by the disk.
            .env("GANTRY_BARRIER_KB", "1")
            .stdin(Stdio::null());
        command
    }

    fn ask(&self, args: &[&str]) -> String {
        let said = self.gantry(args).output().unwrap();
        assert!(said.status.success(), "{args:?}: {}", String::from_utf8_lossy(&said.stderr));
        String::from_utf8(said.stdout).unwrap()
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % limit
    }

    /// Kills and resumes until it has been done so often, and the last run is over.
    fn go(mut self, kills: u32) -> Figures {
        while self.figures.kills < kills {
            let mut round = Round::default();
            let end = loop {
                if let Some(end) = self.part(&mut round, kills) {
                    break end;
                }
            };
            self.check(&round, end);
            self.figures.runs += 1;
        }
        self.figures
    }

    /// Lets a run begin or go on, and kills it unless it ends first; gives how it ended.
    fn part(&mut self, round: &mut Round, kills: u32) -> Option<ExitStatus> {
        let number = self.figures.runs;
        let log = self.path("stderr");
        let named = format!("round={number}");
        let flow = self.path("kill.flow.json").display().to_string();
        let mut args = match &round.run {
            None => vec!["run", &flow, "--var", &named],
            Some(run) => vec!["resume", run, "--repeat-unknown"],
        };
        let out = self.path("out.ndjson").display().to_string();
        args.extend(["--out", &out]);
        let is_resumed = round.run.is_some();
        let stderr = fs::File::create(&log).unwrap();
        let mut child = self.gantry(&args).stdout(Stdio::null()).stderr(stderr).spawn().unwrap();
        self.figures.resumed += u32::from(is_resumed);
        round.begun = true;
        let pause = Duration::from_millis(150 + self.below(2500));
        let patience = if self.figures.kills < kills { pause } else { PATIENCE };
        if let Some(end) = within(&mut child, patience) {
            let said = fs::read_to_string(&log).unwrap();
            assert!(matches!(end.code(), Some(0 | 3)), "{args:?} ended with {end}: {said}");
            return Some(end);
        }
        assert!(patience < PATIENCE, "{}", fs::read_to_string(&log).unwrap());
        // SIGKILL: nothing of the process has a say any more.
        child.kill().unwrap();
        child.wait().unwrap();
        self.figures.kills += 1;
        self.take_stock(round);
        None
    }

    /// Looks what is known of the run that was killed.
    fn take_stock(&mut self, round: &mut Round) {
        let said = self.ask(&["runs", "list", "--status", "interrupted", "--limit", "1", "--json"]);
        let Some(run) = said.lines().next() else {
            // Nothing of it was kept: then nothing was written either.
            let number = self.figures.runs;
            assert_eq!(self.written(number).len(), 0, "a run that wrote is not known");
            return;
        };
        let run: Json = serde_json::from_str(run).unwrap();
        let id = run["id"].as_str().unwrap().to_owned();
        assert!(round.run.as_ref().is_none_or(|known| *known == id), "another run was interrupted");
        let writes: Json =
            serde_json::from_str(&self.ask(&["runs", "writes", &id, "--json"])).unwrap();
        for write in writes["writes"].as_array().unwrap() {
            if write["state"] == "unknown" {
                let about = write["about"].as_str().unwrap();
                let path = about.split_once(&self.system.url).unwrap().1.to_owned();
                round.unknown.insert(path);
            }
        }
        round.run = Some(id);
    }

    /// The records of a run that reached the system, each with how often.
    fn written(&self, number: u32) -> Vec<(String, u32)> {
        let is_of = |path: &str| {
            path.rsplit('/').next().is_some_and(|id| id.starts_with(&format!("{number}-")))
        };
        self.system.look(|counted| {
            let times = counted.times.iter().filter(|(path, _)| is_of(path));
            times.map(|(path, n)| (path.clone(), *n)).collect()
        })
    }

    /// Every record is there, once: by its key, or by its count unless nobody could know.
    fn check(&mut self, round: &Round, end: ExitStatus) {
        let number = self.figures.runs;
        let written = self.written(number);
        for id in (0..ORDERS).flat_map(|order| (0..LINES).map(move |line| (order, line))) {
            for part in ["first", "last"] {
                let path = format!("/{part}/{number}-{}-{}", id.0, id.1);
                assert!(written.iter().any(|(known, _)| *known == path), "{path} is lost");
            }
        }
        assert_eq!(written.len(), 2 * ORDERS * LINES);
        self.figures.writes += written.len();
        self.figures.calls += written.iter().map(|(_, times)| times).sum::<u32>();
        self.figures.unknown += round.unknown.len();
        let repeated: Vec<&str> =
            written.iter().filter(|(_, n)| *n > 1).map(|(path, _)| path.as_str()).collect();
        self.figures.repeated += repeated.len();
        match self.mode {
            Mode::Keyed => {
                assert_eq!(round.unknown.len(), 0, "keyed writes need nobody's word");
                assert_eq!(end.code(), Some(0));
                self.system.look(|counted| {
                    for (path, _) in &written {
                        assert_eq!(counted.keys[path].len(), 1, "{path} came as several writes");
                    }
                });
                let out = fs::read_to_string(self.path("out.ndjson")).unwrap();
                assert_eq!(out.lines().count(), ORDERS * LINES);
            }
            Mode::Unkeyed => {
                for path in repeated {
                    assert!(round.unknown.contains(path), "{path} was repeated and not listed");
                }
            }
        }
    }
}

/// Waits for a process, so long at the most.
fn within(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let began = Instant::now();
    while began.elapsed() < patience {
        if let Some(end) = child.try_wait().unwrap() {
            return Some(end);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    None
}

fn kills() -> u32 {
    std::env::var("GANTRY_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(6)
}

fn told(mode: &str, figures: &Figures) {
    eprintln!("{mode}: {figures:?}");
    assert!(figures.resumed > 0, "it was never resumed");
}

#[test]
fn with_keys_each_write_is_made_exactly_once_whenever_the_program_is_killed() {
    told("keyed", &Kills::new(Mode::Keyed).go(kills()));
}

#[test]
fn without_keys_no_write_is_lost_and_only_those_that_nobody_knows_of_are_repeated() {
    told("unkeyed", &Kills::new(Mode::Unkeyed).go(kills()));
}

#[test]
fn what_nobody_knows_is_listed_and_left_to_the_user() {
    let mut kills = Kills::new(Mode::Unkeyed);
    let mut round = Round::default();
    // Until a kill comes while a write is under way.
    for _ in 0..20 {
        if kills.part(&mut round, u32::MAX).is_some() || !round.unknown.is_empty() {
            break;
        }
    }
    let run = round.run.clone().unwrap();
    assert!(!round.unknown.is_empty(), "no kill met a write");
    let said = kills.gantry(&["resume", &run]).output().unwrap();
    let words = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(2), "{words}");
    for path in &round.unknown {
        assert!(words.contains(path), "{path} is not listed in: {words}");
    }
    assert!(words.contains("--repeat-unknown"), "{words}");
    let ended = kills.gantry(&["resume", &run, "--unknown-done"]).output().unwrap();
    let words = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(matches!(ended.status.code(), Some(0 | 3)), "{words}");
    let repeated = kills.written(0).into_iter().filter(|(_, times)| *times > 1);
    assert_eq!(repeated.collect::<Vec<_>>(), []);
}
