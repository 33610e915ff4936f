//! `jobdeck failures`, `jobdeck deploy-mark` and `jobdeck bench failures`.

use super::*;
use serde_json::Value;

#[tokio::test]
async fn what_fails_is_listed_by_cause() {
    let place = Place::new();
    let said = place.run(&["failures"]).await.done();
    assert!(said.contains("0 of 0 groups of 0 failed jobs"), "{said}");
    let bench = [
        "bench",
        "failures",
        "--jobs",
        "1200",
        "--signatures",
        "7",
        "--keep",
    ];
    let said = place.run(&bench).await.done();
    assert!(said.contains("1200 dead jobs in 7 groups"), "{said}");
    place.run(&bench).await.failed(1, "has failed jobs");
    let said = place.run(&["failures", "--limit", "3"]).await.done();
    assert!(said.contains("3 of 7 groups of 1200 failed jobs"), "{said}");
    let json = place
        .run(&["failures", "--json", "--order", "newest"])
        .await
        .done();
    let list: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(list["groups"].as_array().map(Vec::len), Some(7));
    assert_eq!(list["index"]["completeness"], "exact");
    let marked = place.run(&["deploy-mark", "v1.2"]).await.done();
    assert!(marked.trim_end().ends_with("Z v1.2"), "{marked}");
}

#[tokio::test]
async fn the_benchmark_of_failures_leaves_nothing_behind() {
    let place = Place::new();
    let run = place
        .run(&["bench", "failures", "--jobs", "1500", "--json"])
        .await
        .done();
    let report: Value = serde_json::from_str(&run).expect("JSON");
    assert_eq!(
        (&report["jobs"], &report["groups"]),
        (&1500.into(), &300.into())
    );
    assert!(report["pings"].as_u64().is_some_and(|pings| pings > 0));
    let said = place.run(&["failures"]).await.done();
    assert!(said.contains("0 of 0 groups"), "{said}");
}
