//! The conformance suite: what every store must do, run for each store that there is.
//!
//! The contract is `src/store/mod.rs`. To change a store's behaviour, change this first.
#![allow(
    clippy::expect_used,
    clippy::type_complexity,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]

mod support;

#[path = "store_contract/adding.rs"]
mod adding;
#[path = "store_contract/addressing.rs"]
mod addressing;
#[path = "store_contract/alerts.rs"]
mod alerts;
#[path = "store_contract/audit.rs"]
mod audit;
#[path = "store_contract/failures.rs"]
mod failures;
#[path = "store_contract/fetching.rs"]
mod fetching;
#[path = "store_contract/harness.rs"]
mod harness;
#[path = "store_contract/holds.rs"]
mod holds;
#[path = "store_contract/metrics.rs"]
mod metrics;
#[path = "store_contract/moving.rs"]
mod moving;
#[path = "store_contract/paging.rs"]
mod paging;
#[path = "store_contract/periodic.rs"]
mod periodic;
#[path = "store_contract/processes.rs"]
mod processes;
#[path = "store_contract/queues.rs"]
mod queues;
#[path = "store_contract/races.rs"]
mod races;
#[path = "store_contract/reports.rs"]
mod reports;
#[path = "store_contract/rescuing.rs"]
mod rescuing;
#[path = "store_contract/restoring.rs"]
mod restoring;
#[path = "store_contract/settling.rs"]
mod settling;
#[path = "store_contract/slicing.rs"]
mod slicing;
#[path = "store_contract/turns.rs"]
mod turns;
#[path = "store_contract/waiting.rs"]
mod waiting;

harness::on_both_stores! {
    failures:
        what_is_said_of_a_group_is_kept,
        a_group_of_which_nothing_is_said_is_not_kept,
        the_newest_deploy_marks_are_kept;
    audit:
        an_event_is_kept_to_the_letter,
        events_are_read_from_both_ends_without_gap,
        a_place_in_the_audit_outlives_its_event,
        what_is_written_once_is_written_once,
        the_newest_events_are_kept,
        old_events_go,
        many_write_at_once_and_each_has_its_place;
    alerts:
        an_alert_is_changed_from_the_version_that_is_there,
        of_many_who_change_an_alert_one_does,
        the_alerts_that_were_over_last_are_kept;
    holds:
        a_hold_is_kept_until_it_is_removed,
        what_waits_for_the_end_of_a_hold_is_counted;
    adding:
        a_new_store_is_empty_everywhere,
        added_entries_count_where_they_stand,
        a_queue_keeps_the_order_of_2500_entries,
        a_set_is_ordered_by_score_whatever_the_order_of_adding,
        every_byte_of_an_odd_entry_is_kept,
        equal_entries_of_a_queue_are_all_kept,
        hostile_queue_names_are_only_names,
        a_score_that_is_no_number_is_refused_and_nothing_added,
        adding_nowhere_adds_nothing,
        the_next_end_of_a_queue_runs_first;
    restoring:
        what_is_missing_is_put_and_what_is_there_keeps_its_score,
        odd_entries_are_put_back_to_the_byte_and_found_there_again,
        more_than_one_step_takes_is_put_in_order,
        what_cannot_be_stored_is_refused_and_nothing_is_put;
    slicing:
        a_place_that_does_not_exist_is_empty,
        a_scan_goes_on_where_it_was_while_entries_come_and_go,
        a_scan_of_large_entries_reads_few_at_a_time,
        a_scan_sees_every_entry_once_in_both_directions,
        pages_meet_without_gap_in_both_directions,
        a_thousand_entries_of_one_score_are_each_seen_once,
        a_slice_starts_at_a_score_inclusively,
        a_queue_has_no_scores_to_start_at,
        a_cursor_outlives_its_entry_in_a_set,
        a_cursor_outlives_its_entry_in_a_queue,
        a_walk_over_a_set_sees_what_stays_once_while_others_come_and_go,
        a_walk_over_a_queue_sees_what_stays_once_while_others_come_and_go,
        a_cursor_leads_back_to_where_it_came_from,
        a_slice_holds_no_more_than_asked,
        a_slice_says_whether_there_is_more,
        a_slice_of_large_entries_holds_few_of_them_and_says_that_there_are_more,
        a_foreign_cursor_is_an_error,
        extreme_scores_have_their_place;
    addressing:
        every_entry_can_be_located_by_its_address,
        addresses_of_equal_scores_are_told_apart,
        an_entry_that_is_gone_has_no_address_any_more,
        an_address_in_another_place_finds_nothing,
        a_job_handed_back_to_its_queue_keeps_its_address,
        a_job_id_is_found_in_every_place,
        a_job_id_is_found_only_where_it_is_the_job_id;
    moving:
        an_entry_moves_from_every_place_to_every_place,
        a_deleted_entry_is_gone,
        a_move_writes_the_bytes_it_is_given,
        an_entry_that_is_gone_is_not_moved,
        other_bytes_at_the_same_address_are_not_moved,
        a_set_entry_is_taken_whatever_its_score_is_now,
        one_of_two_equal_entries_is_moved,
        odd_entries_can_be_moved_and_deleted,
        the_answer_is_in_the_order_asked,
        a_move_into_an_unknown_queue_makes_it_known,
        a_move_with_a_score_that_is_no_number_is_refused;
    races:
        two_retries_of_one_job_enqueue_it_once,
        many_operators_take_each_entry_once,
        many_workers_fetch_each_job_once,
        a_settlement_counts_once;
    queues:
        a_paused_queue_is_passed_over_until_it_goes_on,
        an_unknown_queue_can_be_paused_ahead,
        a_cleared_queue_is_gone_with_its_jobs,
        clearing_one_queue_leaves_the_others,
        a_drained_queue_stays_known,
        latency_is_the_age_of_the_job_next_to_run,
        clocks_that_disagree_give_no_negative_latency;
    fetching:
        jobs_are_fetched_first_in_first_out,
        a_fetch_takes_no_more_than_its_limit,
        queues_are_fetched_in_the_order_given,
        a_fetch_of_nothing_ends_after_its_wait,
        a_waiting_fetch_is_woken_by_a_new_job,
        a_waiting_fetch_is_woken_by_a_move_into_the_queue,
        a_fetched_job_is_nowhere_else,
        odd_entries_are_fetched_byte_for_byte,
        sets_are_not_fetched_from;
    settling:
        a_finished_job_is_gone_and_counted,
        a_failed_job_goes_where_it_is_said,
        an_entry_set_aside_goes_where_it_is_said_and_counts_nothing,
        a_requeued_job_is_next_with_its_bytes_and_counts_nothing,
        a_requeued_job_brings_its_queue_back,
        a_job_is_settled_once,
        another_process_cannot_settle_it,
        jobs_of_a_process_without_heartbeat_are_recovered_to_run_next,
        jobs_of_a_living_process_are_not_recovered,
        a_process_that_was_noted_is_waited_for,
        a_process_does_not_recover_its_own_jobs,
        a_process_has_time_for_its_first_heartbeat,
        jobs_left_behind_by_a_leaving_process_are_recovered,
        a_recovered_job_cannot_be_settled_by_its_old_process,
        the_totals_of_days_end_with_today;
    turns:
        a_turn_lets_many_jobs_go_and_fetches_others,
        what_goes_back_in_one_turn_is_fetched_again_in_its_order,
        jobs_that_are_gone_are_counted_and_the_others_are_let_go,
        a_turn_of_nothing_is_nothing,
        each_queue_gives_its_share_and_then_they_fill_up_in_order,
        a_fetch_holds_no_more_bytes_than_asked,
        one_job_is_fetched_whatever_its_size;
    waiting:
        a_queue_with_jobs_is_ready_at_once,
        every_way_into_a_queue_makes_it_ready,
        a_paused_queue_is_not_ready,
        several_can_wait_for_several_queues;
    rescuing:
        rescues_of_a_job_are_counted,
        rescues_of_long_ago_do_not_count,
        two_rescues_of_one_job_happen_once,
        a_process_that_has_come_back_keeps_its_jobs,
        a_rescued_job_goes_where_it_is_said;
    metrics:
        what_runs_took_adds_up_by_class,
        hostile_class_names_are_only_names,
        a_bucket_holds_at_most_sixteen_bits;
    processes:
        a_heartbeat_shows_its_process,
        a_process_without_heartbeat_is_not_shown,
        a_leaving_process_is_not_shown,
        running_jobs_are_shown_longest_first,
        a_later_heartbeat_replaces_what_runs,
        signals_are_taken_once_and_in_order,
        a_signal_needs_a_process,
        the_store_says_what_it_is;
    periodic:
        a_new_periodic_job_is_due_from_now_on,
        a_tick_enqueues_its_jobs_in_order_and_is_noted,
        a_tick_is_enqueued_once_by_many_processes,
        a_tick_out_of_turn_is_refused,
        a_paused_periodic_job_enqueues_nothing_and_makes_up_for_nothing,
        the_newest_definition_counts_until_its_processes_are_gone,
        a_process_that_says_nothing_more_holds_nothing,
        another_schedule_has_no_ticks_of_the_past,
        several_periodic_jobs_are_announced_at_once,
        a_job_can_be_had_at_once_and_moves_no_tick,
        the_newest_runs_are_kept,
        a_periodic_job_is_deleted_when_no_process_has_it;
    reports:
        what_a_run_tells_is_kept_with_its_job,
        a_log_keeps_its_last_lines_within_bounds,
        a_request_to_end_reaches_the_run_that_is_on_its_way,
        running_jobs_are_shown_with_what_they_tell,
        jobs_of_a_process_that_is_gone_are_shown_until_they_are_recovered,
        of_very_many_jobs_without_a_process_some_are_shown;
    paging:
        pages_lead_forward_and_back,
        each_filter_shows_what_it_names,
        each_search_shows_what_its_words_mean,
        times_limit_a_set_by_score,
        a_search_without_time_says_that_it_is_partial,
        a_search_in_pieces_finds_everything_once,
        another_page_is_offered_only_when_there_is_one,
        text_is_found_however_it_is_spelled,
        large_entries_are_paged_like_others,
        a_time_of_a_filter_is_a_whole_millisecond,
        odd_entries_are_listed;
}
