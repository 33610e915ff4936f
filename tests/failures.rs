//! The index of failure groups on both stores: what it counts, what it notices, and how complete it says it is.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]

mod support;

#[path = "failures/changing.rs"]
mod changing;
#[path = "failures/grouping.rs"]
mod grouping;
#[path = "store_contract/harness.rs"]
#[allow(
    dead_code,
    reason = "made for the conformance suite; here a part of it is used"
)]
mod harness;
#[path = "failures/saying.rs"]
mod saying;

harness::on_both_stores! {
    grouping:
        failures_of_one_cause_are_one_group_over_both_sets,
        groups_are_listed_in_the_order_asked,
        entries_with_equal_scores_are_each_counted_once,
        jobs_that_never_failed_are_no_failures,
        a_group_tells_what_its_jobs_have_in_common,
        a_store_without_failures_has_no_groups;
    changing:
        what_dies_is_counted_without_reading_all_again,
        what_is_removed_is_not_counted_any_more,
        a_retry_that_is_moved_is_counted_where_it_is,
        an_unchanged_store_is_not_read_again,
        one_that_takes_the_place_of_another_is_seen,
        several_viewers_share_one_index;
    saying:
        a_resolved_group_opens_when_it_happens_again,
        a_muted_group_is_out_of_sight_until_then,
        a_note_is_kept_and_removed,
        what_is_first_seen_after_a_deploy_is_new,
        what_cannot_be_said_is_refused;
}

use harness::{Subject, into_set};
use jobdeck::{
    groups::Groups,
    model::{FailureGroups, GroupFilter, GroupOrder, GroupQuery, Limit, Overview, Set, Timestamp},
    redaction::Redactor,
};
use tokio_util::sync::CancellationToken;

/// A failed job's text.
pub(crate) fn failed(class: &str, number: usize, at: f64) -> String {
    format!(
        r#"{{"class":"{class}","queue":"default","args":[{number},{{"account_id":{}}}],"jid":"{number:024x}","error_class":"Timeout","error_message":"no answer for {number}","failed_at":{at:.3},"retry_count":0}}"#,
        if number.is_multiple_of(10) { 4 } else { 17 }
    )
}

/// Adds failed jobs to a set: class, number, score.
pub(crate) async fn fail(subject: &Subject, set: Set, jobs: &[(&str, usize, f64)]) {
    let entries: Vec<_> = jobs
        .iter()
        .map(|(class, number, score)| into_set(set, *score, failed(class, *number, *score)))
        .collect();
    subject.add(&entries).await.unwrap();
}

/// An index that has read both sets once.
pub(crate) async fn index(subject: &Subject) -> Groups {
    let groups = Groups::start(
        subject.store.clone(),
        Redactor::none(),
        CancellationToken::new(),
    );
    groups.first_complete().await;
    groups
}

/// What the sampler would tell it.
pub(crate) async fn observe(subject: &Subject, groups: &Groups) -> Overview {
    let overview = subject.overview().await.unwrap();
    groups.observe(&overview, true);
    overview
}

/// Every group, in this order.
pub(crate) async fn list(groups: &Groups, order: GroupOrder) -> FailureGroups {
    filtered(groups, order, GroupFilter::All).await
}

pub(crate) async fn filtered(
    groups: &Groups,
    order: GroupOrder,
    filter: GroupFilter,
) -> FailureGroups {
    let query = GroupQuery {
        order,
        filter,
        limit: 0,
    };
    groups.list(&Limit::none(), &query).await.unwrap()
}

/// Classes and counts.
pub(crate) fn counts(list: &FailureGroups) -> Vec<(&str, u64, u64)> {
    list.groups
        .iter()
        .map(|group| (group.class.as_str(), group.retries, group.dead))
        .collect()
}

/// Seconds by the store's clock, some before now.
pub(crate) async fn before_now(subject: &Subject, seconds: f64) -> f64 {
    let Timestamp(now) = subject.now().await.unwrap();
    Timestamp(now).seconds() - seconds
}
