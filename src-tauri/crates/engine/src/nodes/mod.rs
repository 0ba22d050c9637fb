//! The node types, one file each. To add one: write its file, then its line in the list here.

mod trigger_manual;

use crate::node::Registered;

/// All node types, in the order of the palette.
pub(crate) const TYPES: &[Registered] = &[Registered::of::<trigger_manual::ManualTrigger>()];
