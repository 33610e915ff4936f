//! Changes of everything that matches, and what can be done with them afterwards.

use super::*;

/// Twelve scheduled jobs of class `Publish` and three of class `Report`.
async fn filled() -> Place {
    let place = Place::new();
    for (class, count) in [("Publish", "12"), ("Report", "3")] {
        place
            .run(&["enqueue", class, "--in", "1h", "--count", count])
            .await
            .done();
    }
    place
}

/// How many jobs a list shows.
async fn listed(place: &Place, of: &str) -> usize {
    let list = place.run(&["jobs", "list", of, "--json"]).await.done();
    let list: Value = serde_json::from_str(&list).expect("JSON");
    list["entries"].as_array().map_or(0, Vec::len)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test]
async fn what_matches_is_shown_first_then_changed_and_put_back() {
    let place = filled().await;
    let delete = [
        "jobs",
        "delete",
        "--from",
        "scheduled",
        "--class",
        "Publish",
    ];
    let shown = place.run(&[&delete[..], &["--dry-run"]].concat()).await;
    let shown = shown.done();
    for text in [
        "Delete scheduled jobs of class `Publish`",
        "12 of 15 jobs match",
        "goes away",
        "Nothing was changed",
        "--before 2",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    let shown = place
        .run(&[&delete[..], &["--dry-run", "--json"]].concat())
        .await
        .done();
    assert_eq!(json(&shown)["matched"], 12);
    assert_eq!(listed(&place, "scheduled").await, 15);

    let done = place
        .run(&[&delete[..], &["--reason", "not wanted"]].concat())
        .await
        .done();
    assert!(done.contains("done: 12 done"), "{done}");
    assert_eq!(listed(&place, "scheduled").await, 3);
    let id = done
        .split("jobdeck operations undo ")
        .nth(1)
        .expect("it says how to undo it")
        .trim()
        .to_owned();
    let list = place.run(&["operations", "list"]).await.done();
    assert!(list.starts_with(&id), "{list}");
    let told = place.run(&["operations", "show", &id]).await.done();
    assert!(told.contains("why: not wanted"), "{told}");
    place
        .run(&["operations", "pause", &id])
        .await
        .failed(1, "done");

    let undone = place
        .run(&["operations", "undo", &id, "--json"])
        .await
        .done();
    let undone = json(&undone);
    assert_eq!(
        (&undone["undoes"], &undone["progress"]["done"]),
        (&Value::from(id.as_str()), &Value::from(12))
    );
    assert_eq!(listed(&place, "scheduled").await, 15);
    place
        .run(&["operations", "undo", &id])
        .await
        .failed(1, "nothing is kept");
}

#[tokio::test]
async fn jobs_are_moved_and_edited() {
    let place = filled().await;
    let moved = place
        .run(&[
            "jobs",
            "move",
            "--to",
            "slow",
            "--from",
            "scheduled",
            "--class",
            "Report",
            "--json",
        ])
        .await
        .done();
    assert_eq!(json(&moved)["progress"]["done"], 3);
    let list = place
        .run(&["jobs", "list", "scheduled", "--queue", "slow", "--json"])
        .await
        .done();
    let entries = json(&list)["entries"].clone();
    assert_eq!(entries.as_array().map(Vec::len), Some(3));
    // A few that are named, not all.
    let ids: Vec<&str> = entries
        .as_array()
        .expect("entries")
        .iter()
        .take(2)
        .filter_map(|entry| entry["id"].as_str())
        .collect();
    place
        .run(&[&["jobs", "edit", "retry", "3"], &ids[..]].concat())
        .await
        .done();
    let found = place
        .run(&[
            "jobs",
            "list",
            "scheduled",
            "--text",
            "\"retry\":3",
            "--json",
        ])
        .await
        .done();
    assert_eq!(json(&found)["entries"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn an_operation_is_left_to_a_server_and_turned() {
    let place = filled().await;
    let begun = place
        .run(&[
            "jobs",
            "enqueue",
            "--from",
            "scheduled",
            "--detach",
            "--json",
        ])
        .await
        .done();
    let begun = json(&begun);
    assert_eq!(
        (&begun["state"], &begun["progress"]["done"]),
        (&Value::from("running"), &Value::from(0))
    );
    let id = begun["id"].as_str().expect("a name");
    for (verb, state) in [("pause", "paused"), ("resume", "done")] {
        let told = place.run(&["operations", verb, id, "--json"]).await.done();
        assert_eq!(json(&told)["state"], state, "{verb}");
    }
    assert_eq!(listed(&place, "scheduled").await, 0);
    assert_eq!(listed(&place, "queue:default").await, 15);
    let freed = place.run(&["operations", "free", id]).await.done();
    assert!(freed.contains("of 15 jobs"), "{freed}");
    place
        .run(&["operations", "show", "none"])
        .await
        .failed(1, "there is no operation none");
}

#[tokio::test]
async fn a_signal_leaves_an_operation_to_others_and_says_how_to_go_on() {
    let place = filled().await;
    let mut child = place
        .command(&["jobs", "delete", "--from", "scheduled", "--rate", "1"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let output = child.stdout.take().expect("an output");
    let mut lines = BufReader::new(output).lines();
    let heading = timeout(PATIENCE, lines.next_line())
        .await
        .expect("in time")
        .expect("it can be read")
        .expect("a line");
    assert!(heading.contains("Delete scheduled jobs"), "{heading}");
    terminate(&child);
    let ended = timeout(PATIENCE, child.wait_with_output())
        .await
        .expect("in time")
        .expect("it ends");
    let error = String::from_utf8(ended.stderr).expect("text");
    assert_eq!(ended.status.code(), Some(1), "{error}");
    let said = error.lines().last().unwrap_or_default();
    for text in ["is not over", "operations resume", "operations stop"] {
        assert!(said.contains(text), "{text}: {error}");
    }
    let list = place.run(&["operations", "list"]).await.done();
    assert!(list.contains("running"), "{list}");
}

#[tokio::test]
async fn what_makes_no_sense_is_said_before_anything_is_done() {
    let place = filled().await;
    for (arguments, code, text) in [
        (&["jobs", "delete"][..], 2, "--from"),
        (&["jobs", "delete", "--class", "A"], 2, "--from"),
        (&["jobs", "delete", "--from", "morgue"], 2, "queue:NAME"),
        (
            &["jobs", "retry", "--from", "scheduled"],
            2,
            "means nothing",
        ),
        (&["jobs", "move", "--from", "scheduled"], 2, "--to"),
        (
            &["jobs", "edit", "jid", "1", "--from", "scheduled"],
            2,
            "`jid`",
        ),
        (
            &["jobs", "edit", "args.0", "{", "--from", "scheduled"],
            2,
            "not JSON",
        ),
        (
            &["jobs", "delete", "--from", "scheduled", "--rate", "0"],
            2,
            "--rate",
        ),
        (
            &["jobs", "delete", "--from", "scheduled", "--canary", "5"],
            2,
            "tried first",
        ),
    ] {
        place.run(arguments).await.failed(code, text);
    }
    assert_eq!(listed(&place, "scheduled").await, 15);
}
