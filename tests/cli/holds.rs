//! `jobdeck holds`.

use super::*;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Twelve dead jobs, put back to be retried in 2099.
async fn filled() -> Place {
    let place = Place::new();
    place
        .run(&[
            "bench",
            "failures",
            "--jobs",
            "12",
            "--signatures",
            "1",
            "--keep",
        ])
        .await
        .done();
    place
        .run(&[
            "jobs",
            "reschedule",
            "--from",
            "dead",
            "--at",
            "2099-01-01T00:00:00Z",
        ])
        .await
        .done();
    // Within the day, so that a hold of two days moves them.
    let soon = std::time::SystemTime::now() + Duration::from_secs(3_600);
    let soon = soon
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs()
        .to_string();
    place
        .run(&["jobs", "reschedule", "--from", "retries", "--at", &soon])
        .await
        .done();
    place
}

#[tokio::test]
async fn retries_are_held_listed_and_released() {
    let place = filled().await;
    let add = ["holds", "add", "in:retries", "--for", "2days"];
    let shown = place.run(&[&add[..], &["--dry-run"]].concat()).await.done();
    for text in [
        "Hold retries that the search `in:retries` finds until 2",
        "12 of 12 retries would wait",
        "Nothing was changed",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let preview = place
        .run(&[&add[..], &["--dry-run", "--json"]].concat())
        .await
        .done();
    assert_eq!(json(&preview)["matched"], 12);
    assert_eq!(
        json(&place.run(&["holds", "list", "--json"]).await.done()),
        serde_json::json!([])
    );

    let begun = place
        .run(&[&add[..], &["--reason", "the gateway", "--json"]].concat())
        .await
        .done();
    let begun = json(&begun);
    assert_eq!(
        (&begun["hold"]["held"], &begun["operation"]["state"]),
        (&12.into(), &"done".into())
    );
    let id = begun["hold"]["id"].as_str().expect("a name");
    let list = place.run(&["holds", "list"]).await.done();
    for text in [id, "12 held", "in:retries", "the gateway"] {
        assert!(list.contains(text), "{text}: {list}");
    }
    let released = place.run(&["holds", "release", id]).await.done();
    assert!(released.contains("done: 12 done"), "{released}");
    assert_eq!(place.run(&["holds", "list"]).await.done(), "");
}

#[tokio::test]
async fn a_hold_can_be_left_to_a_server_and_ended() {
    let place = filled().await;
    let begun = place
        .run(&["holds", "add", "in:retries", "--for", "2days", "--detach"])
        .await
        .done();
    assert!(begun.contains("goes on in any `jobdeck serve`"), "{begun}");
    let id = begun.split_whitespace().next().expect("a name").to_owned();
    let ended = place.run(&["holds", "end", &id]).await.done();
    assert!(ended.contains("ended: what it held, 0 retries"), "{ended}");
    place
        .run(&["holds", "release", &id])
        .await
        .failed(1, "there is no hold");
}

#[tokio::test]
async fn what_is_wrong_with_a_hold_is_told() {
    let place = Place::new();
    for (arguments, code, part) in [
        (&["add", "class:A"][..], 2, "--until"),
        (&["add", "class:A", "--for", "ever"], 2, "duration"),
        (&["add", "klass:A", "--for", "1h"], 2, "cannot be read"),
        (&["add", "in:dead", "--for", "1h"], 2, "no retry"),
        (
            &["add", "class:A", "--until", "2001-01-01T00:00:00Z"],
            2,
            "is over",
        ),
        (&["release", "nonsense"], 1, "there is no hold nonsense"),
    ] {
        let arguments = [&["holds"], arguments].concat();
        place.run(&arguments).await.failed(code, part);
    }
}
