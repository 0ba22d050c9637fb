//! What must be on the machine, how to see whether it is, and how to put it there.
//!
//! Asks the programs and pkg-config, not the package database: what was built from source or comes
//! from elsewhere counts as well.

use std::env;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::command::Cmd;
use crate::steps::{announce, timed};

/// Something from outside that a command needs.
struct Need {
    found: Found,
    /// Package names, in the order of [`Manager`]: apt, dnf, pacman.
    packages: [&'static str; 3],
}

enum Found {
    /// One of these programs is on the PATH.
    Program(&'static [&'static str]),
    /// pkg-config knows this library.
    Library(&'static str),
}

/// For C code in crates; a linker is there already, else this program would not run.
const COMPILER: Need = Need {
    found: Found::Program(&["cc"]),
    packages: ["build-essential", "gcc gcc-c++ make", "base-devel"],
};
const PKG_CONFIG: Need = Need {
    found: Found::Program(&["pkg-config"]),
    packages: ["pkg-config", "pkgconf-pkg-config", "pkgconf"],
};
const WEBKIT: Need = Need {
    found: Found::Library("webkit2gtk-4.1"),
    packages: ["libwebkit2gtk-4.1-dev", "webkit2gtk4.1-devel", "webkit2gtk-4.1"],
};
const XVFB: Need = Need {
    found: Found::Program(&["Xvfb"]),
    packages: ["xvfb", "xorg-x11-server-Xvfb", "xorg-server-xvfb"],
};
const WEB_DRIVER: Need = Need {
    found: Found::Program(&["WebKitWebDriver"]),
    packages: ["webkit2gtk-driver", "webkit2gtk-driver", "webkit2gtk-4.1"],
};
const BROWSER: Need = Need {
    found: Found::Program(&[
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ]),
    packages: ["chromium", "chromium", "chromium"],
};

/// What building the window takes.
const FOR_WINDOW: &[Need] = &[COMPILER, PKG_CONFIG, WEBKIT];
/// What the end-to-end tests take beyond that.
const FOR_TESTS: &[Need] = &[COMPILER, PKG_CONFIG, WEBKIT, XVFB, WEB_DRIVER, BROWSER];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manager {
    Apt,
    Dnf,
    Pacman,
}

impl Manager {
    fn of_this_machine() -> Option<Self> {
        let is_there = |program| on_path(program).is_some();
        if is_there("apt-get") {
            Some(Self::Apt)
        } else if is_there("dnf") {
            Some(Self::Dnf)
        } else {
            is_there("pacman").then_some(Self::Pacman)
        }
    }

    /// The words that install packages without asking.
    fn install(self) -> &'static [&'static str] {
        match self {
            Self::Apt => &["apt-get", "install", "-y", "--no-install-recommends"],
            Self::Dnf => &["dnf", "install", "-y"],
            Self::Pacman => &["pacman", "-S", "--needed", "--noconfirm"],
        }
    }

    fn packages<'a>(self, needs: &[&'a Need]) -> Vec<&'a str> {
        let column = self as usize;
        let named = needs.iter().flat_map(|need| need.packages[column].split(' '));
        // What Debian calls chromium is on Ubuntu a package that fetches the snap.
        let is_snap = self == Self::Apt && is_ubuntu();
        let mut names: Vec<&str> = named
            .map(|name| if is_snap && name == "chromium" { "chromium-browser" } else { name })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Installs what the window needs to be built.
///
/// # Errors
/// Says what is missing and the command that installs it, where it may not or cannot.
pub(crate) fn ready_for_window(root: &Path) -> Result<()> {
    ready(root, "Libraries for the window", FOR_WINDOW)
}

/// Installs what the tests need: the window's libraries, a browser, a display without a screen.
///
/// # Errors
/// As [`ready_for_window`].
pub(crate) fn ready_for_tests(root: &Path) -> Result<()> {
    ready(root, "System packages", FOR_TESTS)
}

/// Sees to Node and npm, which are asked for and not installed: every system has its own way.
///
/// # Errors
/// Says which version is needed and where it is to be had.
pub(crate) fn ready_for_pages(root: &Path) -> Result<()> {
    let version = Cmd::new(root, "node", &["--version"]).output().unwrap_or_default();
    let major = version.trim().trim_start_matches('v').split('.').next().unwrap_or_default();
    match major.parse::<u32>() {
        Ok(20..) => Ok(()),
        Ok(_) => bail!(
            "Node {} is too old: Gantry's pages are built with Node 20 or newer. Get it from \
             https://nodejs.org and call this again.",
            version.trim()
        ),
        Err(_) => bail!(
            "Node is missing: Gantry's pages are built with Node 20 or newer and its npm. Get it \
             from https://nodejs.org and call this again."
        ),
    }
}

/// Whether a window could show itself here.
pub(crate) fn has_display() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn ready(root: &Path, what: &str, needs: &[Need]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        // macOS has its web view built in, Windows 11 too; the compilers came with Rust.
        return Ok(());
    }
    let missing: Vec<&Need> = needs.iter().filter(|need| !is_there(root, need)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let Some(manager) = Manager::of_this_machine() else {
        bail!(
            "{what}: this system has none of apt, dnf and pacman. Please install by its own means \
             what Debian calls {}, and call this again.",
            Manager::Apt.packages(&missing).join(" ")
        );
    };
    let packages = manager.packages(&missing);
    timed(&format!("{what}: installing {}", packages.join(" ")), || {
        install(root, manager, &packages)
    })?;

    let still: Vec<&Need> = missing.into_iter().filter(|need| !is_there(root, need)).collect();
    if !still.is_empty() {
        bail!(
            "{what}: {} went in without a complaint, but is not to be found afterwards.",
            manager.packages(&still).join(" ")
        );
    }
    Ok(())
}

fn is_there(root: &Path, need: &Need) -> bool {
    match need.found {
        Found::Program(names) => names.iter().any(|name| on_path(name).is_some()),
        Found::Library(name) => Cmd::new(root, "pkg-config", &["--exists", name]).succeeds(),
    }
}

fn install(root: &Path, manager: Manager, packages: &[&str]) -> Result<()> {
    let words: Vec<&str> = manager.install().iter().chain(packages).copied().collect();
    let by_hand = format!("sudo {}", words.join(" "));
    let Some(rights) = Rights::of_this_user(root) else {
        bail!(
            "These packages are missing, and this user may not install them without a password. \
             Please type:\n\n    {by_hand}\n\nand call this again."
        );
    };
    if manager == Manager::Apt {
        // A list that is a little old still installs; a machine without any list does not.
        if let Err(error) = rights.command(root, &["apt-get", "update", "-q"]).run() {
            announce(&format!(
                "The package list could not be renewed ({error:#}); trying as it is"
            ));
        }
    }
    let command = rights.command(root, &words).with("DEBIAN_FRONTEND", "noninteractive");
    command.run().map_err(|error| {
        error.context(format!("The packages could not be installed. By hand: {by_hand}"))
    })
}

/// How this user may install packages.
#[derive(Clone, Copy)]
enum Rights {
    Root,
    Sudo,
    /// There is a person to type the password.
    SudoWithPassword,
}

impl Rights {
    fn of_this_user(root: &Path) -> Option<Self> {
        let user = Cmd::new(root, "id", &["-u"]).output().unwrap_or_default();
        if user.trim() == "0" {
            return Some(Self::Root);
        }
        on_path("sudo")?;
        if Cmd::new(root, "sudo", &["-n", "true"]).succeeds() {
            return Some(Self::Sudo);
        }
        let is_person = std::io::stdin().is_terminal() && env::var_os("CI").is_none();
        is_person.then_some(Self::SudoWithPassword)
    }

    fn command(self, root: &Path, words: &[&str]) -> Cmd {
        match self {
            Self::Root => Cmd::new(root, words[0], &words[1..]),
            Self::Sudo => Cmd::new(root, "sudo", &[&["-n"], words].concat()),
            Self::SudoWithPassword => Cmd::new(root, "sudo", words),
        }
    }
}

fn is_ubuntu() -> bool {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    release.lines().any(|line| line == "ID=ubuntu")
}

/// Returns where a program is that a shell would find.
pub(crate) fn on_path(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&name)).find(|it| it.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_manager_names_the_packages_its_own_way() {
        let needs = [&COMPILER, &WEBKIT, &WEB_DRIVER];
        let check =
            |manager: Manager, expect: &[&str]| assert_eq!(manager.packages(&needs), expect);
        check(Manager::Apt, &["build-essential", "libwebkit2gtk-4.1-dev", "webkit2gtk-driver"]);
        check(
            Manager::Dnf,
            &["gcc", "gcc-c++", "make", "webkit2gtk-driver", "webkit2gtk4.1-devel"],
        );
        // The driver comes with the library on Arch: named once.
        check(Manager::Pacman, &["base-devel", "webkit2gtk-4.1"]);
    }

    #[test]
    fn a_program_or_library_that_nobody_has_is_missing() {
        let root = Path::new(".");
        let need = |found| Need { found, packages: ["", "", ""] };
        assert!(!is_there(root, &need(Found::Program(&["no-such-program-anywhere"]))));
        assert!(!is_there(root, &need(Found::Library("no-such-library-anywhere"))));
        assert!(is_there(root, &need(Found::Program(&["no-such-program-anywhere", "cargo"]))));
    }
}
