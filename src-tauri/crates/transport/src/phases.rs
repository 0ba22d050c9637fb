//! How long the parts of a call take that happen inside the connection pool: finding the host, and
//! opening a connection to it. Not the parts that are seen from outside: see `observe`.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use flow::run::Phases;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_layer::Layer;
use tower_service::Service;
use url::Host;

use crate::outgoing::Outgoing;
use crate::policy;
use crate::spec::ConnectionSpec;

tokio::task_local! {
    /// What is measured for the call that the task is about.
    static WATCH: Watch;
}

/// What is measured; 0 is what did not happen.
#[derive(Debug, Default)]
struct Watch {
    dns_us: AtomicU64,
    connect_us: AtomicU64,
    guard: Guard,
}

/// Which addresses the name of a call's host may lead to. Only whoever makes the connection sees
/// them: a name can lead to another address each time it is asked for.
#[derive(Debug, Default)]
pub(crate) enum Guard {
    /// Any.
    #[default]
    None,
    /// Any but link-local ones, where clouds keep the credentials of their machines.
    NoLinkLocal(String),
    /// Those outside the own network.
    Outside(String),
}

impl Guard {
    /// What holds for a call.
    pub(crate) fn of(out: &Outgoing, connection: Option<&ConnectionSpec>) -> Self {
        let Some(Host::Domain(name)) = out.url.host() else { return Self::None };
        let is_own = connection.is_some_and(|spec| policy::is_own_host(spec, &out.url));
        if is_own || policy::is_inside_host(&out.url) {
            Self::None
        } else if out.is_led_here {
            Self::Outside(name.to_owned())
        } else {
            Self::NoLinkLocal(name.to_owned())
        }
    }

    fn refuses(&self, name: &str, ip: IpAddr) -> bool {
        match self {
            Self::None => false,
            Self::NoLinkLocal(host) => host == name && policy::is_link_local(ip),
            Self::Outside(host) => host == name && policy::is_inside_ip(ip),
        }
    }
}

/// Runs what sends a call, and says how long its parts took until it was done.
pub(crate) async fn measured<T>(guard: Guard, sending: impl Future<Output = T>) -> (T, Phases) {
    let watch = Watch { guard, ..Watch::default() };
    let began = Instant::now();
    let work = async {
        let done = sending.await;
        let (dns, connect) = WATCH.with(|watch| {
            (watch.dns_us.load(Ordering::Relaxed), watch.connect_us.load(Ordering::Relaxed))
        });
        (done, dns, connect)
    };
    let (done, dns, whole_connect) = WATCH.scope(watch, work).await;
    let connect = whole_connect.saturating_sub(dns);
    let some = |us: u64| (us > 0).then_some(us);
    let phases = Phases {
        dns_us: some(dns),
        connect_us: some(connect),
        wait_us: Some(us_since(began).saturating_sub(whole_connect)),
        receive_us: None,
    };
    (done, phases)
}

/// Measures how long connections take to open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timed;

impl<S> Layer<S> for Timed {
    type Service = TimedConnector<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TimedConnector(inner)
    }
}

/// A connector whose connections are measured.
#[derive(Debug, Clone)]
pub(crate) struct TimedConnector<S>(S);

impl<S, R> Service<R> for TimedConnector<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, to: R) -> Self::Future {
        let connecting = self.0.call(to);
        Box::pin(async move {
            let began = Instant::now();
            let connected = connecting.await;
            // A connection that comes too late, because another one was free before, is finished
            // by a task of its own, and belongs to no call.
            let _ = WATCH.try_with(|watch| {
                watch.connect_us.store(us_since(began).max(1), Ordering::Relaxed);
            });
            connected
        })
    }
}

/// Finds addresses the way the computer does, and measures how long that takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names;

/// A name leads to an address that the call may not go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name leads to an address inside the own network")]
pub(crate) struct LedInside;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let began = Instant::now();
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let refused = WATCH.try_with(|watch| {
                watch.dns_us.store(us_since(began).max(1), Ordering::Relaxed);
                found.iter().any(|at| watch.guard.refuses(name.as_str(), at.ip()))
            });
            if refused.unwrap_or(false) {
                return Err(LedInside.into());
            }
            let found: Addrs = Box::new(found.into_iter());
            Ok(found)
        })
    }
}

fn us_since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}
