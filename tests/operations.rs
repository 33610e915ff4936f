//! Operations on both stores: what they change, what they leave, that they are undone to the byte, and that nothing stops them half-way.
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

#[path = "operations/changing.rs"]
mod changing;
#[path = "operations/control.rs"]
mod control;
#[path = "store_contract/harness.rs"]
#[allow(
    dead_code,
    reason = "made for the conformance suite; here a part of it is used"
)]
mod harness;
#[path = "operations/previewing.rs"]
mod previewing;
#[path = "operations/runs.rs"]
mod runs;
#[path = "operations/trouble.rs"]
mod trouble;
#[path = "operations/undoing.rs"]
mod undoing;

harness::on_both_stores! {
    changing:
        each_change_does_to_every_job_that_matches_what_it_says,
        jobs_of_a_queue_are_taken_out_wherever_they_stand,
        what_came_after_the_confirmation_is_not_meant,
        what_cannot_be_done_is_counted_by_its_reason,
        ticked_jobs_are_the_only_ones_that_are_meant,
        a_spread_moves_each_job_once,
        a_set_is_gone_through_at_the_times_that_are_asked_for_only,
        jobs_of_several_places_are_one_operation;
    undoing:
        every_change_of_a_set_is_undone_to_the_byte_and_score,
        jobs_of_a_queue_go_back_in_their_order,
        what_has_run_since_is_said_by_count,
        only_what_is_over_can_be_undone_and_only_once,
        what_was_freed_cannot_be_undone,
        what_is_done_to_ticked_jobs_at_once_is_undone_too;
    control:
        a_paused_operation_stands_still_until_it_is_resumed,
        a_stopped_one_leaves_the_rest_and_what_it_did_can_be_undone,
        another_process_goes_on_where_one_has_ended,
        two_processes_share_no_job,
        what_goes_on_is_told_from_what_is_over,
        a_rate_is_kept_to,
        the_first_few_decide,
        ticked_jobs_are_counted_once_although_a_few_are_tried_first;
    trouble:
        a_set_that_has_vanished_leaves_nothing_to_do,
        an_undo_after_its_queue_is_gone_says_what_it_cannot_put_back,
        jobs_of_a_queue_that_is_gone_make_it_anew;
    previewing:
        a_preview_counts_shows_and_changes_nothing,
        a_preview_warns_of_what_an_operator_may_not_know,
        a_request_that_makes_no_sense_is_refused;
}
