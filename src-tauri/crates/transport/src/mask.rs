//! Hides secrets in whatever is told of a call: by the names they stand under, and by their values
//! wherever those show up again. Not what is sent: that is never changed.
//!
//! [`Taint`] is what is known of a connection, [`Masks`] what is known for one call.

mod forms;
mod known;
mod named;
mod names;
mod search;
mod taint;

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vault::{MASK, Secret};

use self::known::{Known, LEAST_SECRET_LEN, hide};
use crate::error::{Kind, TlsFault};

pub(crate) use self::known::Cut;
pub use self::names::is_secret_name;
pub(crate) use self::names::is_secret_param;
pub use self::taint::Taint;

/// Cookies also hold languages and colours, which would be hidden in every text.
const LEAST_COOKIE_LEN: usize = 8;

/// Hides what stands under a secret's name in a text of JSON, XML or a form.
pub fn mask_text(text: &str) -> String {
    named::text(text).into_owned()
}

/// The secrets of one call: what its connection knows, and what it adds.
#[derive(Debug, Default, Clone)]
pub struct Masks {
    sets: Vec<Arc<Known>>,
    /// So many of them the connection knows.
    n_known: usize,
}

impl Masks {
    /// Starts with what the caller knows to be secret.
    pub fn new(secrets: &[Secret]) -> Self {
        Self::with(None, secrets)
    }

    /// Starts with what is known of a connection, and what the caller knows to be secret.
    pub fn with(taint: Option<&Taint>, secrets: &[Secret]) -> Self {
        let mut masks = Self::default();
        if let Some(taint) = taint {
            taint.learn(secrets);
            masks.sets = taint.known();
            masks.n_known = masks.sets.len();
        }
        for secret in secrets {
            masks.learn(secret.reveal());
        }
        masks
    }

    /// Lets a connection learn what the call itself added to what was known.
    pub(crate) fn teach(&mut self, taint: &Taint) {
        taint.adopt(&self.sets[self.n_known..]);
        self.n_known = self.sets.len();
    }

    /// Learns the secrets in a header: its value, or the part behind the scheme's name, the
    /// password of a Basic one, and the values of cookies.
    pub(crate) fn learn_header(&mut self, name: &str, value: &str) {
        if !is_secret_name(name) {
            return;
        }
        match value.split_once(' ') {
            _ if name.to_ascii_lowercase().contains("cookie") => {}
            Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                self.learn(rest.trim());
                if scheme.eq_ignore_ascii_case("basic") {
                    self.learn_basic(rest.trim());
                }
            }
            _ => self.learn(value.trim()),
        }
        let name = name.to_ascii_lowercase();
        if name.contains("cookie") {
            // What stands behind the first pair of `Set-Cookie` are words of the protocol.
            let n_pairs = if name.starts_with("set-") { 1 } else { usize::MAX };
            for pair in value.split(';').take(n_pairs) {
                let value = pair.split_once('=').map_or("", |(_, value)| value.trim());
                if value.len() >= LEAST_COOKIE_LEN {
                    self.learn(value);
                }
            }
        }
    }

    fn learn_basic(&mut self, packed: &str) {
        let plain = STANDARD.decode(packed).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some((_, password)) = plain.as_deref().and_then(|text| text.split_once(':')) {
            self.learn(password);
        }
    }

    /// Learns the secrets in a URL: its password, and the query's.
    pub(crate) fn learn_url(&mut self, url: &url::Url) {
        if let Some(password) = url.password() {
            self.learn(password);
            let plain: Vec<u8> = percent_decoded(password);
            if let Ok(plain) = String::from_utf8(plain) {
                self.learn(&plain);
            }
        }
        for (name, value) in url.query_pairs() {
            if is_secret_param(&name) {
                self.learn(&value);
            }
        }
    }

    /// Learns a value, in all the forms in which it could show up again.
    pub fn learn(&mut self, value: &str) {
        if value.len() >= LEAST_SECRET_LEN && !self.sets.iter().any(|known| known.knows(value)) {
            self.sets.push(Arc::new(Known::of(vec![Secret::new(value)])));
        }
    }

    /// The value of a header as it may be shown.
    pub(crate) fn header(&self, name: &str, value: &str) -> String {
        self.shown_header(name, value).into_owned()
    }

    pub(crate) fn shown_header<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        if is_secret_name(name) {
            return Cow::Borrowed(MASK);
        }
        then(named::queries(value), |text| self.text(text))
    }

    /// A URL as it may be shown.
    pub(crate) fn url(&self, url: &url::Url) -> String {
        let mut text = url.to_string();
        if let Some(password) = url.password() {
            text = text.replacen(&format!(":{password}@"), &format!(":{MASK}@"), 1);
        }
        self.text(&named::queries(&text)).into_owned()
    }

    /// A body's text as it may be shown.
    pub(crate) fn body(&self, text: &str) -> String {
        self.shown_body(text, Cut::No).into_owned()
    }

    pub(crate) fn shown_body<'a>(&self, text: &'a str, cut: Cut) -> Cow<'a, str> {
        then(named::text(text), |text| self.hidden(text, cut))
    }

    /// A sentence of an error as it may be shown.
    pub(crate) fn sentence(&self, text: &str) -> String {
        self.text(&named::queries(text)).into_owned()
    }

    /// What happened to a call, as it may be told: some of it is in the system's own words.
    pub(crate) fn kind(&self, kind: Kind) -> Kind {
        let text = |text: String| self.sentence(&text);
        match kind {
            Kind::BadRequest(why) => Kind::BadRequest(text(why)),
            Kind::NotAllowed(why) => Kind::NotAllowed(text(why)),
            Kind::SignIn(why) => Kind::SignIn(text(why)),
            Kind::Unreachable(why) => Kind::Unreachable(text(why)),
            Kind::NotHttp(why) => Kind::NotHttp(text(why)),
            Kind::Other(why) => Kind::Other(text(why)),
            Kind::Tls(TlsFault::Other(why)) => Kind::Tls(TlsFault::Other(text(why))),
            Kind::BadEncoding { encoding, reason } => {
                Kind::BadEncoding { encoding: text(encoding), reason: text(reason) }
            }
            Kind::RedirectRefused { to, reason } => {
                Kind::RedirectRefused { to: text(to), reason: text(reason) }
            }
            other => other,
        }
    }

    /// A text in which every known secret is hidden.
    pub fn values_in(&self, text: &str) -> String {
        self.text(text).into_owned()
    }

    /// A text in which every known secret is hidden; as it is, where there is none.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.hidden(text, Cut::No)
    }

    /// Bytes in which every known secret is hidden; as they are, where there is none.
    pub fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        hide(&self.sets, bytes, Cut::No)
    }

    fn hidden<'a>(&self, text: &'a str, cut: Cut) -> Cow<'a, str> {
        match hide(&self.sets, text.as_bytes(), cut) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(match String::from_utf8(bytes) {
                Ok(text) => text,
                Err(broken) => String::from_utf8_lossy(broken.as_bytes()).into_owned(),
            }),
        }
    }
}

/// Changes a text once more, where anything is left to change.
fn then(first: Cow<'_, str>, second: impl Fn(&str) -> Cow<'_, str>) -> Cow<'_, str> {
    match second(&first) {
        Cow::Owned(text) => Cow::Owned(text),
        Cow::Borrowed(_) => first,
    }
}

fn percent_decoded(text: &str) -> Vec<u8> {
    forms::Writing::Percent.undo(text.as_bytes(), None).0
}

#[cfg(test)]
mod tests;
