//! What scopes allow, in plain words, as far as their names tell. Not what a system makes of them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A scope that a user is about to agree to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ScopeInWords {
    /// As the system calls it.
    pub scope: String,
    /// What it allows.
    pub words: String,
}

/// What OpenID Connect and common practice call the same everywhere.
const KNOWN: [(&str, &str); 9] = [
    ("openid", "Know who you are"),
    ("profile", "See your name and picture"),
    ("email", "See your e-mail address"),
    ("address", "See your postal address"),
    ("phone", "See your telephone number"),
    ("offline_access", "Stay signed in when you are away"),
    ("refresh_token", "Stay signed in when you are away"),
    ("full", "Do everything that you may do"),
    ("api", "Use its interface in your name"),
];

/// What the parts of a name say; the first that fits.
const DEEDS: [(&[&str], &str); 6] = [
    (&["admin", "administer", "manage", "fullcontrol", "full_access", "full"], "Manage"),
    (&["readwrite", "rw", "modify", "write", "edit", "update", "all"], "Read and change"),
    (&["delete", "remove"], "Delete"),
    (&["create", "insert", "add"], "Create"),
    (&["send", "submit"], "Send"),
    (&["readonly", "read", "view", "list", "get", "r"], "Read"),
];

/// Says what a scope allows.
pub(crate) fn in_words(scope: &str) -> ScopeInWords {
    let known = KNOWN.iter().find(|(name, _)| name.eq_ignore_ascii_case(scope));
    let words = known.map_or_else(|| guess(scope), |(_, words)| (*words).to_owned());
    ScopeInWords { scope: scope.to_owned(), words }
}

/// Reads names such as `api:read`, `read_products`, `Files.ReadWrite` and
/// `https://www.googleapis.com/auth/spreadsheets.readonly`.
fn guess(scope: &str) -> String {
    let last = scope.rsplit('/').find(|part| !part.is_empty()).unwrap_or(scope);
    let parts: Vec<String> = last
        .split([':', '.', '_', '-', ' '])
        .filter(|part| !part.is_empty())
        .map(str::to_lowercase)
        .collect();
    let is_deed = |part: &String| DEEDS.iter().any(|(names, _)| names.contains(&part.as_str()));
    let what: Vec<&str> = parts.iter().filter(|part| !is_deed(part)).map(String::as_str).collect();
    let has = |names: &[&str]| parts.iter().any(|part| names.contains(&part.as_str()));
    match DEEDS.iter().find(|(names, _)| has(names)) {
        Some((_, deed)) if what.is_empty() => format!("{deed} everything"),
        Some((_, deed)) => format!("{deed} {}", what.join(" ")),
        None => format!("Use {last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_told_in_words() {
        let check =
            |scope: &str, expect: &str| assert_eq!(in_words(scope).words, expect, "{scope}");
        check("openid", "Know who you are");
        check("offline_access", "Stay signed in when you are away");
        check("api:read", "Read api");
        check("api:write", "Read and change api");
        check("read_products", "Read products");
        check("Files.ReadWrite.All", "Read and change files");
        check("https://www.googleapis.com/auth/spreadsheets.readonly", "Read spreadsheets");
        check("crm.objects.contacts.write", "Read and change crm objects contacts");
        check("write", "Read and change everything");
        check("gist", "Use gist");
    }
}
