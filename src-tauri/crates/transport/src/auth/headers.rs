//! Several headers with secret values, such as an application's key and a user's key. Not the
//! connection's other headers, which are no secrets.

use vault::Secret;

use super::place;
use crate::error::Kind;
use crate::outgoing::Outgoing;

/// Puts the headers into the call, each in place of what stood there under its name. Their values
/// are all that is to be masked, and the caller has them.
///
/// # Errors
/// [`Kind::SignIn`], where a name or a value has characters that headers may not have.
pub(crate) fn sign(call: &mut Outgoing, values: &[(String, Secret)]) -> Result<Vec<Secret>, Kind> {
    for (name, value) in values {
        place::header(call, name, value)?;
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::place::tests::call;

    #[test]
    fn each_header_gets_its_own_secret() {
        let mut call = call("https://h/");
        call.headers.insert("x-app", "old".parse().unwrap());
        let values =
            [("X-App".to_owned(), Secret::new("a")), ("X-User".to_owned(), Secret::new("ü"))];
        sign(&mut call, &values).unwrap();
        assert_eq!(call.headers["x-app"], "a");
        assert_eq!(call.headers["x-user"].as_bytes(), "ü".as_bytes());
        assert_eq!(call.headers.len(), 2);
    }
}
