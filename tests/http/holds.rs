//! Holds over REST and by forms: looked at before, begun, listed, released, ended.

use super::*;

/// Retries that are due in an hour: three of class `A` with one cause, one of class `B`.
async fn fill(site: &Site) {
    let now = site.store.now().await.expect("a time").seconds();
    let retry = |class: &str, number: u32| {
        Destination::Set {
        set: Set::Retries,
        score: now + 3_600.0 + f64::from(number),
        raw: format!(
            r#"{{"class":"{class}","queue":"q","args":[{number}],"jid":"{number:024}","error_class":"E","error_message":"no {number}","failed_at":{:.3},"retry_count":1}}"#,
            now - f64::from(number)
        )
        .into(),
    }
    };
    let retries = [retry("A", 1), retry("A", 2), retry("A", 3), retry("B", 4)];
    site.store.add(&retries).await.expect("they are added");
}

/// The address of the group of class `A`.
async fn group(site: &Site) -> String {
    let mut digest = String::new();
    support::wait_until("they are counted", async || {
        site.live.outdate();
        site.live.snapshot(&Limit::none()).await;
        let list = site.get("/api/v1/failures").await.json();
        digest = list["groups"][0]["digest"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        list["entries"] == 4 && list["index"]["completeness"] == "exact"
    })
    .await;
    digest
}

async fn finish(site: &Site, operation: &Value) {
    let id = operation["id"].as_str().expect("a name");
    site.finish(id).await;
}

#[tokio::test]
async fn a_hold_is_previewed_begun_listed_and_released() {
    let site = Site::new().await;
    fill(&site).await;
    let query = format!("group:{}", group(&site).await);
    let body = json!({"query": query, "seconds": 14_400, "reason": "the gateway is down"});
    let preview = site.post("/api/v1/holds/preview", &body).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.text);
    let preview = preview.json();
    assert_eq!(
        (&preview["matched"], &preview["total"], &preview["complete"]),
        (&json!(3), &json!(4), &json!(true))
    );
    assert_eq!(site.get("/api/v1/holds").await.json(), json!([]));

    let begun = site.post("/api/v1/holds", &body).await;
    assert_eq!(begun.status, StatusCode::CREATED, "{}", begun.text);
    let hold = begun.json()["hold"].clone();
    let path = format!("/api/v1/holds/{}", hold["id"].as_str().expect("a name"));
    assert_eq!(begun.header("location"), path);
    assert_eq!(begun.json()["operation"]["action"], "hold");
    assert_eq!(begun.json()["operation"]["at"], hold["until"]);
    finish(&site, &begun.json()["operation"]).await;

    let held = site.get(&path).await.json();
    for (name, value) in [
        ("query", json!(query)),
        ("name", json!("A E")),
        ("group", json!(query["group:".len()..])),
        ("reason", json!("the gateway is down")),
        ("held", json!(3)),
    ] {
        assert_eq!(held[name], value, "{name}");
    }
    assert_eq!(site.get("/api/v1/holds").await.json(), json!([held]));

    // Every page says so, but for the page of holds itself, which has the way to let them go.
    site.live.outdate();
    let page = site.page("/dead").await.text;
    assert!(page.contains("3\u{a0}retries of A E held") || page.contains("3 retries of A E held"));
    let page = site.page("/holds").await.text;
    for text in [
        "A E",
        "the gateway is down",
        "Release",
        "3 retries held by 1 hold",
    ] {
        assert!(page.replace('\u{a0}', " ").contains(text), "{text}");
    }
    let page = site
        .page(&format!("/failures/{}", &query["group:".len()..]))
        .await
        .text;
    assert!(page.contains("of this group held until"));

    let released = site
        .post(&format!("{path}/release"), &json!({"rate": 100_000}))
        .await;
    assert_eq!(released.status, StatusCode::ACCEPTED, "{}", released.text);
    let operation = released.json();
    assert_eq!(
        (&operation["action"], &operation["rate"]),
        (&json!("retry"), &json!(100_000))
    );
    finish(&site, &operation).await;
    assert_eq!(site.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.entries("/api/v1/queues/q/jobs").await.len(), 3);
}

#[tokio::test]
async fn a_hold_ends_and_leaves_what_it_holds() {
    let site = Site::new().await;
    fill(&site).await;
    let begun = site
        .post(
            "/api/v1/holds",
            &json!({"query": "class:A", "seconds": 7_200}),
        )
        .await
        .json();
    finish(&site, &begun["operation"]).await;
    let path = format!(
        "/api/v1/holds/{}",
        begun["hold"]["id"].as_str().expect("a name")
    );
    let ended = site.ask(Method::DELETE, &path, &[], "").await;
    assert_eq!(ended.status, StatusCode::OK, "{}", ended.text);
    assert_eq!(
        (&ended.json()["held"], &ended.json()["name"]),
        (&json!(3), &Value::Null)
    );
    let again = site.ask(Method::DELETE, &path, &[], "").await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert_eq!(site.entries("/api/v1/sets/retries/jobs").await.len(), 4);
    assert_eq!(site.get("/api/v1/holds").await.json(), json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_a_hold_is_told_with_its_field() {
    let site = Site::new().await;
    for (body, status, field, part) in [
        (json!({"query": "class:A"}), 422, "until", "for how long"),
        (
            json!({"query": "class:A", "seconds": 5, "until": "2026-12-01T00:00:00Z"}),
            422,
            "until",
            "one of both",
        ),
        (
            json!({"query": "class:A", "until": "soon"}),
            422,
            "until",
            "RFC 3339",
        ),
        (
            json!({"query": "class:A", "until": "2001-01-01T00:00:00Z"}),
            422,
            "until",
            "is over",
        ),
        (
            json!({"query": "class:A", "until": "2999-01-01T00:00:00Z"}),
            422,
            "until",
            "a year",
        ),
        (
            json!({"query": "class:A", "seconds": 0}),
            422,
            "seconds",
            "1 at least",
        ),
        (
            json!({"query": "class:A", "seconds": i64::MAX}),
            422,
            "until",
            "a year",
        ),
        (
            json!({"query": " ", "seconds": 60}),
            422,
            "query",
            "which retries",
        ),
        (
            json!({"query": "in:dead", "seconds": 60}),
            422,
            "query",
            "no retry",
        ),
        (
            json!({"query": "(class:A", "seconds": 60}),
            400,
            "query",
            "cannot be read",
        ),
    ] {
        for path in ["/api/v1/holds", "/api/v1/holds/preview"] {
            let answer = site.post(path, &body).await;
            assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text);
            let error = &answer.json()["error"];
            assert_eq!(error["field"], field, "{body}: {error}");
            let message = error["message"].as_str().expect("text");
            assert!(message.contains(part), "{body}: {message}");
        }
    }
    let release = "/api/v1/holds/0123456789abcdef/release";
    let unknown = site.post(release, &json!({})).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.text.contains("no hold 0123456789abcdef"));
    let wrong = site.post(release, &json!({"spread": 5})).await;
    assert_eq!(wrong.code(), "invalid", "{}", wrong.text);
    assert_eq!(site.get("/api/v1/holds").await.json(), json!([]));
}

#[tokio::test]
async fn a_page_previews_a_hold_and_tells_what_is_wrong() {
    let site = Site::new().await;
    fill(&site).await;
    let page = site.page("/holds/new?query=class:A&for=4h").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Hold 3\u{a0}retries") || page.text.contains("Hold 3 retries"));
    let page = site
        .page("/holds/new?query=class:A&at=2001-01-01T00:00")
        .await;
    assert!(page.text.contains("the time to hold until is over"));
    let page = site.page("/holds/new?query=klass:A").await;
    assert!(page.text.contains("klass"), "{}", page.text);
    let page = site.page("/holds/new?query=class:A&for=ever").await;
    assert!(page.text.contains("no span that can be chosen"));
}
