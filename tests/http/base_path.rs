//! Everything below a base path: no link leads out of it.

use super::{
    access::{PASSWORD, auth},
    *,
};
use jobdeck::{
    admin::OperationRunner,
    model::{BasePath, Role},
    periodic::PeriodicJob,
    store::Announcement,
};
use regex::Regex;
use std::collections::{BTreeSet, VecDeque};

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

/// Something of everything that pages show.
async fn fill(site: &Site) {
    let now = site.store.now().await.expect("a time").seconds();
    let failed = |set: Set, score: f64, number: u32| {
        Destination::Set {
        set,
        score,
        raw: format!(
            r#"{{"class":"A{}","queue":"a/b %20","args":[{number}],"jid":"{number:024}","tags":["vip"],"error_class":"E","error_message":"no {number}","failed_at":{:.3},"retry_count":1}}"#,
            number % 2,
            now - f64::from(number)
        )
        .into(),
    }
    };
    let jobs: Vec<Destination> = (1..40)
        .map(|number| match number % 3 {
            0 => failed(Set::Dead, now - f64::from(number), number),
            1 => failed(Set::Retries, now + 3_600.0 + f64::from(number), number),
            _ => failed(Set::Scheduled, now + 7_200.0 + f64::from(number), number),
        })
        .collect();
    site.store.add(&jobs).await.expect("they are added");
    let malformed = Destination::Set {
        set: Set::Dead,
        score: now,
        raw: "{no job".into(),
    };
    site.store.add(&[malformed]).await.expect("it is added");
    let waiting: Vec<Value> = (0..30)
        .map(|number| json!({"class": "Wait", "args": [number], "queue": "a/b %20"}))
        .collect();
    post(site, "/api/v1/jobs", &json!(waiting)).await;
    let others: Vec<Value> = (0..15)
        .map(|number| json!({"class": "Wait", "args": [], "queue": format!("queue{number}")}))
        .collect();
    post(site, "/api/v1/jobs", &json!(others)).await;

    let running = Job::new(r#"{"class":"Run","args":[1],"jid":"running1","queue":"low"}"#);
    let process = ProcessInfo {
        identity: "host:1:a".to_owned(),
        queues: vec![("low".to_owned(), 3), ("default".to_owned(), 0)],
        ..ProcessInfo::default()
    };
    let at = Timestamp(1_795_469_606_286);
    let beat = Heartbeat {
        running: vec![jobdeck::job::running("host:1:a", "t1", "low", &running, at)],
        process,
    };
    site.store.heartbeat(&beat).await.expect("it is noted");
    let digest = PeriodicJob::new("0 7 * * *", "Digest").queue("mail");
    let announcement = Announcement {
        name: digest.effective_name().to_owned(),
        definition: digest.definition().expect("a definition"),
        schedule: digest.schedule_text(),
        fresh: true,
    };
    site.store
        .announce_periodic("host:1:a", &[announcement])
        .await
        .expect("it is noted");

    let retried = post(
        site,
        "/api/v1/operations",
        &json!({"action": "delete", "from": "dead", "filter": {"class": "A1"}, "reason": "not wanted"}),
    )
    .await;
    let hold = post(
        site,
        "/api/v1/holds",
        &json!({"query": "class:A1", "seconds": 14_400, "reason": "it is down"}),
    )
    .await;
    let runner = OperationRunner::new(Admin::new(site.store.clone()));
    for operation in [&retried, &hold["operation"]] {
        let id = operation["id"].as_str().expect("a name");
        runner
            .finish(id, &CancellationToken::new())
            .await
            .expect("it can be worked on");
    }
    let waiting = json!({"action": "kill", "from": "scheduled", "reason": "later"});
    post(site, "/api/v1/operations", &waiting).await;
    support::wait_until("failures are counted", async || {
        site.live.outdate();
        site.live.snapshot(&Limit::none()).await;
        let list = site.get(&format!("{BASE}/api/v1/failures")).await.json();
        list["index"]["completeness"] == "exact" && list["entries"].as_u64() > Some(0)
    })
    .await;
}

async fn post(site: &Site, path: &str, body: &Value) -> Value {
    let answer = site.post(&format!("{BASE}{path}"), body).await;
    assert!(answer.status.is_success(), "{path}: {}", answer.text);
    answer.json()
}

/// Every address that a document names: links, forms, files, and what its scripts load.
fn addresses(document: &str) -> Vec<String> {
    let attribute =
        Regex::new(r#"\s(?:href|action|formaction|src|poster)="([^"]*)""#).expect("a pattern");
    let script = Regex::new(r#"(?s)<script type="module"[^>]*>(.*?)</script>"#).expect("a pattern");
    let loaded = Regex::new(r#""(/[^"]*)""#).expect("a pattern");
    let attributes = attribute.captures_iter(document);
    let scripts = script.captures_iter(document).flat_map(|script| {
        let (_, [text]) = script.extract();
        loaded.captures_iter(text)
    });
    attributes
        .chain(scripts)
        .map(|found| found.extract::<1>().1[0].replace("&amp;", "&"))
        .collect()
}

fn is_below(address: &str) -> bool {
    base()
        .behind(address.split(['?', '#']).next().unwrap_or_default())
        .is_some()
}

/// Goes wherever pages lead, from the first one on. Of the addresses that differ in their last part and in their query's values alone, a
/// few are enough.
#[tokio::test]
async fn no_page_leads_out_of_the_base_path() {
    let site = below().await;
    fill(&site).await;
    let shape = |address: &str| {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let names: BTreeSet<&str> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some(("action" | "confirm" | "in", _)) => pair,
                Some(("class" | "queue" | "error" | "tag", _)) => "filter",
                Some((name, _)) => name,
                None => pair,
            })
            .collect();
        // Behind the page's name stands what it is about.
        let parts: Vec<&str> = path.split('/').collect();
        let page = parts.get(..4).unwrap_or(&parts).join("/");
        format!(
            "{page}({})?{}",
            parts.len(),
            Vec::from_iter(names).join("&")
        )
    };
    let more = [
        "/no/such/page",
        "/login",
        "/search?q=class:A1",
        "/search?q=%28",
        "/jobs?jid=gone",
        "/processes?confirm=stop&process=host:1:a",
    ];
    let mut waiting: VecDeque<String> = VecDeque::from([BASE.to_owned(), format!("{BASE}/")]);
    waiting.extend(more.iter().map(|path| format!("{BASE}{path}")));
    let mut seen: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut shapes = BTreeSet::new();
    let mut pages = 0;
    while let Some(path) = waiting.pop_front() {
        let answer = site.ask(Method::GET, &path, &[PAGE], "").await;
        if let Some(location) = answer.headers.get("location") {
            let location = location.to_str().expect("text");
            assert!(is_below(location), "{path} leads to {location}");
        }
        let is_expected = answer.status != StatusCode::NOT_FOUND
            || path.contains("no/such")
            || path.contains("gone");
        assert!(
            is_expected && !answer.status.is_server_error(),
            "{path}: {}",
            answer.status
        );
        if !answer.text.starts_with("<!DOCTYPE html>") {
            continue;
        }
        pages += 1;
        for address in addresses(&answer.text) {
            // What is relative to the page stays where it is.
            if address.is_empty() || address.starts_with(['#', '?']) {
                continue;
            }
            assert!(is_below(&address), "{path} leads to {address}");
            let is_page = !["/api/", "/pkg/", "/live", "/favicon"]
                .iter()
                .any(|other| address.starts_with(&format!("{BASE}{other}")));
            let target = address.split('#').next().unwrap_or_default().to_owned();
            if is_page && shapes.insert(shape(&target)) && seen.insert(target.clone()) {
                waiting.push_back(target);
            }
        }
    }
    // It got everywhere.
    for path in jobdeck::web::page_paths() {
        let path = path.split([':', '{']).next().unwrap_or_default();
        let address = base().address(path);
        assert!(
            seen.iter().any(|seen| seen.starts_with(&address)),
            "nothing leads to {path}"
        );
    }
    assert!(pages > 60, "only {pages} pages were looked at");
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
    fill(&site).await;
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
