//! Failure groups and deploy marks over REST and by forms.

use super::*;
use support::wait_until;

/// Dead jobs of two causes: two and one.
async fn fill(site: &Site) {
    let now = site.store.now().await.expect("a time").seconds();
    let dead = |class: &str, number: u32| {
        Destination::Set {
        set: Set::Dead,
        score: now - f64::from(number),
        raw: format!(
            r#"{{"class":"{class}","queue":"q","args":[{number}],"jid":"{number:024}","error_class":"E","error_message":"no {number}","failed_at":{:.3}}}"#,
            now - f64::from(number)
        )
        .into(),
    }
    };
    site.store
        .add(&[dead("A", 1), dead("A", 2), dead("B", 3)])
        .await
        .expect("they are added");
    site.live.outdate();
    wait_until("they are counted", async || {
        site.live.snapshot(&Limit::none()).await;
        let list = site.get("/api/v1/failures?state=all").await.json();
        list["entries"] == 3 && list["index"]["completeness"] == "exact"
    })
    .await;
}

#[tokio::test]
async fn groups_are_listed_shown_and_spoken_about() {
    let site = Site::new().await;
    fill(&site).await;
    let list = site
        .get("/api/v1/failures?order=count&limit=1")
        .await
        .json();
    assert_eq!(
        (&list["matching"], &list["entries"]),
        (&json!(2), &json!(3))
    );
    let group = &list["groups"][0];
    for (name, value) in [
        ("class", json!("A")),
        ("message", json!("no …")),
        ("count", json!(2)),
        ("dead", json!(2)),
        ("state", json!("open")),
        ("course", json!("new")),
        ("queues", json!([{"name": "q", "count": 2}])),
    ] {
        assert_eq!(group[name], value, "{name}");
    }
    let path = format!(
        "/api/v1/failures/{}",
        group["digest"].as_str().expect("text")
    );
    let detail = site.get(&path).await.json();
    assert_eq!(detail["looked_at"], 2);
    assert_eq!(detail["samples"].as_array().map(Vec::len), Some(2));
    assert_eq!(detail["arguments"][0]["name"], "1");

    let headers = [("content-type", "application/json")];
    let put = async |body: Value| {
        site.ask(Method::PUT, &path, &headers, &body.to_string())
            .await
    };
    let kept = put(json!({"state": "resolved", "note": "known"}))
        .await
        .json();
    assert_eq!(
        (&kept["decided"], &kept["note"]),
        (&json!("resolved"), &json!("known"))
    );
    assert_eq!(site.get("/api/v1/failures").await.json()["matching"], 1);
    let until = "2999-12-01T08:00:00.000Z";
    let kept = put(json!({"state": "muted", "muted_until": until}))
        .await
        .json();
    assert_eq!(
        (&kept["muted_until"], &kept["note"]),
        (&json!(until), &json!("known"))
    );
    for (body, field) in [
        (json!({"state": "gone"}), "state"),
        (json!({"state": "muted"}), "muted_until"),
        (
            json!({"state": "muted", "muted_until": "later"}),
            "muted_until",
        ),
        (json!({"muted_until": until}), "muted_until"),
    ] {
        let answer = put(body).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            answer.text
        );
        assert_eq!(answer.json()["error"]["field"], field);
    }
    let past = put(json!({"state": "muted", "muted_until": "2001-01-01T00:00:00Z"})).await;
    assert_eq!(past.status, StatusCode::BAD_REQUEST, "{}", past.text);
}

#[tokio::test]
async fn what_is_no_group_or_no_query_is_said() {
    let site = Site::new().await;
    for path in [
        "/api/v1/failures?order=odd",
        "/api/v1/failures?state=x",
        "/api/v1/failures?limit=0",
    ] {
        assert_eq!(
            site.get(path).await.status,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
    assert_eq!(
        site.get("/api/v1/failures/nonsense").await.status,
        StatusCode::NOT_FOUND
    );
    let none = site.get("/api/v1/failures/0123456789abcdef").await.json();
    assert_eq!(none["group"], Value::Null);
    assert_eq!(
        site.page("/failures/nonsense").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_deploy_is_marked_and_what_is_older_is_not_new() {
    let site = Site::new().await;
    fill(&site).await;
    let marked = site.post("/api/v1/deploys", &json!({"name": "v2"})).await;
    assert_eq!(marked.status, StatusCode::CREATED, "{}", marked.text);
    site.post("/api/v1/deploys", &json!({})).await;
    let marks = site.get("/api/v1/deploys").await.json();
    assert_eq!(
        (&marks[0]["name"], &marks[1]["name"]),
        (&json!(""), &json!("v2"))
    );
    let list = site.get("/api/v1/failures").await.json();
    assert_eq!(list["deploy"], marks[0]);
    assert_eq!(list["groups"][0]["new_since_deploy"], false);
    let page = site.page("/failures").await.text;
    assert!(
        page.contains("New is what was first seen since the deploy"),
        "{page}"
    );
}

#[tokio::test]
async fn the_pages_show_groups_and_their_forms_work_alone() {
    let site = Site::new().await;
    fill(&site).await;
    let page = site.page("/failures").await.text;
    for text in ["2 groups open, of 3 failed jobs", "no …", "Exact as of"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let list = site.get("/api/v1/failures").await.json();
    let digest = list["groups"][0]["digest"]
        .as_str()
        .expect("text")
        .to_owned();
    let referer = format!("http://127.0.0.1:8080/failures/{digest}");
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("accept", "text/html"),
        ("referer", referer.as_str()),
    ];
    for (path, body) in [
        (
            "/api/ui/set_group_state",
            format!("digest={digest}&state=mute-24"),
        ),
        (
            "/api/ui/set_group_note",
            format!("digest={digest}&note=known"),
        ),
    ] {
        let answer = site.ask(Method::POST, path, &form, &body).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{path}: {}", answer.text);
    }
    let page = site.page(&format!("/failures/{digest}")).await.text;
    for text in [
        "Muted until",
        "known</textarea>",
        "of 2 jobs looked at",
        "Argument 1",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let page = site.page("/failures?state=resolved").await.text;
    assert!(page.contains("No group is resolved."), "{page}");
}
