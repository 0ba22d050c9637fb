//! The one window: its size, and what it may show.

use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{App, Manager, Url, WebviewUrl, WebviewWindowBuilder};

use crate::backend::Backend;

/// Opens the window on the designer's pages.
pub(crate) fn open(app: &App) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, "main", WebviewUrl::App("index.html".into()))
        .title("Gantry")
        .inner_size(1280.0, 800.0)
        .min_inner_size(960.0, 600.0)
        // The page takes dropped files itself, as it does in a browser.
        .disable_drag_drop_handler()
        .on_navigation(is_own_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Started {
                window.state::<Backend>().end_feeds();
            }
        })
        .build()?;
    Ok(())
}

/// Whether an address is one of the embedded pages; the window shows nothing else, ever.
fn is_own_page(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // Windows and Android have no schemes of an app's own.
        "http" | "https" => cfg!(windows) && url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_shows_nothing_but_its_own_pages() {
        let check = |url: &str, expect| {
            assert_eq!(is_own_page(&url.parse().unwrap()), expect, "{url}");
        };
        check("tauri://localhost/index.html", true);
        check("tauri://localhost/?flow=orders", true);
        check("tauri://elsewhere/", false);
        check("https://example.org/", false);
        check("http://127.0.0.1:8080/", false);
        check("http://tauri.localhost.example.org/", false);
        check("file:///etc/passwd", false);
        check("data:text/html,hello", false);
        check("javascript:alert(1)", false);
    }
}
