//! The audit: who changed what, and what came of it.

use super::StoreResult;
use crate::model::{Actor, AuditAction, AuditEntry, AuditEvent, AuditId, Order};
use async_trait::async_trait;
use std::time::Duration;

/// Events that are kept at most, the newest.
pub const AUDIT_EVENTS: u64 = 100_000;

/// How long it is remembered that something is written down once only, in seconds: longer than an operation that is over is kept.
pub const AUDIT_ONCE: u64 = 8 * 86_400;

/// What is kept of the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditBounds {
    /// Events that are older may go.
    pub kept: Duration,
    /// Of more than these, the oldest may go. A store may keep some hundred more for a while.
    pub events: u64,
}

impl Default for AuditBounds {
    fn default() -> Self {
        Self {
            kept: Duration::from_secs(90 * 86_400),
            events: AUDIT_EVENTS,
        }
    }
}

/// What has happened, in the order in which it was written down. Nothing is ever changed, and nothing goes but by age and number.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// Writes an event down, and lets go what is beyond the bounds; answers where it stands. With `once`, only if none was written down with
    /// that name before: else nothing is done and nothing answered.
    async fn write_audit(
        &self,
        event: &AuditEvent,
        once: Option<&str>,
        bounds: AuditBounds,
    ) -> StoreResult<Option<AuditId>>;

    /// Up to `limit` (at most 1 000) neighbouring events behind a place (none: from the edge) in this order; ascending is the oldest first. The
    /// event at that place is not among them, and need not be there any more.
    async fn read_audit(
        &self,
        behind: Option<AuditId>,
        order: Order,
        limit: usize,
    ) -> StoreResult<Vec<AuditEntry>>;
}

/// The text of an event, as both stores keep it.
pub(super) fn text_of(event: &AuditEvent) -> String {
    // Plain values always have a JSON form.
    serde_json::to_string(event).unwrap_or_default()
}

/// The event of such a text. What a newer version wrote in another form stands there all the same, without what it says.
pub(super) fn event_of(text: &[u8]) -> AuditEvent {
    serde_json::from_slice(text)
        .unwrap_or_else(|_| AuditEvent::new(Actor::nobody(), AuditAction::Unknown))
}
