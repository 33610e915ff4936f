//! Lists over REST, and queues.

use super::*;

#[tokio::test]
async fn queues_are_listed_paused_and_cleared() {
    let site = Site::new().await;
    site.enqueue(json!([{"class": "A", "args": [], "queue": "a/b ü"}, {"class": "A", "args": []}]))
        .await;
    let path = "/api/v1/queues/a%2Fb%20%C3%BC";
    assert_eq!(site.entries(&format!("{path}/jobs")).await.len(), 1);
    assert_eq!(
        site.post(&format!("{path}/pause"), &json!({})).await.status,
        StatusCode::OK
    );
    let queues = site.get("/api/v1/queues").await.json();
    let names: Vec<_> = queues
        .as_array()
        .expect("queues")
        .iter()
        .map(|queue| &queue["name"])
        .collect();
    assert_eq!(names, ["a/b ü", "default"]);
    assert_eq!(
        (&queues[0]["paused"], &queues[1]["paused"]),
        (&json!(true), &json!(false))
    );
    assert!(queues[0]["latency_seconds"].is_number());
    assert_eq!(
        site.post(&format!("{path}/resume"), &json!({}))
            .await
            .json()["paused"],
        false
    );
    let cleared = site.ask(Method::DELETE, path, &[], "").await;
    assert_eq!(cleared.json(), json!({"name": "a/b ü", "deleted": 1}));
    let overview = site.get("/api/v1/overview").await.json();
    assert_eq!(overview["enqueued"], 1);
    assert!(
        overview["sampled_at"]
            .as_str()
            .expect("a time")
            .ends_with('Z')
    );
}

#[tokio::test]
async fn pages_of_a_set_follow_each_other_without_gap_or_repeat() {
    let site = Site::new().await;
    let jobs: Vec<Value> = (0..25)
        .map(|number| json!({"class": format!("C{}", number % 2), "args": [number], "at": 4_070_908_800.0 + f64::from(number / 5)}))
        .collect();
    site.enqueue(json!(jobs)).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/sets/scheduled/jobs?limit=10".to_owned();
    let last = loop {
        let page = site.get(&path).await.json();
        assert_eq!(page["total"], 25);
        seen.extend(
            page["entries"]
                .as_array()
                .expect("entries")
                .iter()
                .map(|entry| entry["args"][0].as_i64()),
        );
        match page["next"].as_str() {
            Some(cursor) => path = format!("/api/v1/sets/scheduled/jobs?limit=10&after={cursor}"),
            None => break page,
        }
    };
    seen.sort();
    assert_eq!(seen, (0..25).map(Some).collect::<Vec<_>>());
    let cursor = last["previous"].as_str().expect("a page in front");
    let front = site
        .get(&format!(
            "/api/v1/sets/scheduled/jobs?limit=10&before={cursor}"
        ))
        .await
        .json();
    assert_eq!(front["entries"].as_array().expect("entries").len(), 10);
    assert_eq!(
        site.entries("/api/v1/sets/scheduled/jobs?class=C1&limit=100")
            .await
            .len(),
        12
    );
    assert_eq!(
        site.entries("/api/v1/sets/scheduled/jobs?from=2099-01-01T00:00:04Z")
            .await
            .len(),
        5
    );
}

#[tokio::test]
async fn a_list_is_filtered_by_what_its_text_means() {
    let site = Site::new().await;
    let raw = r#"{"class":"A","args":["Caf\u00e9\/Bar"],"jid":"x","tags":["vip"],"error_class":"Timeout","error_message":"No answer"}"#;
    for raw in [raw, r#"{"class":"A","args":[]}"#, "rubbish"] {
        let entry = Destination::Set {
            set: Set::Dead,
            score: 5.5,
            raw: raw.into(),
        };
        site.store.add(&[entry]).await.expect("it is added");
    }
    for (query, count) in [
        ("text=CAF%C3%89/bar", 1),
        ("text=caf", 1),
        ("text=RUBB", 1),
        ("class=A", 2),
        ("class=A&tag=vip&error=timeout", 1),
        ("error=no+ANSWER", 1),
        ("from=1970-01-01T00:00:05.5Z&to=5.5", 3),
        ("to=5", 0),
        ("text=", 3),
        ("filter=class:a+-timeout", 1),
        ("filter=tag:vip+OR+rubb&error=no+answer", 1),
        ("filter=+", 3),
    ] {
        let page = site.get(&format!("/api/v1/sets/dead/jobs?{query}")).await;
        let page = page.json();
        let entries = page["entries"].as_array().expect("entries");
        assert_eq!(entries.len(), count, "{query}");
        assert_eq!(
            (&page["total"], &page["partial"]),
            (&json!(3), &json!(false))
        );
    }
    let wrong = site
        .get("/api/v1/sets/dead/jobs?filter=%C3%A9+klass:A")
        .await;
    assert_eq!(wrong.status, 400);
    let error = &wrong.json()["error"];
    assert_eq!(
        (&error["code"], &error["field"], &error["position"]),
        (&json!("bad_query"), &json!("filter"), &json!(2))
    );
    let message = error["message"].as_str().expect("text");
    assert!(message.contains("did you mean `class`?"), "{message}");
}

#[tokio::test]
async fn a_search_over_all_places_is_told_line_by_line() {
    let site = Site::new().await;
    for number in 0..30 {
        let raw = format!(
            r#"{{"class":"C{}","args":[{number}],"jid":"j{number}"}}"#,
            number % 3
        );
        let set = Set::ALL[number % 3];
        let entry = Destination::Set {
            set,
            score: 5.5,
            raw: raw.into(),
        };
        site.store.add(&[entry]).await.expect("it is added");
    }
    let answer = site.get("/api/v1/search?q=class:c1&limit=4").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    let lines = |text: &str| -> Vec<serde_json::Value> {
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            // On a slow machine words of how far it is stand between them.
            .filter(|line: &serde_json::Value| {
                !(line["job"].is_null() && line["complete"].is_null())
            })
            .collect()
    };
    let first = lines(&answer.text);
    assert_eq!(first.len(), 5);
    assert_eq!(first[0]["job"]["in"], "retries");
    let end = &first[4];
    assert_eq!(
        (&end["complete"], &end["found"]),
        (&json!(false), &json!(4))
    );
    let next = end["next"].as_str().expect("a cursor").replace(' ', "+");
    let answer = site
        .get(&format!("/api/v1/search?q=class:c1&after={next}"))
        .await;
    let rest = lines(&answer.text);
    assert_eq!(rest.len(), 7);
    assert_eq!(
        (&rest[6]["complete"], &rest[6]["next"]),
        (&json!(true), &json!(null))
    );

    for (query, field) in [("q=klass:c1", "q"), ("q=a&limit=none", "limit")] {
        let wrong = site.get(&format!("/api/v1/search?{query}")).await;
        assert_eq!(
            (wrong.status.as_u16(), wrong.code()),
            (400, "bad_query".to_owned())
        );
        assert_eq!(wrong.json()["error"]["field"], field);
    }
}
