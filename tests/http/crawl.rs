//! Something of everything that pages show, and a walk wherever they lead.

use super::*;
use jobdeck::{periodic::PeriodicJob, store::Announcement};
use regex::Regex;
use std::collections::{BTreeSet, VecDeque};

const PAGE: (&str, &str) = ("accept", "text/html");

/// Something of everything that pages show.
pub(super) async fn fill(site: &Site, base: &str) {
    let now = site.store.now().await.expect("a time").seconds();
    let failed = |set: Set, score: f64, number: u32| {
        Destination::Set {
        set,
        score,
        raw: format!(
            r#"{{"class":"A{}","queue":"a/b %20","args":[{number}],"jid":"{number:024}","tags":["vip"],"error_class":"E","error_message":"no {number}","failed_at":{:.3},"retry_count":1}}"#,
            number % 2,
            now - f64::from(number)
        )
        .into(),
    }
    };
    let jobs: Vec<Destination> = (1..40)
        .map(|number| match number % 3 {
            0 => failed(Set::Dead, now - f64::from(number), number),
            1 => failed(Set::Retries, now + 3_600.0 + f64::from(number), number),
            _ => failed(Set::Scheduled, now + 7_200.0 + f64::from(number), number),
        })
        .collect();
    site.store.add(&jobs).await.expect("they are added");
    let malformed = Destination::Set {
        set: Set::Dead,
        score: now,
        raw: "{no job".into(),
    };
    site.store.add(&[malformed]).await.expect("it is added");
    let waiting: Vec<Value> = (0..30)
        .map(|number| json!({"class": "Wait", "args": [number], "queue": "a/b %20"}))
        .collect();
    post(site, base, "/api/v1/jobs", &json!(waiting)).await;
    let others: Vec<Value> = (0..15)
        .map(|number| json!({"class": "Wait", "args": [], "queue": format!("queue{number}")}))
        .collect();
    post(site, base, "/api/v1/jobs", &json!(others)).await;

    let running = Job::new(r#"{"class":"Run","args":[1],"jid":"running1","queue":"low"}"#);
    let process = ProcessInfo {
        identity: "host:1:a".to_owned(),
        queues: vec![("low".to_owned(), 3), ("default".to_owned(), 0)],
        ..ProcessInfo::default()
    };
    let at = Timestamp(1_795_469_606_286);
    let beat = Heartbeat {
        running: vec![jobdeck::job::running("host:1:a", "t1", "low", &running, at)],
        process,
    };
    site.store.heartbeat(&beat).await.expect("it is noted");
    let digest = PeriodicJob::new("0 7 * * *", "Digest").queue("mail");
    let announcement = Announcement {
        name: digest.effective_name().to_owned(),
        definition: digest.definition().expect("a definition"),
        schedule: digest.schedule_text(),
        fresh: true,
    };
    site.store
        .announce_periodic("host:1:a", &[announcement])
        .await
        .expect("it is noted");

    let retried = post(
        site,
        base,
        "/api/v1/operations",
        &json!({"action": "delete", "from": "dead", "filter": {"class": "A1"}, "reason": "not wanted"}),
    )
    .await;
    let hold = post(
        site,
        base,
        "/api/v1/holds",
        &json!({"query": "class:A1", "seconds": 14_400, "reason": "it is down"}),
    )
    .await;
    for operation in [&retried, &hold["operation"]] {
        let id = operation["id"].as_str().expect("a name");
        site.finish(id).await;
    }
    let waiting = json!({"action": "kill", "from": "scheduled", "reason": "later"});
    post(site, base, "/api/v1/operations", &waiting).await;
    support::wait_until("failures are counted", async || {
        site.live.outdate();
        site.live.snapshot(&Limit::none()).await;
        let list = site.get(&format!("{base}/api/v1/failures")).await.json();
        list["index"]["completeness"] == "exact" && list["entries"].as_u64() > Some(0)
    })
    .await;
}

async fn post(site: &Site, base: &str, path: &str, body: &Value) -> Value {
    let answer = site.post(&format!("{base}{path}"), body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer.json()
}

/// Every address that a document names: links, forms, files, and what its scripts load.
pub(super) fn addresses(document: &str) -> Vec<String> {
    let attribute =
        Regex::new(r#"\s(?:href|action|formaction|src|poster)="([^"]*)""#).expect("a pattern");
    let script = Regex::new(r#"(?s)<script type="module"[^>]*>(.*?)</script>"#).expect("a pattern");
    let loaded = Regex::new(r#""(/[^"]*)""#).expect("a pattern");
    let attributes = attribute.captures_iter(document);
    let scripts = script.captures_iter(document).flat_map(|script| {
        let (_, [text]) = script.extract();
        loaded.captures_iter(text)
    });
    attributes
        .chain(scripts)
        .map(|found| found.extract::<1>().1[0].replace("&amp;", "&"))
        .collect()
}

/// Goes wherever pages lead, from the first one below `base` on, and fails where an address is none that `is_right`; answers every address
/// that was met. Of the addresses that differ in their last part and in their query's values alone, a few are enough.
pub(super) async fn crawl(
    site: &Site,
    base: &str,
    more: &[&str],
    is_right: impl Fn(&str) -> bool,
) -> BTreeSet<String> {
    let depth = base.split('/').count() + 1;
    let shape = |address: &str| {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let names: BTreeSet<&str> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some(("action" | "confirm" | "in", _)) => pair,
                Some(("class" | "queue" | "error" | "tag", _)) => "filter",
                Some((name, _)) => name,
                None => pair,
            })
            .collect();
        // Behind the page's name stands what it is about.
        let parts: Vec<&str> = path.split('/').collect();
        let page = parts.get(..depth).unwrap_or(&parts).join("/");
        format!(
            "{page}({})?{}",
            parts.len(),
            Vec::from_iter(names).join("&")
        )
    };
    let mut waiting: VecDeque<String> = VecDeque::from([base.to_owned(), format!("{base}/")]);
    waiting.extend(more.iter().map(|path| format!("{base}{path}")));
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut shapes = BTreeSet::new();
    let mut pages = 0;
    while let Some(path) = waiting.pop_front() {
        let answer = site.ask(Method::GET, &path, &[PAGE], "").await;
        if let Some(location) = answer.headers.get("location") {
            let location = location.to_str().expect("text");
            assert!(is_right(location), "{path} leads to {location}");
        }
        let is_expected = answer.status != StatusCode::NOT_FOUND
            || path.contains("no/such")
            || path.contains("gone");
        assert!(
            is_expected && !answer.status.is_server_error(),
            "{path}: {}",
            answer.status
        );
        if !answer.text.starts_with("<!DOCTYPE html>") {
            continue;
        }
        pages += 1;
        for address in addresses(&answer.text) {
            // What is relative to the page stays where it is.
            if address.is_empty() || address.starts_with(['#', '?']) {
                continue;
            }
            assert!(is_right(&address), "{path} leads to {address}");
            let is_page = address.starts_with(base)
                && !["/api/", "/pkg/", "/live", "/favicon"]
                    .iter()
                    .any(|other| address.starts_with(&format!("{base}{other}")));
            let target = address.split('#').next().unwrap_or_default().to_owned();
            if is_page && shapes.insert(shape(&target)) && seen.insert(target.clone()) {
                waiting.push_back(target);
            }
        }
    }
    // It got everywhere.
    for path in jobdeck::web::page_paths() {
        let path = path.split([':', '{']).next().unwrap_or_default();
        let address = format!("{base}{}", path.trim_end_matches('/'));
        assert!(
            seen.iter().any(|seen| seen.starts_with(&address)),
            "nothing leads to {path}"
        );
    }
    assert!(pages > 60, "only {pages} pages were looked at");
    seen
}
