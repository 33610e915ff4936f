//! Searches over all sets and queues.

use crate::harness::{Subject, into_queue, into_set, job};
use crate::verbs::admin;
use jobdeck::{
    admin::{AdminError, SearchRequest},
    model::{EntryId, SearchEvent, SearchProgress, Set},
    store::StoreError,
};
use std::time::Duration;

/// A part of a search that may take no time ends behind what it has read, and the next one goes on there.
pub(crate) async fn a_search_out_of_time_goes_on_where_it_was(subject: Subject) {
    fill(&subject).await;
    let (all, ..) = search(&subject, request("arg:*")).await;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let part = SearchRequest {
            after,
            budget: Some(Duration::ZERO),
            ..request("arg:*")
        };
        let (more, _, next) = search(&subject, part).await;
        found.extend(more);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, all);
}

fn request(query: &str) -> SearchRequest {
    SearchRequest {
        query: query.to_owned(),
        ..SearchRequest::default()
    }
}

/// The entries found, how far it came, and where to go on.
async fn search(
    subject: &Subject,
    request: SearchRequest,
) -> (Vec<EntryId>, SearchProgress, Option<String>) {
    let mut events = admin(subject).search(request).await.unwrap();
    let mut found = Vec::new();
    while let Some(event) = events.recv().await {
        match event.unwrap() {
            SearchEvent::Hit(entry) => found.push(entry.id),
            SearchEvent::Progress { progress, .. } => assert!(progress.searched <= progress.total),
            SearchEvent::End { progress, next } => return (found, progress, next),
        }
    }
    panic!("the search has no end");
}

/// Five of each kind in every set and two queues.
async fn fill(subject: &Subject) {
    let mut entries = Vec::new();
    for number in 0..10 {
        for set in Set::ALL {
            entries.push(into_set(set, f64::from(number as u32), job(number)));
        }
        entries.push(into_queue("low", job(number)));
        entries.push(into_queue("high", job(number)));
    }
    subject.add(&entries).await.unwrap();
}

pub(crate) async fn a_search_goes_through_all_places_in_order(subject: Subject) {
    fill(&subject).await;
    let (found, progress, next) = search(&subject, request("arg.0:3 OR arg.0:7")).await;
    let places: Vec<String> = found.iter().map(|id| id.place.to_string()).collect();
    let expected = ["dead", "retries", "scheduled", "queue:high", "queue:low"];
    assert_eq!(
        places,
        expected
            .into_iter()
            .flat_map(|place| [place, place])
            .collect::<Vec<_>>()
    );
    // The newest first.
    assert_eq!((found[0].position, found[1].position), (7.0, 3.0));
    assert_eq!(
        (progress.searched, progress.total, progress.found, next),
        (50, 50, 10, None)
    );
    // What was found can be acted on.
    let stored = subject.store.locate(&found).await.unwrap();
    assert!(stored.iter().all(Option::is_some));
}

pub(crate) async fn a_search_goes_on_where_another_ended(subject: Subject) {
    fill(&subject).await;
    let (all, ..) = search(&subject, request("arg:*")).await;
    assert_eq!(all.len(), 50);
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let (more, progress, next) = search(
            &subject,
            SearchRequest {
                after,
                limit: 7,
                ..request("arg:*")
            },
        )
        .await;
        assert_eq!(progress.found, more.len() as u64);
        found.extend(more);
        after = next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, all);
}

pub(crate) async fn a_search_looks_only_where_something_can_be(subject: Subject) {
    fill(&subject).await;
    let within = |query: &str, within: Option<&str>| SearchRequest {
        within: within.map(str::to_owned),
        ..request(query)
    };
    for (asked, searched, found) in [
        (within("in:dead,queue:low", None), 20, 20),
        (within("", Some("retries")), 10, 10),
        (within("in:dead", Some("retries")), 0, 0),
        (within("died:*", Some("retry,queue")), 0, 0),
        (within("died:>=1970-01-01T00:00:08", None), 2, 2),
    ] {
        if asked.query == "died:*" {
            let Err(AdminError::Store(StoreError::Query(error))) =
                admin(&subject).search(asked).await
            else {
                panic!("`died:*` is no time");
            };
            assert_eq!((error.start, error.end), (5, 6));
            continue;
        }
        let (hits, progress, _) = search(&subject, asked.clone()).await;
        assert_eq!(
            (progress.searched, hits.len()),
            (searched, found),
            "{asked:?}"
        );
    }
    for wrong in [
        within("a", Some("limbo")),
        SearchRequest {
            after: Some("nowhere".to_owned()),
            ..request("a")
        },
    ] {
        let refused = admin(&subject).search(wrong.clone()).await;
        assert!(
            matches!(refused, Err(AdminError::Store(StoreError::Invalid(_)))),
            "{wrong:?}"
        );
    }
}
