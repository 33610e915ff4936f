//! Waiting for the first reading, and keeping the last one.

use crate::api::ApiError;
use leptos::prelude::*;

/// What is made of a reading once the first one is there, inside `<Transition>`. It is made once: later readings change what it shows.
///
/// Not before that: until then there is nothing to show but that it is being read. And where the server could not start a thread for
/// pages alone (`web::renderers`), a memo that reads a resource in the moment in which another thread resolves it can miss the news, and
/// nothing would make it look again.
pub fn after_first_reading<T, V>(
    read: Resource<T>,
    view: impl FnOnce() -> V + Send + 'static,
) -> impl IntoView
where
    T: Send + Sync + 'static,
    V: IntoView + 'static,
{
    Suspend::new(async move {
        drop(read.by_ref().await);
        view()
    })
}

/// As [`after_first_reading`], of two readings.
pub fn after_first_readings<S, T, V>(
    read: Resource<S>,
    other: Resource<T>,
    view: impl FnOnce() -> V + Send + 'static,
) -> impl IntoView
where
    S: Send + Sync + 'static,
    T: Send + Sync + 'static,
    V: IntoView + 'static,
{
    Suspend::new(async move {
        drop(read.by_ref().await);
        drop(other.by_ref().await);
        view()
    })
}

/// What was read last; it stays when a reading fails. Nothing until something could be read.
#[must_use]
pub fn last_known<T>(read: Resource<Result<T, ApiError>>) -> Memo<Option<T>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |last: Option<&Option<T>>| match read.get() {
        Some(Ok(news)) => Some(news),
        Some(Err(_)) | None => last.cloned().flatten(),
    })
}
