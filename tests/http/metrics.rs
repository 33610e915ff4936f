//! What Prometheus reads.

use super::*;
use jobdeck::alerts::{AlertOptions, AlertSettings, Alerts, Channel, Receiver, Webhook};

/// The value of a metric, named with its labels.
fn value(text: &str, name: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
    line.parse().ok()
}

fn number(text: &str, name: &str) -> f64 {
    value(text, name).unwrap_or_else(|| panic!("no {name} in {text}"))
}

#[tokio::test]
async fn prometheus_reads_what_the_store_holds() {
    let site = Site::new().await;
    let odd = "a \"b\"\\c";
    for queue in ["mail", "mail", odd] {
        let added = site
            .post(
                "/api/v1/jobs",
                &json!({"class": "A", "args": [], "queue": queue}),
            )
            .await;
        assert_eq!(added.status, StatusCode::CREATED, "{}", added.text);
    }
    let later = json!({"class": "A", "args": [], "at": "2099-01-01T00:00:00Z"});
    site.post("/api/v1/jobs", &later).await;
    let paused = site.post("/api/v1/queues/mail/pause", &json!({})).await;
    assert!(paused.status.is_success(), "{}", paused.text);

    let answer = site.get("/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    let kind = answer.header("content-type");
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = &answer.text;
    assert!(text.ends_with("# EOF\n"), "{text}");
    for (name, expected) in [
        ("jobdeck_store_up", 1),
        ("jobdeck_queue_jobs{queue=\"mail\"}", 2),
        ("jobdeck_queue_jobs{queue=\"a \\\"b\\\"\\\\c\"}", 1),
        ("jobdeck_queue_paused{queue=\"mail\"}", 1),
        ("jobdeck_set_jobs{set=\"scheduled\"}", 1),
        ("jobdeck_set_jobs{set=\"dead\"}", 0),
        ("jobdeck_jobs_processed_total", 0),
        ("jobdeck_jobs_failed_total", 0),
        ("jobdeck_processes", 0),
        ("jobdeck_operations{state=\"paused\"}", 0),
        ("jobdeck_viewers", 0),
    ] {
        let found = number(text, name);
        assert!((found - f64::from(expected)).abs() < 0.01, "{name} {found}");
    }
    assert!(number(text, "jobdeck_queue_latency_seconds{queue=\"mail\"}") >= 0.0);
    assert!(number(text, "jobdeck_store_wait_seconds_total") > 0.0);
    let asked = number(text, "jobdeck_store_commands_total");
    site.get("/api/v1/sets/dead/jobs").await;
    let again = site.get("/metrics").await;
    assert!(number(&again.text, "jobdeck_store_commands_total") > asked);
}

#[tokio::test]
async fn an_operation_that_is_not_over_is_counted() {
    let site = Site::new().await;
    site.post("/api/v1/jobs", &json!({"class": "A", "args": []}))
        .await;
    let started = site
        .post(
            "/api/v1/operations",
            &json!({"action": "delete", "from": "queue:default"}),
        )
        .await;
    assert_eq!(started.status, StatusCode::ACCEPTED, "{}", started.text);
    let text = site.get("/metrics").await.text;
    // Nobody makes its steps here.
    let running = number(&text, "jobdeck_operations{state=\"running\"}");
    assert!((running - 1.0).abs() < 0.01, "{text}");
}

#[tokio::test]
async fn of_a_lost_store_no_old_numbers_are_told() {
    let site = Site::lost().await;
    let answer = site.get("/metrics").await;
    assert_eq!(answer.status, StatusCode::OK);
    let text = &answer.text;
    assert!(number(text, "jobdeck_store_up").abs() < 0.01, "{text}");
    assert!(number(text, "jobdeck_store_failures_total") > 0.0, "{text}");
    assert!(
        !text.contains("jobdeck_set_jobs") && !text.contains("jobdeck_jobs_processed"),
        "{text}"
    );
}

#[tokio::test]
async fn what_the_manual_the_rules_and_the_dashboard_name_is_there() {
    let site = Site::new().await;
    // Somebody is to be told of alerts, if there were some.
    let receiver = Receiver {
        name: "ops".to_owned(),
        channel: Channel::Webhook(Webhook::new("http://127.0.0.1:9/").expect("an address")),
        quiet: None,
    };
    let settings = AlertSettings {
        receivers: vec![receiver],
        ..AlertSettings::default()
    };
    site.live.accompany_alerts(Alerts::start(
        site.store.clone(),
        settings,
        AlertOptions::default(),
        site.shutdown.clone(),
    ));
    site.post("/api/v1/jobs", &json!({"class": "A", "args": []}))
        .await;
    let told = site.get("/metrics").await.text;
    for file in [
        "docs/METRICS.md",
        "examples/prometheus/alerts.yml",
        "examples/prometheus/grafana-dashboard.json",
    ] {
        let text = std::fs::read_to_string(file).expect("the file");
        let names = text
            .split(|character: char| !character.is_ascii_lowercase() && character != '_')
            .filter(|word| word.starts_with("jobdeck_"));
        let mut count = 0;
        for name in names {
            count += 1;
            // That one is there when the failures have been read once.
            let is_told = told.lines().any(|line| {
                line.strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with([' ', '{']))
            });
            assert!(
                is_told || name == "jobdeck_failure_groups",
                "{file}: {name}"
            );
        }
        assert!(count > 5, "{file}");
    }
}
