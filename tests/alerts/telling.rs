//! Who is told what, and how often.

use crate::harness::Subject;
use crate::inbox::Inbox;
use crate::watch::{Watcher, deep, fill, receiver, rule};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jobdeck::{
    alerts::{AlertSettings, Channel, Quiet, Webhook},
    model::{
        Alert, AlertEvent, AlertNotice, AlertSeverity, AlertState, AlertWatch, ProcessInfo, Set,
    },
    store::{Destination, Heartbeat},
};
use sha2::Sha256;

pub(crate) async fn of_several_who_watch_one_tells(store: Subject) {
    let inbox = Inbox::open().await;
    let mut signed = receiver("ops", &inbox.url);
    let webhook = Webhook::new(&inbox.url).unwrap();
    let webhook = webhook.secret("a key").unwrap().token("a token").unwrap();
    signed.channel = Channel::Webhook(webhook);
    let settings = AlertSettings {
        rules: vec![deep()],
        receivers: vec![signed],
        public_url: Some("https://jobs.example.com".to_owned()),
        environment: Some("test".to_owned()),
        store: None,
    };
    let mut watchers = Vec::new();
    for _ in 0..3 {
        watchers.push(Watcher::of(&store, settings.clone()).await);
    }
    fill(&store, 3).await;
    let all = async || {
        for watcher in &watchers {
            watcher.look().await;
        }
    };
    watchers[0]
        .until("it is told", async || {
            all().await;
            let alerts = store.alerts().await.unwrap();
            alerts.iter().any(|alert| alert.told == ["ops"])
        })
        .await;
    store.clear_queue("mail").await.unwrap();
    watchers[1]
        .until("its end is told", async || {
            all().await;
            store.alerts().await.unwrap().is_empty()
        })
        .await;
    assert_eq!(inbox.events(), ["firing", "resolved"]);
    let episodes = store.alert_episodes().await.unwrap();
    assert_eq!(episodes.len(), 1);
    assert_eq!(episodes[0].rule, "deep");

    let post = inbox.posts().remove(0);
    let body = post.json();
    for (name, value) in [
        ("version", "1"),
        ("alert", "\"deep\""),
        ("severity", "\"warning\""),
        ("when", "\"depth\""),
        ("queue", "\"mail\""),
        ("value", "3.0"),
        ("above", "2.0"),
        ("environment", "\"test\""),
        ("summary", "\"more than 2 jobs in queue mail: 3 jobs\""),
    ] {
        assert_eq!(body[name].to_string(), value, "{name}");
    }
    let url = body["url"].as_str().unwrap();
    assert!(url.starts_with("https://jobs.example.com/alerts#alert-"));
    assert!(
        !post.text.contains("secret"),
        "what is in jobs: {}",
        post.text
    );
    // By the convention of Standard Webhooks.
    let header = |name: &str| post.headers[name].to_str().unwrap();
    assert_eq!(header("authorization"), "Bearer a token");
    let mut mac = Hmac::<Sha256>::new_from_slice(b"a key").unwrap();
    let signed = format!(
        "{}.{}.{}",
        header("webhook-id"),
        header("webhook-timestamp"),
        post.text
    );
    mac.update(signed.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(header("webhook-signature"), format!("v1,{signature}"));
    assert_eq!(header("webhook-id"), body["delivery"].as_str().unwrap());
}

pub(crate) async fn what_somebody_has_claimed_and_not_told_another_tells(store: Subject) {
    let inbox = Inbox::open().await;
    fill(&store, 3).await;
    // As a process leaves it that ends between the two.
    let now = store.now().await.unwrap();
    let claimed_until = now.plus_milliseconds(1_500);
    let rule = deep();
    let alert = Alert {
        id: rule.alert_id("mail"),
        version: 1,
        rule: rule.name.clone(),
        watch: rule.watch,
        queue: "mail".to_owned(),
        state: AlertState::Firing,
        fired_at: Some(now),
        since: now,
        seen_at: now,
        notices: vec![AlertNotice {
            receiver: "ops".to_owned(),
            event: AlertEvent::Firing,
            created_at: now,
            due_at: now,
            claimed_until: Some(claimed_until),
            ..AlertNotice::default()
        }],
        ..Alert::default()
    };
    assert!(
        store
            .change_alert(&alert.id, 0, Some(&alert), None)
            .await
            .unwrap()
    );
    let settings = AlertSettings {
        rules: vec![rule],
        receivers: vec![receiver("ops", &inbox.url)],
        ..AlertSettings::default()
    };
    let watcher = Watcher::of(&store, settings).await;
    let told = watcher
        .alert("it is told", |alert| alert.told == ["ops"])
        .await;
    assert!(store.now().await.unwrap() >= claimed_until);
    assert!(told.notices.is_empty());
    assert_eq!(inbox.events(), ["firing"]);
}

pub(crate) async fn a_receiver_that_is_away_is_told_later(store: Subject) {
    let inbox = Inbox::open().await;
    let other = Inbox::open().await;
    inbox.refuse(true);
    let mut rule = deep();
    rule.to.push("others".to_owned());
    let settings = AlertSettings {
        rules: vec![rule],
        receivers: vec![receiver("ops", &inbox.url), receiver("others", &other.url)],
        ..AlertSettings::default()
    };
    let watcher = Watcher::of(&store, settings).await;
    fill(&store, 3).await;
    let failed = watcher
        .alert("it is known that it failed", |alert| {
            alert.told == ["others"] && alert.notices.iter().any(|it| it.error.is_some())
        })
        .await;
    let notice = &failed.notices[0];
    assert_eq!((notice.receiver.as_str(), notice.attempts), ("ops", 1));
    let error = notice.error.as_deref().unwrap();
    assert!(
        error.ends_with("answered 503 Service Unavailable"),
        "{error}"
    );
    assert!(
        !error.contains("/hook"),
        "an address may be a secret: {error}"
    );
    let known = watcher.alerts.receivers();
    assert_eq!((known[0].sent, known[0].failed), (0, 1));
    inbox.refuse(false);
    watcher
        .alert("it is told", |alert| {
            alert.notices.is_empty() && alert.told.len() == 2
        })
        .await;
    assert_eq!((inbox.events().len(), other.events().len()), (1, 1));
    assert_eq!(watcher.alerts.receivers()[0].error, None);
}

pub(crate) async fn who_has_quiet_hours_is_told_of_what_is_critical_only(store: Subject) {
    let inbox = Inbox::open().await;
    let mut quiet = receiver("ops", &inbox.url);
    quiet.quiet = Some(Quiet {
        windows: vec!["00:00-24:00".parse().unwrap()],
        zone: chrono_tz::UTC,
        is_for_critical: false,
    });
    let mut critical = rule("worse", AlertWatch::Depth, "mail", 2.0);
    critical.severity = AlertSeverity::Critical;
    let settings = AlertSettings {
        rules: vec![deep(), critical],
        receivers: vec![quiet],
        ..AlertSettings::default()
    };
    let watcher = Watcher::of(&store, settings).await;
    fill(&store, 3).await;
    watcher
        .alert("it is told", |alert| !alert.told.is_empty())
        .await;
    store.clear_queue("mail").await.unwrap();
    // What was never told is over without a word.
    watcher
        .until("both are over", async || {
            store.alerts().await.unwrap().is_empty()
        })
        .await;
    assert_eq!(inbox.events(), ["firing", "resolved"]);
    assert!(
        inbox
            .posts()
            .iter()
            .all(|post| post.json()["alert"] == "worse")
    );
    assert_eq!(store.alert_episodes().await.unwrap().len(), 2);
}

pub(crate) async fn a_process_that_listens_ends_the_alert(store: Subject) {
    let settings = AlertSettings {
        rules: vec![rule("nobody", AlertWatch::NoProcess, "mail", 0.0)],
        ..AlertSettings::default()
    };
    let watcher = Watcher::of(&store, settings).await;
    // Nobody is told of it: there is no such receiver here.
    let alert = watcher
        .alert("it fires", |alert| alert.state == AlertState::Firing)
        .await;
    assert_eq!(alert.words(), "no process fetches from queue mail");
    let heartbeat = Heartbeat {
        process: ProcessInfo {
            identity: "host:1:a".to_owned(),
            queues: vec![("mail".to_owned(), 1)],
            ..ProcessInfo::default()
        },
        ..Heartbeat::default()
    };
    watcher
        .until("it is over", async || {
            store.heartbeat(&heartbeat).await.unwrap();
            store.alerts().await.unwrap().is_empty()
        })
        .await;
    assert_eq!(store.alert_episodes().await.unwrap().len(), 1);
}

pub(crate) async fn failures_and_the_dead_set_are_counted_from_what_the_sampler_reads(
    store: Subject,
) {
    let mut growth = rule("dying", AlertWatch::DeadGrowth, "*", 2.0);
    growth.to.clear();
    let settings = AlertSettings {
        rules: vec![growth, rule("failing", AlertWatch::Failures, "*", 5.0)],
        ..AlertSettings::default()
    };
    let watcher = Watcher::of(&store, settings).await;
    watcher
        .until("it is seen", async || {
            let rules = watcher.alerts.rules();
            rules.iter().all(|rule| rule.value == Some(0.0))
        })
        .await;
    let dead: Vec<Destination> = (0..4)
        .map(|number| Destination::Set {
            set: Set::Dead,
            score: 1.0,
            raw: format!(r#"{{"class":"A","jid":"{number}"}}"#).into(),
        })
        .collect();
    store.add(&dead).await.unwrap();
    let alert = watcher
        .alert("it fires", |alert| alert.state == AlertState::Firing)
        .await;
    assert_eq!(
        alert.words(),
        "dead set grown by more than 2 jobs within 1 min: 4 jobs more"
    );
    assert_eq!(watcher.alerts.rules()[1].value, Some(0.0));
}
