//! Exports to files and standard output, and imports of them.

use super::*;

async fn filled() -> Place {
    let place = Place::new();
    for (class, args) in [
        ("Publish", r#"[1]"#),
        ("Login", r#"[{"password":"hunter2"}]"#),
    ] {
        place
            .run(&["enqueue", class, "--args", args, "--in", "1h"])
            .await
            .done();
    }
    place
}

async fn count(place: &Place) -> usize {
    let list = place
        .run(&["jobs", "list", "scheduled", "--json"])
        .await
        .done();
    let list: Value = serde_json::from_str(&list).expect("JSON");
    list["entries"].as_array().map_or(0, Vec::len)
}

#[tokio::test]
async fn a_file_is_written_read_and_told_about() {
    let place = filled().await;
    let seen = place.run(&["jobs", "export", "--from", "scheduled"]).await;
    assert!(
        seen.error.contains("1 of 2 jobs have lost secrets"),
        "{seen:?}"
    );
    let seen = seen.done();
    assert_eq!(seen.lines().count(), 3, "{seen}");
    assert!(!seen.contains("hunter2"), "{seen}");

    let told = place
        .run(&["jobs", "export", "--exact", "--output", "jobs.csv"])
        .await
        .done();
    assert!(told.contains("2 jobs are exported to jobs.csv"), "{told}");
    place
        .run(&["jobs", "delete", "--from", "scheduled"])
        .await
        .done();
    assert_eq!(count(&place).await, 0);
    let shown = place
        .run(&["jobs", "import", "jobs.csv", "--dry-run"])
        .await
        .done();
    assert!(shown.starts_with("2 jobs can be imported"), "{shown}");
    assert_eq!(count(&place).await, 0);
    let told = place.run(&["jobs", "import", "jobs.csv"]).await.done();
    assert!(told.starts_with("2 jobs imported"), "{told}");
    let again = place
        .run(&["jobs", "import", "jobs.csv", "--json"])
        .await
        .done();
    let again: Value = serde_json::from_str(&again).expect("JSON");
    assert_eq!(
        (&again["imported"], &again["already_there"]),
        (&0.into(), &2.into())
    );

    std::fs::write(place.path().join("redacted.ndjson"), seen).expect("a file");
    let refused = place.run(&["jobs", "import", "redacted.ndjson"]).await;
    assert!(
        refused.output.contains("line 2: its secrets were redacted"),
        "{refused:?}"
    );
    refused.failed(1, "1 lines could not be imported");
}

#[tokio::test]
async fn what_an_operation_deleted_is_written_as_it_was() {
    let place = filled().await;
    let done = place
        .run(&["jobs", "delete", "--from", "scheduled", "--class", "Login"])
        .await
        .done();
    let id = done.rsplit(' ').next().expect("a name").trim().to_owned();
    let file = place
        .run(&["operations", "export", &id, "--exact"])
        .await
        .done();
    assert!(file.contains("hunter2"), "{file}");
    assert!(
        file.ends_with("{\"complete\":true,\"jobs\":1,\"redacted_jobs\":0}\n"),
        "{file}"
    );
}

#[tokio::test]
async fn what_cannot_be_written_or_read_is_said_and_leaves_no_file() {
    let place = filled().await;
    let export = ["jobs", "export", "--output", "nowhere/jobs.csv"];
    place
        .run(&export)
        .await
        .failed(1, "nowhere/jobs.csv cannot be written");
    place
        .run(&["jobs", "export", "--search", "("])
        .await
        .failed(2, "search");
    place
        .run(&["jobs", "import", "nothing.ndjson"])
        .await
        .failed(2, "nothing.ndjson cannot be read");
    let left = std::fs::read_dir(place.path()).expect("a folder");
    let left: Vec<_> = left
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .filter(|name| !name.starts_with("jobdeck.db"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}
