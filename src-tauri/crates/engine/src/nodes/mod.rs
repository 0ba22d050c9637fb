//! The node types, one file each. To add one: write its file, then its line in the list here.

mod file_read;
mod file_write;
mod flow_respond;
mod http_request;
mod trigger_manual;
pub(crate) mod trigger_webhook;

use crate::node::Registered;

/// All node types, in the order of the palette.
pub(crate) const TYPES: &[Registered] = &[
    Registered::of::<trigger_manual::ManualTrigger>(),
    Registered::of::<trigger_webhook::WebhookTrigger>(),
    Registered::of::<http_request::HttpRequest>(),
    Registered::of::<flow_respond::Respond>(),
    Registered::of::<file_read::FileRead>(),
    Registered::of::<file_write::FileWrite>(),
];
