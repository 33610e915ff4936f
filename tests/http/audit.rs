//! Who did what, over HTTP.

use super::access::{PASSWORD, guarded};
use super::*;
use axum::extract::ConnectInfo;
use jobdeck::model::{Order, Role};
use std::net::SocketAddr;

const HOSTILE: &str = "=cmd|' /C calc'!A0\r\n<script>alert(1)</script>\u{202e}gnp.exe";

fn operator() -> (&'static str, &'static str) {
    ("authorization", "Bearer operator")
}

async fn pause(site: &Site, queue: &str) {
    let path = format!("/api/v1/queues/{queue}/pause");
    let answer = site.ask(Method::POST, &path, &[], "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
}

#[tokio::test]
async fn a_change_over_rest_says_who_from_where_and_why() {
    let site = guarded(false).await;
    site.store
        .add(&[Destination::Set {
            set: Set::Dead,
            score: 5.0,
            raw: r#"{"class":"A","jid":"f00","args":[1]}"#.into(),
        }])
        .await
        .expect("it is added");
    let dead = site
        .ask(Method::GET, "/api/v1/sets/dead/jobs", &[operator()], "")
        .await
        .json();
    let body = json!({"action": "retry", "entries": [dead["entries"][0]["id"]], "reason": HOSTILE});
    let mut request = Request::post("/api/v1/actions")
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::CONTENT_TYPE, "application/json")
        .header(operator().0, operator().1)
        .body(Body::from(body.to_string()))
        .expect("a request");
    let peer: SocketAddr = ([192, 0, 2, 7], 4711).into();
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = site.send(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);

    let page = site
        .ask(Method::GET, "/api/v1/audit", &[operator()], "")
        .await
        .json();
    let event = &page["events"][0];
    assert_eq!(event["actor"], "token operator");
    assert_eq!(event["role"], "operator");
    assert_eq!(event["from"], "192.0.2.7");
    assert_eq!(event["action"], "retry");
    assert_eq!(event["words"], "Retry 1 job of class A");
    assert_eq!(event["jids"], json!(["f00"]));
    assert_eq!(event["places"], json!(["dead"]));
    assert_eq!(event["reason"], HOSTILE);
    assert_eq!(event["outcome"], "done");
    assert_eq!(event["done"], 1);
    assert_eq!(event["operation"], answer.json()["operation"]);
    assert_eq!(
        (&page["next"], &page["previous"]),
        (&Value::Null, &Value::Null)
    );

    // As files.
    let file = site
        .ask(Method::GET, "/api/v1/audit/export", &[operator()], "")
        .await;
    assert_eq!(file.header("content-type"), "application/x-ndjson");
    let name = file.header("content-disposition");
    assert!(
        name.contains("jobdeck-audit-") && name.contains(".ndjson"),
        "{name}"
    );
    let line: Value = serde_json::from_str(file.text.trim_end()).expect("a line");
    assert_eq!(&line, event);
    let table = site
        .ask(
            Method::GET,
            "/api/v1/audit/export?format=csv",
            &[operator()],
            "",
        )
        .await;
    assert!(
        table.text.starts_with("at,who,role,from,action,"),
        "{}",
        table.text
    );
    assert!(table.text.contains("\"'=cmd|"), "{}", table.text);

    // And on the page, as text.
    let cookie = site.cookie(Role::Operator).await;
    let headers = [("accept", "text/html"), ("cookie", cookie.as_str())];
    let page = site
        .ask(Method::GET, "/audit?who=token", &headers, "")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("Retry 1 job of class A"),
        "{}",
        page.text
    );
    assert!(
        page.text.contains("&lt;script&gt;alert(1)"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("<script>alert(1)"));
    assert!(page.text.contains(r#"href="/jobs/f00""#));
    assert!(page.text.contains("192.0.2.7"));
    // A reason that is too long changes nothing.
    let body = json!({"action": "retry", "entries": ["dead~1~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"], "reason": "x".repeat(501)});
    let json = ("content-type", "application/json");
    let answer = site
        .ask(
            Method::POST,
            "/api/v1/actions",
            &[operator(), json],
            &body.to_string(),
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["error"]["field"], "reason");
}

#[tokio::test]
async fn pages_of_the_audit_meet_and_filters_are_in_the_address() {
    let site = Site::new().await;
    for number in 0..7 {
        pause(&site, &format!("q{number}")).await;
    }
    let queues = |page: &Value| -> Vec<String> {
        let events = page["events"].as_array().expect("events");
        let place = |event: &Value| event["places"][0].as_str().expect("a place").to_owned();
        events.iter().map(place).collect()
    };
    let first = site.get("/api/v1/audit?limit=3").await.json();
    assert_eq!(queues(&first), ["queue:q6", "queue:q5", "queue:q4"]);
    let next = first["next"].as_str().expect("more");
    let second = site
        .get(&format!("/api/v1/audit?limit=3&after={next}"))
        .await
        .json();
    assert_eq!(queues(&second), ["queue:q3", "queue:q2", "queue:q1"]);
    let previous = second["previous"].as_str().expect("newer ones");
    let back = site
        .get(&format!("/api/v1/audit?limit=3&before={previous}"))
        .await
        .json();
    assert_eq!(back["events"], first["events"]);
    let of_one = site
        .get("/api/v1/audit?place=q3&action=pause_queue&who=ANYONE")
        .await;
    assert_eq!(queues(&of_one.json()), ["queue:q3"]);
    for (wrong, field) in [
        ("action=teleport", "action"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("after=soon", "after"),
        ("from=soon", "from"),
        ("after=1-1&before=1-1", "before"),
    ] {
        let answer = site.get(&format!("/api/v1/audit?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
        assert_eq!(answer.json()["error"]["field"], field, "{wrong}");
    }
    let answer = site.get("/api/v1/audit/export?format=pdf").await;
    assert_eq!(answer.json()["error"]["field"], "format");

    // The page says the same, without a script.
    let page = site.page("/audit?text=queue+q4").await;
    assert!(page.text.contains("Pause queue q4"), "{}", page.text);
    assert!(!page.text.contains("Pause queue q5"));
    assert!(
        page.text
            .contains("/api/v1/audit/export?text=queue%20q4&amp;format=csv"),
        "{}",
        page.text
    );
    let empty = site.page("/audit?who=nobody").await;
    assert!(empty.text.contains("No event matches."), "{}", empty.text);
    let wrong = site.page("/audit?from=soon").await;
    assert!(wrong.text.contains("is no time"), "{}", wrong.text);
    let fresh = Site::new().await;
    let page = fresh.page("/audit").await;
    assert!(
        page.text.contains("Nothing was changed yet."),
        "{}",
        page.text
    );
}

#[tokio::test]
async fn a_file_holds_every_event_and_comes_to_its_end_when_it_is_compressed() {
    let site = Site::new().await;
    for number in 0..600 {
        pause(&site, &format!("q{number}")).await;
    }
    let file = site.get("/api/v1/audit/export").await;
    assert_eq!(file.text.lines().count(), 600);
    // Of which most pieces hold nothing.
    let file = site.get("/api/v1/audit/export?place=q1&format=csv").await;
    assert_eq!(file.text.lines().count(), 2, "{}", file.text);
    let request = Request::get("/api/v1/audit/export?place=q1")
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::ACCEPT_ENCODING, "gzip");
    let request = request.body(Body::empty()).expect("a request");
    let response = site
        .router
        .clone()
        .oneshot(request)
        .await
        .expect("an answer");
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    assert!(response.into_body().collect().await.is_ok());
}

#[tokio::test]
async fn who_comes_and_goes_and_who_may_not_is_told() {
    let site = guarded(false).await;
    for _ in 0..4 {
        site.log_in("eve", "guess", "/").await;
    }
    let cookie = site.cookie(Role::Viewer).await;
    let headers = [("cookie", cookie.as_str()), ("accept", "text/html")];
    // A viewer is told why nothing is to be seen, and is shown no way there.
    let page = site.ask(Method::GET, "/audit", &headers, "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("to the roles operator and admin only"),
        "{}",
        page.text
    );
    assert!(!page.text.contains(r#"href="/audit""#));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let refused = site
        .ask(
            Method::POST,
            "/api/v1/queues/mail/pause",
            &[("cookie", cookie.as_str())],
            "",
        )
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let cookies = [("cookie", cookie.as_str()), form];
    site.ask(Method::POST, "/logout", &cookies, "everywhere=1")
        .await;
    let told = site
        .store
        .read_audit(None, Order::Ascending, 10)
        .await
        .expect("the audit");
    let words: Vec<String> = told
        .iter()
        .map(|entry| {
            let event = &entry.event;
            format!(
                "{}: {}: {}",
                event.who(),
                event.in_words(),
                event.result_in_words()
            )
        })
        .collect();
    assert_eq!(
        words,
        [
            "eve (not let in): Log in: refused: the name and the password do not go together",
            "viewer: Log in: done",
            "viewer: Pause queue mail: refused: the role `viewer` may not pause or resume queues: that takes `operator`",
            "viewer: Log out, everywhere: done",
        ]
    );
    assert!(!format!("{told:?}").contains(PASSWORD));
    let cookie = site.cookie(Role::Operator).await;
    let headers = [("cookie", cookie.as_str()), ("accept", "text/html")];
    let page = site.ask(Method::GET, "/queues", &headers, "").await;
    assert!(page.text.contains(r#"href="/audit""#), "{}", page.text);
}
