//! Alerts on both stores: who is told what, and how often.
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

#[path = "alerts/answering.rs"]
mod answering;
#[path = "store_contract/harness.rs"]
#[allow(
    dead_code,
    reason = "made for the conformance suite; here a part of it is used"
)]
mod harness;
#[path = "alerts/inbox.rs"]
mod inbox;
#[path = "alerts/mailbox.rs"]
mod mailbox;
#[path = "alerts/processes.rs"]
mod processes;
#[path = "alerts/telling.rs"]
mod telling;
#[path = "alerts/watch.rs"]
mod watch;

harness::on_both_stores! {
    telling:
        of_several_who_watch_one_tells,
        what_somebody_has_claimed_and_not_told_another_tells,
        a_receiver_that_is_away_is_told_later,
        who_has_quiet_hours_is_told_of_what_is_critical_only,
        a_process_that_listens_ends_the_alert,
        failures_and_the_dead_set_are_counted_from_what_the_sampler_reads;
    answering:
        what_is_acknowledged_is_told_no_more_and_its_end_is,
        what_is_snoozed_is_told_again_when_it_is_woken,
        what_does_not_fire_cannot_be_answered;
}
