//! A search over all sets and queues, told line by line while it goes on.

use super::{
    EntryBody,
    error::{Answer, ErrorBody, Problem},
    extract::Query,
    query::said,
};
use crate::admin::{AdminResult, SearchRequest};
use crate::api::complete;
use crate::model::{Completions, SearchEvent, SearchProgress};
use crate::web::AppState;
use crate::web::auth::Door;
use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    http::header::{CONTENT_ENCODING, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};

/// What to search for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// The search: `class:PublishPhoto error:Timeout`.
    q: String,
    /// Only in these places: `dead,retries`, `scheduled`, `queue`, `queue:NAME`.
    #[serde(rename = "in")]
    #[param(rename = "in")]
    within: Option<String>,
    /// Most jobs to find; all unless said.
    #[param(value_type = Option<u64>)]
    limit: Option<String>,
    /// Go on where another search ended: its `next`.
    after: Option<String>,
}

/// One line of the answer: a job, how far it is, the end, or why it broke off.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum SearchLine {
    /// A job that matches.
    Hit {
        /// The job.
        job: Box<EntryBody>,
    },
    /// How far it is.
    Progress {
        /// Entries looked at.
        searched: u64,
        /// Entries of all places where it looks.
        total: u64,
        /// Jobs found.
        found: u64,
    },
    /// The last line.
    End {
        /// Whether everything was searched.
        complete: bool,
        /// Entries looked at.
        searched: u64,
        /// Entries of all places where it looks.
        total: u64,
        /// Jobs found.
        found: u64,
        /// Where to go on, for `after`.
        next: Option<String>,
    },
    /// The last line of a search that broke off.
    Error(ErrorBody),
}

impl From<AdminResult<SearchEvent>> for SearchLine {
    fn from(event: AdminResult<SearchEvent>) -> Self {
        match event {
            Ok(SearchEvent::Hit(entry)) => Self::Hit {
                job: Box::new(entry.into()),
            },
            Ok(SearchEvent::Progress {
                progress:
                    SearchProgress {
                        searched,
                        total,
                        found,
                    },
                ..
            }) => Self::Progress {
                searched,
                total,
                found,
            },
            Ok(SearchEvent::End { progress, next }) => Self::End {
                complete: next.is_none(),
                searched: progress.searched,
                total: progress.total,
                found: progress.found,
                next,
            },
            Err(error) => Self::Error(Problem::from(error).into_body()),
        }
    }
}

/// Searches all sets and queues; answers one JSON object a line (NDJSON) while it goes on.
///
/// The last line says whether everything was searched, and if not, where to go on. A line that holds an `error` is the last one, too.
#[utoipa::path(get, path = "/search", tag = "jobs",
    params(SearchQuery),
    responses(
        (status = 200, body = SearchLine, content_type = "application/x-ndjson"),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn search(
    Door(admin): Door,
    Query(query): Query<SearchQuery>,
) -> Answer<Response> {
    let limit = match said(query.limit) {
        None => 0,
        Some(text) => text
            .parse()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| Problem::query("limit", "`limit` must be a number above 0"))?,
    };
    let events = admin
        .search(SearchRequest {
            query: query.q,
            within: said(query.within),
            after: said(query.after),
            limit,
            whole: true,
            ..SearchRequest::default()
        })
        .await
        .map_err(|error| Problem::from(error).renamed("filter", "q"))?;
    let lines = ReceiverStream::new(events).map(|event| {
        let mut line = serde_json::to_vec(&SearchLine::from(event)).unwrap_or_default();
        line.push(b'\n');
        Ok::<_, Infallible>(Bytes::from(line))
    });
    let body = Body::from_stream(lines);
    // Packing it would hold lines back.
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CONTENT_ENCODING, "identity"),
    ];
    Ok((headers, body).into_response())
}

/// A search that is being written.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SuggestQuery {
    /// The search so far.
    q: String,
    /// Where the caret stands, characters from 0; at the end unless said.
    #[param(value_type = Option<usize>)]
    at: Option<String>,
}

/// What the word at the caret could become.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SuggestionsBody {
    /// The first character that is replaced, from 0.
    start: usize,
    /// The character behind the last one.
    end: usize,
    /// What can stand there, the likeliest first.
    suggestions: Vec<SuggestionBody>,
}

/// One thing that can be written.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SuggestionBody {
    /// What is written, in quotes where it must be.
    text: String,
    /// What it is, for people.
    about: String,
}

impl From<Completions> for SuggestionsBody {
    fn from(completions: Completions) -> Self {
        let suggestions = completions.items.into_iter().map(|item| SuggestionBody {
            text: item.text,
            about: item.about,
        });
        Self {
            start: completions.start,
            end: completions.end,
            suggestions: suggestions.collect(),
        }
    }
}

/// What the word of a search at the caret could become: fields, and values that this server has seen. Reads no store.
#[utoipa::path(get, path = "/search/suggest", tag = "jobs",
    params(SuggestQuery),
    responses(
        (status = 200, body = SuggestionsBody),
        (status = "default", description = "It failed", body = ErrorBody),
    )
)]
pub(super) async fn suggest(
    Door(admin): Door,
    State(state): State<AppState>,
    Query(query): Query<SuggestQuery>,
) -> Answer<Json<SuggestionsBody>> {
    let at = match query.at.as_deref().filter(|text| !text.is_empty()) {
        None => query.q.chars().count(),
        Some(text) => text
            .parse()
            .map_err(|_| Problem::query("at", "`at` must be a number of characters, from 0"))?,
    };
    let completions = complete(&admin, &state.groups, &state.live, &query.q, at);
    Ok(Json(completions.into()))
}
