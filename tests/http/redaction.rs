//! Secrets in jobs: nowhere in what is answered, unless somebody who may asks for them with a reason.

use super::*;
use jobdeck::{
    admin::AdminOptions,
    job::encode_trace,
    model::{EntryId, Place, Role},
    redaction::Redactor,
};

const SECRET: &str = "hunter2";

/// A server that hides secrets, as `jobdeck serve` does; with a dead job that is full of one.
async fn hiding() -> (Site, String) {
    let mut site = Site::new().await;
    let redactor = Redactor::default()
        .with_paths(&["Login args.1".to_owned()])
        .expect("rules");
    let options = AdminOptions {
        redactor: redactor.clone(),
        shown_redactor: redactor.clone(),
        ..AdminOptions::default()
    };
    let admin = Admin::with_options(site.store.clone(), options);
    let options = SamplerOptions {
        redactor,
        ..SamplerOptions::default()
    };
    let live = Live::start(site.store.clone(), options, site.shutdown.clone());
    let mut state = AppState::new(admin, live.clone(), site.shutdown.clone());
    state.hosts = Hosts::for_address(([127, 0, 0, 1], 8080).into(), &[]);
    site.router = router(state);
    site.live = live;
    let trace = encode_trace(&[format!("/app/login.rb:5 token={SECRET}")]);
    let job = format!(
        r#"{{"class":"Login","args":[{{"password":"{SECRET}","user_id":7}},"{SECRET}"],"jid":"{JID}","queue":"default","created_at":1.0,"failed_at":2.0,"retry_count":1,"error_class":"Refused","error_message":"no: password={SECRET}","error_backtrace":{trace},"tags":["token:{SECRET}"]}}"#
    );
    let job = Job::new(job);
    let now = Timestamp(1_795_470_707_000);
    let destination = Destination::Set {
        set: Set::Dead,
        score: now.seconds(),
        raw: job.raw().clone(),
    };
    site.store.add(&[destination]).await.expect("added");
    let id = EntryId {
        place: Place::Set(Set::Dead),
        position: now.seconds(),
        digest: jobdeck::job::digest(job.raw()),
    };
    (site, id.to_string())
}

const JID: &str = "0123456789abcdef01234567";

#[tokio::test]
async fn no_answer_has_a_secret() {
    let (site, entry) = hiding().await;
    let group = site.get("/api/v1/failures").await.json()["groups"][0]["digest"].clone();
    let group = group.as_str().map(str::to_owned);
    let mut paths = vec![
        "/".to_owned(),
        "/dead".to_owned(),
        "/failures".to_owned(),
        "/search?q=class:Login".to_owned(),
        format!("/jobs/{JID}"),
        format!("/jobs?entry={entry}"),
        "/api/v1/sets/dead/jobs".to_owned(),
        format!("/api/v1/jobs/{JID}"),
        "/api/v1/failures".to_owned(),
        "/api/v1/search?q=class:Login".to_owned(),
        "/api/v1/export?from=dead".to_owned(),
        "/api/v1/export?from=dead&format=csv".to_owned(),
        format!("/api/ui/jobs/show?jid={JID}"),
        "/api/ui/jobs/page?place=dead".to_owned(),
        "/api/ui/snapshot".to_owned(),
        "/api/ui/dead_causes".to_owned(),
    ];
    if let Some(digest) = group {
        paths.push(format!("/failures/{digest}"));
        paths.push(format!("/api/v1/failures/{digest}"));
    }
    for path in paths {
        // A browser that asks for what scripts are told is led back to its page.
        let answer = match path.starts_with("/api/") {
            true => site.get(&path).await,
            false => site.page(&path).await,
        };
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        assert!(!answer.text.contains(SECRET), "{path}: {}", answer.text);
    }
    let list = site.entries("/api/v1/sets/dead/jobs").await;
    assert_eq!(
        list[0]["args"],
        json!([{"password":"[redacted]","user_id":7},"[redacted]"])
    );
    assert_eq!(list[0]["redacted"], true);
    let job = site.get(&format!("/api/v1/jobs/{JID}")).await.json();
    let trace = job["locations"][0]["trace"][0]["text"]
        .as_str()
        .expect("a frame");
    assert_eq!(trace, "/app/login.rb:5 token=[redacted]");
}

#[tokio::test]
async fn a_preview_shows_no_secret_either() {
    let (site, _) = hiding().await;
    for change in [
        json!({"action":"delete","from":"dead"}),
        json!({"action":"edit","from":"dead","path":"args.0","value":{"user_id":8}}),
    ] {
        let answer = site.post("/api/v1/operations/preview", &change).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        assert_eq!(answer.json()["matched"], 1, "{}", answer.text);
        assert!(!answer.text.contains(SECRET), "{}", answer.text);
    }
}

#[tokio::test]
async fn a_guess_cannot_be_tried_by_searching() {
    let (site, _) = hiding().await;
    for (filter, found) in [
        ("hunter2", 0),
        ("arg.password:hunter2", 0),
        ("-arg.password:hunter2", 1),
        ("-arg.password:wrong", 1),
        ("arg.user_id:7", 1),
    ] {
        let path = format!("/api/v1/sets/dead/jobs?filter={filter}");
        assert_eq!(site.entries(&path).await.len(), found, "{filter}");
        let search = site.get(&format!("/api/v1/search?q={filter}")).await;
        assert_eq!(
            search.text.matches(JID).count(),
            found,
            "{filter}: {}",
            search.text
        );
        let export = site.get(&format!("/api/v1/export?filter={filter}")).await;
        assert_eq!(
            export.text.matches(JID).count(),
            found,
            "{filter}: {}",
            export.text
        );
    }
}

#[tokio::test]
async fn one_job_is_shown_whole_to_who_says_why() {
    let (site, entry) = hiding().await;
    let path = format!("/api/v1/jobs/{JID}/reveal");
    let refused = site.post(&path, &json!({"reason":"  "})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json()["error"]["field"], "reason");
    assert!(!refused.text.contains(SECRET));
    let told = site.post(&path, &json!({"reason":"ticket 17"})).await;
    let job = &told.json()["locations"][0];
    assert_eq!(job["entry"]["args"][1], SECRET, "{}", told.text);
    assert_eq!(job["entry"]["redacted"], false);
    let gone = site
        .post("/api/v1/jobs/none/reveal", &json!({"reason":"ticket 17"}))
        .await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);

    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
    ];
    for path in [format!("/jobs/{JID}"), format!("/jobs?entry={entry}")] {
        let page = site
            .ask(Method::POST, &path, &form, "reason=ticket+17")
            .await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            page.text.contains(SECRET) && page.text.contains("on record"),
            "{path}"
        );
        assert_eq!(page.header("cache-control"), "no-store");
        let page = site.ask(Method::POST, &path, &form, "reason=").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(!page.text.contains(SECRET), "{path}");
        // It is not kept: who comes next sees what anybody sees.
        assert!(!site.page(&path).await.text.contains(SECRET), "{path}");
    }
}

#[tokio::test]
async fn who_may_not_is_told_so_on_the_page() {
    let (mut site, _) = hiding().await;
    let mut state = site.state();
    state.auth = Arc::new(super::access::auth(false));
    site.router = router(state);
    let cookie = site.cookie(Role::Operator).await;
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("cookie", cookie.as_str()),
    ];
    let page = site
        .ask(
            Method::POST,
            &format!("/jobs/{JID}"),
            &form,
            "reason=ticket+17",
        )
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(!page.text.contains(SECRET));
}

/// A store in which nothing happens tells the same failures for ever, but not with secrets that are to be hidden from now on.
#[tokio::test]
async fn what_is_hidden_from_now_on_is_hidden_from_the_next_reading_on() {
    let (site, _) = hiding().await;
    let mut frames = Box::pin(site.live.stream(&Limit::none()));
    for redactor in [Redactor::none(), Redactor::default()] {
        let has_secret = redactor.is_none();
        site.live.redactor().set(redactor);
        let seen = async {
            while let Some(frame) = frames.next().await {
                let snapshot = serde_json::to_string(frame.snapshot()).expect("JSON");
                let has_failure = snapshot.contains(JID);
                if has_failure && snapshot.contains(&format!("password={SECRET}")) == has_secret {
                    return;
                }
            }
        };
        let seen = tokio::time::timeout(std::time::Duration::from_secs(20), seen).await;
        assert!(seen.is_ok(), "{has_secret}");
    }
}
