//! Starts programs and tells what they spent: CPU, peak memory, time. Linux only, by `/proc`.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What a process spent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    /// CPU in user and system, in microseconds.
    pub(crate) cpu_us: u64,
    /// Resident memory now, in bytes.
    pub(crate) rss: u64,
    /// The most that was ever resident, in bytes.
    pub(crate) peak_rss: u64,
    /// Time from start to end, in microseconds.
    pub(crate) wall_us: u64,
}

pub(crate) struct Program(Command);

/// A program that ended.
pub(crate) struct Done {
    pub(crate) spent: Spent,
    pub(crate) stdout: String,
    stderr: String,
    success: bool,
}

impl Done {
    /// Fails with what the program printed when it did not succeed.
    pub(crate) fn ok(self, otherwise: &str) -> Result<Self> {
        if !self.success {
            bail!("{otherwise}: {}{}", self.stdout, self.stderr);
        }
        Ok(self)
    }
}

impl Program {
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures processes")]
    pub(crate) fn new(path: &Path) -> Self {
        Self(Command::new(path))
    }

    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.0.args(args);
        self
    }

    /// Runs to the end. CPU is exact (from the kernel's account of ended children), peak memory is
    /// polled each 5 ms.
    pub(crate) fn finish(mut self) -> Result<Done> {
        let before = children_cpu_us()?;
        let started = Instant::now();
        let mut child =
            self.0.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let out = reader(child.stdout.take());
        let err = reader(child.stderr.take());
        let mut peak_rss = 0;
        let status =
            loop {
                if let Some(spent) = spent(child.id()) {
                    peak_rss = peak_rss.max(spent.peak_rss);
                }
                if let Some(status) = child.try_wait()? {
                    break status;
                }
                std::thread::sleep(Duration::from_millis(
                    if started.elapsed().as_millis() < 1_000 { 1 } else { 5 },
                ));
            };
        let wall_us = started.elapsed().as_micros() as u64;
        let cpu_us = children_cpu_us()? - before;
        Ok(Done {
            spent: Spent { cpu_us, rss: 0, peak_rss, wall_us },
            stdout: out.join().unwrap_or_default(),
            stderr: err.join().unwrap_or_default(),
            success: status.success(),
        })
    }

    /// Starts a server and waits for the line with its URL.
    pub(crate) fn serve(mut self) -> Result<Server> {
        let mut child =
            self.0.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        let url = loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                bail!("the server ended before it told its URL");
            }
            if let Some(at) = line.find("http://") {
                let url = line[at..].split_whitespace().next().unwrap_or_default();
                let host_end = url[7..].find('/').map_or(url.len(), |end| end + 7);
                break url[..host_end].to_owned();
            }
        };
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Ok(Server { child, url })
    }
}

/// A server that ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
}

impl Server {
    /// What it spent so far; none when it ended.
    pub(crate) fn spent(&self) -> Option<Spent> {
        spent(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What this process spent.
pub(crate) fn own() -> Option<Spent> {
    spent(std::process::id())
}

/// CPU of this thread, in nanoseconds.
#[cfg(unix)]
pub(crate) fn thread_cpu_ns() -> Result<u64> {
    let time = nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID)?;
    Ok(time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64)
}

#[cfg(not(unix))]
pub(crate) fn thread_cpu_ns() -> Result<u64> {
    bail!("the CPU of a thread is known on Linux only: measure there")
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// CPU of all threads by `/proc/<pid>/schedstat`-like accounts, finer than the 10 ms ticks of `stat`.
fn spent(pid: u32) -> Option<Spent> {
    let mut cpu_ns = 0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task")).ok()? {
        let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        cpu_ns += text.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let kib = |name: &str| -> Option<u64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    Some(Spent {
        cpu_us: cpu_ns / 1_000,
        rss: kib("VmRSS:")? * 1_024,
        peak_rss: kib("VmHWM:")? * 1_024,
        wall_us: 0,
    })
}

#[cfg(not(unix))]
fn children_cpu_us() -> Result<u64> {
    bail!("what a program spent is known on Linux only: measure there")
}

#[cfg(unix)]
fn children_cpu_us() -> Result<u64> {
    use nix::sys::resource::{UsageWho, getrusage};
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let us = |t: nix::sys::time::TimeVal| (t.tv_sec() * 1_000_000 + t.tv_usec()) as u64;
    Ok(us(usage.user_time()) + us(usage.system_time()))
}
