//! What runs tell, and asking them to end, over REST and on pages.

use super::*;
use jobdeck::{
    model::{LogLine, Progress},
    store::RunReport,
};

const OWN: &str = "host:1:a";

/// A process of ours that runs a job, which has told something.
async fn running_site() -> Site {
    let site = Site::new().await;
    let payload = Job::new(r#"{"class":"CountViews","args":[1.0],"jid":"x/1"}"#);
    let now = site.store.now().await.expect("a time");
    let beat = Heartbeat {
        process: ProcessInfo {
            identity: OWN.to_owned(),
            version: "jobdeck 1.0.0".to_owned(),
            busy: 1,
            concurrency: 3,
            ..ProcessInfo::default()
        },
        running: vec![jobdeck::job::running(
            OWN,
            "t1",
            "low",
            &payload,
            now.plus_milliseconds(-5_000),
        )],
    };
    site.store.heartbeat(&beat).await.expect("it is noted");
    let told = RunReport {
        jid: "x/1".to_owned(),
        progress: Some(Progress {
            percent: 41.9,
            message: "page 5 of 12 <b>".to_owned(),
            at: now,
        }),
        log: vec![LogLine {
            at: now,
            text: "</pre><script>alert(1)</script>".to_owned(),
        }],
        ..RunReport::default()
    };
    site.store.check_in(&[told]).await.expect("it is kept");
    site
}

fn form(fields: &str) -> ([(&'static str, &'static str); 3], String) {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("referer", "http://127.0.0.1:8080/running"),
    ];
    (headers, fields.to_owned())
}

#[tokio::test]
async fn what_a_run_tells_stands_in_the_job_and_in_the_list() {
    let site = running_site().await;
    let job = site.get("/api/v1/jobs/x%2F1").await.json();
    let report = &job["report"];
    assert_eq!(report["progress"]["percent"], 41.9);
    assert_eq!(report["progress"]["message"], "page 5 of 12 <b>");
    assert_eq!(report["log"][0]["text"], "</pre><script>alert(1)</script>");
    assert!(report["updated_at"].is_string());
    assert_eq!(report["cancel_requested_at"], Value::Null);
    let running = site.get("/api/v1/running").await.json();
    assert_eq!(running[0]["progress"]["percent"], 41.9);
    assert_eq!(running[0]["owner_gone"], false);
    // A job that has told nothing.
    let jids = site.enqueue(json!([{"class": "A", "args": []}])).await;
    let job = site.get(&format!("/api/v1/jobs/{}", jids[0])).await.json();
    assert_eq!(job["report"], Value::Null);
}

#[tokio::test]
async fn a_page_is_made_with_progress_and_log_as_of_now() {
    let site = running_site().await;
    let page = site.page("/jobs/x%2F1").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("41\u{a0}%"), "the percentage");
    assert!(page.text.contains("page 5 of 12 &lt;b&gt;"));
    assert!(page.text.contains("&lt;/pre&gt;&lt;script&gt;alert(1)"));
    assert!(
        page.text
            .contains("/jobs/x%2F1?confirm=cancel&amp;jid=x%2F1")
    );
    let question = site.page("/jobs/x%2F1?confirm=cancel&jid=x%2F1").await;
    assert!(question.text.contains("Cancel job x/1?"));
    assert!(question.text.contains("dead set"), "what follows is said");
    let other = site.page("/jobs/x%2F1?confirm=cancel&jid=y").await;
    assert!(!other.text.contains("Cancel job y?"));
    let list = site.page("/running").await;
    assert!(list.text.contains("41\u{a0}%"));
    let question = site
        .page("/running?class=CountViews&confirm=cancel&jid=x%2F1")
        .await;
    assert!(question.text.contains("Cancel job x/1?"));
    assert!(
        question
            .text
            .contains(r#"value="/running?class=CountViews""#)
    );
}

#[tokio::test]
async fn what_a_job_told_that_is_done_stands_on_the_page_that_does_not_find_it() {
    let site = Site::new().await;
    let told = RunReport {
        jid: "done".to_owned(),
        log: vec![LogLine {
            at: Timestamp(1_795_469_606_286),
            text: "all 12 photos sent".to_owned(),
        }],
        done: true,
        ..RunReport::default()
    };
    site.store.check_in(&[told]).await.expect("it is kept");
    let page = site.page("/jobs/done").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text.contains("all 12 photos sent"));
    assert!(page.text.contains("it stands below"));
    let other = site.page("/jobs/other").await;
    assert!(!other.text.contains("it stands below"));
}

#[tokio::test]
async fn a_running_job_is_cancelled_over_rest() {
    let site = running_site().await;
    let answer = site.post("/api/v1/jobs/x%2F1/cancel", &json!({})).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    assert_eq!(
        answer.json(),
        json!({"jid": "x/1", "processes": [OWN], "sidekiq_processes": []})
    );
    let job = site.get("/api/v1/jobs/x%2F1").await.json();
    assert!(job["report"]["cancel_requested_at"].is_string());
    assert!(job["locations"][0]["running"]["cancel_requested_at"].is_string());
    let page = site.page("/jobs/x%2F1").await;
    assert!(page.text.contains("Asked to end"));
    assert!(!page.text.contains("confirm=cancel"), "it is asked once");
    let unknown = site.post("/api/v1/jobs/nobody/cancel", &json!({})).await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (StatusCode::NOT_FOUND, "not_found")
    );
}

#[tokio::test]
async fn a_form_asks_and_leads_back() {
    for (back, location) in [
        (
            "%2Frunning%3Fclass%3DCountViews",
            "/running?class=CountViews",
        ),
        ("%2Fjobs%2Fx%252F1", "/jobs/x%2F1"),
        ("https%3A%2F%2Fevil.example", "/jobs/x%2F1"),
    ] {
        let site = running_site().await;
        let (headers, body) = form(&format!("jid=x%2F1&back={back}"));
        let answer = site
            .ask(Method::POST, "/api/ui/jobs/cancel", &headers, &body)
            .await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text);
        assert_eq!(answer.header("location"), location);
        let report = site.store.report("x/1").await.expect("it answers");
        assert!(report.is_some_and(|report| report.cancel_requested_at.is_some()));
    }
}

#[tokio::test]
async fn a_job_whose_process_is_gone_is_shown_and_cannot_be_cancelled() {
    let site = Site::new().await;
    let jids = site
        .enqueue(json!([{"class": "A", "args": [], "queue": "low"}]))
        .await;
    let queues = ["low".to_owned()];
    let fetched = site
        .store
        .fetch(OWN, &queues, 1, std::time::Duration::ZERO)
        .await
        .expect("it answers");
    assert_eq!(fetched.len(), 1);
    site.store.leave(OWN).await.expect("it leaves");
    let running = site.get("/api/v1/running").await.json();
    assert_eq!(running[0]["owner_gone"], true);
    assert_eq!(running[0]["run_at"], Value::Null);
    assert_eq!(running[0]["process"], OWN);
    let path = format!("/api/v1/jobs/{}", jids[0]);
    let job = site.get(&path).await.json();
    assert_eq!(job["locations"][0]["running"]["owner_gone"], true);
    let refused = site.post(&format!("{path}/cancel"), &json!({})).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::CONFLICT, "refused")
    );
    let list = site.page("/running").await;
    assert!(list.text.contains("owner gone: recovered within 90 s"));
    assert!(!list.text.contains("confirm=cancel"));
    let page = site.page(&format!("/jobs/{}", jids[0])).await;
    assert!(page.text.contains("owner gone"));
    assert!(!page.text.contains("confirm=cancel"));
}
