//! Reports in the file: those that are too old go away.

use super::open;
use jobdeck::{
    model::{LogLine, Timestamp},
    store::RunReport,
};
use rusqlite::Connection;

fn told(number: usize) -> RunReport {
    RunReport {
        jid: number.to_string(),
        log: vec![LogLine {
            at: Timestamp(1),
            text: "a line".to_owned(),
        }],
        ..RunReport::default()
    }
}

#[tokio::test]
async fn reports_that_are_too_old_are_not_shown_and_deleted_bit_by_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let store = open(&path).await.unwrap();
    let reports: Vec<_> = (0..100).map(told).collect();
    store.check_in(&reports).await.unwrap();
    store.request_cancel("5", false).await.unwrap();
    let file = Connection::open(&path).unwrap();
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        file.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("reports"), count("log_lines")), (100, 100));
    file.execute("UPDATE reports SET kept_until = 5", [])
        .unwrap();
    assert_eq!(store.report("5").await.unwrap(), None);
    assert!(
        store
            .check_in(&[RunReport {
                log: Vec::new(),
                ..told(5)
            }])
            .await
            .unwrap()
            .is_empty()
    );
    // Some at each check-in that writes, more than it adds.
    let mut before = count("reports");
    for number in 1_000..1_004 {
        store.check_in(&[told(number)]).await.unwrap();
        let after = count("reports");
        assert!(after < before, "{after} after {before}");
        before = after;
    }
    store.check_in(&[told(1_004)]).await.unwrap();
    assert_eq!((count("reports"), count("log_lines")), (5, 5));
}
