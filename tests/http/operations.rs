//! Operations over REST: looked at before, begun, followed, paused, stopped, undone, freed.

use super::*;

/// As many jobs as this in the scheduled set, every third of class `Report`.
async fn scheduled(site: &Site, count: usize) {
    let jobs: Vec<Value> = (0..count)
        .map(|number| {
            let class = if number % 3 == 0 { "Report" } else { "Publish" };
            json!({"class": class, "args": [number, {"user": 1}], "queue": "slow", "at": "2099-01-01T00:00:00Z"})
        })
        .collect();
    site.enqueue(json!(jobs)).await;
}

/// Works on an operation until it is over or paused; how it stands then.
async fn finish(site: &Site, id: &str) -> Value {
    site.finish(id).await;
    let answer = site.get(&format!("/api/v1/operations/{id}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

/// Begins an operation; its name.
async fn begin(site: &Site, body: &Value) -> String {
    let answer = site.post("/api/v1/operations", body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text);
    let id = answer.json()["id"].as_str().expect("a name").to_owned();
    assert_eq!(
        answer.header("location"),
        format!("/api/v1/operations/{id}")
    );
    id
}

async fn size(site: &Site, set: &str) -> Value {
    let path = format!("/api/v1/sets/{set}/jobs?limit=1");
    site.get(&path).await.json()["total"].clone()
}

#[tokio::test]
async fn an_operation_is_previewed_begun_followed_and_undone() {
    let site = Site::new().await;
    scheduled(&site, 9).await;
    let body = json!({
        "action": "delete", "from": "scheduled", "filter": {"class": "Publish"}, "reason": "not wanted", "rate": 100_000,
    });
    let preview = site.post("/api/v1/operations/preview", &body).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
    let preview = preview.json();
    for (field, value) in [
        ("matched", json!(6)),
        ("scanned", json!(9)),
        ("total", json!(9)),
        ("complete", json!(true)),
        (
            "in_words",
            json!("Delete scheduled jobs of class `Publish`"),
        ),
    ] {
        assert_eq!(preview[field], value, "{field}");
    }
    assert_eq!(preview["samples"].as_array().map(Vec::len), Some(5));
    assert_eq!(preview["samples"][0]["entry"]["class"], "Publish");
    assert_eq!(
        size(&site, "scheduled").await,
        9,
        "a preview changes nothing"
    );

    let mut confirmed = body.clone();
    confirmed["before"] = preview["before"].clone();
    let id = begin(&site, &confirmed).await;
    let begun = site.get(&format!("/api/v1/operations/{id}")).await.json();
    assert_eq!(begun["state"], "running");
    assert_eq!(begun["before"], preview["before"]);
    let done = finish(&site, &id).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(done["progress"]["done"], 6);
    assert_eq!(done["kept"]["entries"], 6);
    assert_eq!(done["reason"], "not wanted");
    assert_eq!(done["filter"]["class"], "Publish");
    assert_eq!(size(&site, "scheduled").await, 3);

    let again = site
        .post(&format!("/api/v1/operations/{id}/pause"), &json!({}))
        .await;
    assert_eq!(
        (again.status, again.code()),
        (StatusCode::CONFLICT, "refused".to_owned())
    );
    let undo = site
        .ask(
            Method::POST,
            &format!("/api/v1/operations/{id}/undo"),
            &[],
            "",
        )
        .await;
    assert_eq!(undo.status, StatusCode::ACCEPTED, "{}", undo.text);
    let undo = undo.json();
    assert_eq!(
        (&undo["action"], &undo["undoes"]),
        (&json!("undo"), &json!(id))
    );
    let undone = finish(&site, undo["id"].as_str().expect("a name")).await;
    assert_eq!(undone["progress"]["done"], 6);
    assert_eq!(size(&site, "scheduled").await, 9);
    let list = site.get("/api/v1/operations").await.json();
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    assert_eq!(list[0]["id"], undo["id"], "the newest is first");
    assert_eq!(list[1]["undone_by"], undo["id"]);
}

#[tokio::test]
async fn an_operation_is_paused_resumed_stopped_and_its_space_freed() {
    let site = Site::new().await;
    scheduled(&site, 4).await;
    let move_all = json!({"action": "move", "from": ["scheduled", "queue:none"], "queue": "fast", "filter": "class:Report OR class:Publish"});
    let id = begin(&site, &move_all).await;
    let turn = |verb: &'static str| {
        let path = format!("/api/v1/operations/{id}/{verb}");
        let site = &site;
        async move { site.post(&path, &json!({})).await }
    };
    assert_eq!(turn("pause").await.json()["state"], "paused");
    assert_eq!(turn("resume").await.json()["state"], "running");
    assert_eq!(turn("pause").await.json()["state"], "paused");
    let early = turn("free").await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.text);
    assert_eq!(turn("stop").await.json()["state"], "stopped");
    let nothing = turn("undo").await;
    assert_eq!(nothing.status, StatusCode::CONFLICT, "{}", nothing.text);

    let id = begin(&site, &move_all).await;
    let done = finish(&site, &id).await;
    assert_eq!(done["progress"]["done"], 4);
    assert_eq!(done["queue"], "fast");
    assert_eq!(done["from"], json!(["scheduled", "queue:none"]));
    assert_eq!(
        done["filter"]["filter"], "class:Report OR class:Publish",
        "a search is shown as it was written"
    );
    let freed = site
        .post(&format!("/api/v1/operations/{id}/free"), &json!({}))
        .await
        .json();
    assert_eq!(freed["entries"], 4);
    assert!(freed["bytes"].as_u64().is_some_and(|bytes| bytes > 0));
}

#[tokio::test]
async fn arguments_are_edited_and_the_preview_shows_both_values() {
    let site = Site::new().await;
    scheduled(&site, 3).await;
    let ids: Vec<Value> = site
        .entries("/api/v1/sets/scheduled/jobs")
        .await
        .iter()
        .take(2)
        .map(|entry| entry["id"].clone())
        .collect();
    let body = json!({"action": "edit", "entries": ids, "path": "args.1.user", "value": null});
    let preview = site.post("/api/v1/operations/preview", &body).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
    assert!(
        preview.text.contains(r#""value":1,"new_value":null"#),
        "{}",
        preview.text
    );
    let id = begin(&site, &body).await;
    assert_eq!(finish(&site, &id).await["progress"]["done"], 2);
    let edited = site
        .entries("/api/v1/sets/scheduled/jobs")
        .await
        .iter()
        .filter(|entry| entry["args"][1] == json!({"user": null}))
        .count();
    assert_eq!(edited, 2);
}

#[tokio::test]
async fn a_wrong_request_is_answered_with_the_field() {
    let site = Site::new().await;
    for (body, field) in [
        (json!({"action": "retry"}), "from"),
        (json!({"action": "retry", "from": "morgue"}), "from"),
        (json!({"action": "retry", "from": 5}), "from"),
        (json!({"action": "retry", "from": "scheduled"}), "action"),
        (json!({"action": "retry", "from": "dead", "at": 5}), "at"),
        (json!({"action": "reschedule", "from": "dead"}), "at"),
        (
            json!({"action": "reschedule", "from": "dead", "at": "soon"}),
            "at",
        ),
        (json!({"action": "move", "from": "dead"}), "queue"),
        (
            json!({"action": "move", "from": "dead", "queue": " "}),
            "queue",
        ),
        (
            json!({"action": "edit", "from": "dead", "value": 1}),
            "path",
        ),
        (
            json!({"action": "edit", "from": "dead", "path": "args.0"}),
            "value",
        ),
        (
            json!({"action": "edit", "from": "dead", "path": "jid", "value": 1}),
            "path",
        ),
        (
            json!({"action": "retry", "from": "dead", "rate": 0}),
            "rate",
        ),
        (
            json!({"action": "retry", "from": "dead", "filter": {"clas": "A"}}),
            "filter",
        ),
        (
            json!({"action": "retry", "from": "dead", "filter": {"to": "soon"}}),
            "filter.to",
        ),
        (
            json!({"action": "retry", "from": "dead", "entries": ["a"]}),
            "from",
        ),
        (json!({"action": "retry", "entries": ["a"]}), "entries[0]"),
        (
            json!({"action": "delete", "from": "dead", "canary": {"jobs": 1, "wait_seconds": 1, "percent": 1}}),
            "canary",
        ),
        (
            json!({"action": "retry", "from": "dead", "canary": {"jobs": 1, "wait_seconds": 1, "percent": 101}}),
            "canary.percent",
        ),
        (
            json!({"action": "retry", "from": "dead", "reason": "x".repeat(501)}),
            "reason",
        ),
        // Nothing named is not the same as everything.
        (
            json!({"action": "delete", "from": "dead", "filter": ""}),
            "filter",
        ),
        (
            json!({"action": "delete", "from": "dead", "filter": {"filter": " "}}),
            "filter",
        ),
        (json!({"action": "delete", "entries": []}), "entries"),
    ] {
        for path in ["/api/v1/operations", "/api/v1/operations/preview"] {
            let answer = site.post(path, &body).await;
            assert_eq!(
                answer.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{body}: {}",
                answer.text
            );
            assert_eq!(answer.code(), "invalid");
            assert_eq!(answer.json()["error"]["field"], field, "{body}");
        }
    }
    let surrogate = r#"{"action": "delete", "from": "dead", "filter": "\ud800"}"#;
    let answer = site
        .ask(
            Method::POST,
            "/api/v1/operations",
            &[("content-type", "application/json")],
            surrogate,
        )
        .await;
    assert_eq!(
        (answer.status, answer.json()["error"]["field"].clone()),
        (StatusCode::UNPROCESSABLE_ENTITY, json!("filter")),
        "half a character is not everything: {}",
        answer.text
    );
    assert_eq!(site.get("/api/v1/operations").await.json(), json!([]));
    for (method, path) in [
        (Method::GET, "/api/v1/operations/none"),
        (Method::POST, "/api/v1/operations/none/undo"),
        (Method::POST, "/api/v1/operations/none/free"),
        (Method::POST, "/api/v1/operations/none/stop"),
    ] {
        let answer = site.ask(method, path, &[], "").await;
        assert_eq!(
            (answer.status, answer.code()),
            (StatusCode::NOT_FOUND, "not_found".to_owned()),
            "{path}"
        );
    }
}
