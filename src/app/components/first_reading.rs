//! Waiting for the first reading.

use leptos::prelude::*;

/// What is made of a reading once the first one is there, inside `<Transition>`. It is made once: later readings change what it shows.
///
/// Not before that: a memo that reads a resource in the moment in which another thread resolves it can miss the news, and nothing on
/// the server would make it look again.
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
