//! Everything below a base path: no link leads out of it.

use super::{
    access::{PASSWORD, auth},
    crawl::{addresses, crawl, fill},
    *,
};
use jobdeck::model::{BasePath, Role};

const BASE: &str = "/tools/jobs";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const PAGE: (&str, &str) = ("accept", "text/html");

fn base() -> BasePath {
    BASE.parse().expect("a base path")
}

async fn below() -> Site {
    Site::with(|state| state.base_path = base()).await
}

/// The same with users: who is logged in as an admin has this cookie.
async fn guarded(secure: bool) -> Site {
    Site::with(|state| {
        state.base_path = base();
        state.auth = Arc::new(auth(secure));
    })
    .await
}

fn is_below(address: &str) -> bool {
    base()
        .behind(address.split(['?', '#']).next().unwrap_or_default())
        .is_some()
}

#[tokio::test]
async fn no_page_leads_out_of_the_base_path() {
    let site = below().await;
    fill(&site, BASE).await;
    let more = [
        "/no/such/page",
        "/login",
        "/search?q=class:A1",
        "/search?q=%28",
        "/jobs?jid=gone",
        "/processes?confirm=stop&process=host:1:a",
        // Only where there are several is there a way to them.
        "/stores",
    ];
    crawl(&site, BASE, &more, is_below).await;
}

#[tokio::test]
async fn only_probes_find_something_outside() {
    let site = below().await;
    for path in [
        "/",
        "/dead",
        "/tools",
        "/tools/jobsx",
        "/api/v1/queues",
        "/live",
        "/pkg/jobdeck.js",
        "/login",
    ] {
        let answer = site.page(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            answer.text.contains("Jobdeck is at /tools/jobs"),
            "{path}: {}",
            answer.text
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        for path in [path.to_owned(), format!("{BASE}{path}")] {
            assert_eq!(site.get(&path).await.status, StatusCode::OK, "{path}");
        }
    }
    // With and without the slash.
    for path in [BASE, "/tools/jobs/"] {
        let page = site.page(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            page.text.contains("<title>Overview"),
            "{path}: {}",
            page.text
        );
        assert!(page.text.contains(r#" data-base="/tools/jobs""#), "{path}");
    }
    // A name that is refused, and a foreign page, are refused below it as everywhere.
    let change = format!("{BASE}/api/v1/queues/a/pause");
    let foreign = ("origin", "https://evil.example");
    let refused = site.ask(Method::POST, &change, &[foreign], "").await;
    assert_eq!(refused.code(), "cross_origin");
    let own = ("origin", "http://127.0.0.1:8080");
    let done = site.ask(Method::POST, &change, &[own], "").await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
}

#[tokio::test]
async fn what_was_done_leads_back_below_it() {
    let site = below().await;
    fill(&site, BASE).await;
    let referer = ("referer", "http://127.0.0.1:8080/tools/jobs/dead?filter=a");
    let headers = [FORM, PAGE, referer];
    let id = site
        .entries(&format!("{BASE}/api/v1/sets/dead/jobs?class=A0"))
        .await[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for (function, form, location) in [
        (
            "jobs/act",
            format!("verb=retry&entries[0]={id}"),
            "http://127.0.0.1:8080/tools/jobs/dead?filter=a",
        ),
        (
            "clear_queue",
            "queue=queue1".to_owned(),
            "/tools/jobs/operations/",
        ),
        (
            "jobs/cancel",
            "jid=running1&back=/running".to_owned(),
            "/tools/jobs/running",
        ),
        (
            "signal_process",
            "identity=host:1:a&signal=quiet".to_owned(),
            "/tools/jobs/processes",
        ),
        (
            "start_hold",
            "query=query%3Dclass%3AA0%26for%3D1h".to_owned(),
            "/tools/jobs/holds",
        ),
    ] {
        let path = format!("{BASE}/api/ui/{function}");
        let answer = site.ask(Method::POST, &path, &headers, &form).await;
        assert_eq!(
            answer.status,
            StatusCode::FOUND,
            "{function}: {}",
            answer.text
        );
        let led = answer.header("location");
        assert!(led.starts_with(location), "{function} leads to {led}");
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text");
            assert!(
                cookie.contains("; Path=/tools/jobs;"),
                "{function}: {cookie}"
            );
        }
    }
    // What scripts are told.
    let jid = format!("{BASE}/search?q={:024}", 3);
    let found = site.page(&jid).await;
    assert_eq!(found.status, StatusCode::FOUND);
    assert_eq!(found.header("location"), format!("{BASE}/jobs/{:024}", 3));
    let begun = site
        .post(
            &format!("{BASE}/api/v1/operations"),
            &json!({"action": "retry", "from": "retries", "filter": {"class": "A0"}}),
        )
        .await;
    let id = begun.json()["id"].as_str().expect("a name").to_owned();
    let location = begun.header("location");
    assert_eq!(location, format!("{BASE}/api/v1/operations/{id}"));
    assert_eq!(site.get(location).await.json()["id"], id);
    let document = site
        .get(&format!("{BASE}/api/v1/openapi.json"))
        .await
        .json();
    assert_eq!(document["servers"][0]["url"], "/tools/jobs/api/v1");
    assert_eq!(
        document["paths"]["/readyz"]["get"]["servers"][0]["url"],
        BASE
    );
    let nothing = site.get(&format!("{BASE}/api/v1/nothing")).await;
    assert_eq!(nothing.code(), "not_found");
    assert!(
        nothing
            .text
            .contains("`/tools/jobs/api/v1/nothing`; see /tools/jobs/api/v1/openapi.json"),
        "{}",
        nothing.text
    );
}

#[tokio::test]
async fn people_log_in_and_out_below_it() {
    for (secure, name) in [
        (false, "jobdeck_session"),
        (true, "__Secure-jobdeck_session"),
    ] {
        let site = guarded(secure).await;
        let asked = site.page(&format!("{BASE}/dead?filter=a%26b")).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER);
        let login = asked.header("location").to_owned();
        assert_eq!(
            login,
            format!("{BASE}/login?next=%2Fdead%3Ffilter%3Da%2526b")
        );
        let form = site.page(&login).await;
        assert_eq!(form.status, StatusCode::OK);
        for address in addresses(&form.text) {
            assert!(is_below(&address), "{address}");
        }
        assert!(
            form.text
                .contains(r#"name="next" value="/dead?filter=a%26b""#),
            "{}",
            form.text
        );
        let sent = format!(
            "name={}&password={}&next=%2Fdead%3Ffilter%3Da%2526b",
            Role::Admin.name(),
            PASSWORD.replace(' ', "+")
        );
        let path = format!("{BASE}/login");
        let came = site.ask(Method::POST, &path, &[FORM, PAGE], &sent).await;
        assert_eq!(came.header("location"), format!("{BASE}/dead?filter=a%26b"));
        let cookie = came.header("set-cookie").to_owned();
        assert!(cookie.starts_with(&format!("{name}=")), "{cookie}");
        assert!(cookie.contains("; Path=/tools/jobs; "), "{cookie}");
        let cookie = cookie.split(';').next().expect("a cookie");
        let headers = [FORM, PAGE, ("cookie", cookie)];
        let page = site
            .ask(Method::GET, &format!("{BASE}/dead"), &headers, "")
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            page.text.contains(r#"action="/tools/jobs/logout""#),
            "{}",
            page.text
        );
        let left = site
            .ask(Method::POST, &format!("{BASE}/logout"), &headers, "")
            .await;
        assert_eq!(left.header("location"), format!("{BASE}/login"));
        assert!(
            left.header("set-cookie")
                .contains("; Path=/tools/jobs; Max-Age=0")
        );
        // Nobody is let in by another way.
        for path in ["/api/v1/queues", "/live", "/api/ui/snapshot"] {
            let answer = site.get(&format!("{BASE}{path}")).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        }
        assert_eq!(site.get("/metrics").await.status, StatusCode::UNAUTHORIZED);
    }
}
