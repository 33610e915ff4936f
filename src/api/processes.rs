//! Worker processes and what they run.

use super::{ApiError, query_string};
use crate::model::{ProcessInfo, RunningJob, Signal};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// Which running jobs to show; empty fields show all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningFilter {
    /// Class as shown, whole.
    pub class: Option<String>,
    /// Queue, whole.
    pub queue: Option<String>,
    /// Process, whole identity.
    pub process: Option<String>,
}

impl RunningFilter {
    /// What an address asks for; an empty value asks for nothing.
    #[must_use]
    pub fn read(query: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in query_string::parse(query) {
            let field = match name.as_str() {
                "class" => &mut filter.class,
                "queue" => &mut filter.queue,
                "process" => &mut filter.process,
                _ => continue,
            };
            *field = Some(value).filter(|value| !value.is_empty());
        }
        filter
    }

    /// What it is in an address.
    #[must_use]
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        [
            ("class", &self.class),
            ("queue", &self.queue),
            ("process", &self.process),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
        .filter(|(_, value)| !value.is_empty())
        .collect()
    }

    /// The address of the running jobs with it.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/running{}", query_string::write(self.pairs()))
    }

    /// Whether it shows this job.
    #[must_use]
    pub fn shows(&self, job: &RunningJob) -> bool {
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == value)
        };
        is(&self.class, &job.class)
            && is(&self.queue, &job.queue)
            && is(&self.process, &job.process)
    }

    /// Whether it shows everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Every process.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "processes", input = GetUrl)]
pub async fn get_processes() -> Result<Vec<ProcessInfo>, ApiError> {
    use super::respond;
    let admin = respond::admin_for_page()?;
    respond::once("", async || {
        admin.processes().await.map_err(respond::failed)
    })
    .await
}

/// What runs now and passes the filter, longest first, without payloads; at most 1 000.
///
/// # Errors
/// The store's.
#[server(prefix = "/api/ui", endpoint = "running", input = GetUrl)]
pub async fn get_running(
    /// Class as shown, whole.
    class: Option<String>,
    /// Queue, whole.
    queue: Option<String>,
    /// Process, whole identity.
    process: Option<String>,
) -> Result<Vec<RunningJob>, ApiError> {
    use super::respond;
    const MOST: usize = 1_000;
    let filter = RunningFilter {
        class,
        queue,
        process,
    };
    let admin = respond::admin_for_page()?;
    let mut running =
        respond::once("", async || admin.running().await.map_err(respond::failed)).await?;
    running.retain(|job| filter.shows(job));
    running.truncate(MOST);
    for job in &mut running {
        job.payload = String::new();
    }
    Ok(running)
}

/// Tells a process to quiet, stop or dump; answers in words what was done. Leads back to the list of processes.
///
/// # Errors
/// [`ApiError::NotFound`] when it has no heartbeat, [`ApiError::Refused`] when it takes no signals (embedded); the store's.
#[server(prefix = "/api/ui", endpoint = "signal_process")]
pub async fn signal_process(
    /// Identity of the process.
    identity: String,
    /// What it is told.
    signal: Signal,
) -> Result<String, ApiError> {
    use super::respond;
    respond::admin()?
        .signal(&identity, signal)
        .await
        .map_err(respond::failed)?;
    let done = match signal {
        Signal::Quiet => {
            format!("Told {identity} to fetch no more jobs; it obeys at its next heartbeat.")
        }
        Signal::Stop => format!("Told {identity} to stop; it obeys at its next heartbeat."),
        Signal::Dump => format!("Told {identity} to write what its threads do to its log."),
    };
    respond::notice(&done);
    leptos_axum::redirect("/processes");
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::RunningFilter;

    #[test]
    fn an_empty_value_in_the_address_filters_nothing() {
        let filter = RunningFilter::read("class=&queue=a%2520b");
        assert_eq!(filter.class, None);
        assert_eq!(filter.queue.as_deref(), Some("a%20b"));
    }

    #[test]
    fn a_filter_is_read_as_it_is_written() {
        let filter = RunningFilter {
            class: Some("A&B".to_owned()),
            queue: None,
            process: Some("host:1:é".to_owned()),
        };
        let path = filter.path();
        let query = path.strip_prefix("/running?").unwrap();
        assert_eq!(RunningFilter::read(query), filter);
        assert_eq!(RunningFilter::default().path(), "/running");
    }
}
