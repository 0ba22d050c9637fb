//! Makes the window's permissions and embeds the designer's pages.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=../ui/dist");
    keep_a_page_to_embed(Path::new("../ui/dist"));

    // Every command named here gets a permission of its own; without the list, any page that
    // reached the window could call all of them.
    let commands = tauri_build::AppManifest::new().commands(&["call", "subscribe", "open_outside"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
        std::process::exit(1);
    }
}

/// `cargo clippy` on a fresh clone has no built pages, and Tauri does not compile without a folder
/// to embed. `cargo xtask app` builds the pages first and replaces this one.
fn keep_a_page_to_embed(dist: &Path) {
    let index = dist.join("index.html");
    if index.exists() {
        return;
    }
    let page = include_str!("src/unbuilt.html");
    let written = std::fs::create_dir_all(dist).and_then(|()| std::fs::write(&index, page));
    if let Err(error) = written {
        println!("cargo::error=cannot write {}: {error}", index.display());
        std::process::exit(1);
    }
}
