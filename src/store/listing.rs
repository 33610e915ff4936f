//! Pages with filters, made from slices: the same for every store.

use super::{Store, StoreResult};
use crate::model::{Page, PageRequest, Place};
use std::time::Duration;

/// A page of `place`, filtered; looks for at most `budget` and says so when it stopped there.
///
/// # Errors
/// As [`super::AdminStore::slice`].
pub async fn page(
    store: &dyn Store,
    place: &Place,
    request: &PageRequest,
    budget: Duration,
) -> StoreResult<Page> {
    let _ = (store, place, request, budget);
    unimplemented!()
}
