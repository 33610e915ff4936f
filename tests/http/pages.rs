//! Pages, and what stands around them.

use super::*;
use std::collections::BTreeSet;

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

#[tokio::test]
async fn a_search_shows_what_it_finds_place_by_place_and_points_at_what_is_wrong() {
    let site = Site::new().await;
    let jids = site
        .enqueue(serde_json::json!([
            { "class": "PublishPhoto", "args": [17], "queue": "media" },
            { "class": "ChargeCard", "args": [17], "queue": "media", "at": "2099-01-01T00:00:00Z" },
            { "class": "ChargeCard", "args": [18] },
        ]))
        .await;
    let plain = |answer: &super::Answer| answer.text.replace("<!>", "");
    let page = site.page("/search?q=arg.0:17").await;
    assert_eq!(page.status, 200);
    for (part, is_there) in [
        ("PublishPhoto", true),
        ("2 jobs found; searched 3 of 3 entries", true),
        ("Queue media", true),
        (&jids[1], true),
        (&jids[2], false),
        ("Search on", false),
    ] {
        assert_eq!(plain(&page).contains(part), is_there, "{part}");
    }
    let wrong = site.page("/search?q=arg.0:17+klass:A").await;
    assert_eq!(wrong.status, 422);
    for part in [
        "<mark>klass</mark>",
        "did you mean `class`?",
        "value=\"arg.0:17 klass:A\"",
    ] {
        assert!(plain(&wrong).contains(part), "{part}");
    }
    let wrong = site.page("/dead?filter=%28a").await;
    assert_eq!(wrong.status, 422);
    for part in ["<mark>(</mark>a", "is not closed", "value=\"(a\""] {
        assert!(plain(&wrong).contains(part), "{part}");
    }
    let job = site.page(&format!("/search?q={}", jids[0])).await;
    assert_eq!(job.status, 302);
    assert_eq!(job.header("location"), format!("/jobs/{}", jids[0]));
}

/// A server may make the parts of a page twice. Whatever happens meanwhile, the browser is told of the page that it gets.
#[tokio::test]
async fn what_a_page_is_made_of_is_read_once() {
    let site = Site::new().await;
    let add = async |number: i64| {
        let raw = format!(
            r#"{{"class":"C{number}","args":[],"jid":"j{number}","error_class":"E","error_message":"no","failed_at":1.0}}"#
        );
        let entry = Destination::Set {
            set: Set::Dead,
            score: 5.0,
            raw: raw.into(),
        };
        site.store.add(&[entry]).await.expect("it is added");
    };
    let told = |page: &str, begins: &str| -> BTreeSet<String> {
        page.split("__RESOLVED_RESOURCES[")
            .filter_map(|part| part.split_once(" = "))
            .map(|(_, value)| value.split("\";").next().unwrap_or_default().to_owned())
            .filter(|value| value.starts_with(begins))
            .collect()
    };
    // Without any dead job there are no causes.
    add(40).await;
    let (mut with_causes, mut with_lists) = (0, 0);
    for number in 0..40 {
        let (page, ()) = tokio::join!(site.page("/dead"), add(number));
        let causes = told(&page.text, "\"{\\\"Ok\\\":{\\\"causes");
        let lists = told(&page.text, "\"[\\\"dead");
        assert!(causes.len() <= 1, "{causes:#?}");
        assert!(lists.len() <= 1, "{lists:#?}");
        with_causes += causes.len();
        with_lists += lists.len();
    }
    assert_eq!((with_causes, with_lists), (40, 40));
}
