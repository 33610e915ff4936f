//! The way out.

use super::*;

#[tokio::test]
async fn who_logs_out_is_shown_the_way_out_of_the_provider_too() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let mut browser = Browser::new(&site);
    browser.log_in("/").await;
    let left = browser.post("/logout", "").await;
    assert_eq!(left.status, StatusCode::OK, "{}", left.text);
    assert!(
        left.text
            .contains("You are logged out of Jobdeck, but not of Example Login")
    );
    let link = format!("{}/goodbye?", provider.issuer);
    let link = left.text.split('"').find(|text| text.starts_with(&link));
    let link = link.expect("a link").replace("&amp;", "&");
    let url: reqwest::Url = link.parse().expect("an address");
    let said: std::collections::BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!(said["client_id"], CLIENT);
    assert_eq!(said["id_token_hint"].split('.').count(), 3);
    assert!(!browser.is_in().await);
    // The policy of the page stays as strict as that of others.
    let again = browser.post("/logout", "").await;
    assert_eq!(again.location(), "/login");
}

#[tokio::test]
async fn a_provider_without_a_way_out_has_no_link() {
    let provider = Provider::new().await;
    let none = ("end_session_endpoint".to_owned(), json!(null));
    provider.what().discovery.extend([none]);
    let site = Site::at(&provider).await;
    let mut browser = Browser::new(&site);
    browser.log_in("/").await;
    assert_eq!(browser.post("/logout", "").await.location(), "/login");
    assert!(!browser.is_in().await);
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_sessions_of_the_user() {
    let provider = Provider::new().await;
    let site = Site::at(&provider).await;
    let (mut one, mut two, mut other) = (
        Browser::new(&site),
        Browser::new(&site),
        Browser::new(&site),
    );
    one.log_in("/").await;
    two.log_in("/").await;
    provider.is(&json!({"preferred_username": "bob", "groups": ["ops"]}));
    other.log_in("/").await;
    one.post("/logout", "everywhere=1").await;
    assert!(!one.is_in().await && !two.is_in().await);
    assert!(other.is_in().await);
}
