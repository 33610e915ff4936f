//! The `jobdeck` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    jobdeck::commands::main()
}
