//! The designer's pages, built into the program where `ui/dist` was there.

use api::serve::Page;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Designer;

/// A page of the designer.
pub(crate) fn page(path: &str) -> Option<Page> {
    let file = Designer::get(path)?;
    let media_type = file.metadata.mimetype().to_owned();
    Some(Page { bytes: file.data, media_type })
}
