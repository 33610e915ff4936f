//! `jobdeck holds`: retries that are kept from being tried for a while.

use super::{
    Failure, operation_run,
    options::Plain,
    output,
    preview::{self, Found},
    time,
};
use crate::{
    admin::{AdminError, Release},
    model::{HoldRequest, HoldStatus, Timestamp},
    web::script,
};
use clap::{ArgGroup, Args, Subcommand};
use std::time::Duration;

/// Keep retries from being tried for a while, and release them
#[derive(Debug, Args)]
pub(super) struct Holds {
    #[command(subcommand)]
    verb: HoldsVerb,
}

#[derive(Debug, Subcommand)]
enum HoldsVerb {
    /// The holds that are in force, those that end first first
    List(Plain),
    Add(Add),
    Release(ReleaseHold),
    /// End a hold, and leave what it holds until its time
    End(One),
}

#[derive(Debug, Args)]
struct One {
    /// The hold.
    id: String,
    #[command(flatten)]
    plain: Plain,
}

/// Hold the retries that a search finds: they wait for the hold's end, and so do those that come due before
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("end").required(true).args(["time", "duration"])))]
struct Add {
    /// Which: `group:5f0c…`, `class:PublishPhoto error:Timeout` (docs/SEARCH.md).
    #[arg(required = true, value_name = "SEARCH")]
    search: Vec<String>,
    /// Until this time; a year from now at most.
    #[arg(long = "until", value_name = "TIME", value_parser = time::moment)]
    time: Option<Timestamp>,
    /// For so long.
    #[arg(long = "for", value_name = "DURATION", value_parser = time::duration)]
    duration: Option<Duration>,
    /// Why; shown with the hold.
    #[arg(long)]
    reason: Option<String>,
    /// Show which retries would be held now, and change nothing.
    #[arg(long, conflicts_with = "detach")]
    dry_run: bool,
    /// Leave the moving of those that there are to `jobdeck serve`.
    #[arg(long)]
    detach: bool,
    #[command(flatten)]
    plain: Plain,
}

/// End a hold, and let what it holds be tried now
#[derive(Debug, Args)]
struct ReleaseHold {
    #[command(flatten)]
    one: One,
    /// Most jobs a second.
    #[arg(long, value_name = "JOBS", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Spread over so long from now, a week at most, instead of all at once.
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    spread: Option<Duration>,
    /// Begin the operation and leave it to `jobdeck serve`.
    #[arg(long)]
    detach: bool,
}

impl Holds {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            HoldsVerb::List(plain) => list(plain).await,
            HoldsVerb::Add(add) => add.run().await,
            HoldsVerb::Release(release) => release.run().await,
            HoldsVerb::End(one) => {
                let status = one.plain.admin().await?.end_hold(&one.id).await?;
                if one.plain.json {
                    output::line(script::hold_json(status));
                } else {
                    output::line(format_args!(
                        "ended: what it held, {} retries, is due at {}",
                        status.held, status.hold.until
                    ));
                }
                Ok(())
            }
        }
    }
}

impl Add {
    async fn run(self) -> Result<(), Failure> {
        let admin = self.plain.admin().await?;
        let until = time::end(&admin, self.time, self.duration).await?;
        let request = HoldRequest {
            query: self.search.join(" "),
            until,
            reason: self.reason,
        };
        if self.dry_run {
            let preview = admin.preview_hold(&request, preview::BUDGET).await?;
            if self.plain.json {
                output::line(script::preview_json(request.in_words(), preview));
            } else {
                let found = Found {
                    words: &request.in_words(),
                    jobs: "retries",
                    verb: "would wait",
                    becomes: false,
                };
                found.show(&preview);
                output::line("Nothing was changed.");
            }
            return Ok(());
        }
        let (status, operation) = admin.start_hold(&request).await?;
        let json = self.plain.json;
        if json && self.detach {
            output::line(script::begun_hold_json(status, operation));
            return Ok(());
        }
        let id = status.hold.id.clone();
        if !json {
            output::line(line(&status));
        }
        if self.detach || !json {
            return operation_run::follow(&admin, operation, self.detach, json).await;
        }
        // One line of JSON: the hold with what it holds when all are moved.
        let operation = operation_run::work(&admin, operation, true).await?;
        let verdict = operation_run::verdict(&operation);
        let status = match admin.hold(&id).await {
            // Released meanwhile: what was done is told all the same.
            Err(AdminError::NotFound(_)) => status,
            found => found?,
        };
        output::line(script::begun_hold_json(status, operation));
        verdict
    }
}

impl ReleaseHold {
    async fn run(self) -> Result<(), Failure> {
        let admin = self.one.plain.admin().await?;
        let spread = self.spread.unwrap_or_default().as_secs();
        let release = Release {
            rate: self.rate,
            spread_seconds: u32::try_from(spread).unwrap_or(u32::MAX),
        };
        let operation = admin.release_hold(&self.one.id, release).await?;
        operation_run::follow(&admin, operation, self.detach, self.one.plain.json).await
    }
}

async fn list(plain: Plain) -> Result<(), Failure> {
    let holds = plain.admin().await?.holds().await?;
    if plain.json {
        output::line(script::holds_json(holds));
        return Ok(());
    }
    for status in &holds {
        output::line(line(status));
    }
    Ok(())
}

/// Name, end, how many, what, why.
fn line(status: &HoldStatus) -> String {
    let HoldStatus { hold, held } = status;
    let name = match hold.name.as_str() {
        "" => String::new(),
        name => format!(" ({name})"),
    };
    let reason = match &hold.reason {
        Some(reason) => format!("  {reason}"),
        None => String::new(),
    };
    format!(
        "{}  until {}  {held} held  {}{name}{reason}",
        hold.id, hold.until, hold.query
    )
}
