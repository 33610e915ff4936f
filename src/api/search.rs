//! Searching all sets and queues.

use super::{ApiError, query_string};
use crate::model::{JobEntry, SearchProgress};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// A part of what a search finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The jobs, in the order of the search.
    pub hits: Vec<JobEntry>,
    /// How far it came, since it began or was continued.
    pub progress: SearchProgress,
    /// Where to go on; nothing when everything was searched.
    pub next: Option<String>,
}

/// What a search's page shows, as its address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchAddress {
    /// The search as it was typed.
    pub q: String,
    /// Where another part of it ended.
    pub after: String,
}

impl SearchAddress {
    /// Reads an address's query; what it does not know is left out.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let mut read = Self::default();
        for (name, value) in query_string::parse(query) {
            match name.as_str() {
                "q" => read.q = value,
                "after" => read.after = value,
                _ => {}
            }
        }
        read
    }

    /// The address of the part that begins there.
    #[must_use]
    pub fn next(&self, after: &str) -> String {
        let query = query_string::write([("q", self.q.as_str()), ("after", after)]);
        format!("/search{query}")
    }
}

/// What a search finds in all sets and queues: as much as can be found in the time of a page.
///
/// # Errors
/// The search cannot be read; the store's trouble.
#[server(prefix = "/api/ui", endpoint = "jobs/search", input = GetUrl)]
pub async fn get_found(
    /// The search.
    #[server(default)]
    q: String,
    /// Where another part of it ended; may be empty.
    #[server(default)]
    after: String,
) -> Result<Found, ApiError> {
    use super::respond;
    use crate::admin::SearchRequest;
    let admin = respond::admin_for_page()?;
    if q.trim().is_empty() {
        return Ok(Found {
            hits: Vec::new(),
            progress: SearchProgress::default(),
            next: None,
        });
    }
    // A job id leads to its job, which may run at this moment and stand in no list.
    let jid = q.trim();
    let is_jid = jid.len() == 24 && jid.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_jid && respond::is_page() {
        leptos_axum::redirect(&format!("/jobs/{jid}"));
    }
    let request = SearchRequest {
        query: q,
        after: Some(after).filter(|after| !after.is_empty()),
        limit: u64::from(super::PAGE_SIZE),
        ..SearchRequest::default()
    };
    let (hits, progress, next) = admin.found(request).await.map_err(respond::failed)?;
    Ok(Found {
        hits,
        progress,
        next,
    })
}

#[cfg(test)]
mod tests {
    use super::SearchAddress;

    #[test]
    fn the_address_of_the_next_part_says_all() {
        let address = SearchAddress::parse("?q=class%3AA+-%22b+c%22&after=&x=1");
        assert_eq!(address.q, "class:A -\"b c\"");
        let next = address.next("12~a queue:low");
        let query = next.strip_prefix("/search").unwrap();
        assert_eq!(
            SearchAddress::parse(query),
            SearchAddress {
                after: "12~a queue:low".to_owned(),
                ..address
            }
        );
    }
}
