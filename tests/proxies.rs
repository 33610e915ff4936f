//! Jobdeck below a base path behind real proxies, with the files that `docs/PROXY.md` offers: a real nginx, a real Caddy, real TLS.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "proxies/front.rs"]
mod front;
mod support;

use front::{CLIENT, Front, Kind};
use http_body_util::BodyExt;
use serde_json::json;
use std::time::Duration;
use support::Jobdeck;
use tempfile::TempDir;
use tokio::time::timeout;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const PAGE: (&str, &str) = ("accept", "text/html");

/// What `docs/PROXY.md` says that Jobdeck must know. Live streams say something as seldom as they may.
const SETTINGS: &str = r#"
[server]
base_path = "/jobs"
hosts = ["jobs.example.com"]

[auth]
proxy_addresses = ["127.0.0.1"]
secure_cookies = true

[live]
interval = "5s"
"#;

#[tokio::test]
async fn nginx_with_the_example_passes_everything_on() {
    behind(Kind::Nginx).await;
}

#[tokio::test]
async fn caddy_with_the_example_passes_everything_on() {
    behind(Kind::Caddy).await;
}

async fn behind(kind: Kind) {
    let folder = tempfile::tempdir().expect("a folder");
    let jobdeck = jobdeck(&folder).await;
    let address = jobdeck.address.trim_start_matches("http://");
    let address = address.trim_end_matches("/jobs");
    let front = Front::start(kind, address).await;
    pages_and_their_files_come(&front).await;
    changes_are_for_own_pages(&front).await;
    streams_come_as_they_are_sent(&front).await;
    long_files_come_whole(&front).await;
    let (status, _, text) = front.ask("GET", "/dead", &[PAGE], "").await;
    assert!(!text.contains("Jobdeck"), "{status}: {text}");
}

async fn jobdeck(folder: &TempDir) -> Jobdeck {
    let settings = folder.path().join("jobdeck.toml");
    std::fs::write(&settings, SETTINGS).expect("written");
    let store = format!("sqlite:{}", folder.path().join("jobs.db").display());
    let settings = settings.display().to_string();
    Jobdeck::serve(&["--no-worker", "--store", &store, "--config", &settings]).await
}

async fn pages_and_their_files_come(front: &Front) {
    for path in ["/jobs", "/jobs/", "/jobs/queues"] {
        let (status, _, page) = front.ask("GET", path, &[PAGE], "").await;
        assert_eq!(status, 200, "{path}: {page}");
        assert!(page.contains(r#"href="/jobs/dead""#), "{path}: {page}");
        for file in page
            .split('"')
            .filter(|text| text.starts_with("/jobs/pkg/"))
        {
            let (status, _, content) = front.ask("GET", file, &[], "").await;
            assert_eq!(status, 200, "{file}");
            assert!(!content.is_empty(), "{file}");
        }
    }
    let (status, _, text) = front.ask("GET", "/jobs/readyz", &[], "").await;
    assert_eq!(status, 200, "{text}");
}

async fn changes_are_for_own_pages(front: &Front) {
    let job = json!([{"class": "A", "args": [], "queue": "mail"}]).to_string();
    let kind = ("content-type", "application/json");
    let (status, _, text) = front.ask("POST", "/jobs/api/v1/jobs", &[kind], job).await;
    assert_eq!(status, 201, "{text}");
    let clear = "/jobs/api/ui/clear_queue";
    // Another site, and what somebody on the way may have written into a page that came without TLS.
    let plain = front.origin().replace("https://", "http://");
    for origin in ["https://evil.example", plain.as_str()] {
        let headers = [FORM, PAGE, ("origin", origin)];
        let (status, _, text) = front.ask("POST", clear, &headers, "queue=mail").await;
        assert_eq!(status, 403, "{origin}: {text}");
    }
    let own = front.origin();
    let referer = format!("{own}/jobs/queues?confirm=clear&queue=mail");
    // Whoever asks may write this, too; the proxy says otherwise.
    let headers = [
        FORM,
        PAGE,
        ("origin", own.as_str()),
        ("referer", referer.as_str()),
        ("x-forwarded-for", "192.0.2.1"),
    ];
    let (status, location, text) = front.ask("POST", clear, &headers, "queue=mail").await;
    assert_eq!(status, 302, "{text}");
    assert!(location.starts_with("/jobs/operations/"), "{location}");
    let (status, _, page) = front.ask("GET", &location, &[PAGE], "").await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Delete jobs in the queue"), "{page}");
    let audit = "/jobs/api/v1/audit?action=start_operation";
    support::wait_until("it is on record", async || {
        front.json(audit).await["events"]
            .as_array()
            .is_some_and(|events| !events.is_empty())
    })
    .await;
    assert_eq!(front.json(audit).await["events"][0]["from"], CLIENT);
}

/// Each event alone, and the first at once: the next is sent five seconds later.
async fn streams_come_as_they_are_sent(front: &Front) {
    let mut stream = front.send("GET", "/jobs/live", &[], "").await.into_body();
    let mut heard = String::new();
    let first = async {
        while !heard.contains("\n\n") {
            let frame = stream.frame().await.expect("more").expect("no fault");
            let piece = frame.into_data().expect("data");
            heard.push_str(&String::from_utf8_lossy(&piece));
        }
    };
    timeout(Duration::from_secs(30), first)
        .await
        .expect("the first event");
    assert_eq!(heard.matches("event: snapshot").count(), 1, "{heard}");
}

/// Longer than what proxies take unless they are told.
async fn long_files_come_whole(front: &Front) {
    let line = |number: u32| {
        let job = json!({"class": "Long", "args": [number, "x".repeat(1_000)], "jid": format!("{number:024}"), "queue": "a"});
        format!("{}\n", json!({"place": "queue:imported", "job": job}))
    };
    let file: String = (0..3_000).map(line).collect();
    assert!(file.len() > 3_000_000);
    let kind = ("content-type", "application/x-ndjson");
    let (status, _, text) = front
        .ask("POST", "/jobs/api/v1/import", &[kind], file)
        .await;
    assert_eq!(status, 200, "{text}");
    let imported = "/jobs/api/v1/queues/imported/jobs?limit=1";
    assert_eq!(front.json(imported).await["total"], 3_000);
}
