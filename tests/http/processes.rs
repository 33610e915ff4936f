//! Processes over REST.

use super::*;

#[tokio::test]
async fn processes_and_what_they_run_are_listed_and_can_be_told_to_stop() {
    let site = Site::new().await;
    let payload = Job::new(r#"{"class":"A","args":[1.0],"jid":"x"}"#);
    let heartbeat = |identity: &str, embedded: bool| Heartbeat {
        process: ProcessInfo {
            identity: identity.to_owned(),
            queues: vec![("low".to_owned(), 3)],
            version: "8.1.7".to_owned(),
            embedded,
            ..ProcessInfo::default()
        },
        running: vec![jobdeck::job::running(
            identity,
            "t1",
            "low",
            &payload,
            Timestamp(1_795_469_606_286),
        )],
    };
    let (own, other) = ("host:1:a", "host:2:b");
    for beat in [heartbeat(own, true), heartbeat(other, false)] {
        site.store.heartbeat(&beat).await.expect("it is noted");
    }
    let processes = site.get("/api/v1/processes").await.json();
    assert_eq!(processes[0]["identity"], own);
    assert_eq!(
        processes[1]["queues"],
        json!([{"name": "low", "weight": 3}])
    );
    let running = site.get("/api/v1/running").await;
    assert!(running.text.contains(r#""args":[1.0]"#), "{}", running.text);
    assert_eq!(running.json()[0]["run_at"], "2026-11-23T21:33:26.286Z");
    let job = site.get("/api/v1/jobs/x").await.json();
    assert_eq!(job["locations"][0]["entry"]["in"], "running");
    assert_eq!(job["locations"][0]["entry"]["id"], Value::Null);
    assert_eq!(job["locations"][0]["running"]["process"], own);

    for (name, expected) in [("dump", Signal::Dump), ("stop", Signal::Stop)] {
        let told = site
            .post(&format!("/api/v1/processes/{other}/{name}"), &json!({}))
            .await;
        assert_eq!(told.status, StatusCode::ACCEPTED, "{}", told.text);
        assert_eq!(told.json(), json!({"identity": other, "signal": name}));
        let signal = site.store.heartbeat(&heartbeat(other, false)).await;
        assert_eq!(signal.expect("it is noted").signal, Some(expected));
    }
    let refused = site
        .post(&format!("/api/v1/processes/{own}/quiet"), &json!({}))
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::CONFLICT, "refused")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_in_private_lists_of_sidekiq_pro_are_left_to_its_own_recovery() {
    let redis = RedisServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let site = Site::on(&redis.url(), folder).await;
    let gone = "web-2:18:ba9876543210";
    let alive = "web-1:17:0123456789ab";
    let beat = Heartbeat {
        process: ProcessInfo {
            identity: alive.to_owned(),
            version: "8.1.7".to_owned(),
            ..ProcessInfo::default()
        },
        running: Vec::new(),
    };
    site.store.heartbeat(&beat).await.expect("it is noted");
    let mut connection = redis.connection().await;
    for (owner, jid) in [(gone, "lost"), (alive, "fetched")] {
        let job = format!(r#"{{"class":"Publish","args":[1],"jid":"{jid}","queue":"default"}}"#);
        let name = format!("sq|{owner}|default");
        let _: u64 = connection.sadd("queues", &name).await.expect("a name");
        let _: u64 = connection
            .lpush(format!("queue:{name}"), job)
            .await
            .expect("a job");
    }
    let running = site.get("/api/v1/running").await.json();
    let rows = running.as_array().expect("rows");
    assert_eq!(rows.len(), 2, "{running}");
    for row in rows {
        assert_eq!(row["foreign"], true);
        assert_eq!(row["owner_gone"], row["jid"] == "lost");
        assert_eq!(row["run_at"], Value::Null);
    }
    // The numbers of pages are read anew after a while.
    support::wait_until("the page shows them", async || {
        let page = site.page("/running").await;
        page.text.contains("/jobs/lost") && page.text.contains("/jobs/fetched")
    })
    .await;
    let page = site.page("/running").await;
    assert!(
        page.text
            .contains("owner gone: recovered by Sidekiq when one of its processes starts next"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("within 90 s"), "{}", page.text);
    let page = site.page("/jobs/lost").await;
    assert!(page.text.contains("by Sidekiq when one of its processes"));
    let refused = site.post("/api/v1/jobs/lost/cancel", &json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("by Sidekiq when"), "{}", refused.text);
    let page = site.page("/jobs/fetched").await;
    assert!(page.text.contains(alive), "{}", page.text);
}
