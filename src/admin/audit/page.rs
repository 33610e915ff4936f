//! Reading the audit: page by page, newest first, and everything for a file.

use crate::admin::{Admin, AdminError, AdminResult};
use crate::model::{
    AuditEntry, AuditEvent, AuditFilter, AuditId, AuditPage, Order, Right, Timestamp,
};
use std::time::Instant;

/// Events of a page, unless more or fewer are asked for.
pub const AUDIT_PAGE: usize = 50;

/// Most events of a page.
pub const AUDIT_PAGE_MOST: usize = 500;

/// Events that are read at a time.
const SLICE: usize = 250;

/// Which page of the audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditRequest {
    /// Which events.
    pub filter: AuditFilter,
    /// Those behind this one: older ones.
    pub after: Option<AuditId>,
    /// The page that ends in front of this one: newer ones. Ignored when `after` is set.
    pub before: Option<AuditId>,
    /// Most events, up to [`AUDIT_PAGE_MOST`]; 0 means [`AUDIT_PAGE`].
    pub limit: usize,
}

impl Admin {
    /// A page of who did what, newest first, searched for at most as long as a page may search.
    ///
    /// # Errors
    /// [`AdminError::Forbidden`]; the store's.
    pub async fn audit(&self, request: &AuditRequest) -> AdminResult<AuditPage> {
        self.require(Right::ReadAudit)?;
        let is_back = request.after.is_none() && request.before.is_some();
        let order = if is_back {
            Order::Ascending
        } else {
            Order::Descending
        };
        let behind = if is_back {
            request.before
        } else {
            request.after
        };
        let limit = match request.limit {
            0 => AUDIT_PAGE,
            limit => limit.min(AUDIT_PAGE_MOST),
        };
        let mut reading = Reading::new(&request.filter, order, behind);
        let until = Instant::now() + self.options().search_budget;
        let mut found = Vec::new();
        let mut partial = false;
        // One more than fits says whether there is more.
        while found.len() <= limit && !reading.is_over {
            if reading.scanned > 0 && Instant::now() > until {
                partial = true;
                break;
            }
            let missing = limit + 1 - found.len();
            reading.read(self, missing, &mut found).await?;
        }
        let more = found.len() > limit;
        found.truncate(limit);
        let onward = if more {
            found.last().map(|entry| entry.id)
        } else {
            reading.behind.filter(|_| partial)
        };
        let (next, previous) = if is_back {
            found.reverse();
            (
                found.last().map(|entry| entry.id).or(request.before),
                onward,
            )
        } else {
            let first = found.first().map(|entry| entry.id);
            (onward, request.after.and(first.or(request.after)))
        };
        Ok(AuditPage {
            entries: found,
            next,
            previous,
            scanned: reading.scanned,
            partial,
        })
    }

    /// All events that are asked for, newest first, some at a time: hand the answer's second part in for more; nothing there: that was all.
    ///
    /// # Errors
    /// As [`Admin::audit`].
    pub async fn audit_part(
        &self,
        filter: &AuditFilter,
        behind: Option<AuditId>,
    ) -> AdminResult<(Vec<AuditEntry>, Option<AuditId>)> {
        self.require(Right::ReadAudit)?;
        let mut reading = Reading::new(filter, Order::Descending, behind);
        let mut found = Vec::new();
        reading.read(self, SLICE, &mut found).await?;
        let rest = reading.behind.filter(|_| !reading.is_over);
        Ok((found, rest))
    }
}

/// On the way through the audit.
struct Reading<'filter> {
    filter: &'filter AuditFilter,
    wanted: Wanted,
    order: Order,
    behind: Option<AuditId>,
    scanned: u64,
    is_over: bool,
}

impl<'filter> Reading<'filter> {
    fn new(filter: &'filter AuditFilter, order: Order, behind: Option<AuditId>) -> Self {
        // Where the time that is asked for begins, if that comes later.
        let edge = match order {
            Order::Descending => filter.to.map(|to| start_of(to.plus_milliseconds(1))),
            Order::Ascending => filter
                .from
                .map(|from| AuditId::behind(from.plus_milliseconds(-1))),
        };
        let behind = match (behind, edge, order) {
            (Some(behind), Some(edge), Order::Descending) => Some(behind.min(edge)),
            (Some(behind), Some(edge), Order::Ascending) => Some(behind.max(edge)),
            (behind, edge, _) => behind.or(edge),
        };
        Self {
            filter,
            wanted: Wanted::new(filter),
            order,
            behind,
            scanned: 0,
            is_over: false,
        }
    }

    /// Reads some more, and adds those that are meant; of an audit that is not filtered no more than are `missing`.
    async fn read(
        &mut self,
        admin: &Admin,
        missing: usize,
        found: &mut Vec<AuditEntry>,
    ) -> AdminResult<()> {
        let number = if self.wanted.is_all() {
            missing.min(SLICE)
        } else {
            SLICE
        };
        let entries = admin
            .store
            .read_audit(self.behind, self.order, number)
            .await
            .map_err(AdminError::from)?;
        self.is_over = entries.len() < number;
        for entry in entries {
            if self.is_past(entry.id.at()) {
                self.is_over = true;
                break;
            }
            self.scanned += 1;
            self.behind = Some(entry.id);
            if self.wanted.means(&entry.event) {
                found.push(entry);
            }
        }
        Ok(())
    }

    /// Whether the time that is asked for ends before this one.
    fn is_past(&self, at: Timestamp) -> bool {
        match self.order {
            Order::Descending => self.filter.from.is_some_and(|from| at < from),
            Order::Ascending => self.filter.to.is_some_and(|to| at > to),
        }
    }
}

/// In front of every event of a time.
fn start_of(at: Timestamp) -> AuditId {
    AuditId {
        milliseconds: u64::try_from(at.0).unwrap_or(0),
        number: 0,
    }
}

/// A filter, ready to be asked often.
struct Wanted {
    who: String,
    action: Option<crate::model::AuditAction>,
    place: String,
    queue: String,
    text: String,
}

impl Wanted {
    fn new(filter: &AuditFilter) -> Self {
        let place = filter.place.trim().to_owned();
        Self {
            who: filter.who.trim().to_lowercase(),
            action: filter.action,
            queue: format!("queue:{place}"),
            place,
            text: filter.text.trim().to_lowercase(),
        }
    }

    /// Whether every event is meant.
    fn is_all(&self) -> bool {
        self.action.is_none()
            && [&self.who, &self.place, &self.text]
                .iter()
                .all(|asked| asked.is_empty())
    }

    fn means(&self, event: &AuditEvent) -> bool {
        let holds = |text: &str, part: &str| text.to_lowercase().contains(part);
        if self.action.is_some_and(|action| action != event.action) {
            return false;
        }
        let is_there = |place: &String| *place == self.place || *place == self.queue;
        if !self.place.is_empty() && !event.places.iter().any(is_there) {
            return false;
        }
        let actor = &event.actor;
        if !self.who.is_empty() {
            // A refused log-in is nobody's, with the name that was typed.
            let who = [
                actor.name.as_str(),
                actor.from.as_deref().unwrap_or_default(),
            ];
            let is_who = holds(&actor.to_string(), &self.who)
                || who.iter().any(|text| holds(text, &self.who));
            if !is_who {
                return false;
            }
        }
        if self.text.is_empty() {
            return true;
        }
        let texts = [
            event.in_words(),
            event.reason.clone(),
            event.message.clone(),
            event.operation.clone().unwrap_or_default(),
        ];
        texts
            .iter()
            .chain(&event.jids)
            .chain(&event.places)
            .any(|text| holds(text, &self.text))
    }
}
