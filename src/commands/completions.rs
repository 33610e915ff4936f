//! `jobdeck completions`: what a shell needs to complete commands.

use super::{Cli, Failure};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print the completions for a shell
///
/// For example: jobdeck completions bash > /etc/bash_completion.d/jobdeck
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "every command answers the same way"
    )]
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "jobdeck", &mut script);
        super::output::text(&script);
        Ok(())
    }
}
