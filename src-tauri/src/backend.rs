//! `api`, opened for this window: or, when it could not be opened, the reason.
//!
//! A reason is no end: the window opens all the same, and the page shows the sentence that each of
//! its commands is answered with.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use api::serve::Server;
use api::types::{ApiError, FlowView};
use api::{App, AppOptions, FirstFlow};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::Args;

/// What answers the page.
pub(crate) struct Backend {
    app: Result<Arc<App>, ApiError>,
    /// One task for each time that the page subscribed.
    feeds: Mutex<JoinSet<()>>,
    /// Answers the webhooks of flows as long as the window is open.
    hooks: Mutex<JoinSet<()>>,
    /// Ends the webhooks, those being answered last.
    stop_hooks: CancellationToken,
}

impl Backend {
    /// Opens the database and the flow that the command line names.
    pub(crate) async fn open(args: &Args) -> Self {
        let options = AppOptions {
            data_dir: args.data_dir.clone(),
            first_flow: FirstFlow::Sample,
            ..AppOptions::default()
        };
        let backend = Self {
            app: App::open(options).await,
            feeds: Mutex::default(),
            hooks: Mutex::default(),
            stop_hooks: CancellationToken::new(),
        };
        match &backend.app {
            Ok(app) => {
                // A flow that cannot be shown leaves the list of flows, which is where to look next.
                if let Err(error) = show_first(app, args).await {
                    tracing::error!("{error:#}");
                }
                backend.serve_hooks(app).await;
                if let Err(error) = app.resume_interrupted().await {
                    tracing::warn!(error = error.message, "runs that broke off could not be found");
                }
            }
            Err(error) => tracing::error!("{}", error.message),
        }
        backend
    }

    async fn serve_hooks(&self, app: &Arc<App>) {
        let server = match Server::bind_hooks(Arc::clone(app), None).await {
            Ok(server) => server,
            Err(error) => {
                tracing::warn!("no port is free for the webhooks of flows: {error}");
                return;
            }
        };
        let stop = self.stop_hooks.clone();
        lock(&self.hooks).spawn(async move {
            if let Err(error) = server.run(stop).await {
                tracing::warn!("webhooks are answered no longer: {error}");
            }
        });
    }

    /// Answers a command with the bytes of its JSON.
    pub(crate) async fn call(&self, name: &str, body: &[u8]) -> Result<Vec<u8>, ApiError> {
        api::dispatch(self.app()?, name, body).await
    }

    /// Hands each batch of events to `send`, as JSON, until that returns false.
    pub(crate) fn subscribe(
        &self,
        send: impl Fn(String) -> bool + Send + 'static,
    ) -> Result<(), ApiError> {
        let mut events = self.app()?.subscribe();
        let feed = async move {
            while let Some(batch) = events.next().await {
                let json = serde_json::to_string(&batch).expect("events have texts as keys");
                if !send(json) {
                    break;
                }
            }
        };
        lock(&self.feeds).spawn_on(feed, tauri::async_runtime::handle().inner());
        Ok(())
    }

    /// Ends what was subscribed: the page that did so is gone, and a new one asks for itself.
    pub(crate) fn end_feeds(&self) {
        // Dropping the set ends its tasks.
        *lock(&self.feeds) = JoinSet::new();
    }

    /// Stops what runs and waits until all of it is stored.
    pub(crate) async fn close(&self) {
        self.stop_hooks.cancel();
        if let Ok(app) = &self.app {
            app.close().await;
        }
    }

    fn app(&self) -> Result<&Arc<App>, ApiError> {
        self.app.as_ref().map_err(Clone::clone)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has the designer open what the command line names: the sample, a stored flow by its id, or a
/// file, which is imported.
async fn show_first(app: &Arc<App>, args: &Args) -> anyhow::Result<()> {
    if args.open_sample {
        app.show_sample().await?;
    }
    let Some(flow) = &args.open else { return Ok(()) };
    let file = Path::new(flow);
    let (command, body) = if file.is_file() {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("{} cannot be read", file.display()))?;
        ("flows.import", serde_json::json!({ "text": text }))
    } else {
        ("flows.open", serde_json::json!({ "flow": flow }))
    };
    let answer = api::dispatch(app, command, &serde_json::to_vec(&body)?).await?;
    let view: FlowView = serde_json::from_slice(&answer)?;
    app.show_first(view.flow.id);
    Ok(())
}
