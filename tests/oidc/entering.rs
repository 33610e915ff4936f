//! Who is let in, and as whom.

use super::*;
use argon2::{Algorithm, Argon2, Params, Version, password_hash::PasswordHasher as _};

/// What a browser that is in may do: read, act on a queue, remove it for good.
async fn abilities(browser: &mut Browser) -> [StatusCode; 3] {
    let read = browser.get("/api/v1/queues").await.status;
    let act = browser.post("/api/v1/queues/a/pause", "").await.status;
    let remove = browser
        .ask(reqwest::Method::DELETE, "/api/v1/queues/a", "")
        .await;
    [read, act, remove.status]
}

#[tokio::test]
async fn each_is_in_with_the_highest_role_of_their_groups() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let (ok, no) = (StatusCode::OK, StatusCode::FORBIDDEN);
    for (groups, expected) in [
        (json!(["staff"]), [ok, no, no]),
        (json!(["others", "ops", "staff"]), [ok, ok, no]),
        (json!(["root", "ops"]), [ok, ok, ok]),
        (json!("root"), [ok, ok, ok]),
    ] {
        provider.is(&json!({"preferred_username": "ada", "groups": groups}));
        let mut browser = Browser::new(&site);
        assert!(!browser.is_in().await);
        let answer = browser.log_in("/dead%3Fclass%3DA").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert_eq!(answer.location(), "/dead?class=A");
        assert_eq!(abilities(&mut browser).await, expected, "{groups}");
        let page = browser.get("/queues").await;
        assert!(page.text.contains("Logged in as ada"), "{}", page.text);
    }
    let audit = site.audit(&provider).await;
    let log_ins: Vec<_> = audit
        .iter()
        .filter(|event| event["action"] == "log_in" && event["outcome"] == "done")
        .map(|event| (event["actor"].as_str(), event["role"].as_str()))
        .collect();
    assert!(
        log_ins.contains(&(Some("user ada"), Some("viewer"))),
        "{audit:?}"
    );
    assert!(
        log_ins.contains(&(Some("user ada"), Some("admin"))),
        "{audit:?}"
    );
}

#[tokio::test]
async fn who_is_in_none_of_the_groups_is_told_so() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    for groups in [
        json!(["others"]),
        json!([]),
        json!(null),
        json!({"ops": true}),
    ] {
        provider.is(&json!({"preferred_username": "eve", "groups": groups}));
        let mut browser = Browser::new(&site);
        let answer = browser.log_in("/").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{groups}");
        assert!(
            answer
                .text
                .contains("You are known as `eve`, but none of your groups has a role"),
            "{}",
            answer.text
        );
        assert!(!browser.is_in().await);
    }
    let audit = site.audit(&provider).await;
    let refused = audit.iter().find(|event| event["outcome"] == "refused");
    let refused = refused.expect("it is told");
    assert_eq!(refused["name"], "eve");
    assert_eq!(refused["message"], "none of its groups has a role");
    // Unless everybody has one.
    let mut settings = settings(&provider.issuer);
    settings.groups.role = Some(Role::Viewer);
    let site = Site::with(settings).await;
    provider.is(&json!({"preferred_username": "eve"}));
    let mut browser = Browser::new(&site);
    browser.log_in("/").await;
    assert!(browser.is_in().await);
}

#[tokio::test]
async fn who_somebody_is_other_claims_may_say_too() {
    let provider = Provider::new().await;
    let mut settings = settings(&provider.issuer);
    settings.user_claim = "email".to_owned();
    settings.groups_claim = "realm_access.roles".to_owned();
    let site = Site::with(settings).await;
    let mut claims = json!({"email": "ada@example.com", "email_verified": "true", "realm_access": {"roles": ["ops"]}});
    provider.is(&claims);
    let mut browser = Browser::new(&site);
    browser.log_in("/").await;
    let page = browser.get("/queues").await;
    assert!(page.text.contains("Logged in as ada@example.com"));
    // An address that anybody can write into their account is nobody's name.
    claims["email_verified"] = json!(false);
    provider.is(&claims);
    let answer = Browser::new(&site).log_in("/").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("is not verified"), "{}", answer.text);
    provider.is(&json!({"realm_access": {"roles": ["ops"]}}));
    provider.what().user_info = json!({"sub": "u-1"}).as_object().cloned();
    let answer = Browser::new(&site).log_in("/").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer.text.contains("`email` is missing"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn what_is_not_in_the_token_the_provider_is_asked_for() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    provider.is(&json!({}));
    let more = json!({"sub": "u-1", "preferred_username": "ada", "groups": ["ops"]});
    provider.what().user_info = more.as_object().cloned();
    let mut browser = Browser::new(&site);
    let answer = browser.log_in("/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert!(browser.is_in().await);
    // What is said of another one counts for nothing.
    let other = json!({"sub": "u-2", "preferred_username": "ada", "groups": ["ops"]});
    provider.what().user_info = other.as_object().cloned();
    let answer = Browser::new(&site).log_in("/").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text);
}

#[tokio::test]
async fn the_page_has_a_button_and_a_form_only_for_passwords() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let mut browser = Browser::new(&site);
    let away = browser.get("/dead?class=A").await;
    let page = browser.get(away.location()).await;
    assert!(
        page.text.contains("Log in with Example Login"),
        "{}",
        page.text
    );
    assert!(page.text.contains("/login/oidc?next=%2Fdead%3Fclass%3DA"));
    assert!(!page.text.contains("type=\"password\""), "{}", page.text);

    let params = Params::new(8, 1, 1, None).expect("parameters");
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = weak.hash_password(b"correct horse").expect("a hash");
    let hash = hash.to_string().parse().expect("a hash");
    let users = vec![User::new("ada", Role::Admin, hash)];
    let site = Site::over(settings(&provider.issuer), users, false).await;
    let mut browser = Browser::new(&site);
    let page = browser.get("/login").await;
    assert!(page.text.contains("Log in with Example Login"));
    assert!(page.text.contains("type=\"password\""));
    browser
        .post("/login", "name=ada&password=correct+horse")
        .await;
    assert!(browser.is_in().await);
    // Who is in goes on at once.
    let answer = browser.get("/login/oidc?next=/dead").await;
    assert_eq!(answer.location(), "/dead");
}

#[tokio::test]
async fn cookies_are_for_no_script_and_over_tls_for_nobody_else() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let mut browser = Browser::new(&site);
    let sent = browser.get("/login/oidc").await;
    let [cookie] = sent.set.as_slice() else {
        panic!("{:?}", sent.set);
    };
    assert!(cookie.starts_with("jobdeck_oidc="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    let asked = sent.query();
    assert_eq!(
        asked["redirect_uri"],
        format!("{}/login/oidc/callback", site.address)
    );
    assert!(asked["state"].len() >= 22 && asked["nonce"].len() >= 22);
    assert!(!sent.location().contains("hunter2"));

    // The proxy says that it came by TLS.
    let mut browser = Browser::new(&site);
    browser.headers = vec![
        ("x-forwarded-proto", "https".to_owned()),
        ("host", "jobs.example.com".to_owned()),
    ];
    let asked = browser.get("/login/oidc").await.query();
    assert_eq!(
        asked["redirect_uri"],
        "https://jobs.example.com/login/oidc/callback"
    );

    let site = Site::over(settings(&provider.issuer), Vec::new(), true).await;
    let sent = Browser::new(&site).get("/login/oidc").await;
    let cookie = &sent.set[0];
    assert!(cookie.starts_with("__Host-jobdeck_oidc="), "{cookie}");
    assert!(cookie.ends_with("; Secure"), "{cookie}");
    assert!(sent.query()["redirect_uri"].starts_with("https://"));

    let mut settings = settings(&provider.issuer);
    settings.redirect_url = Some("https://public.example/login/oidc/callback".to_owned());
    let site = Site::with(settings).await;
    let asked = Browser::new(&site).get("/login/oidc").await.query();
    assert_eq!(
        asked["redirect_uri"],
        "https://public.example/login/oidc/callback"
    );
}

#[tokio::test]
async fn nobody_is_led_elsewhere_afterwards_and_tabs_do_not_disturb_each_other() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "/login/oidc",
        "/logout",
    ] {
        let answer = Browser::new(&site).log_in(next).await;
        assert_eq!(answer.location(), "/", "{next}");
    }
    let mut browser = Browser::new(&site);
    let one = browser.there("/dead").await;
    let two = browser.there("/retries").await;
    assert_eq!(browser.get(&one).await.location(), "/dead");
    assert_eq!(browser.get(&two).await.location(), "/retries");
}

#[tokio::test]
async fn jobdeck_says_who_it_is_in_the_way_that_the_provider_takes() {
    for (methods, by_body) in [
        (json!(null), false),
        (json!(["client_secret_basic", "client_secret_post"]), false),
        (json!(["client_secret_post"]), true),
    ] {
        let provider = Provider::new().await;
        let name = "token_endpoint_auth_methods_supported".to_owned();
        provider.what().discovery.insert(name, methods);
        let site = Site::at(&provider).await;
        let mut browser = Browser::new(&site);
        let answer = browser.log_in("/").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert_eq!(provider.what().said_by_body, Some(by_body));
    }
}

#[tokio::test]
async fn below_a_base_path_the_way_back_leads_below_it() {
    let provider = Provider::new().await;
    provider.is(&json!({"preferred_username": "ada", "groups": ["ops"]}));
    let site = Site::below("/jobs", settings(&provider.issuer), Vec::new(), false).await;
    let mut browser = Browser::new(&site);
    let sent = browser.get("/login/oidc?next=/dead").await;
    let way_back = format!("{}/login/oidc/callback", site.address);
    assert_eq!(sent.query()["redirect_uri"], way_back);
    assert!(sent.set[0].contains("; Path=/jobs;"), "{:?}", sent.set);
    let answer = browser.log_in("/dead").await;
    assert_eq!(answer.location(), "/jobs/dead");
    assert!(browser.is_in().await);

    let secure = Site::below("/jobs", settings(&provider.issuer), Vec::new(), true).await;
    let sent = Browser::new(&secure).get("/login/oidc").await;
    assert!(
        sent.set[0].starts_with("__Secure-jobdeck_oidc=") && sent.set[0].contains("; Secure"),
        "{:?}",
        sent.set
    );
}
