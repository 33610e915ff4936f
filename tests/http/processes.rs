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

    let told = site
        .post(&format!("/api/v1/processes/{other}/stop"), &json!({}))
        .await;
    assert_eq!(told.status, StatusCode::ACCEPTED, "{}", told.text);
    assert_eq!(told.json(), json!({"identity": other, "signal": "stop"}));
    let signal = site.store.heartbeat(&heartbeat(other, false)).await;
    assert_eq!(signal.expect("it is noted").signal, Some(Signal::Stop));
    let refused = site
        .post(&format!("/api/v1/processes/{own}/quiet"), &json!({}))
        .await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (StatusCode::CONFLICT, "refused")
    );
}
