//! Searches that pages follow, and what is suggested while one is written.

use super::*;
use jobdeck::model::{SearchNews, SearchPhase};

/// Dead jobs; every so many of them is of the class `Rare`.
async fn fill(site: &Site, count: u32, rare: u32) {
    let entries: Vec<Destination> = (0..count)
        .map(|number| {
            let class = if number % rare == 0 { "Rare" } else { "Usual" };
            Destination::Set {
                set: Set::Dead,
                score: f64::from(1_700_000_000 + number),
                raw: format!(
                    r#"{{"class":"{class}","args":[{number}],"queue":"media","jid":"j{number}"}}"#
                )
                .into(),
            }
        })
        .collect();
    for entries in entries.chunks(1_000) {
        site.store.add(entries).await.expect("they are added");
    }
}

/// What a stream tells, word by word.
fn news(text: &str) -> Vec<SearchNews> {
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).expect("news"))
        .collect()
}

/// The numbers of the jobs that a stream told, in order.
fn told(news: &[SearchNews]) -> Vec<String> {
    news.iter()
        .flat_map(|news| news.hits.iter().map(|hit| hit.jid.clone()))
        .collect()
}

#[tokio::test]
async fn a_page_follows_a_search_to_its_end_and_can_go_on_from_what_it_knows() {
    let site = Site::new().await;
    fill(&site, 2_000, 100).await;
    let answer = site.get("/live/search?q=class:rare").await;
    assert!(
        answer
            .header("content-type")
            .starts_with("text/event-stream")
    );
    let first = news(&answer.text);
    let expected: Vec<String> = (0..20).rev().map(|n| format!("j{}", n * 100)).collect();
    assert_eq!(told(&first), expected);
    let last = first.last().expect("an end");
    assert_eq!(last.phase, SearchPhase::Complete);
    assert_eq!(
        (
            last.progress.searched,
            last.progress.total,
            last.progress.found,
            &last.next
        ),
        (2_000, 2_000, 20, &None)
    );
    // The same search is good for some seconds; who knows some of its jobs is told the others.
    let again = site
        .get(&format!(
            "/live/search?q=class:rare&scan={}&known=15",
            last.scan
        ))
        .await;
    let again = news(&again.text);
    assert_eq!(again[0].scan, last.scan);
    assert_eq!(
        (again[0].known, told(&again)),
        (15, expected[15..].to_vec())
    );
    // Who has followed another one begins anew.
    let other = site
        .get("/live/search?q=class:rare&scan=gone&known=15")
        .await;
    assert_eq!(told(&news(&other.text)), expected);

    let wrong = news(&site.get("/live/search?q=klass:a").await.text);
    assert_eq!(wrong.len(), 1);
    assert!(
        matches!(&wrong[0].phase, SearchPhase::Broken(reason) if reason.contains("did you mean `class`?")),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn a_full_page_counts_on_and_says_where_the_next_begins() {
    let site = Site::new().await;
    fill(&site, 1_000, 5).await;
    let first = news(&site.get("/live/search?q=class:rare").await.text);
    assert_eq!(told(&first).len(), 50);
    let last = first.last().expect("an end");
    assert_eq!((last.progress.found, last.progress.searched), (200, 1_000));
    let next = last.next.as_ref().expect("another page");
    assert_eq!(next.progress.found, 50);
    let after = next.after.replace(' ', "+");
    let second = news(
        &site
            .get(&format!("/live/search?q=class:rare&after={after}"))
            .await
            .text,
    );
    assert_eq!(told(&second)[0], "j745");
    assert_eq!(second.last().expect("an end").progress.found, 150);
    // The page without JavaScript has the same jobs, and a link to the others.
    let page = site.page("/search?q=class:rare").await;
    assert!(page.text.contains("j995") && page.text.contains("Next page"));
    assert!(!page.text.contains("j745"));
}

#[tokio::test]
async fn what_was_done_is_not_found_by_the_next_search() {
    let site = Site::new().await;
    fill(&site, 10, 5).await;
    assert_eq!(
        told(&news(&site.get("/live/search?q=class:rare").await.text)),
        ["j5", "j0"]
    );
    let entries = site.entries("/api/v1/sets/dead/jobs?class=Rare").await;
    let done = site
        .post(
            "/api/v1/actions",
            &json!({ "action": "delete", "entries": [entries[0]["id"]] }),
        )
        .await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(
        told(&news(&site.get("/live/search?q=class:rare").await.text)),
        ["j0"]
    );
}

/// Readings of entries of sets that the server has answered.
async fn readings(redis: &RedisServer) -> u64 {
    let stats = redis.command_stats().await.into_iter();
    let readings = stats.filter(|(name, ..)| name == "zrange" || name == "zrevrange");
    readings.map(|(_, calls, _)| calls).sum()
}

#[tokio::test]
async fn however_many_follow_a_search_it_is_read_once() {
    const FOLLOWERS: usize = 10;
    let redis = RedisServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let site = Site::on(&redis.url(), folder).await;
    fill(&site, 20_000, 1_000).await;
    let alone = {
        let before = readings(&redis).await;
        let told = told(&news(&site.get("/live/search?q=class:rare").await.text));
        assert_eq!(told.len(), 20);
        readings(&redis).await - before
    };
    assert!(alone >= 40, "{alone} readings of 500 entries at most");
    let before = readings(&redis).await;
    // Another search, so that the first one's end is no help.
    let streams = (0..FOLLOWERS).map(|_| site.get("/live/search?q=class:rare+-class:other"));
    let answers = futures::future::join_all(streams).await;
    let together = readings(&redis).await - before;
    let mut scans: Vec<String> = Vec::new();
    for answer in &answers {
        let news = news(&answer.text);
        assert_eq!(told(&news).len(), 20);
        scans.push(news[0].scan.clone());
    }
    scans.dedup();
    assert_eq!(scans.len(), 1, "all followed the same");
    // The index of failures reads as well, now and then.
    assert!(
        together < alone * 4,
        "{FOLLOWERS} took {together} readings, one {alone}"
    );
}

#[tokio::test]
async fn words_that_fit_are_suggested() {
    let site = Site::new().await;
    site.enqueue(json!([
        { "class": "PublishPhoto", "args": [1], "queue": "my queue", "tags": ["vip"] },
        { "class": "ChargeCard", "args": [2], "queue": "media" },
    ]))
    .await;
    // What somebody has seen is known.
    let _ = site.get("/api/v1/queues/my%20queue/jobs").await;
    site.live.outdate();
    let _ = site.live.snapshot(&Limit::none()).await;
    let suggest = async |query: &str| -> (Value, Vec<String>) {
        let answer = site.get(&format!("/api/v1/search/suggest?{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let body = answer.json();
        let texts = body["suggestions"].as_array().expect("suggestions");
        let texts = texts
            .iter()
            .map(|suggestion| suggestion["text"].as_str().expect("text").to_owned())
            .collect();
        (json!([body["start"], body["end"]]), texts)
    };
    assert_eq!(
        suggest("q=cl").await,
        (json!([0, 2]), vec!["class:".to_owned()])
    );
    assert_eq!(
        suggest("q=a+-class:pub").await,
        (json!([9, 12]), vec!["PublishPhoto ".to_owned()])
    );
    assert_eq!(
        suggest("q=queue:m+x&at=7").await,
        (
            json!([6, 7]),
            vec!["media".to_owned(), "\"my queue\"".to_owned()]
        )
    );
    assert_eq!(suggest("q=vi").await.1, vec!["tag:vip ".to_owned()]);
    assert_eq!(
        suggest("q=class:PublishPhoto").await.1,
        Vec::<String>::new()
    );
    let wrong = site.get("/api/v1/search/suggest?q=a&at=b").await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.code()),
        (400, "bad_query".to_owned())
    );
}
