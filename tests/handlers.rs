//! Jobs that are done without Rust: real receivers, real commands, a real `jobdeck worker`, on both stores.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    reason = "a test that cannot go on fails"
)]

mod support;

#[path = "../examples/album.rs"]
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "an example is a program, too"
)]
mod album;
#[path = "handlers/commands.rs"]
mod commands;
#[path = "handlers/ending.rs"]
mod ending;
#[path = "handlers/endpoint.rs"]
mod endpoint;
#[path = "handlers/examples.rs"]
mod examples;
#[path = "store_contract/harness.rs"]
#[allow(
    dead_code,
    reason = "made for the conformance suite; here a part of it is used"
)]
mod harness;
#[path = "handlers/http.rs"]
mod http;
#[path = "../examples/layers.rs"]
#[allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "an example is a program, too"
)]
mod layers;
#[path = "handlers/process.rs"]
mod process;
#[path = "handlers/receiver.rs"]
mod receiver;
#[path = "handlers/settings.rs"]
mod settings;
#[path = "handlers/tls.rs"]
mod tls;

harness::on_both_stores! {
    examples:
        the_python_receiver_does_jobs,
        the_node_receiver_does_jobs,
        the_command_makes_reports,
        the_album_publishes_its_photos,
        the_layers_stand_around_the_letters;
    http:
        an_endpoint_is_sent_the_job_as_it_is_stored,
        what_an_endpoint_answers_or_not_decides_what_becomes_of_a_job,
        connections_are_used_again_and_no_more_jobs_run_than_the_handler_may;
    commands:
        a_command_is_told_its_job_and_no_shell_reads_its_words,
        the_end_of_a_command_decides_what_becomes_of_its_job,
        a_flood_of_output_takes_no_memory;
    ending:
        who_takes_too_long_is_ended_with_all_its_processes,
        a_cancelled_command_is_dead_with_its_last_words,
        what_a_command_leaves_behind_is_ended_and_not_waited_for,
        a_worker_that_stops_ends_its_commands_and_hands_their_jobs_back;
    settings:
        classes_without_a_handler_can_be_left_to_others,
        serve_works_when_there_are_handlers;
}
