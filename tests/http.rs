//! Everything that can be asked for over HTTP, asked without a socket: status, headers, bodies, refusals.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "support/mod.rs"]
mod support;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use futures::StreamExt;
use http_body_util::BodyExt;
use jobdeck::{
    admin::Admin,
    job::Job,
    live::{Live, SamplerOptions},
    model::{ProcessInfo, Set, Signal, Timestamp},
    store::{Destination, Heartbeat, SharedStore, StoreOptions, connect},
    web::{AppState, Hosts, router},
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use support::RedisServer;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// A server over a store of its own.
struct Site {
    router: Router,
    store: SharedStore,
    live: Live,
    shutdown: CancellationToken,
    _folder: TempDir,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no `{name}` in {:?}", self.headers))
            .to_str()
            .expect("text")
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The code of an error body, whose form is checked.
    fn code(&self) -> String {
        let body = self.json();
        assert!(body["error"]["message"].is_string(), "{body}");
        body["error"]["code"].as_str().expect("a code").to_owned()
    }
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("jobs.db").display());
        Self::on(&url, folder).await
    }

    /// Over a Redis that is not there.
    async fn lost() -> Self {
        // Taken and let go: nobody listens there.
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = socket.local_addr().expect("an address").port();
        drop(socket);
        let folder = tempfile::tempdir().expect("a folder");
        Self::on(&format!("redis://127.0.0.1:{port}/0"), folder).await
    }

    async fn on(url: &str, folder: TempDir) -> Self {
        let store = connect(url, &StoreOptions::default())
            .await
            .expect("a store");
        let shutdown = CancellationToken::new();
        let live = Live::start(store.clone(), SamplerOptions::default(), shutdown.clone());
        let mut state = AppState::new(Admin::new(store.clone()), live.clone(), shutdown.clone());
        state.hosts = Hosts::for_address(([127, 0, 0, 1], 8080).into(), &[]);
        Self {
            router: router(state),
            store,
            live,
            shutdown,
            _folder: folder,
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.to_vec()).expect("text"),
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8080");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Body::from(body.to_owned());
        self.send(request.body(body).expect("a request")).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], "").await
    }

    async fn page(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[("accept", "text/html")], "")
            .await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.ask(Method::POST, path, &headers, &body.to_string())
            .await
    }

    /// Enqueues jobs; answers their jids.
    async fn enqueue(&self, jobs: Value) -> Vec<String> {
        let answer = self.post("/api/v1/jobs", &jobs).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let jids = answer.json()["jids"].clone();
        serde_json::from_value(jids).expect("jids")
    }

    /// The entries of a list.
    async fn entries(&self, path: &str) -> Vec<Value> {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()["entries"]
            .as_array()
            .expect("entries")
            .clone()
    }
}

const PAGES: [&str; 9] = [
    "/",
    "/queues",
    "/queues/default",
    "/running",
    "/scheduled",
    "/retries",
    "/dead",
    "/processes",
    "/jobs/0123456789abcdef01234567",
];

#[tokio::test]
async fn every_page_is_whole_html_that_runs_nothing_but_its_own() {
    let site = Site::new().await;
    site.enqueue(json!({"class": "A", "args": [], "jid": "0123456789abcdef01234567"}))
        .await;
    let mut nonces = Vec::new();
    for path in PAGES {
        let answer = site.page(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{path}"
        );
        assert!(answer.text.starts_with("<!DOCTYPE html>"), "{path}");
        assert!(answer.text.contains("</html>"), "{path}");
        let policy = answer.header("content-security-policy").to_owned();
        for part in [
            "default-src 'none'",
            "'wasm-unsafe-eval'",
            "style-src 'self';",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(
            !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .and_then(|rest| rest.split('\'').next())
            .expect("a nonce")
            .to_owned();
        for script in answer.text.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap_or_default();
            assert!(tag.contains(&nonce), "{path}: <script{tag}>");
        }
        // A strict style policy forbids both, so they would not work.
        assert!(!answer.text.contains(" style=\""), "{path}");
        assert!(!answer.text.contains(" onclick=\""), "{path}");
        // Browsers repair such a table, and hydration walks off the path.
        assert!(!answer.text.contains("<table><tr"), "{path}");
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), PAGES.len(), "a nonce is used once");
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_it_to_itself() {
    let site = Site::new().await;
    for path in [
        "/",
        "/nothing",
        "/healthz",
        "/readyz",
        "/api/v1/overview",
        "/api/v1/nothing",
        "/api/v1/openapi.json",
        "/api/ui/snapshot",
        "/pkg/nothing.js",
    ] {
        let answer = site.page(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(
            !answer.header("content-security-policy").is_empty(),
            "{path}"
        );
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_for_people_and_json_for_scripts() {
    let site = Site::new().await;
    let page = site.page("/no/such/page").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.text.starts_with("<!DOCTYPE html>"), "{}", page.text);
    let text = site.get("/no/such/page").await;
    assert_eq!(text.status, StatusCode::NOT_FOUND);
    assert!(!text.text.contains('<'), "{}", text.text);
    let json = site.page("/api/v1/no/such/path").await;
    assert_eq!(
        (json.status, json.code()),
        (StatusCode::NOT_FOUND, "not_found".to_owned())
    );
    let wrong = site.ask(Method::DELETE, "/api/v1/overview", &[], "").await;
    assert_eq!(
        (wrong.status, wrong.code()),
        (
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed".to_owned()
        )
    );
    assert!(wrong.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_change_that_a_foreign_page_asks_for_is_refused_everywhere() {
    let site = Site::new().await;
    let foreign: [&[(&str, &str)]; 4] = [
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "http://evil.example")],
        &[("origin", "null")],
    ];
    for path in [
        "/api/v1/jobs",
        "/api/v1/queues/a/pause",
        "/api/ui/set_queue_paused",
        "/nothing",
    ] {
        for headers in foreign {
            let answer = site.ask(Method::POST, path, headers, "{}").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
        }
    }
    let answer = site
        .ask(Method::POST, "/api/v1/jobs", foreign[0], "{}")
        .await;
    assert_eq!(answer.code(), "cross_origin");
    for headers in [
        &[("sec-fetch-site", "same-origin")],
        &[("origin", "http://127.0.0.1:8080")],
    ] {
        let answer = site
            .ask(Method::POST, "/api/v1/queues/a/pause", headers, "")
            .await;
        assert_eq!(
            answer.status,
            StatusCode::OK,
            "{headers:?}: {}",
            answer.text
        );
    }
    // Reading is no change.
    let read = site
        .ask(Method::GET, "/api/v1/queues", foreign[0], "")
        .await;
    assert_eq!(read.status, StatusCode::OK);
}

#[tokio::test]
async fn under_a_foreign_name_nothing_is_answered() {
    let site = Site::new().await;
    for path in ["/", "/api/v1/overview", "/live", "/pkg/jobdeck.js"] {
        let request = Request::get(path)
            .header(header::HOST, "rebound.example:8080")
            .body(Body::empty())
            .expect("a request");
        let answer = site.send(request).await;
        assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
        assert!(answer.text.contains("server.hosts"), "{}", answer.text);
    }
}

#[tokio::test]
async fn the_document_lists_exactly_the_routes_that_there_are() {
    let site = Site::new().await;
    let document = site.get("/api/v1/openapi.json").await.json();
    assert!(
        document["openapi"]
            .as_str()
            .expect("a version")
            .starts_with("3.1")
    );
    assert_eq!(document["servers"][0]["url"], "/api/v1");
    let mut listed: Vec<String> = document["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, methods)| {
            let methods: Vec<_> = methods
                .as_object()
                .expect("methods")
                .keys()
                .cloned()
                .collect();
            methods
                .into_iter()
                .map(move |method| format!("{method} {path}"))
        })
        .collect();
    listed.sort();

    // What a body may hold is what the server takes.
    let schemas = &document["components"]["schemas"];
    let mut verbs: Vec<&str> = schemas["VerbBody"]["enum"]
        .as_array()
        .expect("verbs")
        .iter()
        .filter_map(|verb| verb.as_str())
        .collect();
    verbs.sort_unstable();
    assert_eq!(verbs, ["delete", "enqueue", "kill", "reschedule", "retry"]);
    let kinds: Vec<&str> = schemas["MomentBody"]["oneOf"]
        .as_array()
        .expect("kinds")
        .iter()
        .filter_map(|kind| kind["type"].as_str())
        .collect();
    assert_eq!(kinds, ["string", "number"]);
    assert!(schemas["NewJobBody"]["properties"]["jid"].is_object());

    let mut expected = [
        "get /overview",
        "get /queues",
        "get /queues/{name}/jobs",
        "post /queues/{name}/pause",
        "post /queues/{name}/resume",
        "delete /queues/{name}",
        "get /sets/{set}/jobs",
        "get /running",
        "get /processes",
        "post /processes/{identity}/quiet",
        "post /processes/{identity}/stop",
        "get /jobs/{jid}",
        "post /jobs",
        "post /actions",
        "get /live",
        "get /healthz",
        "get /readyz",
    ];
    expected.sort_unstable();
    assert_eq!(listed, expected);
    // Every listed route is one: nothing of them says that there is no such path or method.
    for route in expected.iter().filter(|route| **route != "get /live") {
        let (name, template) = route.split_once(' ').expect("two words");
        let path = template
            .replace("{set}", "dead")
            .replace("{name}", "a")
            .replace("{identity}", "a:1:b")
            .replace("{jid}", "a");
        let method = name.to_uppercase().parse().expect("a method");
        let headers = [("content-type", "application/json")];
        // Unless it says so, a path is under the document's own server.
        let operation = &document["paths"][template][name];
        let server = operation["servers"][0]["url"]
            .as_str()
            .map_or("/api/v1", |url| url.trim_end_matches('/'));
        let answer = site
            .ask(method, &format!("{server}{path}"), &headers, "{}")
            .await;
        let is_route = answer.status != StatusCode::METHOD_NOT_ALLOWED
            && !answer.text.contains("there is nothing at");
        assert!(is_route, "{route}: {} {}", answer.status, answer.text);
    }
    // Every body that it names, it also describes.
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().expect("a name");
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name}"
        );
    }
}

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

#[tokio::test]
async fn queues_are_listed_paused_and_cleared() {
    let site = Site::new().await;
    site.enqueue(json!([{"class": "A", "args": [], "queue": "a/b ü"}, {"class": "A", "args": []}]))
        .await;
    let path = "/api/v1/queues/a%2Fb%20%C3%BC";
    assert_eq!(site.entries(&format!("{path}/jobs")).await.len(), 1);
    assert_eq!(
        site.post(&format!("{path}/pause"), &json!({})).await.status,
        StatusCode::OK
    );
    let queues = site.get("/api/v1/queues").await.json();
    let names: Vec<_> = queues
        .as_array()
        .expect("queues")
        .iter()
        .map(|queue| &queue["name"])
        .collect();
    assert_eq!(names, ["a/b ü", "default"]);
    assert_eq!(
        (&queues[0]["paused"], &queues[1]["paused"]),
        (&json!(true), &json!(false))
    );
    assert!(queues[0]["latency_seconds"].is_number());
    assert_eq!(
        site.post(&format!("{path}/resume"), &json!({}))
            .await
            .json()["paused"],
        false
    );
    let cleared = site.ask(Method::DELETE, path, &[], "").await;
    assert_eq!(cleared.json(), json!({"name": "a/b ü", "deleted": 1}));
    let overview = site.get("/api/v1/overview").await.json();
    assert_eq!(overview["enqueued"], 1);
    assert!(
        overview["sampled_at"]
            .as_str()
            .expect("a time")
            .ends_with('Z')
    );
}

#[tokio::test]
async fn pages_of_a_set_follow_each_other_without_gap_or_repeat() {
    let site = Site::new().await;
    let jobs: Vec<Value> = (0..25)
        .map(|number| json!({"class": format!("C{}", number % 2), "args": [number], "at": 4_070_908_800.0 + f64::from(number / 5)}))
        .collect();
    site.enqueue(json!(jobs)).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/sets/scheduled/jobs?limit=10".to_owned();
    let last = loop {
        let page = site.get(&path).await.json();
        assert_eq!(page["total"], 25);
        seen.extend(
            page["entries"]
                .as_array()
                .expect("entries")
                .iter()
                .map(|entry| entry["args"][0].as_i64()),
        );
        match page["next"].as_str() {
            Some(cursor) => path = format!("/api/v1/sets/scheduled/jobs?limit=10&after={cursor}"),
            None => break page,
        }
    };
    seen.sort();
    assert_eq!(seen, (0..25).map(Some).collect::<Vec<_>>());
    let cursor = last["previous"].as_str().expect("a page in front");
    let front = site
        .get(&format!(
            "/api/v1/sets/scheduled/jobs?limit=10&before={cursor}"
        ))
        .await
        .json();
    assert_eq!(front["entries"].as_array().expect("entries").len(), 10);
    assert_eq!(
        site.entries("/api/v1/sets/scheduled/jobs?class=C1&limit=100")
            .await
            .len(),
        12
    );
    assert_eq!(
        site.entries("/api/v1/sets/scheduled/jobs?from=2099-01-01T00:00:04Z")
            .await
            .len(),
        5
    );
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

#[tokio::test]
async fn a_list_is_filtered_by_what_its_text_means() {
    let site = Site::new().await;
    let raw = r#"{"class":"A","args":["Caf\u00e9\/Bar"],"jid":"x","tags":["vip"],"error_class":"Timeout","error_message":"No answer"}"#;
    for raw in [raw, r#"{"class":"A","args":[]}"#, "rubbish"] {
        let entry = Destination::Set {
            set: Set::Dead,
            score: 5.5,
            raw: raw.into(),
        };
        site.store.add(&[entry]).await.expect("it is added");
    }
    for (query, count) in [
        ("text=CAF%C3%89/bar", 1),
        ("text=caf", 1),
        ("text=RUBB", 1),
        ("class=A", 2),
        ("class=A&tag=vip&error=timeout", 1),
        ("error=no+ANSWER", 1),
        ("from=1970-01-01T00:00:05.5Z&to=5.5", 3),
        ("to=5", 0),
        ("text=", 3),
    ] {
        let page = site.get(&format!("/api/v1/sets/dead/jobs?{query}")).await;
        let page = page.json();
        let entries = page["entries"].as_array().expect("entries");
        assert_eq!(entries.len(), count, "{query}");
        assert_eq!(
            (&page["total"], &page["partial"]),
            (&json!(3), &json!(false))
        );
    }
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

#[tokio::test]
async fn health_says_that_the_process_lives_and_whether_the_store_answers() {
    let site = Site::new().await;
    assert_eq!(site.get("/healthz").await.status, StatusCode::OK);
    let ready = site.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(ready.json()["stores"][0]["state"], "connected");

    let site = Site::lost().await;
    assert_eq!(site.get("/healthz").await.status, StatusCode::OK);
    let ready = site.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!ready.header("retry-after").is_empty());
    assert_eq!(ready.json()["stores"][0]["state"], "lost");
}

#[tokio::test]
async fn without_its_store_scripts_get_503_and_pages_still_come() {
    let site = Site::lost().await;
    for path in [
        "/api/v1/overview",
        "/api/v1/queues",
        "/api/v1/sets/dead/jobs",
        "/api/v1/processes",
        "/api/v1/jobs/a",
    ] {
        let answer = site.get(path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            "{path}"
        );
        assert!(!answer.header("retry-after").is_empty(), "{path}");
    }
    let added = site
        .post("/api/v1/jobs", &json!({"class": "A", "args": []}))
        .await;
    assert_eq!(
        added.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        added.text
    );
    for path in PAGES {
        let page = site.page(path).await;
        let is_told =
            page.status == StatusCode::OK || page.status == StatusCode::SERVICE_UNAVAILABLE;
        assert!(is_told, "{path}: {}", page.status);
        assert!(page.text.contains("</html>"), "{path}");
        assert!(
            page.text.contains("does not answer"),
            "{path} must say why: {}",
            page.text
        );
    }
}

/// It keeps its connections and says nothing: every question to it costs the longest wait.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_store_that_hangs_say_so_without_asking_it() {
    let redis = RedisServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let site = Site::on(&redis.url(), folder).await;
    site.enqueue(json!({"class": "A", "args": []})).await;
    let before = site.page("/queues").await;
    assert_eq!(before.status, StatusCode::OK);
    assert!(before.text.contains("/queues/default"));

    redis.freeze();
    while site.get("/readyz").await.json()["stores"][0]["state"] != "lost" {}
    // The sampler asks once at a time, and waits for each answer in vain.
    let readings = Arc::new(AtomicUsize::new(0));
    let counted = readings.clone();
    let mut frames = Box::pin(site.live.stream());
    let counting = tokio::spawn(async move {
        while frames.next().await.is_some() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut pages = 0;
    for path in PAGES.iter().cycle().take(3 * PAGES.len()) {
        let page = site.page(path).await;
        assert!(page.text.contains("</html>"), "{path}");
        assert!(page.text.contains("Store lost"), "{path}: {}", page.text);
        if !matches!(*path, "/" | "/queues" | "/running") {
            assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            pages += 1;
        }
    }
    counting.abort();
    let readings = readings.load(Ordering::Relaxed);
    assert!(
        readings < pages,
        "{pages} pages that show more than the live numbers took as long as {readings} questions to the store"
    );
    // What was known is still shown, with the time of the numbers.
    let queues = site.page("/queues").await;
    assert!(queues.text.contains("/queues/default"), "{}", queues.text);
    let age = "These are the last known numbers, from";
    assert!(queues.text.contains(age), "{}", queues.text);

    redis.thaw();
    while site.get("/readyz").await.status != StatusCode::OK {}
    let after = site.page("/queues/default").await;
    assert_eq!(after.status, StatusCode::OK);
    assert!(!after.text.contains("Store lost"), "{}", after.text);
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_understand_it() {
    let site = Site::new().await;
    let answer = site.get("/api/v1/openapi.json").await;
    assert!(answer.headers.get("content-encoding").is_none());
    let request = Request::get("/api/v1/openapi.json")
        .header(header::HOST, "localhost")
        .header(header::ACCEPT_ENCODING, "br")
        .body(Body::empty())
        .expect("a request");
    let response = site
        .router
        .clone()
        .oneshot(request)
        .await
        .expect("an answer");
    assert_eq!(response.headers()["content-encoding"], "br");
}

#[tokio::test]
async fn server_functions_have_addresses_of_their_own() {
    let mut paths: Vec<&str> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .collect();
    assert!(
        paths.iter().all(|path| path.starts_with("/api/ui/")),
        "{paths:?}"
    );
    let count = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(
        paths.len(),
        count,
        "two of them share an address: {paths:?}"
    );
}
