//! Searching all sets and queues.

use super::{ApiError, query_string};
use crate::model::{Completions, SearchNews, SearchNext, SearchProgress};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// What a search's page shows, as its address says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchAddress {
    /// The search as it was typed.
    pub q: String,
    /// Where another part of it ended.
    pub after: String,
    /// How far it came until there.
    pub before: SearchProgress,
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
                "before" => read.before = value.parse().unwrap_or_default(),
                _ => {}
            }
        }
        read
    }

    /// The job id, if that is what was typed.
    #[must_use]
    pub fn jid(&self) -> Option<&str> {
        let jid = self.q.trim();
        let is_jid = jid.len() == 24 && jid.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_jid.then_some(jid)
    }

    /// The address of the first part.
    #[must_use]
    pub fn first(&self) -> String {
        format!("/search{}", query_string::write([("q", self.q.as_str())]))
    }

    /// The address of the part that begins there.
    #[must_use]
    pub fn next(&self, next: &SearchNext) -> String {
        let before = next.progress.behind(self.before).to_string();
        let query = query_string::write([
            ("q", self.q.as_str()),
            ("after", next.after.as_str()),
            ("before", before.as_str()),
        ]);
        format!("/search{query}")
    }

    /// Where a page follows the search: from the jobs that it knows.
    #[must_use]
    pub fn stream(&self, scan: &str, known: usize) -> String {
        let known = known.to_string();
        let query = query_string::write([
            ("q", self.q.as_str()),
            ("after", self.after.as_str()),
            ("scan", scan),
            ("known", known.as_str()),
        ]);
        format!("/live/search{query}")
    }
}

/// What a search finds in all sets and queues: as much as can be found in the time of a page. A page that is live follows it from there;
/// one that is not goes on with the next part. Nothing for an empty search.
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
) -> Result<Option<SearchNews>, ApiError> {
    use super::respond;
    use crate::model::SearchPhase;
    let admin = respond::admin_for_page()?;
    if q.trim().is_empty() {
        return Ok(None);
    }
    // A job id leads to its job, which may run at this moment and stand in no list.
    let asked = SearchAddress {
        q,
        after,
        ..SearchAddress::default()
    };
    if let Some(jid) = asked.jid().filter(|_| respond::is_page()) {
        leptos_axum::redirect(&format!("/jobs/{jid}"));
    }
    let after = Some(asked.after.as_str()).filter(|after| !after.is_empty());
    let budget = respond::search_budget(&admin);
    let find = async || {
        let follower = admin
            .follow_search(&asked.q, after, None, 0)
            .map_err(respond::failed)?;
        Ok(follower.part(budget).await)
    };
    let part = respond::once("", find).await?;
    match part.phase {
        SearchPhase::Broken(reason) if part.hits.is_empty() => Err(respond::unavailable(reason)),
        _ => Ok(Some(part)),
    }
}

/// What the word at a place of a search could become.
///
/// # Errors
/// [`ApiError::Unavailable`] outside a server.
#[server(prefix = "/api/ui", endpoint = "jobs/complete", input = GetUrl)]
pub async fn get_completions(
    /// The search.
    #[server(default)]
    q: String,
    /// Where the caret stands, characters from 0.
    at: usize,
) -> Result<Completions, ApiError> {
    use super::{complete, respond};
    let (admin, groups, live) = respond::known()?;
    Ok(complete(&admin, &groups, &live, &q, at))
}

#[cfg(test)]
mod tests {
    use super::SearchAddress;
    use crate::model::{SearchNext, SearchProgress};

    #[test]
    fn a_job_id_is_known_from_other_searches() {
        let jid = |q: &str| {
            let asked = SearchAddress {
                q: q.to_owned(),
                ..SearchAddress::default()
            };
            asked.jid().map(str::to_owned)
        };
        let id = "5d41402abc4b2a76b9719d91";
        assert_eq!(jid(&format!(" {id} ")).as_deref(), Some(id));
        assert_eq!(jid(&id[1..]), None);
        assert_eq!(jid("class:PublishPhotoAbcdef"), None);
    }

    #[test]
    fn the_address_of_the_next_part_says_all() {
        let address = SearchAddress::parse("?q=class%3AA+-%22b+c%22&after=&x=1");
        assert_eq!(address.q, "class:A -\"b c\"");
        let progress = |searched, total, found| SearchProgress {
            searched,
            total,
            found,
        };
        let next = address.next(&SearchNext {
            after: "12~a queue:low".to_owned(),
            progress: progress(600, 1_000, 50),
        });
        let second = SearchAddress::parse(next.strip_prefix("/search").unwrap());
        assert_eq!(
            second,
            SearchAddress {
                after: "12~a queue:low".to_owned(),
                before: progress(600, 1_000, 50),
                ..address.clone()
            }
        );
        // The third part counts from the beginning of the first.
        let third = second.next(&SearchNext {
            after: "3~b queue:low".to_owned(),
            progress: progress(200, 400, 50),
        });
        let third = SearchAddress::parse(third.strip_prefix("/search").unwrap());
        assert_eq!(third.before, progress(800, 1_000, 100));
        assert_eq!(SearchAddress::parse("?before=x").before, progress(0, 0, 0));
        assert_eq!(address.first(), "/search?q=class:A%20-%22b%20c%22");
    }
}
