//! Jobs that ran out of retries, or were killed.

mod clear;

use super::job_list::JobList;
use crate::api::ListQuery;
use crate::app::access::may;
use crate::app::address::{link, use_own_search};
use crate::app::components::{Count, Headline, JobState, PageTitle};
use crate::app::live::use_live;
use crate::model::{Place, Right, Set};
use clear::ClearTheDead;
use leptos::prelude::*;

/// Jobs that ran out of retries, or were killed.
#[component]
pub fn DeadPage() -> impl IntoView {
    let count = use_live().select(|snapshot| snapshot.overview.dead);
    let search = use_own_search();
    // Who filters or turns pages looks for something else.
    let is_whole = Memo::new(move |_| {
        let query = search.with(|search| ListQuery::parse(search));
        !query.is_filtered() && query.is_first_page()
    });
    view! {
        <PageTitle title="Dead">
            <Headline>
                <strong class=JobState::Dead.class()><Count value=count/></strong>
                {move || if count.get() == 1 { " job is out of retries or was killed" } else { " jobs are out of retries or were killed" }}
            </Headline>
            {may(Right::AddJobs).then(|| view! {
            <a class="button title-action" href=link("/import")>"Import…"</a>
            })}
        </PageTitle>
        <div class="dead-page">
            <Show when=move || is_whole.get() && (count.get() > 0)>
                {may(Right::ChangeJobs).then(|| view! { <ClearTheDead/> })}
            </Show>
            <div class="dead-list"><JobList place=Place::Set(Set::Dead)/></div>
        </div>
    }
}
