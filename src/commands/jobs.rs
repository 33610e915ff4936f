//! `jobdeck jobs`: the admin verbs for scripts.

mod bulk;
mod export;
mod import;
mod search;

use super::{
    Failure,
    options::{Common, admin, settings_and_store},
    output, time,
};
use crate::{
    admin::{Admin, AdminError},
    model::{
        Action, ActionOutcome, Change, Cursor, EntryId, JobEntry, JobFilter, Order, PageRequest,
        Place, Set, Timestamp, Whereabouts,
    },
    web::script,
};
use bulk::Bulk;
use clap::{Args, Subcommand};
use export::Export;
use import::Import;
use search::{ListOf, Search};
use std::time::Duration;

/// List, show and change jobs
#[derive(Debug, Args)]
pub(super) struct Jobs {
    #[command(subcommand)]
    verb: JobsVerb,
}

#[derive(Debug, Subcommand)]
enum JobsVerb {
    List(Box<List>),
    Search(Search),
    Show(Show),
    /// Put failed or dead jobs into their queues now
    Retry(Entries),
    /// Put scheduled jobs into their queues now
    Enqueue(Entries),
    /// Delete jobs
    Delete(Entries),
    /// Move jobs to the dead set
    Kill(Entries),
    Cancel(Cancel),
    Reschedule(Reschedule),
    Move(Move),
    Edit(Edit),
    Export(Box<Export>),
    Import(Import),
}

/// List jobs of a queue or set
#[derive(Debug, Args)]
struct List {
    /// Where: scheduled, retries, dead or queue:NAME; or the search itself, then everywhere.
    #[arg(value_name = "PLACE|SEARCH", value_parser = search::list_of)]
    place: ListOf,
    /// Only what this search finds: `class:PublishPhoto error:Timeout -tag:vip` (docs/SEARCH.md).
    #[arg(value_name = "SEARCH")]
    search: Vec<String>,
    /// Only this class, whole.
    #[arg(long)]
    class: Option<String>,
    /// Only this queue, whole.
    #[arg(long)]
    queue: Option<String>,
    /// Only this error class, or with this in the error message.
    #[arg(long)]
    error: Option<String>,
    /// Only with this in the stored text.
    #[arg(long)]
    text: Option<String>,
    /// Only with this tag.
    #[arg(long)]
    tag: Option<String>,
    /// Due, died or enqueued not before.
    #[arg(long, value_parser = time::moment)]
    from: Option<Timestamp>,
    /// Not after.
    #[arg(long, value_parser = time::moment)]
    to: Option<Timestamp>,
    /// Most jobs.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Go on behind this cursor, which the list before named.
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// As JSON, the form that REST answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

/// Show every place where a job is now
#[derive(Debug, Args)]
struct Show {
    /// Job id.
    jid: String,
    /// As JSON, the form that REST answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

/// Ask running jobs to end; those that do not are aborted, and go to the dead set
#[derive(Debug, Args)]
struct Cancel {
    /// Job ids.
    #[arg(required = true, value_name = "JID")]
    jids: Vec<String>,
    /// As JSON, a line a job, the form that REST answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Entries {
    /// Entry ids (as `list` prints them) or job ids.
    #[arg(value_name = "ID|JID")]
    entries: Vec<String>,
    #[command(flatten)]
    bulk: Bulk,
    /// As JSON, the form that REST answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

/// Change the time of jobs
#[derive(Debug, Args)]
struct Reschedule {
    #[command(flatten)]
    entries: Entries,
    /// The new time: so long from now.
    #[arg(long = "in", value_name = "DURATION", value_parser = time::duration, conflicts_with = "at", required_unless_present = "at")]
    delay: Option<Duration>,
    /// The new time.
    #[arg(long, value_name = "TIME", value_parser = time::moment)]
    at: Option<Timestamp>,
    /// Each job gets a random time up to so much later.
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    spread: Option<Duration>,
}

/// Put jobs into another queue; an entry of a set is enqueued there when its time comes
#[derive(Debug, Args)]
struct Move {
    #[command(flatten)]
    entries: Entries,
    /// The queue.
    #[arg(long, value_name = "QUEUE")]
    to: String,
}

/// Replace one value of jobs where they stand
#[derive(Debug, Args)]
struct Edit {
    /// Which: a field (`retry`), or something in the arguments as they are shown (`args.0.user_id`).
    path: String,
    /// The new value, JSON.
    value: String,
    #[command(flatten)]
    entries: Entries,
}

impl Jobs {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            JobsVerb::List(list) => (*list).run().await,
            JobsVerb::Search(search) => search.run().await,
            JobsVerb::Show(show) => show.run().await,
            JobsVerb::Retry(entries) => entries.act(|_| Action::Retry).await,
            JobsVerb::Enqueue(entries) => entries.act(|_| Action::Enqueue).await,
            JobsVerb::Delete(entries) => entries.act(|_| Action::Delete).await,
            JobsVerb::Kill(entries) => entries.act(|_| Action::Kill).await,
            JobsVerb::Cancel(cancel) => cancel.run().await,
            JobsVerb::Reschedule(reschedule) => reschedule.run().await,
            JobsVerb::Move(Move { entries, to }) => {
                entries.operate(|_| Change::MoveTo { queue: to }).await
            }
            JobsVerb::Edit(Edit {
                path,
                value,
                entries,
            }) => entries.operate(|_| Change::Edit { path, value }).await,
            JobsVerb::Export(export) => (*export).run().await,
            JobsVerb::Import(import) => import.run().await,
        }
    }
}

impl List {
    async fn run(self) -> Result<(), Failure> {
        let place = match &self.place {
            ListOf::Place(place) => place.clone(),
            ListOf::Search(first) => {
                let first = first.clone();
                return self.everywhere(first).await;
            }
        };
        let (config, store) = settings_and_store(&self.common).await?;
        let request = PageRequest {
            filter: JobFilter {
                class: self.class,
                queue: self.queue,
                error: self.error,
                text: self.text,
                tag: self.tag,
                from: self.from,
                to: self.to,
                query: searched(&self.search),
            },
            order: if place == Place::Set(Set::Dead) {
                Order::Descending
            } else {
                Order::Ascending
            },
            after: self.after.map(Cursor),
            limit: self.limit,
            ..PageRequest::default()
        };
        let page = script::page(&admin(&config, store), &place, &request).await?;
        if self.json {
            output::line(script::page_json(page));
            return Ok(());
        }
        for entry in &page.entries {
            output::line(row(entry));
        }
        if let Some(cursor) = page.next {
            output::line(format_args!("more: --after '{}'", cursor.0));
        }
        Ok(())
    }
}

/// The words of a search, which a shell may have taken apart.
fn searched(words: &[String]) -> Option<String> {
    Some(words.join(" ")).filter(|text| !text.trim().is_empty())
}

/// One job in one line: address, time, class, arguments, error.
pub(super) fn row(entry: &JobEntry) -> String {
    let at = entry
        .at
        .or(entry.enqueued_at)
        .map(|at| at.to_string())
        .unwrap_or_default();
    let what = match &entry.malformed {
        Some(reason) => format!("({reason})"),
        None => format!("{} {}", entry.class, entry.args),
    };
    let error = match (&entry.error_class, &entry.error_message) {
        (Some(class), Some(message)) => format!("  {class}: {message}"),
        (Some(text), None) | (None, Some(text)) => format!("  {text}"),
        (None, None) => String::new(),
    };
    format!("{}  {at}  {what}{error}", entry.id)
}

impl Show {
    async fn run(self) -> Result<(), Failure> {
        let (config, store) = settings_and_store(&self.common).await?;
        let admin = admin(&config, store);
        let detail = admin.job(&self.jid, None).await?;
        if detail.locations.is_empty() {
            return Err(Failure::new(format!(
                "job `{}` is in no queue and no set, and no process runs it ({} of {} entries looked through)",
                self.jid, detail.scanned, detail.total
            )));
        }
        let report = admin.report(&self.jid).await?;
        if self.json {
            output::line(script::job_json(detail, report));
            return Ok(());
        }
        for location in detail.locations {
            let place = match location.whereabouts {
                Whereabouts::Stored => row(&location.entry),
                Whereabouts::Running(running) if running.owner_gone => format!(
                    "in flight, its process {} is gone; it is put back to its queue {}  {} {}",
                    running.process,
                    running.rescuer(),
                    running.class,
                    running.args
                ),
                Whereabouts::Running(running) => {
                    let since = running.started_at().map(|at| format!(" since {at}"));
                    format!(
                        "running in {}{}  {} {}",
                        running.process,
                        since.unwrap_or_default(),
                        running.class,
                        running.args
                    )
                }
            };
            output::line(place);
            output::line(&location.payload);
            for line in location.trace {
                output::line(format_args!("    {}", line.text));
            }
        }
        let report = report.unwrap_or_default();
        if let Some(progress) = report.progress {
            let (percent, message) = (progress.percent, &progress.message);
            let told = format!("progress {percent:.0} % at {}  {message}", progress.at);
            output::line(&told);
        }
        for line in report.log {
            output::line(format_args!("{}  {}", line.at, line.text));
        }
        Ok(())
    }
}

impl Cancel {
    /// Asks for each; fails if anything could not be asked for, after saying so line by line.
    async fn run(self) -> Result<(), Failure> {
        let (config, store) = settings_and_store(&self.common).await?;
        let admin = admin(&config, store);
        let mut refused = 0;
        for jid in &self.jids {
            match admin.cancel(jid).await {
                Ok(report) if self.json => output::line(script::cancel_json(report)),
                Ok(report) => {
                    output::line(format_args!("{jid}: {}", report.in_words()));
                }
                Err(error @ AdminError::Store(_)) => return Err(error.into()),
                Err(error) => {
                    refused += 1;
                    if !self.json {
                        output::line(format_args!("{jid}: {error}"));
                    }
                }
            }
        }
        if refused == 0 {
            Ok(())
        } else {
            Err(Failure::new(format!(
                "{refused} of {} could not be cancelled; `jobdeck jobs show JID` says where a job is",
                self.jids.len()
            )))
        }
    }
}

impl Reschedule {
    async fn run(self) -> Result<(), Failure> {
        let Self {
            entries,
            delay,
            at,
            spread,
        } = self;
        let spread_seconds =
            u32::try_from(spread.unwrap_or_default().as_secs()).unwrap_or(u32::MAX);
        entries
            .act(|now| Action::Reschedule {
                at: at.unwrap_or_else(|| time::after(now, delay.unwrap_or_default())),
                spread_seconds,
            })
            .await
    }
}

impl Entries {
    /// Does it: at once to a few that are named, else as an operation.
    async fn act(self, action: impl FnOnce(Timestamp) -> Action) -> Result<(), Failure> {
        self.check()?;
        if self.bulk.is_asked() {
            return self.operate(|now| Change::Act(action(now))).await;
        }
        self.act_at_once(action).await
    }

    /// Nothing named is not the same as everything.
    fn check(&self) -> Result<(), Failure> {
        if self.entries.is_empty() && !self.bulk.has_places() {
            return Err(Failure::usage(
                "it does not say which jobs: name entry ids or job ids, or say with --from where everything that matches is",
            ));
        }
        Ok(())
    }

    /// Does it as an operation.
    async fn operate(self, change: impl FnOnce(Timestamp) -> Change) -> Result<(), Failure> {
        self.check()?;
        let (config, store) = settings_and_store(&self.common).await?;
        let now = store.now().await.map_err(AdminError::from)?;
        let admin = admin(&config, store);
        let ids = entry_ids(&admin, &self.entries).await?;
        self.bulk.run(&admin, change(now), ids, self.json).await
    }

    /// Fails if anything could not be done, after saying so line by line.
    async fn act_at_once(self, action: impl FnOnce(Timestamp) -> Action) -> Result<(), Failure> {
        let (config, store) = settings_and_store(&self.common).await?;
        let now = store.now().await.map_err(AdminError::from)?;
        let admin = admin(&config, store);
        let ids = entry_ids(&admin, &self.entries).await?;
        let report = admin.act(action(now), &ids).await?;
        let (done, asked) = (report.done(), report.outcomes.len());
        let undo = report.operation.clone();
        if self.json {
            output::line(script::report_json(report));
        } else {
            for (id, outcome) in &report.outcomes {
                output::line(match outcome {
                    ActionOutcome::Done => format!("{id}: done"),
                    ActionOutcome::Gone => format!("{id}: not there any more"),
                    ActionOutcome::Refused(reason) => format!("{id}: {reason}"),
                });
            }
            if let Some(operation) = undo {
                output::line(format_args!(
                    "To undo it: jobdeck operations undo {operation}"
                ));
            }
        }
        if done == asked {
            Ok(())
        } else {
            Err(Failure::new(format!(
                "{} of {asked} could not be done; `jobdeck jobs list` shows where they are now",
                asked - done
            )))
        }
    }
}

/// The entries that ids and job ids name.
async fn entry_ids(admin: &Admin, texts: &[String]) -> Result<Vec<EntryId>, Failure> {
    let mut ids = Vec::new();
    for text in texts {
        match text.parse::<EntryId>() {
            Ok(id) => ids.push(id),
            Err(_) => ids.extend(addresses(admin, text).await?),
        }
    }
    Ok(ids)
}

/// Where a job id stands now.
async fn addresses(admin: &Admin, jid: &str) -> Result<Vec<EntryId>, Failure> {
    let detail = admin.job(jid, None).await?;
    let ids: Vec<EntryId> = detail
        .locations
        .into_iter()
        .filter(|location| location.whereabouts == Whereabouts::Stored)
        .map(|location| location.entry.id)
        .collect();
    if ids.is_empty() {
        return Err(Failure::new(format!(
            "`{jid}` is neither an entry id nor the id of a job in a queue or set; `jobdeck jobs list` shows both"
        )));
    }
    Ok(ids)
}
