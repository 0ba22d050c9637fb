//! A token in the header `Authorization` (RFC 6750), whoever gave it out. Not how it was got.

use vault::Secret;

use super::place;
use crate::error::Kind;
use crate::outgoing::Outgoing;

/// Signs the call. White space around the token is dropped: it comes along when it is copied.
/// Returns what was made of the token.
///
/// # Errors
/// [`Kind::SignIn`], where the token has characters that headers may not have.
pub(crate) fn sign(call: &mut Outgoing, token: &Secret) -> Result<Vec<Secret>, Kind> {
    let bare = token.reveal().trim();
    if bare.is_empty() {
        return Err(Kind::SignIn("The connection's token is empty: enter it again.".to_owned()));
    }
    let value = Secret::new(format!("Bearer {bare}"));
    place::header(call, "authorization", &value)?;
    Ok(vec![value, Secret::new(bare)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::place::tests::call;

    #[test]
    fn a_token_is_sent_without_the_white_space_around_it() {
        let mut call = call("https://h/");
        sign(&mut call, &Secret::new("  abc.def\n")).unwrap();
        assert_eq!(call.headers["authorization"], "Bearer abc.def");
        assert!(sign(&mut call, &Secret::new(" ")).is_err());
    }
}
