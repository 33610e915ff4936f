//! Users whom a proxy names, and what anybody else writes into its headers.

use super::*;
use axum::extract::ConnectInfo;
use jobdeck::{
    auth::{Auth, GroupRoles, ProxyUsers, SessionLimits, Token, hash_text},
    model::Role,
    web::TrustedProxies,
};
use std::net::{IpAddr, SocketAddr};

const PROXY: &str = "10.1.2.3";
const STRANGER: &str = "192.0.2.7";
const USER: &str = "x-forwarded-user";
const GROUPS: &str = "x-forwarded-groups";

/// A server behind a proxy that names users and their groups.
async fn behind_proxy() -> Site {
    let token = Token::new("ci", Role::Operator, &hash_text("secret"), None).expect("a token");
    let auth = Auth::new(Vec::new(), vec![token], SessionLimits::default(), false);
    let auth = auth.with_proxy(Some(ProxyUsers {
        header: USER.parse().expect("a header"),
        groups_header: Some(GROUPS.parse().expect("a header")),
        groups: GroupRoles {
            roles: [("ops".to_owned(), Role::Operator)].into(),
            role: Some(Role::Viewer),
            ..GroupRoles::default()
        },
    }));
    Site::with(|state| {
        state.auth = Arc::new(auth);
        state.proxies = TrustedProxies::new(&["10.0.0.0/8".parse().expect("a network")]);
    })
    .await
}

impl Site {
    /// Asks from this address.
    async fn ask_from(
        &self,
        peer: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "jobs.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).expect("a request");
        let peer: IpAddr = peer.parse().expect("an address");
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::new(peer, 5000)));
        self.send(request).await
    }
}

#[tokio::test]
async fn whom_the_proxy_names_is_in_with_the_role_of_their_groups() {
    let site = behind_proxy().await;
    let ada = (USER, "ada");
    let pause = "/api/v1/queues/a/pause";
    for (groups, expected) in [
        ("staff", StatusCode::FORBIDDEN),
        ("staff,ops", StatusCode::OK),
    ] {
        let headers = [ada, (GROUPS, groups)];
        let read = site.ask_from(PROXY, Method::GET, "/api/v1/queues", &headers);
        assert_eq!(read.await.status, StatusCode::OK);
        let changed = site.ask_from(PROXY, Method::POST, pause, &headers).await;
        assert_eq!(changed.status, expected, "{groups}: {}", changed.text);
    }
    // They see their name, and no way to log out, which is the proxy's.
    let page = site
        .ask_from(
            PROXY,
            Method::GET,
            "/queues",
            &[ada, ("accept", "text/html")],
        )
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("Logged in as ada, viewer"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("/logout"), "{}", page.text);
    let login = site
        .ask_from(PROXY, Method::GET, "/login?next=/queues", &[ada])
        .await;
    assert_eq!(login.status, StatusCode::SEE_OTHER);
    assert_eq!(login.header("location"), "/queues");
}

#[tokio::test]
async fn nobody_else_names_a_user() {
    let site = behind_proxy().await;
    let headers = [(USER, "ada"), (GROUPS, "ops"), ("x-forwarded-for", PROXY)];
    for peer in [STRANGER, "127.0.0.1", "::1"] {
        for (method, path) in [
            (Method::GET, "/queues"),
            (Method::GET, "/api/v1/queues"),
            (Method::POST, "/api/v1/queues/a/pause"),
            (Method::GET, "/live"),
        ] {
            let answer = site.ask_from(peer, method.clone(), path, &headers).await;
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{peer} {method} {path}"
            );
        }
    }
    // Without a socket nobody is a proxy either.
    let answer = site
        .ask(Method::GET, "/api/v1/queues", &headers[..2], "")
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_name_that_is_empty_or_unclear_lets_nobody_in() {
    let site = behind_proxy().await;
    let get = async |headers: &[(&str, &str)]| {
        site.ask_from(PROXY, Method::GET, "/api/v1/queues", headers)
            .await
    };
    for headers in [&[][..], &[(USER, "")], &[(GROUPS, "ops")]] {
        let answer = get(headers).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{headers:?}");
        assert_eq!(answer.code(), "unauthorized");
    }
    for headers in [
        [(USER, "ada"), (USER, "eve")],
        [(USER, "ada,eve"), (GROUPS, "")],
    ] {
        let answer = get(&headers).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{headers:?}");
        assert_eq!(answer.code(), "proxy_header");
    }
    let answer = get(&[(USER, "ada"), (GROUPS, "a"), (GROUPS, "ops")]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn programs_still_come_with_their_tokens_and_a_proxys_own_passwords_are_none() {
    let site = behind_proxy().await;
    let get = async |peer: &str, headers: &[(&str, &str)]| {
        site.ask_from(peer, Method::GET, "/api/v1/queues", headers)
            .await
            .status
    };
    let bearer = ("authorization", "Bearer secret");
    assert_eq!(get(STRANGER, &[bearer]).await, StatusCode::OK);
    assert_eq!(get(PROXY, &[bearer, (USER, "")]).await, StatusCode::OK);
    let wrong = ("authorization", "Bearer guess");
    assert_eq!(
        get(PROXY, &[wrong, (USER, "ada")]).await,
        StatusCode::UNAUTHORIZED
    );
    let basic = ("authorization", "Basic YWRhOmE=");
    assert_eq!(get(PROXY, &[basic, (USER, "ada")]).await, StatusCode::OK);
    assert_eq!(get(PROXY, &[basic]).await, StatusCode::UNAUTHORIZED);
    // Probes need not say who they are.
    let probe = site.ask_from(STRANGER, Method::GET, "/healthz", &[]).await;
    assert_eq!(probe.status, StatusCode::OK);
}

#[tokio::test]
async fn the_origin_of_a_change_is_compared_with_what_the_proxy_says_of_its_way() {
    let site = behind_proxy().await;
    let pause = async |origin: &str, proto: &str| {
        let headers = [
            (USER, "ada"),
            (GROUPS, "ops"),
            ("origin", origin),
            ("x-forwarded-proto", proto),
        ];
        site.ask_from(PROXY, Method::POST, "/api/v1/queues/a/pause", &headers)
            .await
            .status
    };
    assert_eq!(pause("https://jobs.example", "https").await, StatusCode::OK);
    assert_eq!(
        pause("http://jobs.example", "https").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(pause("http://jobs.example", "http").await, StatusCode::OK);
    assert_eq!(
        pause("https://evil.example", "https").await,
        StatusCode::FORBIDDEN
    );
}
