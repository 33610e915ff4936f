//! The admin layer on both stores: every verb from every place, refusals, several operators at once, new jobs, jobs by id.
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

#[path = "admin/auditing.rs"]
mod auditing;
#[path = "admin/cancelling.rs"]
mod cancelling;
#[path = "admin/clocks.rs"]
mod clocks;
#[path = "admin/enqueueing.rs"]
mod enqueueing;
#[path = "admin/exporting.rs"]
mod exporting;
#[path = "store_contract/harness.rs"]
#[allow(
    dead_code,
    reason = "made for the conformance suite; here a part of it is used"
)]
mod harness;
#[path = "admin/limits.rs"]
mod limits;
#[path = "admin/lookup.rs"]
mod lookup;
#[path = "admin/operators.rs"]
mod operators;
#[path = "admin/searching.rs"]
mod searching;
#[path = "admin/verbs.rs"]
mod verbs;

harness::on_both_stores! {
    auditing:
        each_change_says_who_what_why_and_what_came_of_it,
        an_operation_is_told_at_its_beginning_and_once_at_its_end,
        a_hold_is_told_from_its_beginning_to_its_end,
        what_a_role_may_not_is_told_and_not_again_and_again,
        pages_go_back_and_forth_and_hold_what_is_asked_for,
        who_goes_away_half_way_is_told_of_too;
    cancelling:
        a_request_to_end_is_left_for_those_who_run_the_job,
        what_does_not_run_cannot_be_cancelled,
        a_job_whose_process_is_gone_is_found_but_cannot_be_cancelled;
    verbs:
        each_verb_does_in_each_place_what_it_says_or_is_refused,
        a_retry_changes_two_fields_and_no_other_byte,
        a_job_without_queue_goes_to_the_default_queue,
        what_is_no_job_can_be_killed_moved_and_deleted_but_not_run,
        equal_entries_of_a_queue_are_taken_one_by_one,
        a_spread_gives_each_entry_a_time_of_its_own,
        the_outcomes_are_in_the_order_asked,
        more_entries_than_one_round_takes_are_all_done,
        a_signal_is_for_processes_that_take_it;
    operators:
        two_operators_retry_each_job_once,
        of_two_different_verbs_one_wins,
        an_entry_named_twice_is_done_once,
        the_address_before_a_move_is_gone;
    enqueueing:
        new_jobs_stand_in_their_queue_in_order,
        a_job_for_later_waits_in_the_scheduled_set,
        what_is_not_acceptable_is_said_and_nothing_is_added,
        times_are_written_as_the_processes_alive_read_them,
        the_unit_of_times_can_be_set;
    limits:
        their_own_jobs_are_changed_and_the_others_are_not_there,
        an_operation_stays_within_the_limit_of_who_began_it,
        a_hold_keeps_the_retries_of_who_made_it_alone,
        what_the_others_saw_is_told_to_nobody_who_is_limited;
    lookup:
        a_job_is_found_in_every_place_with_all_that_it_holds,
        a_right_hint_spares_the_search,
        a_stale_or_wrong_hint_is_made_up_for,
        a_job_that_is_nowhere_has_no_locations,
        a_running_job_is_shown_with_its_process,
        a_search_that_ran_out_of_time_says_so,
        an_entry_without_job_id_is_found_by_its_address;
    searching:
        a_search_goes_through_all_places_in_order,
        a_search_goes_on_where_another_ended,
        a_search_out_of_time_goes_on_where_it_was,
        a_search_looks_only_where_something_can_be;
    exporting:
        everything_is_exported_and_imported_to_the_byte_score_and_order,
        what_a_search_finds_is_exported_and_nothing_else,
        what_an_operation_deleted_is_exported_as_long_as_it_can_be_undone,
        broken_lines_are_told_and_the_rest_is_kept,
        a_file_that_breaks_off_says_where,
        an_import_that_is_interrupted_says_where,
        what_is_kept_of_an_operation_is_read_in_either_order,
        secrets_are_taken_out_where_that_is_asked_for;
    clocks:
        a_retry_is_enqueued_at_the_stores_time,
        a_killed_job_died_at_the_stores_time,
        whether_a_new_job_waits_is_told_by_the_stores_time,
        a_delay_is_counted_from_the_stores_time;
}
