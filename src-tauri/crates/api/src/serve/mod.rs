//! The designer in a browser: commands, events and pages over HTTP on loopback, and the webhooks of
//! flows. Not what a command does.

mod calls;
mod events;
mod guard;
mod hooks;
mod pages;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware;
use axum::routing::{any, get, post};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use self::pages::{Page, Pages};
use crate::App;

/// The port that is tried first: webhook addresses stay the same from start to start.
pub const PORT: u16 = 8686;

/// A flow that is imported is text; nothing that a UI sends is larger.
const LARGEST_CALL: usize = 64 << 20;

/// Larger bodies belong in files, not in items.
const LARGEST_HOOK: usize = engine::webhook::MAX_BODY_BYTES;

/// The designer, bound to a port and not yet answering.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    token: Option<guard::Token>,
}

/// What every request may look at.
#[derive(Clone)]
struct Site {
    app: Arc<App>,
    guard: Arc<guard::Guard>,
    pages: Pages,
}

impl Server {
    /// Binds the designer to a port on loopback: 0 takes a free one, and without one [`PORT`] is
    /// tried before.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn bind(app: Arc<App>, port: Option<u16>, pages: Pages) -> std::io::Result<Self> {
        let (listener, address) = listen(port).await?;
        let token = guard::Token::new()?;
        app.set_hooks_url(format!("http://{address}"));
        let guard = Arc::new(guard::Guard::new(token.clone(), address.port()));
        let site = Site { app: Arc::clone(&app), guard, pages };
        let calls = Router::new()
            .route("/call/{name}", post(calls::call))
            .route("/events", get(events::events))
            .layer(middleware::from_fn_with_state(site.clone(), guard::ask_for_token))
            .layer(DefaultBodyLimit::max(LARGEST_CALL));
        let designer = Router::new()
            .nest("/api", calls)
            .fallback(pages::page)
            .layer(middleware::from_fn_with_state(site.clone(), guard::check_host))
            .with_state(site);
        let router = hook_router(app).merge(designer);
        Ok(Self { listener, address, router, token: Some(token) })
    }

    /// Binds only the webhooks of flows, for a host that shows the designer by itself.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn bind_hooks(app: Arc<App>, port: Option<u16>) -> std::io::Result<Self> {
        let (listener, address) = listen(port).await?;
        app.set_hooks_url(format!("http://{address}"));
        Ok(Self { listener, address, router: hook_router(app), token: None })
    }

    /// Where it answers, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where a browser is sent to, with the token that lets it in.
    pub fn entrance(&self) -> String {
        let token = self.token.as_ref().map(|token| format!("?token={token}")).unwrap_or_default();
        format!("{}/{token}", self.url())
    }

    /// Answers until `stop`; what is being answered then is answered still.
    ///
    /// # Errors
    /// When the system closes the port.
    pub async fn run(self, stop: CancellationToken) -> std::io::Result<()> {
        axum::serve(self.listener, self.router).with_graceful_shutdown(stop.cancelled_owned()).await
    }
}

fn hook_router(app: Arc<App>) -> Router {
    Router::new()
        .route("/hooks/{flow}", any(hooks::call))
        .route("/hooks/{flow}/{*path}", any(hooks::call))
        .layer(DefaultBodyLimit::max(LARGEST_HOOK))
        .with_state(app)
}

async fn listen(port: Option<u16>) -> std::io::Result<(TcpListener, SocketAddr)> {
    let bind = async |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = match port {
        Some(port) => bind(port).await?,
        None => match bind(PORT).await {
            Ok(listener) => listener,
            Err(_) => bind(0).await?,
        },
    };
    let address = listener.local_addr()?;
    Ok((listener, address))
}
