//! Who is let in, and what each role may change.

#[path = "access/changes.rs"]
mod changes;

use super::*;
use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher as _};
use changes::{CHANGES, FUNCTIONS};
use jobdeck::{
    auth::{Auth, SessionLimits, Token, User, hash_text},
    model::Role,
};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

pub(super) const PASSWORD: &str = "correct horse";

/// A hash of the password that is quickly looked at.
pub(super) fn weak_hash() -> String {
    let params = Params::new(8, 1, 1, None).expect("parameters");
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = weak.hash_password(PASSWORD.as_bytes()).expect("a hash");
    hash.to_string()
}

/// One user of each role, named by it.
pub(super) fn users() -> [User; 3] {
    Role::ALL.map(|role| User::new(role.name(), role, weak_hash().parse().expect("a hash")))
}

/// One user and one token of each role, named by it.
pub(super) fn auth(secure: bool) -> Auth {
    let tokens = Role::ALL
        .map(|role| Token::new(role.name(), role, &hash_text(role.name()), None).expect("a token"));
    Auth::new(
        users().into(),
        tokens.into(),
        SessionLimits::default(),
        secure,
    )
}

pub(super) async fn guarded(secure: bool) -> Site {
    Site::with(|state| state.auth = Arc::new(auth(secure))).await
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

impl Site {
    pub(super) async fn log_in(&self, name: &str, password: &str, next: &str) -> Answer {
        let form = format!(
            "name={name}&password={}&next={next}",
            password.replace(' ', "+")
        );
        self.ask(
            Method::POST,
            "/login",
            &[FORM, ("accept", "text/html")],
            &form,
        )
        .await
    }

    /// The cookie of somebody who is logged in.
    pub(super) async fn cookie(&self, role: Role) -> String {
        let answer = self.log_in(role.name(), PASSWORD, "/").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let cookie = answer.header("set-cookie");
        cookie.split(';').next().expect("a cookie").to_owned()
    }
}

/// Nobody, and each role by its token.
fn askers() -> [Option<Role>; 4] {
    [
        None,
        Some(Role::Viewer),
        Some(Role::Operator),
        Some(Role::Admin),
    ]
}

fn assert_let_in(status: StatusCode, least: Option<Role>, asker: Option<Role>, what: &str) {
    let expected = match (least, asker) {
        (Some(_), None) => Some(StatusCode::UNAUTHORIZED),
        (Some(least), Some(role)) if role < least => Some(StatusCode::FORBIDDEN),
        _ => None,
    };
    match expected {
        Some(expected) => assert_eq!(status, expected, "{what} as {asker:?}"),
        None => assert!(
            !matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN),
            "{what} as {asker:?}: {status}"
        ),
    }
}

#[tokio::test]
async fn every_call_of_rest_asks_for_its_role() {
    let site = guarded(false).await;
    let token = |role: Role| format!("Bearer {}", role.name());
    let admin = token(Role::Admin);
    let headers = [("authorization", admin.as_str())];
    let document = site
        .ask(Method::GET, "/api/v1/openapi.json", &headers, "")
        .await
        .json();
    for (template, methods) in document["paths"].as_object().expect("paths") {
        for name in methods.as_object().expect("methods").keys() {
            let route = format!("{name} {template}");
            let known = CHANGES.iter().find(|(known, ..)| *known == route);
            let is_public = matches!(template.as_str(), "/healthz" | "/readyz");
            assert!(
                name == "get" || known.is_some(),
                "{route} is in no list of this test: who may do it?"
            );
            let least = match known {
                Some((_, role, _)) => Some(*role),
                None => (!is_public).then_some(Role::Viewer),
            };
            // What probes and Prometheus ask for stands outside.
            let server = if is_public || template == "/metrics" {
                ""
            } else {
                "/api/v1"
            };
            let path = template
                .replace("{set}", "dead")
                .replace("{digest}", "0123456789abcdef")
                .replace("{identity}", "a:1:b");
            let path = ["{name}", "{jid}", "{id}"]
                .iter()
                .fold(path, |path, name| path.replace(name, "a"));
            let body = known.map_or("", |(_, _, body)| *body);
            let kind = if template == "/import" {
                "application/x-ndjson"
            } else {
                "application/json"
            };
            for asker in askers() {
                // A stream that is let in never ends.
                if template == "/live" && asker.is_some() {
                    continue;
                }
                let authorization = asker.map(token);
                let mut headers = vec![("content-type", kind)];
                headers.extend(
                    authorization
                        .as_deref()
                        .map(|token| ("authorization", token)),
                );
                let method: Method = name.to_uppercase().parse().expect("a method");
                let answer = site
                    .ask(method, &format!("{server}{path}"), &headers, body)
                    .await;
                assert_let_in(answer.status, least, asker, &route);
                match answer.status {
                    StatusCode::UNAUTHORIZED => {
                        assert_eq!(answer.code(), "unauthorized");
                        assert_eq!(answer.header("www-authenticate"), "Bearer");
                    }
                    StatusCode::FORBIDDEN => assert_eq!(answer.code(), "forbidden"),
                    _ => {}
                }
            }
        }
    }
}

#[tokio::test]
async fn every_server_function_asks_for_its_role() {
    let site = guarded(false).await;
    let there: BTreeSet<String> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, method)| {
            format!(
                "{method} {}",
                path.strip_prefix("/api/ui/").expect("below /api/ui")
            )
        })
        .collect();
    let listed: BTreeSet<String> = FUNCTIONS
        .iter()
        .map(|(name, ..)| (*name).to_owned())
        .collect();
    assert_eq!(there, listed, "who may call each server function?");
    let mut cookies = Vec::new();
    for role in Role::ALL {
        cookies.push((role, site.cookie(role).await));
    }
    let clear_for_good = ("POST clear_queue", Role::Admin, "queue=a&for_good=true");
    let free = ("POST turn_operation", Role::Admin, "id=a&verb=free");
    for (name, least, arguments) in FUNCTIONS.iter().copied().chain([clear_for_good, free]) {
        let (method, path) = name.split_once(' ').expect("two words");
        for asker in askers() {
            let cookie = cookies.iter().find(|(role, _)| Some(*role) == asker);
            let mut headers = vec![FORM, ("accept", "application/json")];
            headers.extend(cookie.map(|(_, cookie)| ("cookie", cookie.as_str())));
            let answer = if method == "GET" {
                site.ask(
                    Method::GET,
                    &format!("/api/ui/{path}?{arguments}"),
                    &headers,
                    "",
                )
                .await
            } else {
                site.ask(
                    Method::POST,
                    &format!("/api/ui/{path}"),
                    &headers,
                    arguments,
                )
                .await
            };
            assert_let_in(
                answer.status,
                Some(least),
                asker,
                &format!("{name}?{arguments}"),
            );
            match answer.status {
                StatusCode::UNAUTHORIZED => assert!(answer.json()["Unauthorized"].is_string()),
                StatusCode::FORBIDDEN => assert!(answer.json()["Forbidden"].is_string()),
                _ => {}
            }
        }
    }
}

#[tokio::test]
async fn pages_and_streams_are_for_those_who_are_logged_in() {
    let site = guarded(false).await;
    let cookie = site.cookie(Role::Viewer).await;
    let paths: Vec<String> = jobdeck::web::page_paths().collect();
    assert!(paths.len() > 15, "{paths:?}");
    for path in paths {
        let path = path
            .replace(":digest", "0123456789abcdef")
            .replace(":name", "a")
            .replace(":jid", "a")
            .replace(":id", "a");
        let path = if path.is_empty() {
            "/".to_owned()
        } else {
            path
        };
        let answer = site.page(&path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.header("location").starts_with("/login"), "{path}");
        let headers = [("accept", "text/html"), ("cookie", cookie.as_str())];
        let answer = site.ask(Method::GET, &path, &headers, "").await;
        assert!(
            matches!(answer.status, StatusCode::OK | StatusCode::NOT_FOUND),
            "{path}: {}",
            answer.status
        );
        assert!(!answer.text.contains("Log in to Jobdeck"), "{path}");
    }
    for path in [
        "/live",
        "/live/search?q=a",
        "/api/v1/live",
        "/api/v1/openapi.json",
        "/api/ui/nothing",
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    for path in ["/nothing", "/pkgs", "/healthz/", "//healthz", "/login/"] {
        let answer = site.page(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
    }
    for path in ["/login", "/healthz", "/readyz"] {
        assert_eq!(site.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(
        site.get("/pkg/nothing.js").await.status,
        StatusCode::NOT_FOUND
    );
    // A form is led to the log-in, and changes nothing.
    for path in ["/import", "/logout", "/api/ui/clear_queue"] {
        let answer = site
            .ask(
                Method::POST,
                path,
                &[FORM, ("accept", "text/html")],
                "queue=a",
            )
            .await;
        assert_eq!(answer.header("location"), "/login", "{path}");
    }
    // A token opens no pages, and a wrong one nothing, also for those who are logged in.
    let token = ("authorization", "Bearer admin");
    assert_eq!(
        site.ask(Method::GET, "/queues", &[token], "").await.status,
        StatusCode::SEE_OTHER
    );
    let wrong = [
        ("authorization", "Bearer wrong"),
        ("cookie", cookie.as_str()),
    ];
    let answer = site.ask(Method::GET, "/api/v1/queues", &wrong, "").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let read = site
        .ask(Method::GET, "/api/v1/queues", &[("cookie", &cookie)], "")
        .await;
    assert_eq!(read.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_with_a_file_asks_for_a_role_too() {
    let site = guarded(false).await;
    let line = r#"{"class":"A","args":[],"queue":"default"}"#;
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.ndjson\"\r\n\r\n{line}\r\n--b--\r\n"
    );
    let cookie = site.cookie(Role::Viewer).await;
    let headers = [
        ("content-type", "multipart/form-data; boundary=b"),
        ("cookie", cookie.as_str()),
    ];
    let answer = site.ask(Method::POST, "/import", &headers, &body).await;
    assert!(answer.text.contains("may not add jobs"), "{}", answer.text);
    assert!(
        site.store
            .overview()
            .await
            .expect("numbers")
            .queues
            .is_empty()
    );
}

#[tokio::test]
async fn a_log_in_leads_to_the_page_that_was_asked_for_and_a_log_out_ends_it() {
    let site = guarded(false).await;
    let asked = site.page("/search?q=class:A&after=1").await;
    let login = asked.header("location").to_owned();
    assert_eq!(login, "/login?next=%2Fsearch%3Fq%3Dclass%3AA%26after%3D1");
    let page = site.page(&login).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains(r#"autocomplete="current-password""#),
        "{}",
        page.text
    );
    assert!(
        page.header("content-security-policy")
            .contains("style-src 'self'")
    );
    for script in ["type=\"module\"", "src=", "modulepreload"] {
        assert!(!page.text.contains(script), "{}", page.text);
    }

    let next = "%2Fsearch%3Fq%3Dclass%253AA";
    let done = site.log_in("operator", PASSWORD, next).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/search?q=class%3AA")
    );
    let said = done.header("set-cookie");
    for part in [
        "jobdeck_session=",
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Lax",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains("Secure"), "{said}");
    let cookie = said.split(';').next().expect("a cookie").to_owned();
    let headers = [("accept", "text/html"), ("cookie", cookie.as_str()), FORM];
    let page = site.ask(Method::GET, "/queues", &headers, "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("operator"), "{}", page.text);
    let out = site.ask(Method::POST, "/logout", &headers, "").await;
    assert_eq!(
        (out.status, out.header("location")),
        (StatusCode::SEE_OTHER, "/login")
    );
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    let page = site.ask(Method::GET, "/queues", &headers, "").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);

    for evil in [
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "https%3A%2F%2Fevil.example",
        "%2F%09%2Fevil.example",
    ] {
        let done = site.log_in("operator", PASSWORD, evil).await;
        assert_eq!(done.header("location"), "/", "{evil}");
    }
}

#[tokio::test]
async fn a_wrong_try_is_told_the_same_for_users_that_there_are_and_that_there_are_not() {
    for name in ["viewer", "nobody"] {
        // The wait is a second, which a busy machine may let go by before it is tried: then all of it is done again.
        let answer = loop {
            let site = guarded(true).await;
            let mut last = Instant::now();
            for _ in 0..5 {
                last = Instant::now();
                let answer = site.log_in(name, "guess", "/queues").await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN);
                assert!(
                    answer
                        .text
                        .contains("This name and password do not go together."),
                    "{}",
                    answer.text
                );
                assert!(answer.headers.get("set-cookie").is_none());
                assert!(
                    answer.text.contains(r#"value="/queues""#),
                    "{}",
                    answer.text
                );
            }
            let answer = site.log_in(name, PASSWORD, "/").await;
            let is_over = last.elapsed() >= Duration::from_secs(1);
            if answer.status == StatusCode::TOO_MANY_REQUESTS || !is_over {
                break answer;
            }
        };
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.header("retry-after"), "1");
    }
    let site = guarded(true).await;
    let cookie = site.log_in("viewer", PASSWORD, "/").await;
    let said = cookie.header("set-cookie");
    assert!(
        said.starts_with("__Host-jobdeck_session=") && said.contains("; Secure"),
        "{said}"
    );
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let site = guarded(false).await;
    let cookie = site.cookie(Role::Viewer).await;
    let request = Request::get("/live")
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::COOKIE, &cookie)
        .body(Body::empty())
        .expect("a request");
    let stream = site
        .router
        .clone()
        .oneshot(request)
        .await
        .expect("an answer");
    assert_eq!(stream.status(), StatusCode::OK);
    let headers = [("cookie", cookie.as_str()), FORM];
    site.ask(Method::POST, "/logout", &headers, "everywhere=1")
        .await;
    let rest = stream.into_body().collect();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(10), rest).await;
    assert!(ended.is_ok(), "the stream goes on without its session");
}

#[tokio::test]
async fn without_users_and_tokens_nobody_is_asked() {
    let site = Site::new().await;
    assert_eq!(site.page("/queues").await.status, StatusCode::OK);
    let login = site.page("/login?next=/queues").await;
    assert_eq!(login.header("location"), "/queues");
    let queue = site.ask(Method::DELETE, "/api/v1/queues/a", &[], "").await;
    assert_eq!(queue.status, StatusCode::OK, "{}", queue.text);
}
