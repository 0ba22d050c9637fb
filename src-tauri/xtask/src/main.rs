//! Set-up, app and test: the two README commands.

fn main() {}
