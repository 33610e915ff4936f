//! Periodic jobs over REST and by forms.

use super::*;
use jobdeck::{periodic::PeriodicJob, store::Announcement};

const PROCESS: &str = "host:1:a";

/// Has it that a process has these periodic jobs.
async fn announce(site: &Site, jobs: &[PeriodicJob]) {
    let announcements: Vec<_> = jobs
        .iter()
        .map(|job| Announcement {
            name: job.effective_name().to_owned(),
            definition: job.definition().expect("a definition"),
            schedule: job.schedule_text(),
            fresh: true,
        })
        .collect();
    site.store
        .announce_periodic(PROCESS, &announcements)
        .await
        .expect("they are noted");
}

async fn withdraw(site: &Site, name: &str) {
    let names = [name.to_owned()];
    site.store
        .withdraw_periodic(PROCESS, &names)
        .await
        .expect("it is noted");
}

fn digest() -> PeriodicJob {
    PeriodicJob::new("0 7 * * MON-FRI", "SendDigest")
        .name("a digest/%20b")
        .timezone("Europe/Berlin")
        .args(("all", 10))
        .expect("arguments")
        .queue("mail")
        .tag("daily")
}

#[tokio::test]
async fn periodic_jobs_are_listed_run_paused_resumed_and_deleted() {
    let site = Site::new().await;
    assert_eq!(site.get("/api/v1/periodic").await.json(), json!([]));
    announce(&site, &[digest(), PeriodicJob::new("@hourly", "Sweep")]).await;
    let list = site.get("/api/v1/periodic").await.json();
    assert_eq!(list[0]["name"], "Sweep");
    let job = &list[1];
    for (field, value) in [
        ("name", json!("a digest/%20b")),
        ("class", json!("SendDigest")),
        ("args", json!(["all", 10])),
        ("queue", json!("mail")),
        ("retry", json!(true)),
        ("tags", json!(["daily"])),
        ("cron", json!("0 7 * * MON-FRI")),
        ("timezone", json!("Europe/Berlin")),
        ("missed", json!("once")),
        ("paused", json!(false)),
        ("configured", json!(true)),
        ("last_run", Value::Null),
    ] {
        assert_eq!(job[field], value, "{field}");
    }
    let next = job["next_at"].as_str().expect("a time");
    assert!(
        next.ends_with("T06:00:00.000Z") || next.ends_with("T05:00:00.000Z"),
        "{next}"
    );
    assert!(!job["in_words"].as_str().expect("words").is_empty());

    let path = "/api/v1/periodic/a%20digest%2F%2520b";
    let ran = site.post(&format!("{path}/run"), &json!({})).await;
    assert_eq!(ran.status, StatusCode::CREATED, "{}", ran.text);
    let jid = ran.json()["jid"].as_str().expect("a jid").to_owned();
    let queued = site.entries("/api/v1/queues/mail/jobs").await;
    assert_eq!(queued[0]["jid"], jid);
    assert_eq!(queued[0]["args"], json!(["all", 10]));
    let shown = site.get(path).await.json();
    assert_eq!(shown["name"], "a digest/%20b");
    assert_eq!(shown["runs"][0]["jid"], jid);
    assert_eq!(shown["runs"][0]["by"], "run now");
    assert_eq!(shown["runs"][0]["tick"], Value::Null);
    assert_eq!(shown["last_run"], shown["runs"][0]);

    let paused = site.post(&format!("{path}/pause"), &json!({})).await;
    assert_eq!(
        paused.json(),
        json!({"name": "a digest/%20b", "paused": true})
    );
    let shown = site.get(path).await.json();
    assert_eq!(
        (&shown["paused"], &shown["next_at"]),
        (&json!(true), &Value::Null)
    );
    let resumed = site.post(&format!("{path}/resume"), &json!({})).await;
    assert_eq!(resumed.json()["paused"], false);

    let delete = async || site.ask(Method::DELETE, path, &[], "").await;
    let held = delete().await;
    assert_eq!(
        (held.status, held.code().as_str()),
        (StatusCode::CONFLICT, "refused")
    );
    withdraw(&site, "a digest/%20b").await;
    let shown = site.get(path).await.json();
    assert_eq!(
        (&shown["configured"], &shown["next_at"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(delete().await.status, StatusCode::OK);
    for (method, what) in [
        (Method::GET, ""),
        (Method::DELETE, ""),
        (Method::POST, "/run"),
        (Method::POST, "/pause"),
        (Method::POST, "/resume"),
    ] {
        let answer = site.ask(method, &format!("{path}{what}"), &[], "").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::NOT_FOUND, "not_found"),
            "{what}"
        );
    }
    assert_eq!(site.entries("/api/v1/queues/mail/jobs").await.len(), 1);
}

#[tokio::test]
async fn a_definition_of_another_version_is_listed_and_not_run() {
    let site = Site::new().await;
    let foreign = Announcement {
        name: "later".to_owned(),
        definition: r#"{"every":"full moon"}"#.to_owned(),
        schedule: "moon".to_owned(),
        fresh: true,
    };
    site.store
        .announce_periodic(PROCESS, &[foreign])
        .await
        .expect("it is noted");
    let list = site.get("/api/v1/periodic").await.json();
    assert_eq!(
        (&list[0]["name"], &list[0]["args"]),
        (&json!("later"), &Value::Null)
    );
    let ran = site.post("/api/v1/periodic/later/run", &json!({})).await;
    assert_eq!(ran.status, StatusCode::CONFLICT, "{}", ran.text);
    assert!(ran.text.contains("another version"), "{}", ran.text);
    let page = site.page("/periodic?job=later").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("later"));
}

#[tokio::test]
async fn the_page_shows_what_is_looked_at_and_its_forms_work_alone() {
    let site = Site::new().await;
    announce(&site, &[digest()]).await;
    let page = site.page("/periodic").await.text;
    for text in [
        "SendDigest",
        "0 7 * * MON-FRI",
        "Europe/Berlin",
        "Run now",
        "Pause",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(!page.contains("Delete…"), "a process has it");
    assert!(!page.contains("Missed ticks"));
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("referer", "http://127.0.0.1:8080/periodic"),
    ];
    let name = "name=a+digest%2F%2520b";
    for (path, body) in [
        ("/api/ui/run_periodic", name.to_owned()),
        ("/api/ui/set_periodic_paused", format!("{name}&paused=true")),
    ] {
        let answer = site.ask(Method::POST, path, &form, &body).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{path}: {}", answer.text);
        let location = answer.header("location");
        // The library leaves an empty query behind.
        assert!(
            location.trim_end_matches('?').ends_with("/periodic"),
            "{location}"
        );
    }
    let page = site.page("/periodic?job=a%20digest/%2520b").await.text;
    for text in ["Missed ticks", "run now", "paused", "Resume"] {
        assert!(page.contains(text), "{text}");
    }
    withdraw(&site, "a digest/%20b").await;
    let page = site.page("/periodic").await.text;
    assert!(
        page.contains("Delete…") && page.contains("not in any running process"),
        "{page}"
    );
    let answer = site
        .ask(Method::POST, "/api/ui/delete_periodic", &form, name)
        .await;
    assert_eq!(answer.status, StatusCode::FOUND);
    assert!(
        site.page("/periodic")
            .await
            .text
            .contains("No periodic job")
    );
}
