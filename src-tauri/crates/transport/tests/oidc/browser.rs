//! Plays the user's browser: follows redirects, keeps cookies, fills in the provider's forms.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;
use transport::{Body, Method, Redirects, Request, Transport, Url};

/// A browser with its cookies.
#[derive(Default)]
pub(crate) struct Browser {
    transport: Transport,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Opens an address and says yes to everything; returns the text of the last page.
    pub(crate) async fn say_yes(&mut self, url: &str) -> String {
        let mut next = (Url::parse(url).unwrap(), None);
        for _ in 0..30 {
            let (url, form) = next;
            let (status, location, page) = self.visit(&url, form).await;
            next = match location {
                Some(location) => (url.join(&location).unwrap(), None),
                None => match filled(&page) {
                    Some((action, form)) => (url.join(&action).unwrap(), Some(form)),
                    None => return format!("{status} {page}"),
                },
            };
        }
        panic!("the browser was sent in circles");
    }

    async fn visit(&mut self, url: &Url, form: Option<String>) -> (u16, Option<String>, String) {
        let method = if form.is_some() { Method::POST } else { Method::GET };
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::new(method, url.as_str())
            .header("accept", "text/html")
            .header("cookie", cookies.join("; "));
        request.redirects = Redirects::Stop;
        if let Some(form) = form {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::Bytes(form.into()));
        }
        let mut answer = self.transport.send(request, &CancellationToken::new()).await.unwrap();
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers.get("location").map(|to| to.to_str().unwrap().to_owned());
        (answer.status, location, answer.text().await.unwrap())
    }
}

/// The first form of a page, filled in: where it goes, and what it sends.
fn filled(page: &str) -> Option<(String, String)> {
    let form = &page[page.find("<form")?..];
    let action = attribute(&form[..form.find('>')?], "action")?;
    let form = &form[..form.find("</form>")?];
    let inputs = form.split("<input").skip(1).map(|input| &input[..input.find('>').unwrap()]);
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for input in inputs {
        if let Some(name) = attribute(input, "name") {
            let value = attribute(input, "value").unwrap_or_else(|| "ada".to_owned());
            pairs.append_pair(&name, &value);
        }
    }
    Some((action, pairs.finish()))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!("{name}=\""))? + name.len() + 2;
    let text = &tag[start..];
    Some(text[..text.find('"')?].replace("&amp;", "&"))
}
