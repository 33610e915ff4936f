//! Failed jobs that wait for their next try.

use super::job_list::JobList;
use crate::app::components::{Count, Headline, JobState, PageTitle};
use crate::app::live::use_live;
use crate::model::{Place, Set};
use leptos::prelude::*;

/// Failed jobs that wait for their next try.
#[component]
pub fn RetriesPage() -> impl IntoView {
    let count = use_live().select(|snapshot| snapshot.overview.retrying);
    view! {
        <PageTitle title="Retries">
            <Headline>
                <strong class=JobState::Retrying.class()><Count value=count/></strong>
                {move || if count.get() == 1 { " failed job waits for its next try" } else { " failed jobs wait for their next try" }}
            </Headline>
        </PageTitle>
        <JobList place=Place::Set(Set::Retries)/>
    }
}
