//! The same verbs for everything that matches: an operation, previewed or carried out.

use crate::{
    admin::Admin,
    commands::{
        Failure, operation_run, output,
        preview::{self, Found},
        time,
    },
    model::{Canary, Change, EntryId, JobFilter, OperationRequest, Place, Selection, Timestamp},
    web::script,
};
use clap::Args;
use std::time::Duration;

/// Options of an operation on everything that matches.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everything that matches, instead of ids")]
pub(super) struct Bulk {
    /// Where the jobs are: scheduled, retries, dead or queue:NAME; may be repeated.
    #[arg(long, value_name = "PLACE", conflicts_with = "entries")]
    from: Vec<Place>,
    /// Only what this search finds, such as `class:PublishPhoto error:Timeout` (docs/SEARCH.md).
    #[arg(long, value_name = "SEARCH", requires = "from")]
    search: Option<String>,
    /// Only this class, whole.
    #[arg(long, requires = "from")]
    class: Option<String>,
    /// Only this queue, whole.
    #[arg(long, requires = "from")]
    queue: Option<String>,
    /// Only this error class, or with this in the error message.
    #[arg(long, requires = "from")]
    error: Option<String>,
    /// Only with this in the stored text.
    #[arg(long, requires = "from")]
    text: Option<String>,
    /// Only with this tag.
    #[arg(long, requires = "from")]
    tag: Option<String>,
    /// Due, died or enqueued not before.
    #[arg(long, value_name = "TIME", value_parser = time::moment, requires = "from")]
    since: Option<Timestamp>,
    /// Not after.
    #[arg(long, value_name = "TIME", value_parser = time::moment, requires = "from")]
    until: Option<Timestamp>,
    /// Only what was there at this time, which a dry run tells; else what is there now.
    #[arg(long, value_name = "TIME", value_parser = time::moment, requires = "from")]
    before: Option<Timestamp>,
    /// Show what would happen, and change nothing.
    #[arg(long, conflicts_with = "detach")]
    dry_run: bool,
    /// Begin the operation and leave it to `jobdeck serve`.
    #[arg(long)]
    detach: bool,
    /// Most jobs a second.
    #[arg(long, value_name = "JOBS", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Why; shown with the operation.
    #[arg(long)]
    reason: Option<String>,
    /// Try so many first, and go on only if they succeed.
    #[arg(long, value_name = "JOBS")]
    canary: Option<u32>,
    /// How long to wait for what becomes of them.
    #[arg(long, value_name = "DURATION", value_parser = time::duration, default_value = "2m", requires = "canary")]
    canary_wait: Duration,
    /// How many of a hundred must have succeeded.
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 90,
        requires = "canary"
    )]
    canary_percent: u32,
}

impl Bulk {
    /// Whether more is asked for than to change a few jobs at once.
    pub(super) fn is_asked(&self) -> bool {
        !self.from.is_empty()
            || self.dry_run
            || self.detach
            || self.rate.is_some()
            || self.reason.is_some()
            || self.canary.is_some()
    }

    /// Whether it says where the jobs are.
    pub(super) fn has_places(&self) -> bool {
        !self.from.is_empty()
    }

    /// Shows what would happen, begins the operation, or carries it out.
    pub(super) async fn run(
        self,
        admin: &Admin,
        change: Change,
        entries: Vec<EntryId>,
        json: bool,
    ) -> Result<(), Failure> {
        let (dry_run, detach) = (self.dry_run, self.detach);
        let request = self.request(change, entries);
        if dry_run {
            let preview = admin.preview_operation(&request, preview::BUDGET).await?;
            if json {
                output::line(script::preview_json(request.in_words(), preview));
            } else {
                let found = Found {
                    words: &request.in_words(),
                    jobs: "jobs",
                    verb: "match",
                    becomes: true,
                };
                found.show(&preview);
                output::line(format_args!(
                    "Nothing was changed. To change these, and none that come later: the same with --before {} in place of --dry-run.",
                    preview.before
                ));
            }
            return Ok(());
        }
        let operation = admin.start_operation(&request).await?;
        operation_run::follow(admin, operation, detach, json).await
    }

    fn request(self, change: Change, entries: Vec<EntryId>) -> OperationRequest {
        let wait = u32::try_from(self.canary_wait.as_secs()).unwrap_or(u32::MAX);
        OperationRequest {
            change,
            selection: Selection {
                places: self.from,
                filter: JobFilter {
                    query: self.search,
                    class: self.class,
                    queue: self.queue,
                    error: self.error,
                    text: self.text,
                    tag: self.tag,
                    from: self.since,
                    to: self.until,
                },
                entries,
            },
            before: self.before,
            rate: self.rate,
            canary: self.canary.map(|jobs| Canary {
                jobs,
                wait_seconds: wait,
                percent: self.canary_percent,
            }),
            reason: self.reason,
        }
    }
}
