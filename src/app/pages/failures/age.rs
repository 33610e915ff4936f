//! How old and how complete numbers of groups are.

use crate::app::components::{Icon, IconName, Time};
use crate::app::format;
use crate::model::{Completeness, IndexState};
use leptos::prelude::*;

/// Says how old and how complete the numbers are.
#[component]
pub(in crate::app::pages) fn Age(#[prop(into)] index: Signal<IndexState>) -> impl IntoView {
    view! {
        <p class="group-age muted" role="status">
            {move || index.with(said)}
        </p>
    }
}

fn said(index: &IndexState) -> AnyView {
    let progress = format!(
        "{} of {}",
        format::count(index.counted),
        format::counted(index.total, "failed job", "failed jobs")
    );
    let as_of = index
        .as_of
        .map(|as_of| view! { <Time at=Signal::stored(as_of)/> });
    let problem = index.problem.clone().map(|problem| {
        view! {
            <span class="state-failed">
                <Icon name=IconName::Failed/>
                {format!(" Nothing newer could be read: {problem}")}
            </span>
        }
    });
    let words = match index.completeness {
        Completeness::Waiting => "The retry and dead sets are being read …".into_any(),
        Completeness::Reading => view! {
            {format!("Read {progress} so far: each number is at least that.")}
            <progress
                class="progress"
                max=index.total.max(1).to_string()
                value=index.counted.to_string()
                aria-label="Read"
            ></progress>
        }
        .into_any(),
        Completeness::Exact => view! { "Exact as of " {as_of} "." }.into_any(),
        Completeness::About => {
            view! { "About right as of " {as_of} ": jobs came and went while the sets were read." }
                .into_any()
        }
    };
    view! { {words} " " {problem} }.into_any()
}
