//! A store that does not answer.

use super::*;

#[tokio::test]
async fn health_says_that_the_process_lives_and_whether_the_store_answers() {
    let site = Site::new().await;
    assert_eq!(site.get("/healthz").await.status, StatusCode::OK);
    let ready = site.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::OK);
    assert_eq!(ready.json()["stores"][0]["state"], "connected");

    let site = Site::lost().await;
    assert_eq!(site.get("/healthz").await.status, StatusCode::OK);
    let ready = site.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!ready.header("retry-after").is_empty());
    assert_eq!(ready.json()["stores"][0]["state"], "lost");
}

#[tokio::test]
async fn without_its_store_scripts_get_503_and_pages_still_come() {
    let site = Site::lost().await;
    for path in [
        "/api/v1/overview",
        "/api/v1/queues",
        "/api/v1/sets/dead/jobs",
        "/api/v1/processes",
        "/api/v1/jobs/a",
    ] {
        let answer = site.get(path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            "{path}"
        );
        assert!(!answer.header("retry-after").is_empty(), "{path}");
    }
    let added = site
        .post("/api/v1/jobs", &json!({"class": "A", "args": []}))
        .await;
    assert_eq!(
        added.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{}",
        added.text
    );
    for path in PAGES {
        let page = site.page(path).await;
        let is_told =
            page.status == StatusCode::OK || page.status == StatusCode::SERVICE_UNAVAILABLE;
        assert!(is_told, "{path}: {}", page.status);
        assert!(page.text.contains("</html>"), "{path}");
        assert!(
            page.text.contains("does not answer"),
            "{path} must say why: {}",
            page.text
        );
    }
}

/// It keeps its connections and says nothing: every question to it costs the longest wait.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_store_that_hangs_say_so_without_asking_it() {
    let redis = RedisServer::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let site = Site::on(&redis.url(), folder).await;
    site.enqueue(json!({"class": "A", "args": []})).await;
    let before = site.page("/queues").await;
    assert_eq!(before.status, StatusCode::OK);
    assert!(before.text.contains("/queues/default"));

    redis.freeze();
    while site.get("/readyz").await.json()["stores"][0]["state"] != "lost" {}
    // The sampler asks once at a time, and waits for each answer in vain.
    let readings = Arc::new(AtomicUsize::new(0));
    let counted = readings.clone();
    let mut frames = Box::pin(site.live.stream(&Limit::none()));
    let counting = tokio::spawn(async move {
        while frames.next().await.is_some() {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let mut pages = 0;
    for path in PAGES.iter().cycle().take(3 * PAGES.len()) {
        let page = site.page(path).await;
        assert!(page.text.contains("</html>"), "{path}");
        assert!(page.text.contains("Store lost"), "{path}: {}", page.text);
        if !matches!(*path, "/" | "/queues" | "/running" | "/holds") {
            assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            pages += 1;
        }
    }
    counting.abort();
    let readings = readings.load(Ordering::Relaxed);
    assert!(
        readings < pages,
        "{pages} pages that show more than the live numbers took as long as {readings} questions to the store"
    );
    // What was known is still shown, with the time of the numbers.
    let queues = site.page("/queues").await;
    assert!(queues.text.contains("/queues/default"), "{}", queues.text);
    let age = "These are the last known numbers, from";
    assert!(queues.text.contains(age), "{}", queues.text);

    redis.thaw();
    while site.get("/readyz").await.status != StatusCode::OK {}
    let after = site.page("/queues/default").await;
    assert_eq!(after.status, StatusCode::OK);
    assert!(!after.text.contains("Store lost"), "{}", after.text);
}
