//! The audit: a stream, whose entries have one field with the event as JSON.

use super::{RedisStore, scripts};
use crate::{
    model::{AuditEntry, AuditEvent, AuditId, Order},
    store::{
        AUDIT_ONCE, AuditBounds, AuditStore, StoreResult,
        audit::{event_of, text_of},
    },
};
use ::redis::cmd;
use async_trait::async_trait;
use bytes::Bytes;

#[async_trait]
impl AuditStore for RedisStore {
    async fn write_audit(
        &self,
        event: &AuditEvent,
        once: Option<&str>,
        bounds: AuditBounds,
    ) -> StoreResult<Option<AuditId>> {
        let mut call = scripts::AUDIT_WRITE.key(self.keys.audit());
        if let Some(once) = once {
            call.key(self.keys.audit_once(once));
        }
        call.arg(text_of(event))
            .arg(bounds.events)
            .arg(u64::try_from(bounds.kept.as_millis()).unwrap_or(u64::MAX))
            .arg(AUDIT_ONCE);
        let id: Option<String> = self.admin.change(&call).await?;
        Ok(id.and_then(|id| id.parse().ok()))
    }

    async fn read_audit(
        &self,
        behind: Option<AuditId>,
        order: Order,
        limit: usize,
    ) -> StoreResult<Vec<AuditEntry>> {
        let (name, edges) = match order {
            Order::Ascending => ("XRANGE", ["-", "+"]),
            Order::Descending => ("XREVRANGE", ["+", "-"]),
        };
        let first = match (behind, order) {
            // An exclusive edge that nothing can stand behind is an error to Redis.
            (Some(id), Order::Ascending) if id.number == u64::MAX => {
                format!("{}-0", id.milliseconds.saturating_add(1))
            }
            (Some(id), Order::Descending) if id == AuditId::default() => return Ok(Vec::new()),
            (Some(id), _) => format!("({id}"),
            (None, _) => edges[0].to_owned(),
        };
        let read: Vec<(String, Vec<(String, Bytes)>)> = self
            .admin
            .read(
                cmd(name)
                    .arg(self.keys.audit())
                    .arg(first)
                    .arg(edges[1])
                    .arg("COUNT")
                    .arg(limit.clamp(1, 1_000)),
            )
            .await?;
        Ok(read
            .into_iter()
            .filter_map(|(id, fields)| {
                let (_, text) = fields.first()?;
                Some(AuditEntry {
                    id: id.parse().ok()?,
                    event: event_of(text),
                })
            })
            .collect())
    }
}
