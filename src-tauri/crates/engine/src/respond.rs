//! The way back to somebody who waits for a run's answer, such as a webhook's caller. Not how the
//! answer is written to a socket.

use std::sync::{Mutex, PoisonError};

use data::Value;
use tokio::sync::oneshot;

/// What a flow answers its caller.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// What is answered.
    pub body: ResponseBody,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum ResponseBody {
    /// None.
    Empty,
    /// A value, written as JSON.
    Json(Value),
    /// A text, as it is.
    Text(String),
}

/// Takes the one answer of a run.
#[derive(Debug)]
pub struct Responder(Mutex<Option<oneshot::Sender<Response>>>);

impl Responder {
    /// A responder, and where its answer arrives; an error there means that the run ended without
    /// one.
    pub fn new() -> (Self, oneshot::Receiver<Response>) {
        let (sender, receiver) = oneshot::channel();
        (Self(Mutex::new(Some(sender))), receiver)
    }

    /// Sends the answer; gives it back when the caller was answered already. A caller who has gone
    /// is no error.
    ///
    /// # Errors
    /// The response, where it is not the first.
    pub fn answer(&self, response: Response) -> Result<(), Response> {
        let sender = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match sender {
            Some(sender) => {
                let _ = sender.send(response);
                Ok(())
            }
            None => Err(response),
        }
    }
}
