//! The node types, one file each. To add one: write its file, then its line in the list here.

mod data_batch;
mod data_convert;
mod data_dates;
mod data_dedupe;
mod data_filter;
mod data_group;
mod data_join;
mod data_lookup;
pub(crate) mod data_map;
mod data_mask;
mod data_pivot;
mod data_sort;
mod data_split;
mod data_table;
mod data_validate;
mod file_read;
mod file_write;
mod flow_approve;
mod flow_branch;
mod flow_break;
mod flow_call;
mod flow_catch;
mod flow_finally;
mod flow_merge;
mod flow_respond;
mod flow_stop;
mod flow_wait;
mod formats;
mod http_request;
mod scope_loop;
mod scope_parallel;
mod scope_try;
mod scope_while;
mod state_get;
mod state_set;
#[cfg(test)]
pub(crate) mod testing;
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
    Registered::of::<data_map::Map>(),
    Registered::of::<data_filter::Filter>(),
    Registered::of::<data_split::Split>(),
    Registered::of::<data_group::Group>(),
    Registered::of::<data_pivot::Pivot>(),
    Registered::of::<data_batch::Batch>(),
    Registered::of::<data_sort::Sort>(),
    Registered::of::<data_join::Join>(),
    Registered::of::<data_lookup::Lookup>(),
    Registered::of::<data_dedupe::Dedupe>(),
    Registered::of::<data_validate::Validate>(),
    Registered::of::<data_convert::Convert>(),
    Registered::of::<data_dates::Dates>(),
    Registered::of::<data_mask::Mask>(),
    Registered::of::<data_table::Table>(),
    Registered::of::<flow_branch::Branch>(),
    Registered::of::<flow_merge::Merge>(),
    Registered::of::<flow_stop::Stop>(),
    Registered::of::<flow_wait::Wait>(),
    Registered::of::<flow_approve::Approve>(),
    Registered::of::<flow_call::Call>(),
    Registered::of::<state_get::StateGet>(),
    Registered::of::<state_set::StateSet>(),
    Registered::of::<scope_loop::Loop>(),
    Registered::of::<scope_while::While>(),
    Registered::of::<flow_break::Break>(),
    Registered::of::<scope_parallel::Parallel>(),
    Registered::of::<scope_try::Try>(),
    Registered::of::<flow_catch::Catch>(),
    Registered::of::<flow_finally::Finally>(),
    #[cfg(test)]
    Registered::of::<testing::TestCall>(),
];
