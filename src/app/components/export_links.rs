//! Links to everything that is shown, as files.

use crate::api::EXPORT_FORMATS;
use crate::app::address::link;
use leptos::prelude::*;

/// `NDJSON · CSV`, each the file of that format. Nothing where there is no address.
#[component]
pub fn ExportLinks(
    /// The address of the file in a format.
    address: Callback<&'static str, Option<String>>,
    /// What is exported, for those who hear the links alone: `all dead jobs`.
    #[prop(into)]
    what: Signal<String>,
) -> impl IntoView {
    let file = move |(format, word): (&'static str, &'static str)| {
        view! {
            // Not a page: the browser itself fetches it.
            <a href=move || address.run(format).map(link) rel="external" aria-label=move || format!("Export {} as {word}", what.get())>
                {word}
            </a>
        }
    };
    let [one, other] = EXPORT_FORMATS.map(file);
    view! { <span class="export-links">{one} " · " {other}</span> }
}
