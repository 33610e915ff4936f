//! A table's heading that sorts, by the address.

use crate::app::address::link;
use leptos::prelude::*;

/// How a table is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sorting<K> {
    /// By which column.
    pub key: K,
    /// Whether the highest comes first.
    pub descending: bool,
}

/// A heading that sorts: a link to the page's address with the new order.
#[component]
pub fn SortHeading(
    /// The column's name.
    title: &'static str,
    /// Class of the cell.
    #[prop(optional)]
    class: &'static str,
    /// Whether the table is sorted by it: nothing when not, otherwise whether the highest comes first.
    #[prop(into)]
    descending: Signal<Option<bool>>,
    /// The address that sorts by it, or turns the order.
    #[prop(into)]
    href: Signal<String>,
) -> impl IntoView {
    let direction = move || {
        descending.get().map(|descending| {
            if descending {
                "descending"
            } else {
                "ascending"
            }
        })
    };
    view! {
        <th scope="col" class=class aria-sort=direction>
            <a class="sort" href=move || link(href.get()) data-noscroll="">{title}</a>
        </th>
    }
}
