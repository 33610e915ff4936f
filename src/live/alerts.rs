//! The alerts that fire.

use crate::model::{AlertSummary, Timestamp};
use crate::store::{SharedStore, StoreError, StoreResult};
use std::cmp::Reverse;

/// Most of them in a snapshot.
const MOST: usize = 50;

/// The alerts that fire at `now`: first those that nobody knows of, the worst first. Who may not read them sees none, and all else.
pub(super) async fn watched(store: &SharedStore, now: Timestamp) -> StoreResult<Vec<AlertSummary>> {
    let alerts = match store.alerts().await {
        Err(StoreError::Unusable { .. } | StoreError::Refused { .. }) => return Ok(Vec::new()),
        alerts => alerts?,
    };
    let mut firing: Vec<AlertSummary> = alerts
        .iter()
        .filter_map(|alert| alert.summary(now))
        .collect();
    firing.sort_by(|one, other| {
        let order = |it: &AlertSummary| (it.is_quiet, Reverse(it.severity), it.fired_at);
        order(one)
            .cmp(&order(other))
            .then_with(|| one.id.cmp(&other.id))
    });
    firing.truncate(MOST);
    Ok(firing)
}
