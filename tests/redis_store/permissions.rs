//! Users that may not do everything: what the manual says is enough, and what is refused loses nothing.

use super::{all, into_queue, into_set, job, open, queue, raw};
use crate::support::{RedisServer, recover};
use jobdeck::{
    model::{
        Actor, AuditAction, AuditEvent, Hold, LogLine, OperationState, Order, Place, ProcessInfo,
        RunningJob, Set, Signal, Timestamp,
    },
    store::{
        Announcement, AuditBounds, ClassMetrics, Deletion, Destination, FetchedJob, Heartbeat,
        LOG_LINES, MetricsForm, Move, Moved, NewOperation, NewRun, RunReport, Settlement,
        SharedStore, Start, Step, StepMove, Stepped, StoreError, StoredEntry, Target, Tick,
    },
};
use redis::aio::MultiplexedConnection;
use std::time::Duration;

const WORKER: &str = "web-1:42:0123456789ab";
const PROGRESS: &str = "jobdeck:progress:web-1:42:0123456789ab";

/// The words of the command that the manual gives.
fn manual() -> Vec<&'static str> {
    include_str!("../../docs/CONFIGURATION.md")
        .lines()
        .find(|line| line.starts_with("ACL SETUSER jobdeck "))
        .expect("the manual names the permissions")
        .split_whitespace()
        .map(|word| if word == ">PASSWORD" { ">secret" } else { word })
        .collect()
}

/// A server with that user, a store as that user, and a connection that may do everything.
async fn limited() -> (RedisServer, SharedStore, MultiplexedConnection) {
    let server = RedisServer::start().await;
    let mut connection = server.connection().await;
    let _: () = raw(&mut connection, &manual()).await;
    let store = open(&format!(
        "redis://jobdeck:secret@127.0.0.1:{}/0",
        server.port()
    ))
    .await;
    (server, store, connection)
}

async fn set_permission(connection: &mut MultiplexedConnection, permission: &str) {
    let _: () = raw(connection, &["ACL", "SETUSER", "jobdeck", permission]).await;
}

fn job_bytes() -> bytes::Bytes {
    job(1).into()
}

fn to(entry: &StoredEntry, to: Destination) -> [Move; 1] {
    [Move {
        entry: entry.clone(),
        to,
    }]
}

async fn only(store: &SharedStore, place: &Place) -> StoredEntry {
    let mut entries = all(store, place, Order::Ascending).await;
    assert_eq!(entries.len(), 1, "{place}");
    entries.remove(0)
}

async fn fetch(store: &SharedStore, limit: usize) -> Result<Vec<FetchedJob>, StoreError> {
    let names = ["default".to_owned()];
    store.fetch(WORKER, &names, limit, Duration::ZERO).await
}

fn assert_refused<T: std::fmt::Debug>(outcome: Result<T, StoreError>, command: &str) {
    let error = outcome.expect_err(command);
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    assert!(error.to_string().contains("ACL"), "{command}: {error}");
}

#[tokio::test]
async fn what_the_manual_names_is_enough_for_pages() {
    let (_server, store, _connection) = limited().await;
    assert!(store.info().await.unwrap().version.contains('.'));
    store.now().await.unwrap();
    let (dead, default) = (Place::Set(Set::Dead), queue("default"));
    store
        .add(&[into_set(Set::Dead, 1), into_queue("default", 2)])
        .await
        .unwrap();
    let overview = store.overview().await.unwrap();
    assert_eq!((overview.dead, overview.enqueued), (1, 1));
    for place in [&dead, &default] {
        let entry = only(&store, place).await;
        let found = store.locate(std::slice::from_ref(&entry.id)).await.unwrap();
        assert!(found[0].is_some());
        let jid = format!("{:024}", if place == &dead { 1 } else { 2 });
        let search = store.find_jid(&jid, Duration::from_secs(30)).await.unwrap();
        assert_eq!(search.entries.len(), 1);
    }
    let hold = Hold {
        id: "hold".to_owned(),
        query: "class:A".to_owned(),
        ..Hold::default()
    };
    store.put_hold(&hold).await.unwrap();
    let holds = [hold];
    assert_eq!(store.holds().await.unwrap(), holds);
    assert_eq!(store.held(&holds).await.unwrap(), [0]);
    assert!(store.delete_hold("hold").await.unwrap());
    let entry = only(&store, &dead).await;
    let start = Start::Score(entry.id.position);
    assert_eq!(
        store
            .slice(&dead, &start, Order::Descending, 5)
            .await
            .unwrap()
            .entries
            .len(),
        1
    );
    assert_eq!(
        store
            .apply(&to(&entry, into_queue("other", 1)))
            .await
            .unwrap(),
        [Moved::Done]
    );
    for (name, destination) in [
        ("default", into_set(Set::Retries, 2)),
        ("other", Destination::Nowhere),
    ] {
        let entry = only(&store, &queue(name)).await;
        assert_eq!(
            store.apply(&to(&entry, destination)).await.unwrap(),
            [Moved::Done]
        );
    }
    let event = AuditEvent::new(Actor::command(), AuditAction::PauseQueue);
    let bounds = AuditBounds::default();
    for once in [None, Some("a")] {
        let written = store.write_audit(&event, once, bounds).await.unwrap();
        assert!(written.is_some());
    }
    for order in [Order::Ascending, Order::Descending] {
        assert_eq!(store.read_audit(None, order, 5).await.unwrap().len(), 2);
    }
    store.set_paused("default", true).await.unwrap();
    store.set_paused("default", false).await.unwrap();
    assert_eq!(store.clear_queue("default").await.unwrap(), 0);
    store.daily_totals(3).await.unwrap();
}

#[tokio::test]
async fn a_change_is_made_although_the_audit_cannot_be_written() {
    let (_server, store, mut connection) = limited().await;
    set_permission(&mut connection, "-xadd").await;
    let admin = jobdeck::admin::Admin::new(store.clone());
    admin.set_paused("mail", true).await.unwrap();
    assert_eq!(admin.lost_audit_events(), 1);
    let paused: bool = raw(&mut connection, &["SISMEMBER", "paused", "mail"]).await;
    assert!(paused);
    set_permission(&mut connection, "+xadd").await;
    admin.set_paused("mail", false).await.unwrap();
    assert_eq!(admin.lost_audit_events(), 1);
    let told = store.read_audit(None, Order::Ascending, 5).await.unwrap();
    assert_eq!(told[0].event.action, AuditAction::ResumeQueue);
}

#[tokio::test]
async fn what_the_manual_names_is_enough_for_workers() {
    let (_server, store, mut connection) = limited().await;
    // One that is gone, to be dropped from the list.
    let _: () = raw(&mut connection, &["SADD", "processes", "gone:1:ab"]).await;
    let beat = Heartbeat {
        process: ProcessInfo {
            identity: WORKER.to_owned(),
            ..ProcessInfo::default()
        },
        ..Heartbeat::default()
    };
    store.heartbeat(&beat).await.unwrap();
    assert_eq!(store.processes().await.unwrap().len(), 1);
    assert!(store.running().await.unwrap().is_empty());
    assert!(store.signal(WORKER, Signal::Quiet).await.unwrap());
    assert_eq!(
        store.heartbeat(&beat).await.unwrap().signal,
        Some(Signal::Quiet)
    );
    let jobs: Vec<_> = (1..=5)
        .map(|number| into_queue("default", number))
        .collect();
    store.add(&jobs).await.unwrap();
    let fetched = fetch(&store, 5).await.unwrap();
    assert_eq!(fetched.len(), 5);
    let told = RunReport {
        jid: "a".to_owned(),
        log: vec![LogLine::default(); LOG_LINES + 1],
        ..RunReport::default()
    };
    for in_sidekiq in [false, true] {
        store.request_cancel("a", in_sidekiq).await.unwrap();
    }
    assert_eq!(store.check_in(&[told]).await.unwrap(), [0]);
    assert!(store.report("a").await.unwrap().is_some());
    for (job, settlement) in fetched.iter().zip([
        Settlement::Finish { failed: false },
        Settlement::Fail(into_set(Set::Dead, 2)),
        Settlement::Fail(into_queue("low", 3)),
        Settlement::Requeue,
    ]) {
        assert!(store.settle(WORKER, job, &settlement).await.unwrap());
    }
    assert_eq!(store.overview().await.unwrap().processed, 3);
    let mut metrics = ClassMetrics::new("A");
    metrics.succeeded(5);
    for form in [MetricsForm::Seven, MetricsForm::Eight] {
        let recorded = store.record_metrics(&[metrics.clone()], form).await;
        recorded.unwrap();
    }
    store.leave(WORKER).await.unwrap();
    assert!(store.running().await.unwrap()[0].owner_gone);
    assert_eq!(recover(&*store, "other:1:ab", Duration::ZERO).await, 1);
    assert_eq!(
        raw::<u64>(&mut connection, &["LLEN", "queue:default"]).await,
        2
    );
}

#[tokio::test]
async fn what_the_manual_names_is_enough_for_periodic_jobs() {
    let (_server, store, _connection) = limited().await;
    let job = Announcement {
        name: "digest".to_owned(),
        definition: "one".to_owned(),
        schedule: "UTC * * * * *".to_owned(),
        fresh: true,
    };
    let jobs = [job];
    let standings = store.announce_periodic(WORKER, &jobs).await.unwrap();
    let after = standings.standings[0].last_tick.plus_milliseconds(-1);
    store.set_periodic_paused("digest", true).await.unwrap();
    store.set_periodic_paused("digest", false).await.unwrap();
    let run = NewRun {
        tick: None,
        jid: "a".to_owned(),
        queue: "default".to_owned(),
        raw: job_bytes(),
    };
    assert!(store.run_periodic("digest", &run, "me").await.unwrap());
    let tick = Tick {
        name: "digest".to_owned(),
        definition: "one".to_owned(),
        after,
        until: after.plus_milliseconds(1),
        runs: vec![run],
    };
    assert!(!store.tick_periodic(WORKER, &tick).await.unwrap());
    assert!(store.periodic().await.unwrap()[0].held);
    assert_eq!(store.periodic_runs("digest").await.unwrap().len(), 1);
    let names = ["digest".to_owned()];
    store.withdraw_periodic(WORKER, &names).await.unwrap();
    let deleted = store.delete_periodic("digest").await.unwrap();
    assert_eq!(deleted, Deletion::Done);
}

#[tokio::test]
async fn what_the_manual_names_is_enough_for_operations() {
    let (_server, store, mut connection) = limited().await;
    let (minute, running) = (Duration::from_secs(60), [OperationState::Running]);
    let jobs: Vec<_> = (1..=20).map(|number| into_set(Set::Dead, number)).collect();
    store.add(&jobs).await.unwrap();
    let dead = Place::Set(Set::Dead);
    let entries = all(&store, &dead, Order::Ascending).await;
    let moves = |entries: &[StoredEntry]| -> Vec<StepMove> {
        let deleted = |entry: &StoredEntry| StepMove {
            entry: entry.clone(),
            to: Target::Away(Destination::Nowhere),
            same_score: false,
        };
        entries.iter().map(deleted).collect()
    };
    let (many, few) = (moves(&entries[..15]), moves(&entries[15..]));
    let operation = NewOperation {
        id: "op",
        plan: "{}",
        undoes: None,
        owner: Some(("me", minute)),
    };
    store.create_operation(operation).await.unwrap();
    assert_eq!(store.operations().await.unwrap().len(), 1);
    assert_eq!(store.current_operations(minute).await.unwrap().len(), 1);
    store.release_operation("op", "me").await.unwrap();
    let claimed = store.claim_operation("op", "me", minute).await.unwrap();
    assert!(claimed.is_some());
    for (number, moves) in [(0, &many), (1, &few)] {
        let step = Step {
            id: "op",
            owner: "me",
            lease: minute,
            number,
            moves,
            keeps: true,
            mark: "",
            undoes: None,
            state: None,
            kept_for: minute,
        };
        let stepped = store.step_operation(step).await.unwrap();
        assert!(matches!(stepped, Stepped::Made { .. }), "{stepped:?}");
    }
    // Those that are many were deleted by a transaction.
    let told: String = raw(&mut connection, &["INFO", "commandstats"]).await;
    assert!(told.contains("cmdstat_zremrangebyscore"), "{told}");
    let turned = store
        .turn_operation("op", &running, OperationState::Done, None, minute)
        .await;
    assert!(turned.unwrap());
    let chunks = store.kept("op", 0..2, Order::Ascending, 9).await.unwrap();
    assert_eq!(chunks.len(), 2);
    assert_eq!(store.free_kept("op").await.unwrap().entries, 20);
}

#[tokio::test]
async fn a_tick_that_is_refused_is_enqueued_later_once() {
    let (_server, store, mut connection) = limited().await;
    let jobs = [Announcement {
        name: "digest".to_owned(),
        definition: "one".to_owned(),
        schedule: "UTC * * * * *".to_owned(),
        fresh: true,
    }];
    store.announce_periodic(WORKER, &jobs).await.unwrap();
    let _: () = raw(
        &mut connection,
        &["HSET", "jobdeck:periodic:digest", "last_tick", "1000"],
    )
    .await;
    let tick = Tick {
        name: "digest".to_owned(),
        definition: "one".to_owned(),
        after: Timestamp(1_000),
        until: Timestamp(2_000),
        runs: vec![NewRun {
            tick: Some(Timestamp(2_000)),
            jid: "a".to_owned(),
            queue: "default".to_owned(),
            raw: job_bytes(),
        }],
    };
    for command in ["sadd", "lpush", "hset", "time"] {
        set_permission(&mut connection, &format!("-{command}")).await;
        assert_refused(store.tick_periodic(WORKER, &tick).await, command);
        set_permission(&mut connection, &format!("+{command}")).await;
        let queued: u64 = raw(&mut connection, &["LLEN", "queue:default"]).await;
        assert_eq!(queued, 0, "{command}");
    }
    assert!(store.tick_periodic(WORKER, &tick).await.unwrap());
    assert!(!store.tick_periodic(WORKER, &tick).await.unwrap());
    let queued: u64 = raw(&mut connection, &["LLEN", "queue:default"]).await;
    assert_eq!(queued, 1);
}

#[tokio::test]
async fn a_fetch_that_is_refused_loses_no_job() {
    let (_server, store, mut connection) = limited().await;
    let jobs: Vec<_> = (1..=3)
        .map(|number| into_queue("default", number))
        .collect();
    store.add(&jobs).await.unwrap();
    let before: Vec<String> = raw(&mut connection, &["LRANGE", "queue:default", "0", "-1"]).await;
    for command in [
        "sismember",
        "lrange",
        "hdel",
        "exists",
        "time",
        "zadd",
        "hset",
        "ltrim",
    ] {
        set_permission(&mut connection, &format!("-{command}")).await;
        assert_refused(fetch(&store, 2).await, command);
        let queued: Vec<String> =
            raw(&mut connection, &["LRANGE", "queue:default", "0", "-1"]).await;
        assert_eq!(queued, before, "{command}");
        assert_eq!(
            raw::<u64>(&mut connection, &["HLEN", PROGRESS]).await,
            0,
            "{command}"
        );
        set_permission(&mut connection, &format!("+{command}")).await;
    }
    let fetched = fetch(&store, 5).await.unwrap();
    let raws: Vec<_> = fetched.iter().map(|job| job.raw.clone()).collect();
    assert_eq!(raws, [job(1), job(2), job(3)]);
    assert_eq!(
        raw::<u64>(&mut connection, &["ZCARD", "jobdeck:processes"]).await,
        1,
        "whose jobs in progress can be recovered"
    );
}

#[tokio::test]
async fn a_settlement_that_is_refused_leaves_the_job_in_progress() {
    let (_server, store, mut connection) = limited().await;
    store.add(&[into_queue("default", 1)]).await.unwrap();
    let fetched = fetch(&store, 1).await.unwrap().remove(0);
    let dies = Settlement::Fail(into_set(Set::Dead, 1));
    for (settlement, command) in [
        (&dies, "zadd"),
        (&dies, "hdel"),
        (&dies, "hexists"),
        (&Settlement::Requeue, "rpush"),
        (&Settlement::Requeue, "sadd"),
    ] {
        set_permission(&mut connection, &format!("-{command}")).await;
        // What would put it back is missing as well.
        set_permission(&mut connection, "-hset").await;
        assert_refused(store.settle(WORKER, &fetched, settlement).await, command);
        assert_eq!(raw::<u64>(&mut connection, &["HLEN", PROGRESS]).await, 1);
        assert_eq!(raw::<u64>(&mut connection, &["ZCARD", "dead"]).await, 0);
        assert_eq!(
            raw::<u64>(&mut connection, &["LLEN", "queue:default"]).await,
            0
        );
        set_permission(&mut connection, &format!("+{command}")).await;
    }
    assert!(store.settle(WORKER, &fetched, &dies).await.unwrap());
}

#[tokio::test]
async fn a_move_that_is_refused_leaves_the_entry_where_it_was() {
    let (_server, store, mut connection) = limited().await;
    let (retries, default) = (Place::Set(Set::Retries), queue("default"));
    store
        .add(&[into_set(Set::Retries, 1), into_queue("default", 2)])
        .await
        .unwrap();
    let in_set = only(&store, &retries).await;
    let in_queue = only(&store, &default).await;
    for (entry, destination, commands) in [
        (&in_set, into_queue("low", 1), &["zrem"][..]),
        (&in_set, into_queue("low", 1), &["sadd"]),
        // What would put it back is missing as well.
        (&in_set, into_queue("low", 1), &["lpush", "zadd"]),
        (&in_set, into_set(Set::Dead, 1), &["zadd"]),
        (&in_set, Destination::Nowhere, &["zrem"]),
        (&in_queue, into_set(Set::Dead, 2), &["zadd"]),
        (
            &in_queue,
            into_set(Set::Dead, 2),
            &["zadd", "rpush", "lpush"],
        ),
        (&in_queue, into_queue("low", 2), &["lpush", "rpush"]),
        (&in_queue, Destination::Nowhere, &["lrem"]),
    ] {
        for command in commands {
            set_permission(&mut connection, &format!("-{command}")).await;
        }
        let outcome = match &store.apply(&to(entry, destination)).await.unwrap()[..] {
            [Moved::Refused(error)] => Err(error.clone()),
            other => Ok(other.to_vec()),
        };
        assert_refused(outcome, &commands.join(" "));
        for command in commands {
            set_permission(&mut connection, &format!("+{command}")).await;
        }
        assert_eq!(only(&store, &retries).await, in_set, "{commands:?}");
        assert_eq!(only(&store, &default).await, in_queue, "{commands:?}");
        let overview = store.overview().await.unwrap();
        assert_eq!((overview.dead, overview.enqueued), (0, 1), "{commands:?}");
    }
}

#[tokio::test]
async fn a_user_who_may_not_look_into_jobdecks_keys_still_sees_what_runs() {
    let (_server, store, mut connection) = limited().await;
    let beat = Heartbeat {
        process: ProcessInfo {
            identity: WORKER.to_owned(),
            ..ProcessInfo::default()
        },
        running: vec![RunningJob {
            jid: "a".to_owned(),
            payload: r#"{"jid":"a"}"#.to_owned(),
            ..RunningJob::default()
        }],
    };
    store.heartbeat(&beat).await.unwrap();
    for word in ["resetkeys", "~processes", "~web-1:*"] {
        set_permission(&mut connection, word).await;
    }
    let running = store.running().await.unwrap();
    assert_eq!((running.len(), running[0].jid.as_str()), (1, "a"));
}
