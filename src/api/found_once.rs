//! What the page that is being made has found.

use super::ApiError;
use crate::model::SearchNews;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// What the page that is being made has found. A server may make the parts of a page twice: the store is read for it once, and both say
/// the same. One for each request.
#[derive(Clone, Debug, Default)]
pub struct FoundOnce(Arc<OnceCell<SearchNews>>);

impl FoundOnce {
    /// What was found already, or what is found now.
    ///
    /// # Errors
    /// That of `find`; then it is not found.
    pub async fn get_or_find<F>(&self, find: impl FnOnce() -> F) -> Result<SearchNews, ApiError>
    where
        F: Future<Output = Result<SearchNews, ApiError>>,
    {
        self.0.get_or_try_init(find).await.cloned()
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
        let failed = found.get_or_find(async || Err(ApiError::Invalid("no".to_owned())));
        assert!(failed.await.is_err());
        let first = found.get_or_find(async || Ok(news("first"))).await;
        let second = again.get_or_find(async || Ok(news("second"))).await;
        assert_eq!(
            (first.unwrap(), second.unwrap()),
            (news("first"), news("first"))
        );
    }
}
