//! A provider that is away, that says no, or that is not the one that was meant.

use super::*;
use support::wait_until;

#[tokio::test]
async fn a_provider_that_is_away_keeps_nobody_out_for_longer_than_it_is_away() {
    let (socket, address) = away();
    let site = Site::with(settings(&format!("http://{address}"))).await;
    let mut browser = Browser::new(&site);
    let answer = browser.get("/login/oidc?next=/dead").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        answer.text.contains("cannot be asked now"),
        "{}",
        answer.text
    );
    // There is the way to try again.
    assert!(
        answer.text.contains("/login/oidc?next=%2Fdead"),
        "{}",
        answer.text
    );

    let listener = socket.listen(64).expect("somebody is there");
    let provider = Provider::on(listener);
    wait_until("it is asked again", async || {
        browser.get("/login/oidc").await.status == StatusCode::SEE_OTHER
    })
    .await;
    browser.log_in("/").await;
    assert!(browser.is_in().await);

    // Half-way is no other.
    provider.what().is_broken = true;
    let mut browser = Browser::new(&site);
    let answer = browser.log_in("/").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!browser.is_in().await);
    provider.what().is_broken = false;
    browser.log_in("/").await;
    assert!(browser.is_in().await);
}

#[tokio::test]
async fn a_provider_that_is_not_the_one_that_is_named_is_not_used() {
    for (name, value) in [
        ("issuer", json!("https://evil.example")),
        ("token_endpoint", json!(null)),
        ("authorization_endpoint", json!(7)),
    ] {
        let provider = Provider::new().await;
        provider.what().discovery.insert(name.to_owned(), value);
        let site = Site::at(&provider).await;
        let answer = Browser::new(&site).get("/login/oidc").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{name}");
    }
}

#[tokio::test]
async fn what_the_provider_says_against_it_is_told_without_its_words() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let says = |error: &str| {
        let answer = json!({"code": null, "error": error, "error_description": "call 555"});
        provider.what().answer = answer.as_object().expect("an object").clone();
    };
    for (error, words) in [
        (
            "access_denied",
            "(access_denied). Ask whoever runs it for access",
        ),
        ("invalid_scope", "`auth.oidc.scopes`"),
        ("<script>", "no known reason"),
    ] {
        says(error);
        let mut browser = Browser::new(&site);
        let answer = browser.log_in("/").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.text.contains(words), "{}", answer.text);
        assert!(!answer.text.contains("555"), "{}", answer.text);
        assert!(!browser.is_in().await);
    }
    // Without a log-in that was begun nothing is told of it at all.
    let answer = Browser::new(&site)
        .get("/login/oidc/callback?error=access_denied&state=a")
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(!answer.text.contains("access_denied"));
    provider.what().answer.clear();
    let audit = site.audit(&provider).await;
    let whys: Vec<_> = audit
        .iter()
        .filter_map(|event| event["message"].as_str())
        .collect();
    assert!(
        whys.iter()
            .any(|why| why.ends_with("access_denied: call 555")),
        "{whys:?}"
    );
}

#[tokio::test]
async fn a_wrong_secret_is_told_to_whoever_runs_jobdeck() {
    let provider = Provider::new().await;
    let mut settings = settings(&provider.issuer);
    settings.client_secret = Some("another".to_owned());
    let site = Site::with(settings).await;
    let answer = Browser::new(&site).log_in("/").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer.text.contains("`auth.oidc.client_secret`"),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("another\""), "{}", answer.text);
}
