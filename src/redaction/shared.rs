//! A redactor that can be replaced while it is used.

use super::Redactor;
use std::sync::{Arc, PoisonError, RwLock};

/// A redactor that all who hold it use, and that can be replaced for all of them at once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SharedRedactor(Arc<RwLock<Redactor>>);

impl From<Redactor> for SharedRedactor {
    fn from(redactor: Redactor) -> Self {
        Self(Arc::new(RwLock::new(redactor)))
    }
}

impl SharedRedactor {
    /// The one of now.
    #[must_use]
    pub fn get(&self) -> Redactor {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on it is this one.
    pub fn set(&self, redactor: Redactor) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = redactor;
    }
}
