//! The designer's pages: installs their packages and builds them, each only when it must.
//!
//! "Must" is told by a stamp, a hash of what the last work was made from: times of files say
//! nothing after a `git checkout`.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::Path;

use anyhow::{Context, Result};

use crate::command::Cmd;
use crate::machine;
use crate::steps::timed;

/// Written below `node_modules`, so that removing that folder forgets them too.
const PACKAGES_STAMP: &str = "node_modules/.gantry-packages";
const PAGES_STAMP: &str = "node_modules/.gantry-pages";

/// Folders of `ui` that do not come into the built pages.
const NOT_SOURCES: &[&str] = &["node_modules", "dist", "coverage"];

/// Installs the npm packages of a folder when its lockfile changed since the last time.
pub(crate) fn install(root: &Path, folder: &str) -> Result<()> {
    let lock = root.join(folder).join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("{} cannot be read", lock.display()))?;
    let stamp = root.join(folder).join(PACKAGES_STAMP);
    let fresh = hash_of(&lock);
    if fs::read_to_string(&stamp).is_ok_and(|last| last == fresh) {
        return Ok(());
    }
    machine::ready_for_pages(root)?;
    timed(&format!("npm packages of {folder}"), || {
        Cmd::npm(root, folder, &["ci", "--no-audit", "--no-fund"]).run()?;
        fs::write(&stamp, fresh).with_context(|| format!("{} cannot be written", stamp.display()))
    })
}

/// Builds the pages when one of their sources changed since the last time.
pub(crate) fn build(root: &Path) -> Result<()> {
    install(root, "ui")?;
    let ui = root.join("ui");
    let stamp = ui.join(PAGES_STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|last| Ok(last) == stamp_of(&ui)) {
        return Ok(());
    }
    timed("The designer's pages", || {
        Cmd::npm(root, "ui", &["exec", "--offline", "--", "vite", "build"]).run()?;
        let fresh = stamp_of(&ui).map_err(|error| anyhow::anyhow!(error))?;
        fs::write(&stamp, fresh).with_context(|| format!("{} cannot be written", stamp.display()))
    })
}

/// What the pages were made from, and what was made: the second, because the window's build puts a
/// page of its own where there is none.
fn stamp_of(ui: &Path) -> Result<String, String> {
    let read = |path: &Path| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let mut sources = DefaultHasher::new();
    hash_folder(ui, ui, &mut sources).map_err(|error| format!("{}: {error}", ui.display()))?;
    let page = read(&ui.join("dist/index.html"))?;
    Ok(format!("{:016x} {}", sources.finish(), hash_of(&page)))
}

fn hash_folder(top: &Path, folder: &Path, into: &mut DefaultHasher) -> std::io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        let is_source = folder != top || !NOT_SOURCES.iter().any(|name| entry.file_name() == *name);
        if !is_source {
            continue;
        }
        if entry.file_type()?.is_dir() {
            hash_folder(top, &path, into)?;
        } else {
            path.strip_prefix(top).unwrap_or(&path).hash(into);
            fs::read(&path)?.hash(into);
        }
    }
    Ok(())
}

fn hash_of(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `ui` folder of its own below the system's temporary folder.
    fn sample(name: &str) -> std::path::PathBuf {
        let ui = std::env::temp_dir().join(format!("gantry-pages-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&ui);
        for folder in ["src", "dist", "node_modules"] {
            fs::create_dir_all(ui.join(folder)).unwrap();
        }
        fs::write(ui.join("src/main.ts"), "one").unwrap();
        fs::write(ui.join("dist/index.html"), "page").unwrap();
        ui
    }

    #[test]
    fn only_a_changed_source_or_a_lost_page_asks_for_a_build() {
        let ui = sample("stamp");
        let first = stamp_of(&ui).unwrap();

        fs::write(ui.join("node_modules/x.js"), "a package").unwrap();
        assert_eq!(stamp_of(&ui).unwrap(), first, "packages are no source");

        fs::write(ui.join("dist/index.html"), "a page that says: not built").unwrap();
        assert_ne!(stamp_of(&ui).unwrap(), first, "the page is another");
        fs::write(ui.join("dist/index.html"), "page").unwrap();

        fs::write(ui.join("src/main.ts"), "two").unwrap();
        assert_ne!(stamp_of(&ui).unwrap(), first, "the source is another");

        fs::remove_file(ui.join("dist/index.html")).unwrap();
        assert!(stamp_of(&ui).is_err(), "no page at all");
        fs::remove_dir_all(&ui).unwrap();
    }
}
