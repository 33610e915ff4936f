//! The examples do what their first lines say.

use crate::{
    album::{self, Gallery},
    harness::{Subject, into_queue},
    layers::{self, Mailbox},
    process::{WorkerProcess, failed},
    receiver::{Receiver, SECRET},
    support::wait_until,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jobdeck::{
    config::Sources,
    model::{Place, Set},
};
use sha2::Sha256;
use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::{SystemTime, UNIX_EPOCH},
};
use tokio_util::sync::CancellationToken;

pub(crate) async fn the_python_receiver_does_jobs(subject: Subject) {
    receiver_does_jobs(
        subject,
        Receiver::start("python3", "examples/python/receiver.py").await,
        "ValueError",
    )
    .await;
}

pub(crate) async fn the_node_receiver_does_jobs(subject: Subject) {
    receiver_does_jobs(
        subject,
        Receiver::start("node", "examples/node/receiver.mjs").await,
        "RangeError",
    )
    .await;
}

async fn receiver_does_jobs(subject: Subject, receiver: Receiver, error: &str) {
    only_signed_requests_are_taken(&receiver).await;
    let url = &receiver.url;
    let worker = WorkerProcess::start(
        &subject,
        &format!(
            r#"
            [handlers."*"]
            http = "{url}"
            secret = "{SECRET}"
            [handlers.Unsigned]
            http = "{url}"
            [handlers.Foreign]
            http = "{url}"
            secret = "somebody else's"
            "#
        ),
    );
    let jid = worker.enqueue("PublishPhoto", "[7]", "true").await;
    let line = format!("photo 7 is published (job {jid})");
    receiver.written.wait_for(&line).await;
    subject.wait_for_counters(1, 0).await;

    let jid = worker.enqueue("PublishPhoto", "[2000]", "0").await;
    let dead = failed(&subject, &jid).await;
    assert_eq!((dead.class.as_str(), dead.set), ("HTTP 500", Set::Dead));
    assert_eq!(dead.message, format!("{error}: there is no photo 2000"));
    assert!(dead.trace.is_empty(), "{dead:?}");

    let jid = worker.enqueue("PublishPhoto", "[0]", "true").await;
    let delayed = failed(&subject, &jid).await;
    assert_eq!(delayed.class, "HTTP 429");
    assert_eq!(delayed.message, "the gallery asks for patience");
    assert!((delayed.delay - 120.0).abs() < 0.01, "{delayed:?}");

    for class in ["Unsigned", "Foreign"] {
        let jid = worker.enqueue(class, "[7]", "true").await;
        let refused = failed(&subject, &jid).await;
        assert_eq!(refused.class, "HTTP 401");
        assert_eq!(refused.message, "the signature is wrong, or too old");
    }
    let jid = worker.enqueue("NobodyKnows", "[]", "true").await;
    let unknown = failed(&subject, &jid).await;
    assert_eq!(unknown.message, "nobody here does NobodyKnows");

    // Discarded, without a retry left too: counted and nowhere else.
    let places = [Place::Set(Set::Retries), Place::Set(Set::Dead)];
    let before = [
        subject.size(&places[0]).await,
        subject.size(&places[1]).await,
    ];
    for retry in ["true", "0"] {
        worker.enqueue("PublishPhoto", "[-1]", retry).await;
    }
    subject.wait_for_counters(8, 7).await;
    let after = [
        subject.size(&places[0]).await,
        subject.size(&places[1]).await,
    ];
    assert_eq!(before, after);

    // Not read to its end, and answered all the same.
    let large = "x".repeat(10 * 1024 * 1024);
    let text = format!(r#"{{"class":"PublishPhoto","args":["{large}"],"jid":"large","retry":0}}"#);
    subject.put(into_queue("default", text)).await;
    let refused = failed(&subject, "large").await;
    assert_eq!(refused.class, "HTTP 413");
    assert_eq!(refused.message, "the job is too large");
    worker.stop().await;
}

/// Signs as anybody would who reads the convention.
async fn only_signed_requests_are_taken(receiver: &Receiver) {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let body = r#"{"class":"PublishPhoto","args":[1],"jid":"é"}"#;
    let key = STANDARD
        .decode(SECRET.trim_start_matches("whsec_"))
        .unwrap();
    let sign = |id: &str, timestamp: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    let at = |seconds: u64| seconds.to_string();
    for (timestamp, signature, expected) in [
        (at(now), sign("a", &at(now)), 200),
        // Others before it: a secret that is being replaced.
        (at(now), format!("v1a,x v1,x {}", sign("a", &at(now))), 200),
        (at(now), sign("b", &at(now)), 401),
        (at(now), sign("a", &at(now + 1)), 401),
        (at(now), String::new(), 401),
        (at(now - 400), sign("a", &at(now - 400)), 401),
        (at(now + 400), sign("a", &at(now + 400)), 401),
        ("soon".to_owned(), sign("a", "soon"), 401),
        ("9".repeat(5_000), sign("a", &"9".repeat(5_000)), 401),
    ] {
        let answer = reqwest::Client::new()
            .post(&receiver.url)
            .header("webhook-id", "a")
            .header("webhook-timestamp", &timestamp)
            .header("webhook-signature", &signature)
            .body(body)
            .send()
            .await
            .unwrap();
        assert_eq!(
            answer.status().as_u16(),
            expected,
            "{timestamp} {signature}"
        );
    }
}

pub(crate) async fn the_command_makes_reports(subject: Subject) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/command");
    let settings = std::fs::read_to_string(folder.join("jobdeck.toml")).unwrap();
    let settings = settings.replace(
        "timeout = ",
        &format!("directory = \"{}\"\ntimeout = ", folder.display()),
    );
    let worker = WorkerProcess::start(&subject, &settings);
    worker
        .enqueue("Reports::Weekly", r#"["photos", 7]"#, "true")
        .await;
    subject.wait_for_counters(1, 0).await;

    let jid = worker
        .enqueue("Reports::Weekly", r#"["photos", 0]"#, "true")
        .await;
    let later = failed(&subject, &jid).await;
    assert_eq!(later.class, "TryLater");
    assert!(
        later.message.ends_with(": there are no figures yet"),
        "{later:?}"
    );
    assert!((later.delay - 300.0).abs() < 0.01, "{later:?}");

    let jid = worker.enqueue("Reports::Daily", r#"["photos"]"#, "0").await;
    let broken = failed(&subject, &jid).await;
    assert_eq!(
        (broken.class.as_str(), broken.set),
        ("ExitStatus 1", Set::Dead)
    );
    assert!(
        broken.message.starts_with("ValueError: not enough values"),
        "{broken:?}"
    );
    assert_eq!(broken.trace[0], "Traceback (most recent call last):");
    assert_eq!(broken.trace.last(), Some(&broken.message));
    worker.stop().await;
}

pub(crate) async fn the_album_publishes_its_photos(subject: Subject) {
    album::enqueue(subject.store.clone()).await.unwrap();
    let gallery = Arc::new(Gallery::default());
    let shutdown = CancellationToken::new();
    let work = tokio::spawn({
        let (store, gallery) = (subject.store.clone(), Arc::clone(&gallery));
        let until = shutdown.clone().cancelled_owned();
        async move { album::work(store, gallery, until).await }
    });
    subject.wait_for_counters(4, 1).await;
    assert_eq!(gallery.published.load(Ordering::Relaxed), 13);
    wait_until("the empty album is dead", async || {
        subject.size(&Place::Set(Set::Dead)).await == 1
    })
    .await;
    shutdown.cancel();
    work.await.unwrap().unwrap();
}

pub(crate) async fn the_layers_stand_around_the_letters(subject: Subject) {
    let mailbox = Mailbox::default();
    layers::run(subject.store.clone(), mailbox.clone())
        .await
        .unwrap();
    let letters = mailbox.letters();
    assert_eq!(
        letters,
        [
            "Dear Ada, your photos are ready.",
            "Dear Joan, your photos are ready."
        ]
    );
    assert_eq!(subject.counters().await, (4, 0));
}

#[test]
fn the_settings_beside_the_examples_are_right() {
    for example in ["python", "node", "command"] {
        let path = format!("examples/{example}/jobdeck.toml");
        let sources = Sources {
            file: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)),
            ..Sources::default()
        };
        let config = sources.load().unwrap();
        assert_eq!(config.handlers.len(), 1);
        config.handlers[0].handler().unwrap();
    }
}
