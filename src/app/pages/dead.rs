//! Jobs that ran out of retries, or were killed.

use super::job_list::JobList;
use crate::app::components::{Count, Headline, JobState, PageTitle};
use crate::app::live::use_live;
use crate::model::{Place, Set};
use leptos::prelude::*;

/// Jobs that ran out of retries, or were killed.
#[component]
pub fn DeadPage() -> impl IntoView {
    let count = use_live().select(|snapshot| snapshot.overview.dead);
    view! {
        <PageTitle title="Dead">
            <Headline>
                <strong class=JobState::Dead.class()><Count value=count/></strong>
                {move || if count.get() == 1 { " job is out of retries or was killed" } else { " jobs are out of retries or were killed" }}
            </Headline>
        </PageTitle>
        <JobList place=Place::Set(Set::Dead)/>
    }
}
