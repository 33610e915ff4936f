//! The command line: one file a sub-command.
//!
//! Exit codes: 0 done, 1 failed, 2 wrong usage. What was asked for goes to standard output; errors, in one line with what to do, and the log
//! go to standard error.

mod access;
mod alert_settings;
mod alerts;
mod audit;
mod bar;
mod bench;
mod check;
mod completions;
mod demo;
mod deploy_mark;
mod enqueue;
mod export_run;
mod failure;
mod failures;
mod handlers;
mod hash_password;
mod health;
mod holds;
mod jobs;
mod new_token;
mod operation_run;
mod operations;
mod options;
mod output;
mod own_certificate;
mod preview;
mod reload;
mod serve;
mod served;
mod service;
mod settings;
mod signals;
mod time;
mod usage;
mod worker;

use crate::telemetry;
use clap::{Parser, Subcommand};
use failure::Failure;
use std::process::ExitCode;

/// A live dashboard and admin tool for background jobs, with an embedded worker.
///
/// Speaks Sidekiq's Redis layout, and carries an embedded SQLite store.
#[derive(Debug, Parser)]
#[command(
    name = "jobdeck",
    version,
    max_term_width = 100,
    propagate_version = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Worker(worker::WorkerCommand),
    Demo(demo::Demo),
    Enqueue(enqueue::Enqueue),
    Jobs(Box<jobs::Jobs>),
    Operations(operations::Operations),
    Failures(failures::Failures),
    Holds(holds::Holds),
    Alerts(alerts::Alerts),
    DeployMark(deploy_mark::DeployMark),
    Audit(audit::Audit),
    Bench(bench::Bench),
    Check(check::Check),
    Settings(settings::Settings),
    Health(health::Health),
    HashPassword(hash_password::HashPassword),
    NewToken(new_token::NewToken),
    Completions(completions::Completions),
}

/// Runs the command that the process's arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        // Help and the version are no errors.
        Err(message) if !message.use_stderr() => message.exit(),
        Err(error) => {
            let failure = usage::failure(&error);
            output::error(&failure);
            return failure.exit_code();
        }
    };
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::error(&failure);
            failure.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("the runtime cannot start: {error}")))?;
    let result = runtime.block_on(async {
        let result = match command {
            Command::Serve(command) => command.run().await,
            Command::Worker(command) => command.run().await,
            Command::Demo(command) => command.run().await,
            Command::Enqueue(command) => command.run().await,
            Command::Jobs(command) => command.run().await,
            Command::Operations(command) => command.run().await,
            Command::Failures(command) => command.run().await,
            Command::Holds(command) => command.run().await,
            Command::Alerts(command) => command.run().await,
            Command::DeployMark(command) => command.run().await,
            Command::Audit(command) => command.run().await,
            Command::Bench(command) => command.run().await,
            Command::Check(command) => command.run().await,
            Command::Settings(command) => command.run(),
            Command::Health(command) => command.run().await,
            Command::HashPassword(command) => command.run(),
            Command::NewToken(command) => command.run(),
            Command::Completions(command) => command.run(),
        };
        // It waits for the last of it to be sent, which this runtime does.
        if tokio::task::spawn_blocking(telemetry::stop).await.is_err() {
            tracing::error!("what was not yet sent to the collector is lost");
        }
        result
    });
    // Whatever a stuck store holds up must not keep the process from ending.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    result
}
