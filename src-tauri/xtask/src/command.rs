//! A program to start: what it is, where, and how a person would type it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// A program with its arguments; unlike [`Command`] it can be shown as a line to type.
#[derive(Clone, Debug)]
pub(crate) struct Cmd {
    program: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
    variables: Vec<(String, String)>,
    /// The folder that the shown line is relative to.
    root: PathBuf,
}

impl Cmd {
    pub(crate) fn new(root: &Path, program: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
            folder: root.to_path_buf(),
            variables: Vec::new(),
            root: root.to_path_buf(),
        }
    }

    /// The cargo that started this program.
    pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Self {
        let program = std::env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from);
        Self::new(root, program, arguments)
    }

    /// npm in one of the folders that have a `package.json`.
    pub(crate) fn npm(root: &Path, folder: &str, arguments: &[&str]) -> Self {
        let program = if cfg!(windows) { "npm.cmd" } else { "npm" };
        Self { folder: root.join(folder), ..Self::new(root, program, arguments) }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn args(mut self, more: &[String]) -> Self {
        self.arguments.extend_from_slice(more);
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(&self.folder);
        // `cargo run` tells its child which package it runs. A cargo started from here would hand
        // that on to build scripts that watch these names (ring's does), and compile them anew.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts it with the terminal's own input and output.
    pub(crate) fn spawn(&self) -> Result<Child> {
        self.command().spawn().with_context(|| format!("`{self}` could not be started"))
    }

    /// Starts it with both outputs as pipes.
    pub(crate) fn spawn_piped(&self) -> Result<Child> {
        self.command()
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("`{self}` could not be started"))
    }

    /// Runs it to its end in sight of the user.
    pub(crate) fn run(&self) -> Result<()> {
        let status = self.spawn()?.wait()?;
        if !status.success() {
            bail!("`{self}` ended with {status}");
        }
        Ok(())
    }

    /// Runs it unseen and returns what it printed.
    pub(crate) fn output(&self) -> Result<String> {
        let output = self
            .command()
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("`{self}` could not be started"))?;
        if !output.status.success() {
            bail!("`{self}` ended with {}", output.status);
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Whether it starts and ends well, unseen.
    pub(crate) fn succeeds(&self) -> bool {
        self.command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }
}

impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inside = self.folder.strip_prefix(&self.root).unwrap_or(&self.folder);
        if !inside.as_os_str().is_empty() {
            write!(f, "cd {} && ", inside.display())?;
        }
        for (name, value) in &self.variables {
            write!(f, "{name}={} ", quoted(value))?;
        }
        let program = self.program.file_stem().unwrap_or_default().to_string_lossy();
        write!(f, "{program}")?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {}", quoted(argument)))
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let root = Path::new("/work");
        let check = |cmd: Cmd, expect: &str| assert_eq!(cmd.to_string(), expect);
        check(Cmd::new(root, "/usr/bin/cargo", &["test", "--doc"]), "cargo test --doc");
        check(Cmd::npm(root, "ui", &["run", "build"]), "cd ui && npm run build");
        check(Cmd::new(root, "cargo", &["x"]).with("UPDATE", "1"), "UPDATE=1 cargo x");
        check(Cmd::new(root, "echo", &["two words"]), "echo 'two words'");
    }
}
