//! `jobdeck jobs search`: over all sets and queues.

use super::{List, row};
use crate::{
    admin::SearchRequest,
    commands::{
        Failure,
        options::{Common, admin, settings_and_store},
        output,
    },
    model::{Place, PlaceError, SearchEvent},
    web::script,
};
use clap::Args;

/// Search all sets and queues: dead, retries, scheduled, then the queues by name, the newest of each first
#[derive(Debug, Args)]
pub(super) struct Search {
    /// What to find: `class:PublishPhoto error:Timeout failed:<1h -tag:vip` (docs/SEARCH.md).
    #[arg(required = true, value_name = "SEARCH")]
    words: Vec<String>,
    /// Only in these places: dead,retries, scheduled, queue, queue:NAME.
    #[arg(long = "in", value_name = "PLACES")]
    within: Option<String>,
    /// Most jobs; all unless said.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    limit: u64,
    /// Go on where another search ended.
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
    /// As JSON, a line a job and one at the end, as REST answers.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

/// What `jobs list` is to list.
#[derive(Clone, Debug)]
pub(super) enum ListOf {
    /// A set or queue.
    Place(Place),
    /// What this search finds anywhere.
    Search(String),
}

/// A place, or a search: what has a field, several words or a sign in front is no misspelled place.
pub(super) fn list_of(text: &str) -> Result<ListOf, PlaceError> {
    let is_search = text.contains([':', ' ', '"', '(']) || text.starts_with('-');
    match text.parse() {
        Ok(place) => Ok(ListOf::Place(place)),
        Err(_) if is_search => Ok(ListOf::Search(text.to_owned())),
        Err(error) => Err(error),
    }
}

impl List {
    /// Lists what is found anywhere.
    pub(super) async fn everywhere(self, first: String) -> Result<(), Failure> {
        let is_narrowed = self.class.is_some()
            || self.queue.is_some()
            || self.error.is_some()
            || self.text.is_some()
            || self.tag.is_some()
            || self.from.is_some()
            || self.to.is_some();
        if is_narrowed {
            return Err(Failure::usage(
                "the options `--class`, `--queue`, `--error`, `--text`, `--tag`, `--from` and `--to` need a place: name one, or write them into the search (`class:`, `died:`, …)",
            ));
        }
        let mut words = vec![first];
        words.extend(self.search);
        let search = Search {
            words,
            within: None,
            limit: u64::from(self.limit),
            after: self.after,
            json: self.json,
            common: self.common,
        };
        search.run().await
    }
}

impl Search {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (config, store) = settings_and_store(&self.common).await?;
        let mut events = admin(&config, store)
            .search(SearchRequest {
                query: self.words.join(" "),
                within: self.within,
                after: self.after,
                limit: self.limit,
                whole: self.json,
                ..SearchRequest::default()
            })
            .await?;
        while let Some(event) = events.recv().await {
            let event = event?;
            if self.json {
                if !matches!(event, SearchEvent::Progress { .. }) {
                    output::line(script::search_json(event));
                }
                continue;
            }
            match event {
                SearchEvent::Hit(entry) => output::line(row(&entry)),
                SearchEvent::End {
                    next: Some(next), ..
                } => output::line(format_args!("more: --after '{next}'")),
                SearchEvent::Progress { .. } | SearchEvent::End { next: None, .. } => {}
            }
        }
        Ok(())
    }
}
