//! Pages with filters, as the lists show them.

use crate::harness::{Subject, every_place, into_place, into_queue, into_set, odd_entries, queue};
use jobdeck::{
    model::{JobFilter, Limit, Order, Page, PageRequest, Place, Set, Timestamp},
    redaction::Redactor,
    store::{StoreError, listing},
};
use std::time::Duration;

/// Whether a filter shows the job of this number.
type Shows = fn(u32) -> bool;

/// Longer than any search here takes.
const LONG: Duration = Duration::from_secs(30);

async fn page(subject: &Subject, place: &Place, request: &PageRequest) -> Page {
    listing::page(
        subject.store.as_ref(),
        place,
        request,
        LONG,
        &Redactor::none(),
        &Limit::none(),
    )
    .await
    .unwrap()
}

fn jids(page: &Page) -> Vec<String> {
    page.entries.iter().map(|entry| entry.jid.clone()).collect()
}

/// Failed jobs that differ in everything one can filter by.
fn failed(number: u32) -> String {
    let class = ["Publish", "Resize", "Mail"][number as usize % 3];
    let queue = ["default", "low"][number as usize % 2];
    let error = ["TooLarge", "Timeout"][number as usize / 2 % 2];
    let tag = if number.is_multiple_of(10) {
        "vip"
    } else {
        "plain"
    };
    format!(
        r#"{{"class":"{class}","args":["photo {number}"],"queue":"{queue}","jid":"job-{number:04}","error_class":"{error}","error_message":"Photo {number} was Refused","tags":["{tag}","all"],"retry_count":0,"created_at":1795469606.5,"enqueued_at":{}.5}}"#,
        1_795_469_600 + number
    )
}

async fn fill(subject: &Subject, place: &Place, count: u32) {
    let entries: Vec<_> = (0..count)
        .map(|number| match place {
            Place::Set(set) => into_set(*set, f64::from(1_795_470_000 + number), failed(number)),
            Place::Queue(name) => into_queue(name, failed(number)),
        })
        .collect();
    subject.add(&entries).await.unwrap();
}

fn names(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
    numbers
        .into_iter()
        .map(|number| format!("job-{number:04}"))
        .collect()
}

pub(crate) async fn pages_lead_forward_and_back(subject: Subject) {
    for place in every_place() {
        fill(&subject, &place, 25).await;
        for (order, numbers) in [
            (Order::Ascending, (0..25).collect::<Vec<_>>()),
            (Order::Descending, (0..25).rev().collect()),
        ] {
            let request = PageRequest {
                order,
                limit: 10,
                ..PageRequest::default()
            };
            let first = page(&subject, &place, &request).await;
            assert_eq!(jids(&first), names(numbers[..10].iter().copied()));
            assert_eq!(first.total, 25);
            assert!(first.previous.is_none() && first.next.is_some() && !first.partial);
            let next = |after| PageRequest {
                after,
                ..request.clone()
            };
            let second = page(&subject, &place, &next(first.next.clone())).await;
            assert_eq!(jids(&second), names(numbers[10..20].iter().copied()));
            let third = page(&subject, &place, &next(second.next.clone())).await;
            assert_eq!(jids(&third), names(numbers[20..].iter().copied()));
            assert!(third.next.is_none());
            let back = PageRequest {
                before: third.previous,
                ..request.clone()
            };
            let again = page(&subject, &place, &back).await;
            assert_eq!(jids(&again), jids(&second));
            let back = PageRequest {
                before: again.previous,
                ..request.clone()
            };
            let start = page(&subject, &place, &back).await;
            assert_eq!(jids(&start), jids(&first));
            assert!(start.previous.is_none());
        }
    }
}

pub(crate) async fn each_filter_shows_what_it_names(subject: Subject) {
    let some = |text: &str| Some(text.to_owned());
    let none = JobFilter::default;
    let cases: Vec<(JobFilter, Shows)> = vec![
        (
            JobFilter {
                class: some("Resize"),
                ..none()
            },
            |number| number % 3 == 1,
        ),
        (
            JobFilter {
                queue: some("low"),
                ..none()
            },
            |number| number % 2 == 1,
        ),
        (
            JobFilter {
                error: some("Timeout"),
                ..none()
            },
            |number| number / 2 % 2 == 1,
        ),
        (
            JobFilter {
                error: some("photo 7 WAS"),
                ..none()
            },
            |number| number == 7,
        ),
        (
            JobFilter {
                text: some("PHOTO 12\""),
                ..none()
            },
            |number| number == 12,
        ),
        (
            JobFilter {
                tag: some("vip"),
                ..none()
            },
            |number| number.is_multiple_of(10),
        ),
        (
            JobFilter {
                class: some("Publish"),
                queue: some("default"),
                tag: some("vip"),
                ..none()
            },
            |number| number % 30 == 0,
        ),
        (
            JobFilter {
                class: some("publish"),
                ..none()
            },
            |_| false,
        ),
        (
            JobFilter {
                tag: some("vi"),
                ..none()
            },
            |_| false,
        ),
        (
            JobFilter {
                text: some("*"),
                ..none()
            },
            |_| false,
        ),
    ];
    for place in every_place() {
        fill(&subject, &place, 60).await;
        for (filter, shown) in &cases {
            let request = PageRequest {
                filter: filter.clone(),
                limit: 100,
                ..PageRequest::default()
            };
            let page = page(&subject, &place, &request).await;
            let expected = names((0..60).filter(|number| shown(*number)));
            assert_eq!(jids(&page), expected, "{place}: {filter:?}");
            assert_eq!(page.total, 60);
            assert!(page.next.is_none() && !page.partial);
        }
    }
}

pub(crate) async fn each_search_shows_what_its_words_mean(subject: Subject) {
    let cases: Vec<(&str, Shows)> = vec![
        ("class:resize error:TIMEOUT", |number| {
            number % 3 == 1 && number / 2 % 2 == 1
        }),
        ("Timeout -queue:low", |number| {
            number / 2 % 2 == 1 && number % 2 == 0
        }),
        ("class:Publish OR tag:vip", |number| {
            number % 3 == 0 || number % 10 == 0
        }),
        ("-(class:Publish OR class:Mail)", |number| number % 3 == 1),
        ("\"photo 12\"", |number| number == 12),
        ("arg.0:\"photo 7\"", |number| number == 7),
        ("jid:job-001*", |number| (10..20).contains(&number)),
        ("message:\"photo 7 was\"", |number| number == 7),
        ("attempts:1 created:2026-11-23", |_| true),
        ("enqueued:>=2026-11-23T21:34 size:<100kb", |number| {
            number >= 40
        }),
        ("attempts:>1", |_| false),
        ("in:scheduled,retries,dead,queue -in:nowhere", |_| false),
    ];
    for place in every_place() {
        fill(&subject, &place, 60).await;
        for (search, shown) in &cases {
            let request = PageRequest {
                filter: JobFilter {
                    query: Some((*search).to_owned()),
                    ..JobFilter::default()
                },
                limit: 100,
                ..PageRequest::default()
            };
            let asked = listing::page(
                subject.store.as_ref(),
                &place,
                &request,
                LONG,
                &Redactor::none(),
                &Limit::none(),
            )
            .await;
            if search.contains("nowhere") {
                let Err(StoreError::Query(error)) = asked else {
                    panic!("{search}: {asked:?}");
                };
                assert_eq!((error.start, error.end), (36, 43), "{error}");
                continue;
            }
            let page = asked.unwrap();
            let expected = names((0..60).filter(|number| shown(*number)));
            assert_eq!(jids(&page), expected, "{place}: {search}");
            assert_eq!((page.scanned, page.total), (60, 60), "{search}");
        }
    }
    // What cannot be there is not searched; times are bounds of a set's scores.
    let dead = Place::Set(Set::Dead);
    for (search, scanned, found) in [
        ("in:retries", 0, 0),
        ("died:>2099-01-01", 0, 0),
        ("died:2026-11-23T21:40 Publish", 60, 20),
    ] {
        let request = PageRequest {
            filter: JobFilter {
                query: Some(search.to_owned()),
                ..JobFilter::default()
            },
            order: Order::Descending,
            ..PageRequest::default()
        };
        let page = page(&subject, &dead, &request).await;
        let numbers = (page.scanned, page.entries.len());
        assert_eq!(numbers, (scanned, found), "{search}");
        assert_eq!(page.total, 60);
    }
}

pub(crate) async fn times_limit_a_set_by_score(subject: Subject) {
    let at = |number: i64| Some(Timestamp((1_795_470_000 + number) * 1_000));
    for place in every_place() {
        fill(&subject, &place, 40).await;
        // A queue's entries are taken by when they were enqueued: job n at …600.5 + n.
        let at = |number: i64| match place {
            Place::Set(_) => at(number),
            Place::Queue(_) => Some(Timestamp((1_795_469_600 + number) * 1_000 + 500)),
        };
        for (from, to, expected) in [
            (at(10), at(19), names(10..20)),
            (at(35), None, names(35..40)),
            (None, at(4), names(0..5)),
            (at(50), None, names(0..0)),
            (at(20), at(10), names(0..0)),
        ] {
            for order in [Order::Ascending, Order::Descending] {
                let request = PageRequest {
                    filter: JobFilter {
                        from,
                        to,
                        ..JobFilter::default()
                    },
                    order,
                    limit: 100,
                    ..PageRequest::default()
                };
                let mut shown = jids(&page(&subject, &place, &request).await);
                shown.sort();
                assert_eq!(shown, expected, "{place}: {from:?} to {to:?}, {order:?}");
            }
        }
    }
}

pub(crate) async fn a_search_without_time_says_that_it_is_partial(subject: Subject) {
    let place = Place::Set(Set::Dead);
    fill(&subject, &place, 2_500).await;
    let request = PageRequest {
        filter: JobFilter {
            text: Some("photo 2499\"".to_owned()),
            ..JobFilter::default()
        },
        ..PageRequest::default()
    };
    let first = listing::page(
        subject.store.as_ref(),
        &place,
        &request,
        Duration::ZERO,
        &Redactor::none(),
        &Limit::none(),
    )
    .await
    .unwrap();
    assert!(first.partial);
    assert!(first.entries.is_empty());
    assert!(first.next.is_some());
    assert!(first.scanned < 2_500);
    assert_eq!(first.total, 2_500);
}

pub(crate) async fn a_search_in_pieces_finds_everything_once(subject: Subject) {
    for place in [Place::Set(Set::Retries), queue("default")] {
        fill(&subject, &place, 2_500).await;
        for order in [Order::Ascending, Order::Descending] {
            let mut request = PageRequest {
                filter: JobFilter {
                    tag: Some("vip".to_owned()),
                    ..JobFilter::default()
                },
                order,
                limit: 30,
                ..PageRequest::default()
            };
            let mut found = Vec::new();
            loop {
                let page = listing::page(
                    subject.store.as_ref(),
                    &place,
                    &request,
                    Duration::ZERO,
                    &Redactor::none(),
                    &Limit::none(),
                )
                .await
                .unwrap();
                found.extend(jids(&page));
                request.after = page.next;
                if request.after.is_none() {
                    break;
                }
            }
            if order == Order::Descending {
                found.reverse();
            }
            assert_eq!(found, names((0..2_500).step_by(10)), "{place} {order:?}");
        }
    }
}

pub(crate) async fn odd_entries_are_listed(subject: Subject) {
    for place in every_place() {
        for (_, raw) in odd_entries() {
            subject.put(into_place(&place, raw)).await;
        }
        let request = PageRequest {
            limit: 100,
            ..PageRequest::default()
        };
        let listed = page(&subject, &place, &request).await;
        assert_eq!(listed.entries.len(), odd_entries().len(), "{place}");
        for entry in &listed.entries {
            assert!(subject.find(&entry.id).await.is_some(), "{}", entry.id);
        }
        let sizes: u64 = listed.entries.iter().map(|entry| entry.size_bytes).sum();
        let expected: usize = odd_entries().iter().map(|(_, raw)| raw.len()).sum();
        assert_eq!(sizes, expected as u64);
    }
}

pub(crate) async fn another_page_is_offered_only_when_there_is_one(subject: Subject) {
    for place in every_place() {
        fill(&subject, &place, 60).await;
        for (limit, has_next) in [(7, false), (6, false), (5, true)] {
            let request = PageRequest {
                filter: JobFilter {
                    tag: Some("vip".to_owned()),
                    ..JobFilter::default()
                },
                limit,
                ..PageRequest::default()
            };
            let first = page(&subject, &place, &request).await;
            assert_eq!(first.entries.len(), limit.min(6) as usize);
            assert_eq!(first.next.is_some(), has_next, "{place} {limit}");
            assert!(!first.partial);
            let Some(after) = first.next else {
                continue;
            };
            let request = PageRequest {
                after: Some(after),
                ..request
            };
            assert_eq!(jids(&page(&subject, &place, &request).await), names([50]));
        }
    }
}

pub(crate) async fn text_is_found_however_it_is_spelled(subject: Subject) {
    let raw = r#"{"class":"A","args":["Caf\u00e9\/Bar"],"jid":"x","error_backtrace":"eJyLVkos"}"#;
    for place in every_place() {
        subject.put(into_place(&place, raw)).await;
        subject.put(into_place(&place, "not JSON: CAFÉ")).await;
        for (text, found) in [("cAFÉ", 2), ("café/bar", 1), ("jylv", 0), ("", 2)] {
            let request = PageRequest {
                filter: JobFilter {
                    text: Some(text.to_owned()),
                    ..JobFilter::default()
                },
                ..PageRequest::default()
            };
            let page = page(&subject, &place, &request).await;
            assert_eq!(page.entries.len(), found, "{place}: {text}");
        }
    }
}

pub(crate) async fn large_entries_are_paged_like_others(subject: Subject) {
    for place in [Place::Set(Set::Dead), queue("default")] {
        for number in 0..120 {
            let args = "x".repeat(if number % 3 == 0 { 200_000 } else { 10 });
            let raw = format!(r#"{{"class":"A","args":["{args}"],"jid":"job-{number:04}"}}"#);
            subject.put(into_place(&place, raw)).await;
        }
        for filter in [None, Some("job-".to_owned())] {
            let mut request = PageRequest {
                filter: JobFilter {
                    text: filter,
                    ..JobFilter::default()
                },
                limit: 110,
                ..PageRequest::default()
            };
            let first = page(&subject, &place, &request).await;
            request.after.clone_from(&first.next);
            let second = page(&subject, &place, &request).await;
            assert!(second.next.is_none());
            let mut shown = jids(&first);
            assert_eq!(shown.len(), 110);
            shown.extend(jids(&second));
            shown.sort();
            assert_eq!(shown, names(0..120), "{place}");
        }
    }
}

pub(crate) async fn a_time_of_a_filter_is_a_whole_millisecond(subject: Subject) {
    // Scores are finer: each of these is shown as the same millisecond.
    let place = Place::Set(Set::Retries);
    for (number, score) in [1_000.499_6, 1_000.5, 1_000.500_4].into_iter().enumerate() {
        subject
            .put(into_set(Set::Retries, score, failed(number as u32)))
            .await;
    }
    let at = Some(Timestamp(1_000_500));
    for order in [Order::Ascending, Order::Descending] {
        let request = PageRequest {
            filter: JobFilter {
                from: at,
                to: at,
                ..JobFilter::default()
            },
            order,
            ..PageRequest::default()
        };
        let page = page(&subject, &place, &request).await;
        assert!(page.entries.iter().all(|entry| entry.at == at));
        assert_eq!(page.entries.len(), 3, "{order:?}");
    }
}
