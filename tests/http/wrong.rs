//! Requests that cannot be done.

use super::*;

#[tokio::test]
async fn a_request_is_called_the_same_in_its_answer_and_its_error() {
    let site = Site::new().await;
    let ask = async |id: &str| {
        let headers = &[("x-request-id", id)][..];
        site.ask(Method::GET, "/api/v1/jobs/none", headers, "")
            .await
    };
    let named = ask("proxy-17/a.b").await;
    assert_eq!(named.status, StatusCode::NOT_FOUND);
    assert_eq!(named.header("x-request-id"), "proxy-17/a.b");
    assert_eq!(named.json()["error"]["request_id"], "proxy-17/a.b");

    // What is no id that one would want in a log is not taken.
    for id in ["a b", "<script>", "\"", &"x".repeat(200), ""] {
        let answer = ask(id).await;
        let own = answer.header("x-request-id").to_owned();
        assert!(own.len() == 36 && own != id, "{id}: {own}");
        assert_eq!(answer.json()["error"]["request_id"], *own);
    }
    // Also where nothing but the layers saw it.
    let refused = site.ask(
        Method::POST,
        "/api/v1/jobs",
        &[
            ("x-request-id", "a-1"),
            ("origin", "https://evil.example"),
            ("host", "jobs.example"),
        ],
        "{}",
    );
    let refused = refused.await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(refused.json()["error"]["request_id"], "a-1");
}

#[tokio::test]
async fn wrong_requests_are_told_what_is_wrong() {
    let site = Site::new().await;
    let json_type: &[(&str, &str)] = &[("content-type", "application/json")];
    for (path, headers, body, status, code) in [
        ("/api/v1/jobs", json_type, "{\"class\":", 400, "bad_json"),
        ("/api/v1/jobs", json_type, "", 400, "bad_json"),
        ("/api/v1/jobs", json_type, "[1]", 422, "invalid"),
        ("/api/v1/jobs", json_type, "\"A\"", 422, "invalid"),
        ("/api/v1/jobs", json_type, r#"{"args":[]}"#, 422, "invalid"),
        (
            "/api/v1/jobs",
            json_type,
            r#"{"class":"A","args":[],"at":"tomorrow"}"#,
            422,
            "invalid",
        ),
        ("/api/v1/jobs", &[][..], "{}", 415, "not_json"),
        ("/api/v1/actions", json_type, "{}", 422, "invalid"),
        (
            "/api/v1/actions",
            json_type,
            r#"{"action":"burn","entries":[]}"#,
            422,
            "invalid",
        ),
        (
            "/api/v1/actions",
            json_type,
            r#"{"action":"retry","entries":[]}"#,
            422,
            "invalid",
        ),
        (
            "/api/v1/actions",
            json_type,
            r#"{"action":"retry","entries":["x"]}"#,
            422,
            "invalid",
        ),
        (
            "/api/v1/actions",
            json_type,
            r#"{"action":"reschedule","entries":["x"]}"#,
            422,
            "invalid",
        ),
        (
            "/api/v1/actions",
            json_type,
            r#"{"action":"retry","at":1,"entries":["x"]}"#,
            422,
            "invalid",
        ),
        (
            "/api/v1/actions",
            json_type,
            r#"{"action":"retry","all":true,"entries":["x"]}"#,
            422,
            "invalid",
        ),
        (
            "/api/v1/processes/nobody:1:x/quiet",
            json_type,
            "",
            404,
            "not_found",
        ),
    ] {
        let answer = site.ask(Method::POST, path, headers, body).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{path} {body}: {}",
            answer.text
        );
        assert_eq!(answer.code(), code, "{path} {body}: {}", answer.text);
    }
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("order=sideways", "order"),
        ("from=yesterday", "from"),
        ("to=NaN", "to"),
        ("after=a&before=b", "before"),
    ] {
        let answer = site.get(&format!("/api/v1/sets/dead/jobs?{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (400, "bad_query"),
            "{query}"
        );
        assert_eq!(answer.json()["error"]["field"], field, "{query}");
    }
    let unknown = site.get("/api/v1/sets/dead/jobs?clas=A").await;
    assert_eq!(
        (unknown.status.as_u16(), unknown.code().as_str()),
        (400, "bad_query")
    );
    assert!(unknown.text.contains("clas"), "{}", unknown.text);
    let cursor = site.get("/api/v1/sets/dead/jobs?after=nonsense").await;
    assert_eq!(
        (cursor.status.as_u16(), cursor.code().as_str()),
        (400, "invalid"),
        "{}",
        cursor.text
    );
    let set = site.get("/api/v1/sets/morgue/jobs").await;
    assert_eq!(
        (set.status.as_u16(), set.code().as_str()),
        (404, "not_found")
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let site = Site::new().await;
    let headers = [("content-type", "application/json")];
    let large = |megabytes: usize| {
        format!(
            r#"{{"class":"A","args":["{}"]}}"#,
            "x".repeat(megabytes << 20)
        )
    };
    let jobs = site
        .ask(Method::POST, "/api/v1/jobs", &headers, &large(3))
        .await;
    assert_eq!(jobs.status, StatusCode::CREATED, "{}", jobs.text);
    let jobs = site
        .ask(Method::POST, "/api/v1/jobs", &headers, &large(17))
        .await;
    assert_eq!(
        (jobs.status, jobs.code()),
        (StatusCode::PAYLOAD_TOO_LARGE, "too_large".to_owned())
    );
    let act = site
        .ask(Method::POST, "/api/v1/actions", &headers, &large(3))
        .await;
    assert_eq!(
        (act.status, act.code()),
        (StatusCode::PAYLOAD_TOO_LARGE, "too_large".to_owned())
    );
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let page = site
        .ask(
            Method::POST,
            "/api/ui/set_queue_paused",
            &form,
            &"x".repeat(3 << 20),
        )
        .await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);

    // Scripts get even these arguments whole.
    let entries = site.entries("/api/v1/queues/default/jobs").await;
    assert_eq!(entries[0]["args"][0].as_str().expect("text").len(), 3 << 20);
}
