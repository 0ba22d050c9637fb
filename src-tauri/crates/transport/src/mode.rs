//! What stands in the place of the socket: nothing, a recorder, a cassette, a mock, or a wall that
//! lets no write through. Everything before it works the same in all of them.

/// What stands in the place of the socket.
#[derive(Debug, Clone, Default)]
pub enum Mode {
    /// Nothing: every call is made.
    #[default]
    Live,
}
