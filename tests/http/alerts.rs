//! Alerts over REST, by forms, on pages and for Prometheus.

use super::*;
use jobdeck::model::{
    Alert, AlertEpisode, AlertNotice, AlertSeverity, AlertState, AlertWatch, Timestamp,
};

/// An alert that fires.
fn firing(id: &str, severity: AlertSeverity) -> Alert {
    Alert {
        id: id.to_owned(),
        version: 1,
        rule: "mail-latency".to_owned(),
        watch: AlertWatch::Latency,
        queue: "mail".to_owned(),
        severity,
        above: 300.0,
        value: 420.0,
        state: AlertState::Firing,
        since: Timestamp(1_795_470_000_000),
        fired_at: Some(Timestamp(1_795_470_060_000)),
        notices: vec![AlertNotice {
            receiver: "ops".to_owned(),
            attempts: 2,
            error: Some("no answer within 10 s".to_owned()),
            ..AlertNotice::default()
        }],
        ..Alert::default()
    }
}

async fn keep(site: &Site, alert: &Alert) {
    let store = &site.store;
    let kept = store.change_alert(&alert.id, 0, Some(alert), None).await;
    assert!(kept.expect("it is kept"));
    site.live.outdate();
}

#[tokio::test]
async fn alerts_are_listed_acknowledged_snoozed_and_woken() {
    let site = Site::new().await;
    assert_eq!(
        site.get("/api/v1/alerts").await.json(),
        json!({"alerts": [], "resolved": []})
    );
    keep(&site, &firing("aa", AlertSeverity::Critical)).await;
    let list = site.get("/api/v1/alerts").await.json();
    let alert = &list["alerts"][0];
    for (name, value) in [
        ("id", json!("aa")),
        ("rule", json!("mail-latency")),
        ("when", json!("latency")),
        ("queue", json!("mail")),
        ("severity", json!("critical")),
        ("state", json!("firing")),
        ("value", json!(420.0)),
        ("above", json!(300.0)),
        ("fired_at", json!("2026-11-23T21:41:00.000Z")),
        ("summary", json!("latency of queue mail above 5 min: 7 min")),
        ("acknowledged", json!(null)),
    ] {
        assert_eq!(alert[name], value, "{name}");
    }
    assert_eq!(alert["undelivered"][0]["error"], "no answer within 10 s");

    let body = json!({"reason": "I look at it"});
    let answer = site.post("/api/v1/alerts/aa/acknowledge", &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["acknowledged"]["reason"], "I look at it");
    // Nobody is to be told any more.
    assert_eq!(answer.json()["undelivered"], json!([]));
    let answer = site
        .post("/api/v1/alerts/aa/snooze", &json!({"seconds": 3600}))
        .await;
    assert!(
        answer.json()["snoozed_until"].is_string(),
        "{}",
        answer.text
    );
    assert_eq!(answer.json()["acknowledged"], json!(null));
    let woken = site.post("/api/v1/alerts/aa/wake", &json!({})).await;
    assert_eq!(woken.status, StatusCode::OK, "{}", woken.text);

    let over = AlertEpisode {
        id: "aa".to_owned(),
        rule: "mail-latency".to_owned(),
        fired_at: Timestamp(0),
        ..AlertEpisode::default()
    };
    let stored = site.store.alerts().await.expect("alerts").remove(0);
    let ended = site
        .store
        .change_alert("aa", stored.version, None, Some(&over));
    assert!(ended.await.expect("it ends"));
    let list = site.get("/api/v1/alerts").await.json();
    assert_eq!(list["alerts"], json!([]));
    assert_eq!(list["resolved"][0]["fired_at"], "1970-01-01T00:00:00.000Z");
}

#[tokio::test]
async fn what_cannot_be_is_told() {
    let site = Site::new().await;
    let pending = Alert {
        state: AlertState::Pending,
        ..firing("pending", AlertSeverity::Warning)
    };
    keep(&site, &pending).await;
    keep(&site, &firing("aa", AlertSeverity::Warning)).await;
    for (path, body, status, part) in [
        ("none/acknowledge", json!({}), 404, "there is no alert none"),
        ("pending/acknowledge", json!({}), 409, "does not fire yet"),
        (
            "aa/wake",
            json!({}),
            409,
            "neither acknowledged nor snoozed",
        ),
        ("aa/snooze", json!({}), 422, "one of both"),
        ("aa/snooze", json!({"seconds": 0}), 422, "1 at least"),
        ("aa/snooze", json!({"until": "soon"}), 422, "RFC 3339"),
        (
            "aa/snooze",
            json!({"until": "2020-01-01T00:00:00Z"}),
            422,
            "the end is past",
        ),
        (
            "aa/snooze",
            json!({"seconds": 9_000_000}),
            422,
            "30 days at most",
        ),
        (
            "aa/acknowledge",
            json!({"reason": "a".repeat(501)}),
            422,
            "longer than 500",
        ),
    ] {
        let answer = site.post(&format!("/api/v1/alerts/{path}"), &body).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
        answer.code();
        assert!(answer.text.contains(part), "{path}: {}", answer.text);
    }
}

#[tokio::test]
async fn what_is_critical_stands_on_every_page_until_somebody_knows() {
    let site = Site::new().await;
    keep(&site, &firing("aa", AlertSeverity::Critical)).await;
    keep(&site, &firing("bb", AlertSeverity::Warning)).await;
    let shown = async |path: &str| {
        let page = site.page(path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        page.text
    };
    // The strip is left out where all of it is listed.
    let is_hidden = |page: &str| {
        let (before, _) = page.split_once("alerts-banner").expect("the strip");
        let (_, tag) = before.rsplit_once('<').expect("its tag");
        tag.contains("hidden")
    };
    let page = shown("/queues").await;
    assert!(!is_hidden(&page), "{page}");
    assert!(page.contains("/alerts#alert-aa") && !page.contains("/alerts#alert-bb"));
    let page = shown("/alerts").await;
    assert!(is_hidden(&page));
    assert!(page.contains("id=\"alert-aa\"") && page.contains("id=\"alert-bb\""));
    assert!(page.contains("ops could not be told yet: no answer within 10 s"));
    assert!(page.contains("No rule watches here") || page.contains("2 firing"));

    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
    ];
    let answer = site
        .ask(
            Method::POST,
            "/api/ui/acknowledge_alert",
            &form,
            "id=aa&reason=seen",
        )
        .await;
    assert!(answer.status.is_redirection(), "{}", answer.text);
    let page = shown("/queues").await;
    assert!(is_hidden(&page), "{page}");
    let answer = site
        .ask(
            Method::POST,
            "/api/ui/snooze_alert",
            &form,
            "id=bb&span=tomorrow&at=",
        )
        .await;
    assert!(answer.status.is_redirection(), "{}", answer.text);
    let alerts = site.store.alerts().await.expect("alerts");
    let snoozed = alerts.iter().find(|alert| alert.id == "bb");
    let until = snoozed
        .and_then(|alert| alert.snoozed.as_ref())
        .map(|it| it.until);
    let until = until.expect("it is snoozed").to_string();
    assert!(until.ends_with("T08:00:00.000Z"), "{until}");

    let metrics = site.get("/metrics").await.text;
    assert!(metrics.contains("jobdeck_alerts_firing{severity=\"critical\"} 1"));
    assert!(metrics.contains("jobdeck_alerts_firing{severity=\"info\"} 0"));
}
