//! The worker on both stores: what becomes of jobs, whatever happens to handlers, processes and the store.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::type_complexity,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    reason = "a test that cannot go on fails"
)]

mod support;

#[path = "worker/bench.rs"]
mod bench;
#[path = "worker/clocks.rs"]
mod clocks;
#[path = "worker/dispatching.rs"]
mod dispatching;
#[path = "worker/failing.rs"]
mod failing;
#[path = "store_contract/harness.rs"]
#[allow(
    dead_code,
    reason = "made for the conformance suite; here a part of it is used"
)]
mod harness;
#[path = "worker/holding.rs"]
mod holding;
#[path = "worker/killed.rs"]
mod killed;
#[path = "worker/large.rs"]
mod large;
#[path = "worker/metrics.rs"]
mod metrics;
#[path = "worker/periodic.rs"]
mod periodic;
#[path = "worker/process.rs"]
mod process;
#[path = "worker/redis_only.rs"]
mod redis_only;
#[path = "worker/reporting.rs"]
mod reporting;
#[path = "worker/running.rs"]
mod running;
#[path = "worker/sharing.rs"]
mod sharing;
#[path = "worker/stopping.rs"]
mod stopping;
#[path = "worker/testing.rs"]
mod testing;
#[path = "worker/timing.rs"]
mod timing;

harness::on_both_stores! {
    running:
        jobs_run_once_each_and_never_more_than_the_concurrency_at_a_time,
        two_workers_on_one_store_run_each_job_once,
        arguments_and_context_reach_the_handler,
        a_paused_queue_is_left_alone,
        a_handler_can_enqueue_more_jobs;
    failing:
        a_failing_job_is_retried_and_then_dies_with_its_trace,
        a_panic_fails_its_job_only,
        arguments_that_do_not_fit_are_a_failure,
        a_class_without_a_handler_fails_as_in_sidekiq,
        an_entry_that_is_no_job_goes_to_the_dead_set_as_it_is,
        a_job_without_a_class_goes_to_the_dead_set_as_it_is,
        a_mistyped_retry_is_as_good_as_true,
        a_retry_rule_that_panics_leaves_the_usual_delay,
        a_discarded_or_unretried_job_is_gone,
        jobs_of_unknown_classes_can_be_left_to_others;
    dispatching:
        handlers_that_block_keep_no_free_slot_from_its_job,
        what_was_fetched_ahead_goes_back_when_those_before_it_take_long,
        what_was_fetched_ahead_goes_back_when_the_worker_is_quiet,
        capsules_do_not_wait_for_each_other,
        a_capsule_without_weights_empties_its_first_queue_first,
        a_capsule_with_weights_runs_as_many_of_each_queue_as_they_say,
        a_capsule_with_equal_weights_takes_its_queues_at_random,
        a_job_that_comes_too_late_is_dropped_and_counted,
        a_job_whose_process_is_gone_for_the_third_time_is_dead;
    large:
        a_job_of_ten_megabytes_is_run,
        a_job_that_is_larger_than_the_limit_is_dead_at_once,
        a_backlog_of_large_jobs_is_fetched_by_and_by;
    stopping:
        stopping_waits_for_running_jobs,
        unfinished_jobs_go_back_to_be_the_next_to_run,
        a_handler_that_does_not_yield_is_handed_back_too,
        a_dropped_worker_is_recovered_by_another;
    reporting:
        what_a_handler_tells_is_shown_while_it_runs,
        last_words_of_short_runs_are_kept_also_when_the_worker_ends,
        a_cancelled_job_that_ends_well_is_done,
        a_cancelled_job_that_fails_is_dead_with_its_own_error_as_the_cause,
        a_cancelled_job_that_does_not_listen_is_aborted_after_the_grace,
        a_cancelled_job_that_is_not_to_be_kept_is_gone,
        a_cancelled_job_is_not_handed_back_when_the_worker_stops,
        a_request_for_a_job_that_has_ended_means_no_later_run;
    sharing:
        handlers_find_what_they_share_by_its_type,
        a_state_that_nobody_gave_fails_the_job_and_is_named,
        two_values_of_one_type_are_refused_at_the_start,
        layers_stand_around_every_handler_the_first_one_outermost,
        what_a_layer_answers_is_the_jobs;
    testing:
        the_queues_are_drained_with_what_their_jobs_enqueue,
        everything_is_drained_as_if_its_time_had_come,
        jobs_that_no_handler_sees_are_told,
        a_job_that_enqueues_itself_is_no_endless_loop,
        a_job_runs_inline_without_the_store;
    timing:
        due_jobs_are_enqueued_once_by_several_processes,
        a_due_entry_that_is_no_job_goes_to_the_dead_set_as_it_is,
        a_job_that_is_not_due_waits,
        a_worker_whose_clock_is_hours_off_works_by_the_stores;
    holding:
        a_held_retry_is_not_tried_and_waits_for_the_end_of_its_hold,
        what_was_held_is_tried_when_the_hold_is_over;
    clocks:
        what_is_due_by_the_stores_clock_is_enqueued_at_its_time,
        a_retry_is_due_by_the_stores_clock;
    periodic:
        several_workers_enqueue_each_tick_once_and_pass_over_none,
        what_was_missed_is_skipped_or_enqueued_once_or_all,
        the_stores_clock_says_when_a_tick_is_due,
        a_tick_enqueues_the_job_that_was_configured,
        a_paused_periodic_job_is_left_alone_until_it_is_resumed,
        a_worker_with_wrong_periodic_jobs_is_not_built;
    killed:
        jobs_of_killed_processes_run_at_least_once_and_none_is_lost;
    metrics:
        runs_are_told_by_class,
        a_run_that_is_handed_back_is_not_told;
    process:
        others_see_the_process_and_what_it_runs,
        a_quiet_worker_finishes_and_fetches_no_more,
        a_stop_signal_ends_the_worker,
        an_embedded_worker_takes_no_signals,
        handlers_that_block_every_thread_do_not_hold_up_the_heartbeat,
        a_worker_without_handlers_fetches_nothing,
        jobs_of_a_process_that_is_gone_run_here;
}
