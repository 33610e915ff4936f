//! Who may ask, and under which name.

use super::*;

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
