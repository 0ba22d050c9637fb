//! A user's name and password in the header `Authorization` (RFC 7617). Not Digest, where the
//! password does not travel: see `digest`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use vault::Secret;

use super::place;
use crate::error::Kind;
use crate::outgoing::Outgoing;

/// Signs the call. Both texts are sent as UTF-8. Returns what was made of the password.
///
/// # Errors
/// [`Kind::SignIn`], where the user's name has a colon in it, which would end it, or either has a
/// control character (RFC 7617 § 2).
pub(crate) fn sign(
    call: &mut Outgoing,
    user: &str,
    password: &Secret,
) -> Result<Vec<Secret>, Kind> {
    if user.contains(':') {
        return Err(Kind::SignIn(format!(
            "The user's name \"{user}\" has a colon in it, and Basic sign-in ends the name at the \
             first colon: use a name without one, or another way to sign in."
        )));
    }
    if user.chars().chain(password.reveal().chars()).any(char::is_control) {
        return Err(Kind::SignIn(
            "The user's name or the password has a line break or another control character in it, \
             which Basic sign-in does not allow: enter it again without."
                .to_owned(),
        ));
    }
    let pair = Secret::new(format!("{user}:{}", password.reveal()));
    let packed = Secret::new(STANDARD.encode(pair.reveal()));
    let value = Secret::new(format!("Basic {}", packed.reveal()));
    place::header(call, "authorization", &value)?;
    Ok(vec![value, packed, pair])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::place::tests::call;

    #[test]
    fn name_and_password_are_packed_as_utf_8() {
        let check = |user: &str, password: &str, expect: &str| {
            let mut call = call("https://h/");
            let masked = sign(&mut call, user, &Secret::new(password)).unwrap();
            assert_eq!(call.headers["authorization"], expect);
            assert!(masked.contains(&Secret::new(expect)));
        };
        // The examples of RFC 7617 § 2 and § 2.1.
        check("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        check("test", "123£", "Basic dGVzdDoxMjPCow==");
        check("", "a:b", "Basic OmE6Yg==");
    }

    #[test]
    fn a_colon_in_the_name_is_refused_with_words() {
        let error = sign(&mut call("https://h/"), "do:main", &Secret::new("p"));
        let Err(Kind::SignIn(message)) = error else { panic!("{error:?}") };
        assert!(message.contains("\"do:main\" has a colon"), "{message}");
        let error = sign(&mut call("https://h/"), "a", &Secret::new("hidden\n"));
        let Err(Kind::SignIn(message)) = error else { panic!("{error:?}") };
        assert!(!message.contains("hidden"), "{message}");
    }
}
