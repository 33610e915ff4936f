//! A search as it goes on, for pages.

use super::{AppState, auth::Door, sse};
use crate::admin::{AdminError, SearchFollower};
use crate::api::query_string;
use crate::model::{SearchNews, SearchPhase, SearchProgress};
use crate::store::StoreError;
use axum::{
    extract::{RawQuery, State},
    response::{Response, sse::Event},
};
use futures::{Stream, stream};
use std::time::Duration;
use tokio::time::sleep;

/// Time between two words: a browser need not draw more often.
const GAP: Duration = Duration::from_millis(50);

/// `GET /live/search?q=SEARCH&after=CURSOR&scan=ID&known=N`: events `search`, each with [`SearchNews`], the last of them when it is over. Who
/// has followed the search `scan`, and knows so many of its jobs, is told the others. The search stands still when nobody follows it.
pub(super) async fn search(
    Door(admin): Door,
    State(state): State<AppState>,
    RawQuery(query): RawQuery,
) -> Response {
    let pairs = query_string::parse(query.as_deref().unwrap_or_default());
    let value = |name: &str| {
        let pair = pairs.iter().find(|(other, _)| other == name);
        pair.map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    let known = value("known")
        .and_then(|known| known.parse().ok())
        .unwrap_or_default();
    let follower = admin.follow_search(
        value("q").unwrap_or_default(),
        value("after"),
        value("scan"),
        known,
    );
    match follower {
        Ok(follower) => sse::answer(news(follower), state.shutdown),
        // A stream has no other way to say it: browsers do not tell what an answer with another status holds.
        Err(error) => sse::answer(stream::iter([event(&broken(&error))]), state.shutdown),
    }
}

/// The news, until there will be no more.
fn news(follower: SearchFollower) -> impl Stream<Item = Event> + Send {
    stream::unfold(
        (follower, false, true),
        |(mut follower, is_over, is_first)| async move {
            if is_over {
                return None;
            }
            // What is found first is told at once, what follows it together.
            if !is_first {
                sleep(GAP).await;
                follower.changed().await;
            }
            let news = follower.news();
            let is_over = matches!(news.phase, SearchPhase::Complete | SearchPhase::Broken(_));
            Some((event(&news), (follower, is_over, false)))
        },
    )
}

fn broken(error: &AdminError) -> SearchNews {
    let reason = match error {
        AdminError::Store(StoreError::Query(error)) => {
            format!("the search cannot be read {error}")
        }
        error => error.to_string(),
    };
    SearchNews {
        scan: String::new(),
        known: 0,
        hits: Vec::new(),
        progress: SearchProgress::default(),
        phase: SearchPhase::Broken(reason),
        next: None,
    }
}

fn event(news: &SearchNews) -> Event {
    let text = serde_json::to_string(news).unwrap_or_default();
    Event::default().event("search").data(text)
}
