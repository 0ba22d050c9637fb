//! The form of a connection, as people see it.

use flow::field::{Field, FieldKind};
use schemars::schema_for;

use super::ConnectionSpec;

fn fields(kind: &FieldKind) -> Vec<&Field> {
    match kind {
        FieldKind::Group { fields } | FieldKind::Rows { columns: fields } => {
            fields.iter().collect()
        }
        FieldKind::Variants { options, .. } => {
            options.iter().flat_map(|option| &option.fields).collect()
        }
        FieldKind::List { of } => fields(of),
        _ => Vec::new(),
    }
}

/// Every label and help text of a field and what is in it, with its place.
fn told(place: &str, field: &Field, into: &mut Vec<(String, String, String)>) {
    let place = format!("{place}/{}", field.key);
    into.push((place.clone(), field.label.clone(), field.help.clone()));
    let options: Vec<(&str, &str, &str)> = match &field.kind {
        FieldKind::Choice { options } => {
            options.iter().map(|option| (&*option.value, &*option.label, &*option.help)).collect()
        }
        FieldKind::Variants { options, .. } => {
            options.iter().map(|option| (&*option.value, &*option.label, &*option.help)).collect()
        }
        _ => Vec::new(),
    };
    for (value, label, help) in options {
        into.push((format!("{place}={value}"), label.to_owned(), help.to_owned()));
    }
    for inner in fields(&field.kind) {
        told(&place, inner, into);
    }
}

fn form() -> Vec<Field> {
    Field::lower(&schema_for!(ConnectionSpec))
}

#[test]
fn every_field_and_choice_of_the_form_has_a_label_and_a_sentence() {
    let mut all = Vec::new();
    for field in &form() {
        told("", field, &mut all);
    }
    for (place, label, help) in &all {
        assert!(label.starts_with(char::is_uppercase) && !label.contains('_'), "{place}: {label}");
        assert!(help.ends_with('.') && help.len() > 10, "{place}: {help}");
    }
    assert!(all.len() > 100, "{}", all.len());
}

#[test]
fn each_way_to_sign_in_has_its_own_fields() {
    let form = form();
    let sign_in = form.iter().find(|field| field.key == "auth").unwrap();
    let FieldKind::Variants { tag, options } = &sign_in.kind else { panic!("{sign_in:?}") };
    assert_eq!((tag.as_str(), sign_in.label.as_str()), ("type", "Sign-in"));
    let shown: Vec<String> = options
        .iter()
        .map(|option| {
            let fields: Vec<String> = option
                .fields
                .iter()
                .map(|field| {
                    let kind = format!("{:?}", field.kind);
                    let kind = kind.split([' ', '(', '{']).next().unwrap_or("").to_lowercase();
                    let marks = [(field.required, "*"), (field.advanced, "+")];
                    let marks: String =
                        marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
                    format!("{}{marks}: {kind}", field.label)
                })
                .collect();
            format!("{} = {} [{}]", option.value, option.label, fields.join(", "))
        })
        .collect();
    // A star marks what must be given, a plus what is folded away at first.
    let expect = [
        "none = None []",
        "api_key = API key [Place: choice, Name: text, Text before the key: text]",
        "headers = Secret headers [Headers*: list]",
        "basic = Name and password (Basic) [User*: text]",
        "bearer = Bearer token []",
        "digest = Name and password (Digest) [User*: text]",
        "oauth2 = OAuth 2.0 [Way to the first token: choice, Authorization URL: text, \
         Token URL*: text, Device authorization URL+: text, Client ID*: text, \
         Client authentication: choice, Scopes: list, Audience+: text, Resource+: text, \
         User+: text, Redirect port+: number, Redirect path+: text, Extra parameters+: pairs, \
         Signed token+: group]",
        "jwt = Signed token (JWT) [Algorithm: choice, Key ID: text, Issuer: text, Subject: text, \
         Audience: text, Valid for (seconds)+: number, Other claims+: json]",
        "oauth1 = OAuth 1.0a [Consumer key*: text, Token ID: text, Realm: text]",
        "sigv4 = AWS access key (Signature 4) [Access key ID*: text, Region*: text, \
         Service*: text, Signature in+: choice]",
        "ws_security = SOAP (WS-Security) [User*: text, Password as: choice, \
         Valid for (seconds)+: number]",
        "session = Session login [User: text, Login call*: group, Token in the answer: variants, \
         Header for the token: text, Text before the token: text, \
         Session holds for (seconds): number]",
    ];
    assert_eq!(shown, expect);
}
