//! Jobs that wait for their time.

use super::job_list::JobList;
use crate::app::components::{Count, Headline, JobState, PageTitle};
use crate::app::live::use_live;
use crate::model::{Place, Set};
use leptos::prelude::*;

/// Jobs that wait for their time.
#[component]
pub fn ScheduledPage() -> impl IntoView {
    let count = use_live().select(|snapshot| snapshot.overview.scheduled);
    view! {
        <PageTitle title="Scheduled">
            <Headline>
                <strong class=JobState::Scheduled.class()><Count value=count/></strong>
                {move || if count.get() == 1 { " job waits for its time" } else { " jobs wait for their time" }}
            </Headline>
        </PageTitle>
        <JobList place=Place::Set(Set::Scheduled)/>
    }
}
