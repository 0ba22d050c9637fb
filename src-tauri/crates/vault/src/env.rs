//! Secrets that environment variables give, for headless use: looked at first, never written.
//! Not the settings of the vault itself: see `options`.

use std::collections::HashMap;

use crate::{Secret, SecretKey};

/// What the name of every such variable begins with.
const PREFIX: &str = "GANTRY_SECRET_";

/// The name of the environment variable that gives a secret: `GANTRY_SECRET_<OWNER>_<SLOT>` in
/// capitals, with `_` for whatever is neither letter nor digit.
///
/// `client_secret` of `shop@production` is `GANTRY_SECRET_SHOP_PRODUCTION_CLIENT_SECRET`.
pub fn variable(key: &SecretKey) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name = format!("{}_{}", key.owner, key.slot);
    name.chars().map(letter).fold(PREFIX.to_owned(), |mut text, c| {
        text.push(c);
        text
    })
}

/// The secrets among the environment variables, by the name of theirs. An empty one is none.
pub(crate) fn secrets(
    variables: impl Iterator<Item = (String, String)>,
) -> HashMap<String, Secret> {
    variables
        .filter(|(name, value)| name.starts_with(PREFIX) && !value.is_empty())
        .map(|(name, value)| (name, Secret::new(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_of_a_secret_has_only_capitals_digits_and_underscores() {
        let check = |owner: &str, slot: &str, expect: &str| {
            assert_eq!(variable(&SecretKey::new(owner, slot)), expect);
        };
        check("shop@production", "client_secret", "GANTRY_SECRET_SHOP_PRODUCTION_CLIENT_SECRET");
        check("my-erp.v2@dev", "X-Api-Key", "GANTRY_SECRET_MY_ERP_V2_DEV_X_API_KEY");
        check("größe@dev", "key", "GANTRY_SECRET_GR__E_DEV_KEY");
    }

    #[test]
    fn only_variables_with_the_prefix_and_a_value_are_secrets() {
        let variables = [("GANTRY_SECRET_A", "x"), ("GANTRY_SECRET_B", ""), ("PATH", "y")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let secrets = secrets(variables.into_iter());
        assert_eq!(secrets.keys().collect::<Vec<_>>(), ["GANTRY_SECRET_A"]);
    }
}
