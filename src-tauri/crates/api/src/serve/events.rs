//! What happens, as server-sent events: each message is a list of events. Not what they mean.

use std::convert::Infallible;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream;

use super::Site;
use crate::Subscription;
use crate::types::UiEvent;

pub(super) async fn events(
    State(site): State<Site>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let feed = Feed {
        subscription: site.app.subscribe(),
        // A browser that comes back says which message it had last; what came since is gone.
        has_missed_some: headers.contains_key("last-event-id"),
        n_sent: 0,
    };
    let messages = stream::unfold(feed, |mut feed| async {
        let message = feed.next().await?;
        Some((Ok(message), feed))
    });
    Sse::new(messages).keep_alive(KeepAlive::default())
}

struct Feed {
    subscription: Subscription,
    has_missed_some: bool,
    n_sent: u64,
}

impl Feed {
    async fn next(&mut self) -> Option<Event> {
        let batch = if std::mem::take(&mut self.has_missed_some) {
            vec![UiEvent::Resync]
        } else {
            self.subscription.next().await?
        };
        self.n_sent += 1;
        let json = serde_json::to_string(&batch).expect("events have texts as keys");
        Some(Event::default().id(self.n_sent.to_string()).data(json))
    }
}
