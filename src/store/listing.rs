//! Pages with filters, made from slices: the same for every store.

mod pace;
mod walk;

use super::{Store, StoreResult};
use crate::model::{Limit, Page, PageRequest, Place};
use crate::redaction::Redactor;
use std::time::Duration;
use walk::Walk;

/// Entries of a page that does not say how many.
const USUAL_LIMIT: u32 = 50;

/// Most entries of a page.
const MOST: u32 = 500;

/// A page of `place`, filtered, without what the redactor takes for secrets, and without jobs of queues beyond the limit: they are neither
/// shown nor found. A search that took `budget`
/// stops with what it has: the page is `partial`, and goes on at its cursor.
///
/// # Errors
/// As [`super::AdminStore::slice`]; [`super::StoreError::Query`] when the filter's search cannot be read.
pub async fn page(
    store: &dyn Store,
    place: &Place,
    request: &PageRequest,
    budget: Duration,
    redactor: &Redactor,
    limited_to: &Limit,
) -> StoreResult<Page> {
    let limit = match request.limit {
        0 => USUAL_LIMIT,
        limit => limit.min(MOST),
    };
    let backward = request.after.is_none() && request.before.is_some();
    let order = if backward {
        request.order.reversed()
    } else {
        request.order
    };
    let cursor = request.after.as_ref().or(request.before.as_ref());
    let walk = Walk {
        store,
        place,
        filter: &request.filter,
        order,
        limit: limit as usize,
        budget,
        redactor,
        limited_to,
    };
    let mut found = walk.run(cursor).await?;
    // Behind the last entry of the reading direction there may be more; before the first there is something if a cursor led here.
    let far = if found.more { found.last } else { None };
    let near = cursor.map(|cursor| found.first.unwrap_or_else(|| cursor.clone()));
    if backward {
        found.rows.reverse();
    }
    let (next, previous) = if backward { (near, far) } else { (far, near) };
    Ok(Page {
        entries: found.rows,
        next,
        previous,
        scanned: found.scanned,
        total: found.total,
        partial: found.partial,
    })
}
