//! Exports and imports over HTTP.

use super::*;
use bytes::Bytes;
use jobdeck::{
    model::{Order, Place},
    store::{QueueEnd, Start},
};

const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

fn dead(score: f64, raw: &str) -> Destination {
    Destination::Set {
        set: Set::Dead,
        score,
        raw: Bytes::from(raw.to_owned()),
    }
}

/// Two dead jobs, one with a secret, and one in a queue.
async fn filled() -> Site {
    let site = Site::new().await;
    site.store
        .add(&[
            dead(5.5, r#"{"class":"A","jid":"1","args":[1]}"#),
            dead(
                6.5,
                r#"{"class":"B","jid":"2","args":[{"token":"hunter2"}]}"#,
            ),
            Destination::Queue {
                name: "mail".to_owned(),
                raw: Bytes::from_static(b"\xff"),
                end: QueueEnd::Last,
            },
        ])
        .await
        .expect("they are added");
    site
}

async fn raws(site: &Site, place: &Place) -> Vec<Bytes> {
    let slice = site
        .store
        .slice(place, &Start::Edge, Order::Ascending, 100)
        .await
        .expect("a slice");
    slice.entries.into_iter().map(|entry| entry.raw).collect()
}

#[tokio::test]
async fn a_file_that_is_compressed_on_its_way_comes_to_its_end() {
    let site = filled().await;
    let request = Request::get("/api/v1/export?from=dead")
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::ACCEPT_ENCODING, "gzip");
    let request = request.body(Body::empty()).expect("a request");
    let router = site.router.clone();
    let response = router.oneshot(request).await.expect("an answer");
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    let body = response.into_body().collect().await.expect("a body");
    // It is small: its length stands at its very end.
    let file = site.get("/api/v1/export?from=dead").await;
    let length = body.to_bytes().last_chunk::<4>().copied();
    assert_eq!(
        length
            .map(u32::from_le_bytes)
            .and_then(|length| usize::try_from(length).ok()),
        Some(file.text.len())
    );
}

#[tokio::test]
async fn jobs_are_exported_as_a_file_without_their_secrets() {
    let site = filled().await;
    let file = site.get("/api/v1/export?from=dead&from=queue:mail").await;
    assert_eq!(file.status, StatusCode::OK, "{}", file.text);
    assert_eq!(file.header("content-type"), "application/x-ndjson");
    let name = file.header("content-disposition").to_owned();
    assert!(
        name.starts_with("attachment; filename=\"jobdeck-jobs-2") && name.ends_with(".ndjson\""),
        "{name}"
    );
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(
        lines,
        [
            r#"{"place":"dead","score":5.5,"job":{"class":"A","jid":"1","args":[1]}}"#,
            r#"{"place":"dead","score":6.5,"redacted":true,"job":{"class":"B","jid":"2","args":[{"token":"[redacted]"}]}}"#,
            r#"{"place":"queue:mail","raw":"/w=="}"#,
            r#"{"complete":true,"jobs":3,"redacted_jobs":1}"#,
        ]
    );
    let table = site.get("/api/v1/export?filter=class:A&format=csv").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        table.text.starts_with("place,at,jid,class,"),
        "{}",
        table.text
    );
    assert_eq!(table.text.lines().count(), 2, "{}", table.text);
}

#[tokio::test]
async fn an_export_that_makes_no_sense_is_refused_by_field() {
    let site = filled().await;
    for (query, field) in [
        ("from=nowhere", "from"),
        ("filter=(", "filter"),
        ("format=xls", "format"),
        ("since=soon", "since"),
        ("frm=dead", "frm"),
    ] {
        let answer = site.get(&format!("/api/v1/export?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(answer.json()["error"]["field"], field, "{query}");
    }
}

#[tokio::test]
async fn an_exact_export_of_what_was_deleted_puts_it_back() {
    let site = filled().await;
    let place = Place::Set(Set::Dead);
    let before = raws(&site, &place).await;
    let body = json!({"action": "delete", "from": "dead", "filter": "class:A"});
    let answer = site.post("/api/v1/operations", &body).await;
    let id = answer.json()["id"].as_str().expect("a name").to_owned();
    let path = format!("/api/v1/operations/{id}/export");
    let early = site.get(&path).await;
    assert_eq!(
        (early.status, early.code()),
        (StatusCode::CONFLICT, "refused".to_owned())
    );
    site.finish(&id).await;
    assert_eq!(raws(&site, &place).await.len(), 1);

    for format in ["ndjson", "csv"] {
        let file = site.get(&format!("{path}?format={format}")).await;
        assert_eq!(file.status, StatusCode::OK, "{}", file.text);
        assert!(
            file.header("content-disposition")
                .contains(&format!("jobdeck-operation-{id}.{format}"))
        );
        let kind = [("content-type", file.header("content-type"))];
        let report = site
            .ask(Method::POST, "/api/v1/import", &kind, &file.text)
            .await;
        assert_eq!(report.status, StatusCode::OK, "{}", report.text);
        let report = report.json();
        let again = u64::from(format == "csv");
        assert_eq!(
            (&report["imported"], &report["already_there"]),
            (&json!(1 - again), &json!(again)),
            "{report}"
        );
    }
    assert_eq!(raws(&site, &place).await, before);
}

#[tokio::test]
async fn an_import_tells_broken_lines_and_keeps_the_rest() {
    let site = Site::new().await;
    let file = "{\"place\":\"dead\",\"score\":1,\"job\":{\"jid\":\"1\"}}\nrubbish\n{\"place\":\"queue:a\",\"job\":{\"jid\":\"2\"}}\n{\"complete\":true,\"jobs\":3}\n";
    let checked = site
        .ask(Method::POST, "/api/v1/import?dry_run=true", &[NDJSON], file)
        .await
        .json();
    assert_eq!(
        (&checked["dry_run"], &checked["imported"]),
        (&json!(true), &json!(2))
    );
    assert!(raws(&site, &Place::Set(Set::Dead)).await.is_empty());
    let report = site
        .ask(Method::POST, "/api/v1/import", &[NDJSON], file)
        .await;
    let report = report.json();
    for (field, value) in [
        ("dry_run", json!(false)),
        ("imported", json!(2)),
        ("already_there", json!(0)),
        ("broken", json!(1)),
        ("complete", json!(true)),
        ("stopped", json!(null)),
    ] {
        assert_eq!(report[field], value, "{field}: {report}");
    }
    assert_eq!(report["problems"][0]["line"], 2, "{report}");
    assert_eq!(raws(&site, &Place::Queue("a".to_owned())).await.len(), 1);
    let moved = site
        .ask(Method::POST, "/api/v1/import?to=queue:b", &[NDJSON], file)
        .await;
    assert_eq!(moved.json()["imported"], 2);
    assert_eq!(raws(&site, &Place::Queue("b".to_owned())).await.len(), 2);
}

#[tokio::test]
async fn an_import_that_makes_no_sense_is_refused() {
    let site = Site::new().await;
    for (path, kind, status) in [
        (
            "/api/v1/import",
            "application/json",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            "/api/v1/import?to=nowhere",
            NDJSON.1,
            StatusCode::BAD_REQUEST,
        ),
        (
            "/api/v1/import?dry_run=perhaps",
            NDJSON.1,
            StatusCode::BAD_REQUEST,
        ),
    ] {
        let answer = site
            .ask(Method::POST, path, &[("content-type", kind)], "{}")
            .await;
        assert_eq!(answer.status, status, "{}", answer.text);
        answer.code();
    }
    // What is no table, and said to be one.
    let answer = site
        .ask(
            Method::POST,
            "/api/v1/import",
            &[("content-type", "text/csv")],
            "a,b\n1,2\n",
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let report = answer.json();
    assert!(
        report["stopped"]
            .as_str()
            .expect("a reason")
            .contains("`place` and `raw`"),
        "{report}"
    );
}

/// A form with a file, as a browser posts it.
async fn upload(site: &Site, fields: &[(&str, &str)], file: Option<&str>) -> Answer {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--XX\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    let (name, file) = file.map_or(("", ""), |file| ("jobs.ndjson", file));
    body.push_str(&format!(
        "--XX\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\ncontent-type: application/octet-stream\r\n\r\n{file}\r\n--XX--\r\n"
    ));
    let headers = [
        ("content-type", "multipart/form-data; boundary=XX"),
        ("accept", "text/html"),
        ("origin", "http://127.0.0.1:8080"),
    ];
    let mut answer = site.ask(Method::POST, "/import", &headers, &body).await;
    answer.text = answer.text.replace("<!>", "");
    answer
}

#[tokio::test]
async fn a_form_with_a_file_is_answered_by_its_page() {
    let site = Site::new().await;
    let page = site.page("/import").await;
    assert_eq!(page.status, StatusCode::OK);
    let file = "{\"place\":\"dead\",\"score\":1,\"job\":{\"jid\":\"1\"}}\nrubbish\n{\"complete\":true,\"jobs\":2}\n";
    let checked = upload(&site, &[("to", ""), ("only_check", "true")], Some(file)).await;
    assert_eq!(checked.status, StatusCode::OK);
    assert!(
        checked.text.contains("1 job can be imported"),
        "{}",
        checked.text
    );
    assert!(raws(&site, &Place::Set(Set::Dead)).await.is_empty());
    let page = upload(&site, &[("to", "queue"), ("queue", "a b")], Some(file)).await;
    for part in ["jobs.ndjson", "1 job imported, 1 line left out", "Line 2"] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert_eq!(raws(&site, &Place::Queue("a b".to_owned())).await.len(), 1);
    for (fields, file, part) in [
        (
            &[("to", "queue"), ("queue", " ")][..],
            Some(file),
            "Name the queue",
        ),
        (&[("to", "nowhere")], Some(file), "is no place"),
        (&[], None, "Choose a file"),
    ] {
        let page = upload(&site, fields, file).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{part}");
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
}

#[tokio::test]
async fn lists_lead_to_their_files_and_the_dead_to_their_two_tasks() {
    let site = filled().await;
    let failed = r#"{"class":"A","jid":"3","args":[3],"error_class":"Timeout","error_message":"no answer","failed_at":1.5}"#;
    site.store.add(&[dead(7.5, failed)]).await.expect("added");
    let page = site.page("/dead?filter=class:A").await.text;
    assert!(
        page.contains("/api/v1/export?from=dead&amp;filter=class:A&amp;format=csv"),
        "{page}"
    );
    let found = site.page("/search?q=class:A").await.text;
    assert!(
        found.contains("/api/v1/export?filter=class:A&amp;format=ndjson"),
        "{found}"
    );
    // The causes are told when both sets have been read.
    support::wait_until("the causes are known", async || {
        let page = site.page("/dead").await.text.replace("<!>", "");
        page.contains("Retry 1 job…")
            && page.contains("/operations/new?in=dead&amp;filter=group:")
            && page.contains("died:&gt;30d")
    })
    .await;
    let preview = site
        .page("/operations/new?in=dead&action=delete&filter=died:%3E30d&export=ndjson")
        .await
        .text;
    assert!(preview.contains("Delete 3 jobs"), "{preview}");
    assert!(
        preview.contains("A file of exactly these jobs"),
        "{preview}"
    );
}
