//! Holds on both stores: what they mean waits, comes back, and is released.
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

#[path = "store_contract/harness.rs"]
#[allow(
    dead_code,
    reason = "made for the conformance suite; here a part of it is used"
)]
mod harness;
#[path = "holds/keeping.rs"]
mod keeping;
#[path = "holds/making.rs"]
mod making;
#[path = "holds/releasing.rs"]
mod releasing;
#[path = "operations/runs.rs"]
#[allow(
    dead_code,
    reason = "made for the tests of operations; here a part of it is used"
)]
mod runs;

harness::on_both_stores! {
    making:
        what_a_hold_means_waits_for_its_end,
        the_same_can_be_held_longer_but_not_twice,
        a_longer_hold_is_not_thwarted_by_the_operation_of_the_one_before,
        what_is_over_is_removed_by_the_next_hold,
        a_request_that_makes_no_sense_is_refused,
        there_are_not_too_many_holds;
    keeping:
        what_comes_due_is_moved_aside,
        many_others_that_are_due_hide_nothing,
        several_jobdecks_may_keep_the_same,
        a_hold_that_is_over_is_removed_and_its_jobs_stay;
    releasing:
        what_is_released_is_tried_at_once_and_can_be_taken_back,
        what_is_released_can_be_spread,
        a_hold_can_end_without_a_release,
        what_is_released_is_not_moved_aside_by_the_hold_s_own_operation,
        a_hold_that_ended_moves_nothing_any_more,
        what_waits_is_released_whatever_its_times_say,
        what_cannot_be_released_is_told;
}
