//! What the page that is being made has found.

use super::ApiError;
use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::OnceCell;

/// What is read, by its type and by what was asked.
type Key = (TypeId, String);

/// Something that was found, or is being looked for.
type Found = Arc<OnceCell<Box<dyn Any + Send + Sync>>>;

/// What the page that is being made has found. A server may make the parts of a page twice: the store is read for it once, and both say
/// the same, or the browser would meet another page than the one that it is told of. One for each request.
#[derive(Clone, Debug, Default)]
pub struct FoundOnce(Arc<Mutex<HashMap<Key, Found>>>);

impl FoundOnce {
    /// What was found already when this was asked, or what is found now.
    ///
    /// # Errors
    /// That of `find`; then it is not found.
    pub async fn get_or_find<T, F>(
        &self,
        asked: String,
        find: impl FnOnce() -> F,
    ) -> Result<T, ApiError>
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, ApiError>>,
    {
        let key = (TypeId::of::<T>(), asked);
        let cell = {
            let mut found = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(found.entry(key).or_default())
        };
        let found = cell
            .get_or_try_init(async || Ok(Box::new(find().await?) as Box<dyn Any + Send + Sync>))
            .await?;
        // Its type is part of the key.
        let found = found.downcast_ref::<T>().cloned();
        found.ok_or_else(|| ApiError::Unavailable("what was found is something else".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::FoundOnce;
    use crate::api::ApiError;
    use crate::model::{SearchNews, SearchPhase, SearchProgress};

    #[tokio::test]
    async fn what_is_found_is_found_once() {
        let news = |scan: &str| SearchNews {
            scan: scan.to_owned(),
            known: 0,
            hits: Vec::new(),
            progress: SearchProgress::default(),
            phase: SearchPhase::Complete,
            next: None,
        };
        let found = FoundOnce::default();
        let again = found.clone();
        let failed = found.get_or_find("a".to_owned(), async || {
            Err::<SearchNews, _>(ApiError::Invalid("no".to_owned()))
        });
        assert!(failed.await.is_err());
        let first = found
            .get_or_find("a".to_owned(), async || Ok(news("first")))
            .await;
        let second = again
            .get_or_find("a".to_owned(), async || Ok(news("second")))
            .await;
        assert_eq!(
            (first.unwrap(), second.unwrap()),
            (news("first"), news("first"))
        );
        let other = found.get_or_find("b".to_owned(), async || Ok(news("third")));
        assert_eq!(other.await.unwrap(), news("third"));
        let number = found.get_or_find("a".to_owned(), async || Ok(5));
        assert_eq!(number.await.unwrap(), 5);
    }
}
