//! `jobdeck deploy-mark`: notes that something was deployed.

use super::{
    Failure,
    options::{Common, admin, settings_and_store},
    output,
};
use clap::Args;

/// Note that something is deployed now: failures first seen after it are shown as new
#[derive(Debug, Args)]
pub(super) struct DeployMark {
    /// What: a version, a commit.
    #[arg(default_value = "")]
    name: String,
    #[command(flatten)]
    common: Common,
}

impl DeployMark {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (config, store) = settings_and_store(&self.common).await?;
        let mark = admin(&config, store).mark_deploy(&self.name).await?;
        output::line(format_args!("{} {}", mark.at, mark.name));
        Ok(())
    }
}
