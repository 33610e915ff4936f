//! What is brought that is not what it must be lets nobody in.

use super::{
    provider::{Key, seconds},
    *,
};
use std::time::{Duration, Instant};

/// A log-in that must be refused: what the page says.
async fn refused(site: &Site) -> String {
    let mut browser = Browser::new(site);
    let answer = browser.log_in("/").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{}", answer.text);
    assert!(!browser.is_in().await);
    for secret in ["hunter2", "access-token"] {
        assert!(!answer.text.contains(secret), "{}", answer.text);
    }
    answer.text
}

#[tokio::test]
async fn a_state_is_good_once_and_in_its_own_browser() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let mut ada = Browser::new(&site);
    let back = ada.there("/").await;
    // Somebody else who was led to it, with and without a log-in of their own.
    let mut eve = Browser::new(&site);
    for _ in 0..2 {
        let answer = eve.get(&back).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(
            answer.text.contains("begun in another browser"),
            "{}",
            answer.text
        );
        assert!(!eve.is_in().await);
        eve.there("/").await;
    }
    let unknown = back.replace("state=", "state=x");
    assert_eq!(ada.get(&unknown).await.status, StatusCode::BAD_REQUEST);
    for nothing in ["/login/oidc/callback", "/login/oidc/callback?code=a"] {
        assert_eq!(ada.get(nothing).await.status, StatusCode::BAD_REQUEST);
    }
    // The provider was asked for nothing so far, and it is still good for the one whose it is.
    assert_eq!(provider.what().exchanges, 0);
    assert_eq!(ada.get(&back).await.status, StatusCode::SEE_OTHER);
    assert!(ada.is_in().await);
    assert_eq!(ada.get(&back).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(provider.what().exchanges, 1);
}

#[tokio::test]
async fn a_code_is_good_for_the_log_in_that_it_was_given_for() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let mut ada = Browser::new(&site);
    let stolen = ada.there("/").await;
    let code = stolen.split("code=").nth(1).expect("a code");
    let code = code.split('&').next().expect("a code");
    let mut eve = Browser::new(&site);
    let own = eve.there("/").await;
    let own_code = own.split("code=").nth(1).expect("a code");
    let own_code = own_code.split('&').next().expect("a code");
    // The provider sees that another one began it (PKCE).
    let answer = eve.get(&own.replace(own_code, code)).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.text.contains("invalid_grant"), "{}", answer.text);
    assert!(!eve.is_in().await);
}

#[tokio::test]
async fn an_id_token_must_be_of_this_log_in_for_jobdeck_and_of_now() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let now = seconds();
    for (claim, value, words) in [
        ("nonce", json!("another"), "it is of another log-in"),
        ("nonce", json!(null), "it is of another log-in"),
        ("aud", json!("others"), "it is not meant for Jobdeck"),
        (
            "aud",
            json!([CLIENT, "others"]),
            "it is not meant for Jobdeck",
        ),
        ("azp", json!("others"), "it is not meant for Jobdeck"),
        (
            "iss",
            json!("https://evil.example"),
            "it is another provider",
        ),
        ("exp", json!(now - 90), "look at the clocks"),
        ("iat", json!(now + 3_000), "look at the clocks"),
        (
            "at_hash",
            json!("AAAAAAAAAAAAAAAAAAAAAA"),
            "the access token is another one",
        ),
        ("exp", json!(null), "with the tokens is not understood"),
    ] {
        let mut claims = json!({"preferred_username": "ada", "groups": ["ops"]});
        claims[claim] = value;
        provider.is(&claims);
        let text = refused(&site).await;
        assert!(text.contains(words), "{claim}: {text}");
    }
    // Clocks need not be the same to the second.
    let now = seconds();
    let mut claims = json!({"preferred_username": "ada", "groups": ["ops"]});
    claims["iat"] = json!(now + 30);
    claims["exp"] = json!(now - 10);
    provider.is(&claims);
    let answer = Browser::new(&site).log_in("/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);

    let audit = site.audit(&provider).await;
    let refusals = audit.iter().filter(|event| event["outcome"] == "refused");
    let whys: Vec<_> = refusals
        .filter_map(|event| event["message"].as_str())
        .collect();
    assert!(
        whys.iter()
            .any(|why| why.contains("it is of another log-in")),
        "{whys:?}"
    );
}

#[tokio::test]
async fn an_id_token_must_be_signed_by_a_key_of_the_provider() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    provider.what().forger = Some(Key::new("forger"));
    for head in [
        json!({"alg": "ES256", "kid": "first"}),
        json!({"alg": "ES256", "kid": "forger"}),
        json!({"alg": "ES256"}),
        json!({"alg": "RS256", "kid": "first"}),
        json!({"alg": "none"}),
        json!({"alg": "ES256", "kid": "first", "crit": ["exp"]}),
    ] {
        provider.what().head = Some(head.clone());
        let text = refused(&site).await;
        assert!(text.contains("cannot be trusted"), "{head}: {text}");
    }
    // What Jobdeck shares with the provider is no key, although the provider says that it signs so.
    provider.what().signs_by_secret = true;
    provider.what().head = Some(json!({"alg": "HS256"}));
    let text = refused(&site).await;
    assert!(text.contains("its signature is wrong"), "{text}");
}

#[tokio::test]
async fn new_keys_of_the_provider_are_found_and_old_ones_forgotten() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    // Also one of another kind, and another one of the same name.
    for key in [Key::new("second"), Key::rsa("third"), Key::new("third")] {
        let mut browser = Browser::new(&site);
        browser.log_in("/").await;
        assert!(browser.is_in().await);
        provider.rotate(key);
    }
    let mut browser = Browser::new(&site);
    browser.log_in("/").await;
    assert!(browser.is_in().await);
    // It is asked anew only where that is of use.
    let asked = provider.what().discoveries;
    assert_eq!(asked, 4);
    Browser::new(&site).log_in("/").await;
    assert_eq!(provider.what().discoveries, asked);
}

#[tokio::test]
async fn an_answer_of_another_provider_is_refused() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let iss = |value: &str| {
        let answer = json!({"iss": value});
        provider.what().answer = answer.as_object().expect("an object").clone();
    };
    iss("https://evil.example");
    let text = refused(&site).await;
    assert!(text.contains("one of another provider"), "{text}");
    assert_eq!(provider.what().exchanges, 0);
    iss(&provider.issuer);
    let answer = Browser::new(&site).log_in("/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
}

#[tokio::test]
async fn who_tries_again_and_again_has_to_wait() {
    let provider = Provider::new().await;
    // The wait is a second, which a busy machine may let go by before it is tried: then all of it is done again.
    let (site, answer) = loop {
        let site = Site::at(&provider).await;
        let mut eve = Browser::new(&site);
        eve.headers = vec![("x-forwarded-for", "192.0.2.7".to_owned())];
        let mut last = Instant::now();
        for _ in 0..5 {
            last = Instant::now();
            let answer = eve.get("/login/oidc/callback?state=a&code=b").await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        }
        let answer = eve.get("/login/oidc/callback?state=a&code=b").await;
        let is_over = last.elapsed() >= Duration::from_secs(1);
        if answer.status == StatusCode::TOO_MANY_REQUESTS || !is_over {
            break (site, answer);
        }
    };
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.retry_after.is_some());
    assert!(answer.text.contains("Too many tries"), "{}", answer.text);
    // Others are not touched by it.
    let mut ada = Browser::new(&site);
    ada.headers = vec![("x-forwarded-for", "192.0.2.8".to_owned())];
    ada.log_in("/").await;
    assert!(ada.is_in().await);
}

#[tokio::test]
async fn what_another_site_embeds_uses_up_nobodys_tries() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let mut ada = Browser::new(&site);
    ada.headers = vec![
        ("x-forwarded-for", "192.0.2.7".to_owned()),
        ("sec-fetch-dest", "image".to_owned()),
    ];
    for path in ["/login/oidc/callback?state=a&code=b", "/login/oidc"] {
        for _ in 0..10 {
            let answer = ada.get(path).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST);
            assert!(answer.set.is_empty());
        }
    }
    ada.headers[1].1 = "document".to_owned();
    ada.log_in("/").await;
    assert!(ada.is_in().await);
}
