//! A strip of lines above every page, which is not there most of the time.

use crate::app::address::{link, use_path};
use leptos::prelude::*;

/// Lines that are shown.
const MOST: usize = 3;

/// A line for each of the first names, and where to find the others.
#[component]
pub(super) fn Strip<F, V>(
    /// What it is about, as a class.
    class: &'static str,
    /// What there is, by its name.
    names: Memo<Vec<String>>,
    /// The page that lists all of it.
    href: &'static str,
    /// Whether that page itself goes without it.
    #[prop(optional)]
    only_elsewhere: bool,
    /// The line of a name.
    line: F,
) -> impl IntoView
where
    F: Fn(String) -> V + Clone + Send + 'static,
    V: IntoView + 'static,
{
    let shown = Memo::new(move |_| {
        names.with(|names| names.iter().take(MOST).cloned().collect::<Vec<_>>())
    });
    let more = Memo::new(move |_| names.with(Vec::len).saturating_sub(MOST));
    let path = use_path();
    let none = Memo::new(move |_| {
        shown.with(Vec::is_empty) || (only_elsewhere && path.with(|path| path == href))
    });
    view! {
        <div class=format!("strip {class}") hidden=move || none.get()>
            <For each=move || shown.get() key=String::clone children=line/>
            {move || {
                let more = more.get();
                (more > 0)
                    .then(|| {
                        view! {
                            <a class="strip-more" href=link(href)>
                                {format!("and {more} more")}
                            </a>
                        }
                    })
            }}
        </div>
    }
}
