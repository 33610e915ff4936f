//! The HTML document around every page.

use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::MetaTags;

use super::{App, address::use_base_path};

/// The addresses of the files that a page loads, from the root of the server.
///
/// The server knows them (`web::assets`), because their names change with their contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The style sheet of all pages.
    pub stylesheet: String,
    /// The module that loads the wasm.
    pub script: String,
    /// The wasm.
    pub wasm: String,
    /// The picture on the browser's tab.
    pub icon: String,
}

/// The document around every page. Without a `site` the pages come as plain HTML.
pub fn shell(options: LeptosOptions, site: Option<Site>) -> impl IntoView {
    // The browser's half reads it there.
    let base = use_base_path();
    let base = (!base.is_empty()).then(|| base.to_string());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-base=base>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                {site.map(load)}
                <AutoReload options/>
                <MetaTags/>
            </head>
            <body><App/></body>
        </html>
    }
}

/// Loads the style sheet, then the wasm, and hands the page over to it.
///
/// In place of Leptos' `HydrationScripts`, which reads hashed names from a file on disk.
fn load(site: Site) -> impl IntoView {
    let Site {
        stylesheet,
        script,
        wasm,
        icon,
    } = site;
    let start = format!(
        "import init, {{ hydrate }} from {}; init({{ module_or_path: {} }}).then(hydrate);",
        javascript_text(&script),
        javascript_text(&wasm),
    );
    view! {
        <link rel="stylesheet" href=stylesheet/>
        <link rel="icon" href=icon/>
        <link rel="modulepreload" href=script nonce=use_nonce()/>
        // `crossorigin`, or the preloaded copy is not the one that `fetch` looks for.
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
        <script type="module" nonce=use_nonce()>{start}</script>
    }
}

/// Returns `text` as a string literal that may stand in a `<script>`.
fn javascript_text(text: &str) -> String {
    let mut literal = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' | '<' | '\u{0}'..='\u{1f}' | '\u{2028}' | '\u{2029}' => {
                literal.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => literal.push(character),
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_leave_its_string_or_its_script() {
        assert_eq!(javascript_text("/jobs/pkg/a.js"), r#""/jobs/pkg/a.js""#);
        assert_eq!(
            javascript_text("\"</script>\\\n"),
            r#""\u0022\u003c/script>\u005c\u000a""#
        );
    }
}
