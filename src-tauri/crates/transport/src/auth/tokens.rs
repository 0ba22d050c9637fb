//! What a system gave out to a connection, and how it is kept: in the vault, as JSON, in the slot
//! `tokens`. Not how it is got: see `oauth2`. Not when it is renewed: see `renew`.

use flow::run::Timestamp;
use serde::{Deserialize, Serialize};
use vault::Secret;

use super::session::Session;
use crate::spec::AuthSpec;

/// The part of a token's life after which it is renewed, in hundredths.
const RENEW_AFTER_PERCENT: i64 = 80;

/// What a system gave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tokens {
    /// What calls carry.
    pub(crate) access: Secret,
    /// What the next one is got with.
    pub(crate) refresh: Option<Secret>,
    /// What comes before the token in the header; nearly always `Bearer`.
    pub(crate) kind: String,
    /// What it allows, as the system tells.
    pub(crate) scope: String,
    /// When it was got.
    pub(crate) obtained_at: Timestamp,
    /// When it runs out, where the system tells.
    pub(crate) expires_at: Option<Timestamp>,
}

/// What a system gave out so that calls are let in, by the connection's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pass {
    /// By OAuth 2.0.
    Tokens(Tokens),
    /// By a login.
    Session(Session),
}

impl Pass {
    /// Reads what is kept; none where it cannot be read, or was got in another way.
    pub(crate) fn read(auth: &AuthSpec, kept: &Secret) -> Option<Self> {
        match auth {
            AuthSpec::Oauth2(_) => Tokens::read(kept).map(Self::Tokens),
            AuthSpec::Session(_) => Session::read(kept).map(Self::Session),
            _ => None,
        }
    }

    /// Writes it as it is kept.
    pub(crate) fn written(&self) -> Secret {
        match self {
            Self::Tokens(tokens) => tokens.written(),
            Self::Session(session) => session.written(),
        }
    }

    /// Whether calls may carry it at this time.
    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        match self {
            Self::Tokens(tokens) => tokens.is_valid(now),
            Self::Session(session) => session.is_valid(now),
        }
    }

    /// Whether it need not be renewed yet.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        match self {
            Self::Tokens(tokens) => tokens.is_fresh(now),
            Self::Session(session) => session.is_fresh(now),
        }
    }

    /// What must not be seen of it.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::Tokens(tokens) => tokens.secrets(),
            Self::Session(session) => session.secrets(),
        }
    }

    /// The same token or session, whatever is told of it.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tokens(one), Self::Tokens(other)) => one.access == other.access,
            (one, other) => one == other,
        }
    }
}

/// The form they are kept in. Only ever inside a [`Secret`].
#[derive(Serialize, Deserialize)]
struct Written {
    access_token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(default)]
    token_type: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    obtained_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

impl Tokens {
    /// Reads what is kept; none where it cannot be read, which is as good as nothing.
    pub(crate) fn read(kept: &Secret) -> Option<Self> {
        let written: Written = serde_json::from_str(kept.reveal()).ok()?;
        Some(Self {
            access: Secret::new(written.access_token),
            refresh: written.refresh_token.map(Secret::new),
            kind: written.token_type,
            scope: written.scope,
            obtained_at: written.obtained_at,
            expires_at: written.expires_at,
        })
    }

    /// Writes it as it is kept.
    pub(crate) fn written(&self) -> Secret {
        let written = Written {
            access_token: self.access.reveal().to_owned(),
            refresh_token: self.refresh.as_ref().map(|token| token.reveal().to_owned()),
            token_type: self.kind.clone(),
            scope: self.scope.clone(),
            obtained_at: self.obtained_at,
            expires_at: self.expires_at,
        };
        Secret::new(serde_json::to_string(&written).unwrap_or_default())
    }

    /// Whether calls may carry it at this time.
    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| now < at)
    }

    /// Whether it need not be renewed yet: four fifths of its time are not over.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|at| {
            let life = (at - self.obtained_at).max(0);
            now < self.obtained_at + life / 100 * RENEW_AFTER_PERCENT
        })
    }

    /// What must not be seen of it.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        [Some(&self.access), self.refresh.as_ref()].into_iter().flatten().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_kept_whole_and_renewed_at_four_fifths() {
        let tokens = Tokens {
            access: Secret::new("a"),
            refresh: Some(Secret::new("r")),
            kind: "Bearer".to_owned(),
            scope: "read".to_owned(),
            obtained_at: 1_000_000,
            expires_at: Some(1_100_000),
        };
        assert_eq!(Tokens::read(&tokens.written()), Some(tokens.clone()));
        let check = |now, is_fresh, is_valid| {
            assert_eq!((tokens.is_fresh(now), tokens.is_valid(now)), (is_fresh, is_valid), "{now}");
        };
        check(1_079_999, true, true);
        check(1_080_000, false, true);
        check(1_100_000, false, false);
        let endless = Tokens { expires_at: None, ..tokens };
        assert!(endless.is_fresh(Timestamp::MAX) && endless.is_valid(Timestamp::MAX));
    }
}
