//! Jobs over REST: added, found, acted on.

use super::*;

#[tokio::test]
async fn a_job_is_added_found_moved_and_deleted() {
    let site = Site::new().await;
    // More digits than a float holds, a float without need, an empty list, an unknown field: all stay.
    let body = r#"{"class":"PublishPhoto","args":[12345678901234567890123,1.0,[],{"a":"ü"}],"queue":"photos","tags":["album"],"custom":{"b":1}}"#;
    let headers = [("content-type", "application/json; charset=utf-8")];
    let answer = site.ask(Method::POST, "/api/v1/jobs", &headers, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let jid = answer.json()["jids"][0].as_str().expect("a jid").to_owned();

    let list = site.get("/api/v1/queues/photos/jobs").await;
    assert!(
        list.text
            .contains(r#""args":[12345678901234567890123,1.0,[],{"a":"ü"}]"#),
        "{}",
        list.text
    );
    let entry = &list.json()["entries"][0];
    assert_eq!(entry["jid"], json!(jid));
    assert_eq!(entry["in"], "queue:photos");
    assert_eq!(entry["tags"], json!(["album"]));
    assert_eq!(entry["score"], Value::Null);
    assert!(entry["created_at"].as_str().expect("a time").ends_with('Z'));

    let detail = site.get(&format!("/api/v1/jobs/{jid}")).await;
    assert!(
        detail.text.contains(r#""custom":{"b":1}"#),
        "{}",
        detail.text
    );
    assert!(
        detail.text.contains("12345678901234567890123"),
        "{}",
        detail.text
    );

    let act =
        json!({"action": "reschedule", "at": "2099-01-01T00:00:00Z", "entries": [entry["id"]]});
    let done = site.post("/api/v1/actions", &act).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(done.json()["results"][0]["result"], "done");
    let scheduled = site.entries("/api/v1/sets/scheduled/jobs").await;
    assert_eq!(scheduled[0]["at"], "2099-01-01T00:00:00.000Z");
    assert_eq!(scheduled[0]["score"], 4_070_908_800.0);

    // The old address is that of an entry which has moved.
    let again = site.post("/api/v1/actions", &act).await;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::CONFLICT, "gone".to_owned())
    );

    let delete = json!({"action": "delete", "entries": [scheduled[0]["id"]]});
    assert_eq!(
        site.post("/api/v1/actions", &delete).await.status,
        StatusCode::OK
    );
    let gone = site.get(&format!("/api/v1/jobs/{jid}")).await;
    assert_eq!(
        (gone.status, gone.code()),
        (StatusCode::NOT_FOUND, "not_found".to_owned())
    );
}

#[tokio::test]
async fn several_jobs_are_added_or_none() {
    let site = Site::new().await;
    let jids = site
        .enqueue(json!([
            {"class": "A", "args": []},
            {"class": "A", "args": [1], "at": "2099-01-01T00:00:00Z"},
            {"class": "A", "args": [2], "at": 4_070_908_800.5, "retry": 3},
        ]))
        .await;
    assert_eq!(jids.len(), 3);
    assert_eq!(site.entries("/api/v1/sets/scheduled/jobs").await.len(), 2);
    let wrong = site
        .post(
            "/api/v1/jobs",
            &json!([{"class": "A", "args": []}, {"class": "A", "args": {}}]),
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let error = &wrong.json()["error"];
    assert_eq!(error["field"], "args");
    assert!(
        error["message"].as_str().expect("text").contains("job 1"),
        "{error}"
    );
    assert_eq!(site.entries("/api/v1/queues/default/jobs").await.len(), 1);
}

#[tokio::test]
async fn each_entry_of_an_action_has_its_result() {
    let site = Site::new().await;
    for (score, raw) in [
        (1.0, r#"{"class":"A","args":[],"jid":"x"}"#),
        (2.0, "rubbish"),
    ] {
        let entry = Destination::Set {
            set: Set::Retries,
            score,
            raw: raw.into(),
        };
        site.store.add(&[entry]).await.expect("it is added");
    }
    let entries = site.entries("/api/v1/sets/retries/jobs").await;
    let ids: Vec<&Value> = entries.iter().map(|entry| &entry["id"]).collect();
    let retry = json!({"action": "retry", "entries": ids});
    let answer = site.post("/api/v1/actions", &retry).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let body = answer.json();
    assert_eq!(
        (&body["action"], &body["done"]),
        (&json!("retry"), &json!(1))
    );
    assert_eq!(body["results"][0], json!({"id": ids[0], "result": "done"}));
    assert_eq!(body["results"][1]["result"], "refused");
    let reason = body["results"][1]["reason"].as_str().expect("a reason");
    assert!(reason.contains("not JSON"), "{reason}");
    // What is gone is told beside what is not.
    let body = site.post("/api/v1/actions", &retry).await.json();
    assert_eq!(body["results"][0], json!({"id": ids[0], "result": "gone"}));
    assert_eq!(body["done"], 0);
}

#[tokio::test]
async fn what_is_no_job_is_shown_as_it_is_and_can_be_deleted() {
    let site = Site::new().await;
    let raw = b"not json \xff<script>".to_vec();
    let entry = Destination::Set {
        set: Set::Dead,
        score: 1.5,
        raw: raw.into(),
    };
    site.store.add(&[entry]).await.expect("it is added");
    let entries = site.entries("/api/v1/sets/dead/jobs").await;
    assert_eq!(entries[0]["args"], Value::Null);
    assert!(entries[0]["malformed"].is_string(), "{}", entries[0]);
    assert!(
        entries[0]["raw"]
            .as_str()
            .expect("text")
            .starts_with("not json")
    );
    let page = site.page("/dead").await;
    assert!(!page.text.contains("<script>\u{fffd}") && !page.text.contains("\u{fffd}<script>"));
    let delete = json!({"action": "delete", "entries": [entries[0]["id"]]});
    assert_eq!(
        site.post("/api/v1/actions", &delete).await.json()["done"],
        1
    );
}
