//! What runs tell and requests that they end, as they stand in Redis.

use super::{open, raw};
use crate::support::RedisServer;
use jobdeck::{
    model::{LogLine, Progress, Timestamp},
    store::RunReport,
};

const JID: &str = "0123456789abcdef01234567";
const REPORT: &str = "jobdeck:report:0123456789abcdef01234567";
const LOG: &str = "jobdeck:log:0123456789abcdef01234567";
const ITERATION: &str = "it-0123456789abcdef01234567";

fn told(done: bool) -> RunReport {
    RunReport {
        jid: JID.to_owned(),
        progress: Some(Progress {
            percent: 12.5,
            message: "m".to_owned(),
            at: Timestamp(5),
        }),
        log: vec![LogLine {
            at: Timestamp(6),
            text: "a line".to_owned(),
        }],
        done,
        ..RunReport::default()
    }
}

#[tokio::test]
async fn reports_expire_by_themselves_those_of_done_jobs_soon() {
    let server = RedisServer::start().await;
    let store = open(&server.url()).await;
    let mut connection = server.connection().await;
    for (done, least, most) in [(false, 604_000, 604_800), (true, 3_500, 3_600)] {
        store.check_in(&[told(done)]).await.unwrap();
        for key in [REPORT, LOG] {
            let seconds: i64 = raw(&mut connection, &["TTL", key]).await;
            assert!((least..=most).contains(&seconds), "{key}: {seconds}");
        }
    }
    let lines: Vec<String> = raw(&mut connection, &["LRANGE", LOG, "0", "-1"]).await;
    assert_eq!(lines, ["6 a line", "6 a line"]);
    // A job that is done and had told something before.
    store.check_in(&[told(false)]).await.unwrap();
    let ended = RunReport {
        progress: None,
        log: Vec::new(),
        ..told(true)
    };
    store.check_in(&[ended]).await.unwrap();
    let seconds: i64 = raw(&mut connection, &["TTL", LOG]).await;
    assert!(seconds <= 3_600);
}

#[tokio::test]
async fn a_request_is_left_where_sidekiq_looks_only_when_sidekiq_runs_the_job() {
    let server = RedisServer::start().await;
    let store = open(&server.url()).await;
    let mut connection = server.connection().await;
    store.request_cancel(JID, false).await.unwrap();
    assert_eq!(raw::<u64>(&mut connection, &["EXISTS", ITERATION]).await, 0);
    let seconds: i64 = raw(&mut connection, &["TTL", REPORT]).await;
    assert!(seconds > 0, "it expires by itself");

    let _: u64 = raw(&mut connection, &["HSET", ITERATION, "ex", "1", "c", "593"]).await;
    store.request_cancel(JID, true).await.unwrap();
    let first: Vec<String> = raw(
        &mut connection,
        &["HMGET", ITERATION, "ex", "c", "cancelled"],
    )
    .await;
    assert_eq!(first[..2], ["1", "593"]);
    let since: i64 = first[2].parse().unwrap();
    let now: (i64, i64) = raw(&mut connection, &["TIME"]).await;
    assert!((0..60).contains(&(now.0 - since)), "{since}");
    let seconds: i64 = raw(&mut connection, &["TTL", ITERATION]).await;
    assert!((2_591_000..=2_592_000).contains(&seconds), "{seconds}");
    // As in Sidekiq the first request counts, and the time that the state is kept is not set anew.
    let _: u64 = raw(&mut connection, &["HSET", ITERATION, "cancelled", "5"]).await;
    let _: u64 = raw(&mut connection, &["EXPIRE", ITERATION, "100"]).await;
    store.request_cancel(JID, true).await.unwrap();
    let kept: String = raw(&mut connection, &["HGET", ITERATION, "cancelled"]).await;
    assert_eq!(kept, "5");
    assert!(raw::<i64>(&mut connection, &["TTL", ITERATION]).await <= 100);
    // Nothing but Sidekiq's own signals stands among the signals.
    let keys: Vec<String> = raw(&mut connection, &["KEYS", "*-signals"]).await;
    assert!(keys.is_empty());
}

#[tokio::test]
async fn foreign_keys_under_these_names_spoil_no_page() {
    let server = RedisServer::start().await;
    let store = open(&server.url()).await;
    let mut connection = server.connection().await;
    let _: () = raw(&mut connection, &["SET", REPORT, "text"]).await;
    let _: () = raw(&mut connection, &["SET", LOG, "text"]).await;
    assert_eq!(store.report(JID).await.unwrap(), None);
    let _: u64 = raw(&mut connection, &["DEL", REPORT, LOG]).await;
    let _: u64 = raw(
        &mut connection,
        &[
            "HSET",
            REPORT,
            "percent",
            "NaN",
            "at",
            "x",
            "cancel_at",
            "soon",
        ],
    )
    .await;
    let _: u64 = raw(&mut connection, &["RPUSH", LOG, "no time", "7 a line"]).await;
    let report = store.report(JID).await.unwrap().unwrap();
    assert_eq!((report.progress, report.cancel_requested_at), (None, None));
    assert_eq!(report.log.len(), 1);
    assert!(store.check_in(&[told(false)]).await.unwrap().is_empty());
}
