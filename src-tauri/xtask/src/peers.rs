//! `cargo xtask bench --peers`: sets up the programs that Gantry is measured against, in the target
//! folder. Not the measuring: that is `tests/bench`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::command::Cmd;
use crate::machine;
use crate::steps::timed;

/// The last line of Node-RED that runs on Node 18 to 22; pinned, so that figures can be compared.
const NODE_RED: &str = "4.1.8";

/// Puts Node-RED into `target/peers`, unless it is there, and returns the script that starts it.
///
/// # Errors
/// Why it cannot be had on this machine.
pub(crate) fn node_red(root: &Path, target: &Path) -> Result<PathBuf> {
    if machine::on_path("node").is_none() || !has_npm() {
        bail!("Node and its npm are not here: get them from https://nodejs.org");
    }
    let folder = target.join("peers").join(format!("node-red-{NODE_RED}"));
    let script = folder.join("node_modules/node-red/red.js");
    if is_installed(&script) {
        return Ok(script);
    }
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    std::fs::write(folder.join("package.json"), "{ \"private\": true }\n")?;
    let package = format!("node-red@{NODE_RED}");
    let words =
        ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", &package];
    timed(&format!("Node-RED {NODE_RED} from npm, in {}", folder.display()), || {
        Cmd::npm(root, &folder.to_string_lossy(), &words).run()
    })?;
    if !is_installed(&script) {
        bail!("npm installed {package}, but {} is not there", script.display());
    }
    Ok(script)
}

fn has_npm() -> bool {
    machine::on_path("npm").is_some() || (cfg!(windows) && machine::on_path("npm.cmd").is_some())
}

/// Whether the pinned version is there as a whole: npm writes its own list last.
fn is_installed(script: &Path) -> bool {
    let Some(modules) = script.ancestors().nth(2) else { return false };
    let manifest = std::fs::read_to_string(modules.join("node-red/package.json"));
    let is_version = manifest.is_ok_and(|text| text.contains(&format!("\"{NODE_RED}\"")));
    script.is_file() && is_version && modules.join(".package-lock.json").is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_red_is_there_only_once_npm_is_done_and_in_the_pinned_version() {
        let folder = std::env::temp_dir().join(format!("gantry-peers-{}", std::process::id()));
        let modules = folder.join("node_modules");
        let script = modules.join("node-red/red.js");
        std::fs::create_dir_all(script.parent().unwrap()).unwrap();
        std::fs::write(&script, "").unwrap();
        let manifest = modules.join("node-red/package.json");
        std::fs::write(&manifest, format!("{{\"version\": \"{NODE_RED}\"}}")).unwrap();
        assert!(!is_installed(&script), "npm was stopped half-way");
        std::fs::write(modules.join(".package-lock.json"), "{}").unwrap();
        assert!(is_installed(&script));
        std::fs::write(&manifest, "{\"version\": \"3.0.0\"}").unwrap();
        assert!(!is_installed(&script), "another version");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
