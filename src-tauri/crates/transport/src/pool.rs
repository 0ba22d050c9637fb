//! The connection pools: one for each way that calls can take, with its proxy, its certificates
//! and its caps. Not the calls: see `socket`.

use std::sync::{Arc, Once, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::OnceCell;
use url::Url;
use vault::{SecretKey, Vault};

use crate::connection::Connection;
use crate::error::Kind;
use crate::phases::{Names, Timed};
use crate::policy::{host_of, is_loopback};
use crate::spec::ConnectionSpec;
use crate::tls::{self, Shown};
use crate::transport::Options;

/// The connections that are open to systems, and those that can be opened.
pub(crate) struct Pool {
    pub(crate) client: reqwest::Client,
    pub(crate) way: Way,
    /// The certificates that systems have shown.
    pub(crate) shown: Shown,
}

/// What is to be known of a pool when a call through it goes wrong.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    /// The longest time until there is a connection.
    pub(crate) connect_timeout: Duration,
    /// The proxy that stands between, as messages name it.
    pub(crate) proxy: Option<String>,
    /// Whether a certificate of ours is shown.
    pub(crate) shows_certificate: bool,
    /// The most headers of an answer.
    pub(crate) max_headers: usize,
    /// The most bytes of them.
    pub(crate) max_header_bytes: usize,
}

/// The pools that belong together. Each is made at the first call that needs it, for reading the
/// computer's trust store takes time that a run without such calls need not spend.
#[derive(Default)]
pub(crate) struct Pools {
    made: RwLock<Arc<[OnceCell<Arc<Pool>>; 3]>>,
}

/// Where a call goes, as far as pools differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// To this computer over http: needs no trust store, and never goes through a proxy.
    PlainHere,
    /// To this computer over https, never through a proxy.
    Here,
    /// To everywhere else.
    Outside,
}

impl Pools {
    /// Whether a connection needs pools of its own: what it trusts, shows and goes through is
    /// nobody else's.
    pub(crate) fn of_its_own(spec: &ConnectionSpec) -> Option<Self> {
        let caps = &spec.caps;
        let differs = !spec.tls.extra_ca.trim().is_empty()
            || spec.tls.client_certificate
            || spec.proxy.is_some()
            || caps.connect_ms.is_some()
            || caps.headers.is_some()
            || caps.header_kb.is_some();
        differs.then(Self::default)
    }

    /// The pool for calls to a URL.
    ///
    /// # Errors
    /// Why it cannot be made, with the setting of the connection that is to be changed.
    pub(crate) async fn get(
        &self,
        url: &Url,
        connection: Option<&Connection>,
        options: &Options,
    ) -> Result<Arc<Pool>, Kind> {
        let route = Route::of(url);
        let made = Arc::clone(&self.made.read().unwrap_or_else(PoisonError::into_inner));
        let place = &made[route as usize];
        if let Some(pool) = place.get() {
            return Ok(Arc::clone(pool));
        }
        let make = async || {
            let connection = connection.map(|c| (c.spec.clone(), Arc::clone(&c.vault)));
            let options = options.clone();
            // The trust store and the vault are read from the disk; a keyring may ask the user.
            let making = tokio::task::spawn_blocking(move || {
                let own = connection.as_ref().map(|(spec, vault)| (spec, &**vault));
                pool(&options, own, route).map(Arc::new)
            });
            making.await.unwrap_or_else(|panic| Err(Kind::Other(panic.to_string())))
        };
        place.get_or_try_init(make).await.map(Arc::clone)
    }

    /// Leaves all connections behind.
    pub(crate) fn renew(&self) {
        *self.made.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }
}

impl Route {
    fn of(url: &Url) -> Self {
        match (is_loopback(url), url.scheme()) {
            (true, "http") => Self::PlainHere,
            (true, _) => Self::Here,
            (false, _) => Self::Outside,
        }
    }
}

fn pool(
    options: &Options,
    connection: Option<(&ConnectionSpec, &Vault)>,
    route: Route,
) -> Result<Pool, Kind> {
    install_crypto();
    let caps = connection.map(|(spec, _)| &spec.caps);
    let mut way = Way {
        connect_timeout: caps
            .and_then(|caps| caps.connect_ms)
            .map_or(options.connect_timeout, Duration::from_millis),
        proxy: None,
        shows_certificate: false,
        max_headers: caps.and_then(|caps| caps.headers).map_or(options.max_headers, |n| n as usize),
        max_header_bytes: caps
            .and_then(|caps| caps.header_kb)
            .map_or(options.max_header_bytes, |kb| kb as usize * 1024),
    };
    let mut builder = reqwest::ClientBuilder::new()
        .user_agent(options.user_agent.clone())
        .connect_timeout(way.connect_timeout)
        .redirect(reqwest::redirect::Policy::none())
        .http1_max_headers(way.max_headers)
        .http2_max_header_list_size(u32::try_from(way.max_header_bytes).unwrap_or(u32::MAX))
        .referer(false)
        .tcp_nodelay(true)
        .dns_resolver(Names)
        .connector_layer(Timed);
    let own_proxy = connection.map(proxy).transpose()?.flatten();
    match own_proxy {
        _ if route != Route::Outside => builder = builder.no_proxy(),
        Some((proxy, shown)) => {
            builder = builder.proxy(proxy);
            way.proxy = Some(shown);
        }
        None => {}
    }
    if route == Route::PlainHere {
        builder = builder.tls_certs_only([]);
    } else {
        let (config, shows_certificate) = secured(options, connection)?;
        way.shows_certificate = shows_certificate;
        builder = builder.tls_backend_preconfigured(config).tls_info(true);
    }
    let client = builder.build().map_err(|error| cannot(&cause_of(&error), ""))?;
    Ok(Pool { client, way, shown: Shown::default() })
}

/// What secure connections need, and whether a certificate of ours is part of it.
fn secured(
    options: &Options,
    connection: Option<(&ConnectionSpec, &Vault)>,
) -> Result<(rustls::ClientConfig, bool), Kind> {
    let mut extra = Vec::new();
    for pem in &options.extra_roots {
        extra.extend(tls::authorities(pem).map_err(|reason| cannot(&reason, ""))?);
    }
    let mut identity = None;
    if let Some((spec, vault)) = connection {
        let name = &spec.name;
        if !spec.tls.extra_ca.trim().is_empty() {
            let own = tls::authorities(spec.tls.extra_ca.as_bytes()).map_err(|reason| {
                Kind::AgainstRules {
                    reason: format!(
                        "The extra certificate authority of the connection {name} cannot be used: \
                         {reason}."
                    ),
                    advice: "Correct it in the connection under Certificates.".to_owned(),
                }
            })?;
            extra.extend(own);
        }
        if spec.tls.client_certificate {
            identity = Some(own_certificate(spec, vault)?);
        }
    }
    let shows_certificate = identity.is_some();
    let config = tls::config(extra, identity).map_err(|reason| {
        cannot(&reason, "Check the certificates in the connection under Certificates.")
    })?;
    Ok((config, shows_certificate))
}

fn own_certificate(spec: &ConnectionSpec, vault: &Vault) -> Result<tls::Identity, Kind> {
    let refuse = |reason: String| Kind::AgainstRules {
        reason: format!("The client certificate of the connection {} {reason}.", spec.name),
        advice: "Set it anew in the connection under Certificates.".to_owned(),
    };
    let text = secret(spec, vault, "client_certificate")?
        .ok_or_else(|| refuse("is to be shown, but none is set".to_owned()))?;
    let passphrase = secret(spec, vault, "client_passphrase")?;
    tls::identity(&text, passphrase.as_ref())
        .map_err(|reason| refuse(format!("cannot be used: {reason}")))
}

/// The proxy of a connection, and how messages name it.
fn proxy(
    (spec, vault): (&ConnectionSpec, &Vault),
) -> Result<Option<(reqwest::Proxy, String)>, Kind> {
    let Some(proxy) = &spec.proxy else { return Ok(None) };
    let refuse = |reason: &str| Kind::AgainstRules {
        reason: format!("The proxy of the connection {} cannot be used: {reason}.", spec.name),
        advice: "Correct it in the connection under Proxy: http://proxy.example.com:3128 or \
                 socks5h://proxy.example.com:1080."
            .to_owned(),
    };
    let text = proxy.url.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let mut url = Url::parse(&text).map_err(|_| refuse("its address is no URL"))?;
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h" | "socks4" | "socks4a") {
        return Err(refuse("only http, https and SOCKS proxies can be used"));
    }
    if url.password().is_some() {
        return Err(refuse("its address has a password in it, which is kept as a secret"));
    }
    let shown = host_of(&url);
    if !proxy.user.is_empty() {
        let password = secret(spec, vault, "proxy_password")?;
        let password = password.ok_or_else(|| refuse("its password is not set"))?;
        url.set_username(&proxy.user)
            .and_then(|()| url.set_password(Some(password.reveal())))
            .map_err(|()| refuse("its address takes no user"))?;
    }
    let made = reqwest::Proxy::all(url).map_err(|_| refuse("its address is no URL of a proxy"))?;
    Ok(Some((made, shown)))
}

fn secret(spec: &ConnectionSpec, vault: &Vault, slot: &str) -> Result<Option<vault::Secret>, Kind> {
    vault.get(&SecretKey::new(spec.owner(), slot)).map_err(|error| Kind::AgainstRules {
        reason: error.to_string(),
        advice: "Unlock the secrets, or set them anew in the connection.".to_owned(),
    })
}

fn cannot(reason: &str, advice: &str) -> Kind {
    Kind::AgainstRules {
        reason: format!("Secure connections cannot be set up: {reason}."),
        advice: advice.to_owned(),
    }
}

fn cause_of(error: &reqwest::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// Rustls is built without a default for its arithmetic, so one is named, once for the process.
fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error only says that the host has named one before.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
