//! The transport against a bare reqwest loop: CPU for each call, with sign-in, limits, tries and
//! the record of each attempt on. Each contender is a process of its own, as elsewhere; they take
//! turns, so that what else the machine does meets both.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use flow::file::Retry;
use flow::run::ErrorClass;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use transport::retry::{self, Failure, Next};
use transport::spec::{AuthSpec, ConnectionSpec, LimitSpec};
use transport::{Connection, Method, Request, Transport};
use vault::{Secret, SecretKey, Vault};

use crate::measure::{Program, own};

const TOKEN: &str = "c2VjcmV0LW9mLXRoZS1zaG9wLTEyMzQ1Njc4OTA";
const CALLS: usize = 20_000;
const ROUNDS: usize = 5;

/// Measures both, one call at a time and sixteen, and prints a row for each.
pub(crate) fn suite(bench: &Path, upstream: &str) -> Result<()> {
    for at_once in [1, 16] {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(contend(bench, "bare", upstream, at_once)?);
            ours.push(contend(bench, "ours", upstream, at_once)?);
        }
        let (ours, bare) = (median(ours), median(bare));
        crate::row(
            &format!(
                "GET with sign-in, limits, tries and record, {at_once} at once (CPU per call)"
            ),
            ours,
            bare,
            "1.25",
        );
    }
    Ok(())
}

/// Runs one contender in this process and prints its CPU for one call, in nanoseconds.
pub(crate) fn run(name: &str, upstream: &str, at_once: &str) -> Result<()> {
    let at_once = at_once.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ns = runtime.block_on(async {
        match name {
            "bare" => bare(upstream, at_once).await,
            "ours" => ours(upstream, at_once).await,
            _ => bail!("there is no contender {name}"),
        }
    })?;
    println!("{ns}");
    Ok(())
}

fn contend(bench: &Path, name: &str, upstream: &str, at_once: usize) -> Result<u64> {
    let args = ["calls", name, upstream, &at_once.to_string()];
    let done = Program::new(bench).args(&args).finish()?.ok("a contender failed")?;
    Ok(done.stdout.trim().parse()?)
}

fn median(mut figures: Vec<u64>) -> u64 {
    figures.sort_unstable();
    figures[figures.len() / 2]
}

/// CPU of the process for one call, after a warm-up.
async fn measured<F>(at_once: usize, flow: impl Fn(usize) -> F) -> Result<u64>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let mut before = own();
    for calls in [CALLS / 10, CALLS] {
        before = own();
        let mut flows = JoinSet::new();
        for _ in 0..at_once {
            flows.spawn(flow(calls / at_once));
        }
        while let Some(done) = flows.join_next().await {
            done??;
        }
    }
    let (before, after) = (before.context("no account")?, own().context("no account")?);
    Ok((after.cpu_us - before.cpu_us) * 1_000 / (CALLS / at_once * at_once) as u64)
}

#[expect(clippy::disallowed_methods, reason = "what the transport is measured against")]
async fn bare(upstream: &str, at_once: usize) -> Result<u64> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().build()?;
    measured(at_once, |calls| {
        let (client, upstream) = (client.clone(), upstream.to_owned());
        async move {
            for n in 0..calls {
                let url = format!("{upstream}/limited/{n}");
                let answer = client.get(url).bearer_auth(TOKEN).send().await?;
                let body = answer.error_for_status()?.bytes().await?;
                std::hint::black_box(body);
            }
            Ok(())
        }
    })
    .await
}

async fn ours(upstream: &str, at_once: usize) -> Result<u64> {
    let transport = Transport::default();
    let mut spec = ConnectionSpec::new("shop", upstream);
    spec.auth = AuthSpec::Bearer;
    spec.limits = LimitSpec { per_second: Some(1e6), at_once: Some(64), ..LimitSpec::default() };
    let vault = Arc::new(Vault::memory());
    for slot in spec.slots() {
        vault.set(&SecretKey::new(spec.owner(), slot.name), Secret::new(TOKEN))?;
    }
    let connection = transport.connection(&spec, &vault);
    let recorded = Arc::new(AtomicU64::new(0));
    let ns = measured(at_once, |calls| {
        let (transport, connection) = (transport.clone(), Arc::clone(&connection));
        let recorded = Arc::clone(&recorded);
        async move {
            for n in 0..calls {
                let body = call(&transport, &connection, &recorded, n).await?;
                std::hint::black_box(body);
            }
            Ok(())
        }
    })
    .await?;
    let n_recorded = recorded.load(Ordering::Relaxed) as usize;
    if n_recorded < CALLS {
        bail!("only {n_recorded} attempts were recorded");
    }
    Ok(ns)
}

/// One call with the tries of a step around it.
async fn call(
    transport: &Transport,
    connection: &Arc<Connection>,
    recorded: &Arc<AtomicU64>,
    n: usize,
) -> Result<bytes::Bytes> {
    let rules = Retry { tries: 3.try_into()?, ..Retry::default() };
    let cancel = CancellationToken::new();
    for attempt in 1.. {
        let mut request = Request::new(Method::GET, format!("/limited/{n}"));
        request.connection = Some(Arc::clone(connection));
        request.attempt = attempt;
        let log = Arc::clone(recorded);
        request.observe = Some(Arc::new(move |exchange| {
            std::hint::black_box(&exchange);
            log.fetch_add(1, Ordering::Relaxed);
        }));
        let failure = match transport.send(request, &cancel).await {
            Ok(mut answer) if answer.is_success() => return Ok(answer.bytes().await?),
            Ok(answer) => Failure {
                class: ErrorClass::Server,
                status: Some(answer.status),
                is_passing: answer.status >= 500,
                may_repeat: true,
                asked: transport::retry_after(&answer.headers, 0),
            },
            Err(error) => Failure {
                class: error.class(),
                status: None,
                is_passing: error.is_transient(),
                may_repeat: true,
                asked: None,
            },
        };
        match retry::next(&rules, attempt, Duration::ZERO, &failure, 7) {
            Next::Again(pause) => tokio::time::sleep(pause).await,
            end => bail!("the call failed: {end:?}"),
        }
    }
    bail!("there were no tries")
}
