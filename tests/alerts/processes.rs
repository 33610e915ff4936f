//! Processes on one store, with rules in their configuration.

use crate::harness::into_queue;
use crate::inbox::Inbox;
use crate::support::{Jobdeck, RedisServer, open, wait_until};
use jobdeck::store::Destination;

#[tokio::test]
async fn of_two_processes_on_one_store_one_posts() {
    let inbox = Inbox::open().await;
    let redis = RedisServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobdeck.toml");
    let text = format!(
        "[alerts.deep]\nwhen = \"depth\"\nqueue = \"m*\"\nabove = 2\nto = [\"ops\"]\n\
         [receivers.ops]\nkind = \"webhook\"\nurl = \"{}\"\n",
        inbox.url
    );
    std::fs::write(&path, text).unwrap();
    let url = redis.url();
    let arguments = ["--store", &url, "--config", path.to_str().unwrap()];
    let one = Jobdeck::serve(&arguments).await;
    let other = Jobdeck::serve(&arguments).await;
    let store = open(&url).await;
    let entries: Vec<Destination> = (0..3)
        .map(|number| {
            let raw = format!(r#"{{"class":"A","args":[],"jid":"{number:024}"}}"#);
            into_queue("mail", raw)
        })
        .collect();
    store.add(&entries).await.unwrap();
    // Each that is asked looks.
    let both = async || {
        (
            one.get("/api/v1/overview").await,
            other.get("/api/v1/overview").await,
        )
    };
    wait_until("it is told", async || {
        both().await;
        let alerts = one.get("/api/v1/alerts").await;
        alerts["alerts"][0]["state"] == "firing" && !inbox.events().is_empty()
    })
    .await;
    store.clear_queue("mail").await.unwrap();
    wait_until("its end is told", async || {
        both().await;
        inbox.events().iter().any(|event| event == "resolved")
            && store.alerts().await.unwrap().is_empty()
    })
    .await;
    assert_eq!(inbox.events(), ["firing", "resolved"]);
    let over = other.get("/api/v1/alerts").await;
    assert_eq!(over["resolved"][0]["rule"], "deep");
    let metrics = one.page("/metrics").await + &other.page("/metrics").await;
    assert!(metrics.contains("jobdeck_alert_notices_sent_total{receiver=\"ops\"} "));
}
