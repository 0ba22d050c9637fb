//! Reads `Link` headers (RFC 8288). Not where a link leads: the caller resolves it.

use transport::{HeaderMap, header};

/// The target of the first link with that relation, as it stands there. Links that are about
/// another resource (`anchor`) are passed over.
pub(super) fn target(headers: &HeaderMap, relation: &str) -> Option<String> {
    headers
        .get_all(header::LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(|text| find(text, relation))
}

fn find(mut text: &str, relation: &str) -> Option<String> {
    loop {
        text = text.trim_start_matches([' ', '\t', ',']);
        let (target, rest) = text.strip_prefix('<')?.split_once('>')?;
        let (link, rest) = params(rest);
        if link.relations.is_some_and(|list| has_relation(&list, relation)) && !link.is_anchored {
            return Some(target.trim().to_owned());
        }
        text = rest;
    }
}

fn has_relation(list: &str, relation: &str) -> bool {
    list.split_ascii_whitespace().any(|own| own.eq_ignore_ascii_case(relation))
}

#[derive(Default)]
struct Link {
    relations: Option<String>,
    is_anchored: bool,
}

/// Reads a link's parameters, up to the comma before the next link.
fn params(mut text: &str) -> (Link, &str) {
    let mut link = Link::default();
    loop {
        text = text.trim_start();
        let Some(rest) = text.strip_prefix(';') else { return (link, text) };
        text = rest.trim_start();
        let name_end = text.find(['=', ';', ',']).unwrap_or(text.len());
        let name = text[..name_end].trim().to_ascii_lowercase();
        text = &text[name_end..];
        let mut value = String::new();
        if let Some(rest) = text.strip_prefix('=') {
            (value, text) = param_value(rest.trim_start());
        }
        match name.as_str() {
            // Of several the first counts, says the standard.
            "rel" if link.relations.is_none() => link.relations = Some(value),
            "anchor" => link.is_anchored = true,
            _ => {}
        }
    }
}

fn param_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        return (text[..end].trim().to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut is_escaped = false;
    for (at, letter) in quoted.char_indices() {
        match letter {
            _ if is_escaped => {
                value.push(letter);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '"' => return (value, &quoted[at + 1..]),
            _ => value.push(letter),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(header: &str, expect: Option<&str>) {
        assert_eq!(find(header, "next").as_deref(), expect, "{header}");
    }

    #[test]
    fn the_next_link_is_found_among_others() {
        check(
            r#"<https://a/?p=2>; rel="next", <https://a/?p=9>; rel="last""#,
            Some("https://a/?p=2"),
        );
        check(r#"<https://a/?p=1>; rel="prev",<?p=3>;rel=next"#, Some("?p=3"));
        check(
            r#"</x>; title="a, <b>; rel=\"next\""; rel="last", </y>; REL="Last NEXT""#,
            Some("/y"),
        );
        check(r"<https://a/,;b>; rel=next", Some("https://a/,;b"));
        check(r#"</x>; rel="nextish""#, None);
        check(r#"</x>; rel="next"; anchor="/other""#, None);
        check(r#"</x>; rel="last"; rel="next""#, None);
        check("", None);
        check("rel=next", None);
        check("<unclosed; rel=next", None);
    }
}
