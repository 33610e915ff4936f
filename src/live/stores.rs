//! All stores of a server side by side.

use super::Live;
use crate::model::{BasePath, Limit, StoreGlance, StoreNumbers, StoreSign};
use futures::future::join_all;
use std::sync::Arc;

/// All stores of a server that has several, in their order. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Stores(Arc<[(StoreSign, Live)]>);

impl FromIterator<(StoreSign, Live)> for Stores {
    fn from_iter<I: IntoIterator<Item = (StoreSign, Live)>>(stores: I) -> Self {
        Self(stores.into_iter().collect())
    }
}

impl Stores {
    /// How they are told from each other.
    pub fn signs(&self) -> impl Iterator<Item = &StoreSign> {
        self.0.iter().map(|(sign, _)| sign)
    }

    /// What there is to see of those that `wanted` names, no older than a second where they answer. Those that do not are waited for no longer
    /// than it takes to know that. `base` stands before the addresses of all; `limit` is that of whoever asks.
    pub async fn glances(
        &self,
        base: &BasePath,
        limit: &Limit,
        wanted: impl Fn(&StoreSign) -> bool,
    ) -> Vec<StoreGlance> {
        let stores = self.0.iter().filter(|(sign, _)| wanted(sign));
        let glances = stores.map(async |(sign, live)| {
            let frame = live.glance(limit).await;
            let snapshot = frame.snapshot();
            StoreGlance {
                address: base.address(&sign.path()),
                sign: sign.clone(),
                state: snapshot.state.clone(),
                info: snapshot.store.clone(),
                numbers: StoreNumbers::of(snapshot),
            }
        });
        join_all(glances).await
    }
}
