//! `jobdeck audit`: who did what.

use super::{Failure, options::Plain, output, time::moment};
use crate::{
    admin::{Admin, AuditRequest},
    model::{AuditAction, AuditEntry, AuditFilter, Timestamp},
    web::script,
};
use clap::{Args, builder::PossibleValuesParser};

/// Show who changed what, newest first
///
/// A line an event: when, who and from where, what, what came of it, and why.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// Only what somebody did: part of a name, `token ci`, `command`, an address.
    #[arg(long, default_value = "")]
    who: String,
    /// Only this.
    #[arg(long, value_parser = PossibleValuesParser::new(AuditAction::ALL.map(AuditAction::name)), hide_possible_values = true)]
    action: Option<String>,
    /// Only what was done there: `scheduled`, `retries`, `dead`, `queue:NAME`, or a queue's name.
    #[arg(long, default_value = "")]
    place: String,
    /// Only what says this: a job id, a class, a reason, an operation.
    #[arg(long, default_value = "")]
    text: String,
    /// Not before: RFC 3339, or seconds since 1970.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    from: Option<Timestamp>,
    /// Not after.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    to: Option<Timestamp>,
    /// Most events.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Go on behind this event: `next` of another call with `--json`.
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    /// All events, not only the newest; with `--json` one object a line.
    #[arg(long, conflicts_with_all = ["limit", "after"])]
    all: bool,
    #[command(flatten)]
    plain: Plain,
}

impl Audit {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let admin = self.plain.admin().await?;
        let filter = AuditFilter {
            who: self.who,
            action: self.action.as_deref().and_then(AuditAction::named),
            place: self.place,
            text: self.text,
            from: self.from,
            to: self.to,
        };
        if self.all {
            return all(&admin, &filter, self.plain.json).await;
        }
        let after = self
            .after
            .map(|place| place.parse())
            .transpose()
            .map_err(|error: crate::model::AuditIdError| Failure::usage(error.to_string()))?;
        let mut request = AuditRequest {
            filter,
            after,
            before: None,
            limit: usize::try_from(self.limit).unwrap_or(usize::MAX),
        };
        let mut page = admin.audit(&request).await?;
        // Nobody looks at a page meanwhile: it is searched on until it is full.
        while page.partial && page.entries.len() < request.limit {
            request.after = page.next;
            let missing = request.limit - page.entries.len();
            let more = AuditRequest {
                limit: missing,
                ..request.clone()
            };
            let more = admin.audit(&more).await?;
            page.entries.extend(more.entries);
            page.scanned += more.scanned;
            (page.next, page.partial) = (more.next, more.partial);
        }
        if self.plain.json {
            output::line(script::audit_json(page));
        } else {
            page.entries.iter().for_each(print);
        }
        Ok(())
    }
}

async fn all(admin: &Admin, filter: &AuditFilter, json: bool) -> Result<(), Failure> {
    let mut behind = None;
    loop {
        let (entries, rest) = admin.audit_part(filter, behind).await?;
        for entry in entries {
            if json {
                output::line(script::audit_event_json(entry));
            } else {
                print(&entry);
            }
        }
        if rest.is_none() {
            return Ok(());
        }
        behind = rest;
    }
}

fn print(AuditEntry { id, event }: &AuditEntry) {
    let from = match &event.actor.from {
        Some(from) => format!(" ({from})"),
        None => String::new(),
    };
    let reason = match event.reason.as_str() {
        "" => String::new(),
        reason => format!(" because: {reason}"),
    };
    let operation = match &event.operation {
        Some(operation) => format!(" [operation {operation}]"),
        None => String::new(),
    };
    let line = format!(
        "{} {}{from}: {}: {}{reason}{operation}",
        id.at(),
        event.who(),
        event.in_words(),
        event.result_in_words(),
    );
    output::line(&line);
}
