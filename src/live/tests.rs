//! The sampler over a store that does as it is told, with a clock that is not waited for.

mod fake_store;

use super::{Frame, Live, SamplerOptions};
use crate::model::{Limit, StoreState};
use fake_store::{ANSWERS, FakeStore, HANGS, REFUSES};
use futures::{Stream, StreamExt};
use std::{
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

fn start(store: &Arc<FakeStore>) -> (Live, CancellationToken) {
    let shutdown = CancellationToken::new();
    let live = Live::start(store.clone(), SamplerOptions::default(), shutdown.clone());
    (live, shutdown)
}

fn watch(live: &Live) -> Pin<Box<dyn Stream<Item = Arc<Frame>> + Send>> {
    Box::pin(live.stream(&Limit::none()))
}

async fn seconds(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn unwatched_it_reads_the_numbers_alone_and_seldom() {
    let store = FakeStore::new();
    let _live = start(&store);
    seconds(51).await;
    assert_eq!(store.reads(), 11);
    assert_eq!(store.slices.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn many_watchers_cost_what_one_does() {
    let store = FakeStore::new();
    let (live, _shutdown) = start(&store);
    let mut watchers: Vec<_> = (0..50).map(|_| watch(&live)).collect();
    for watcher in &mut watchers {
        watcher.next().await.expect("a frame");
    }
    let before = store.reads();
    seconds(10).await;
    let frames = futures::future::join_all(watchers.iter_mut().map(|watcher| watcher.next())).await;
    let reads = store.reads() - before;
    assert!((9..=11).contains(&reads), "{reads} readings in ten seconds");
    let first = frames[0].as_ref().expect("a frame");
    for frame in &frames {
        assert!(Arc::ptr_eq(frame.as_ref().expect("a frame"), first));
    }
    drop(watchers);
    let before = store.reads();
    seconds(60).await;
    assert!(store.reads() - before <= 13);
}

#[tokio::test(start_paused = true)]
async fn who_asks_gets_fresh_numbers_with_lists_cut_to_size() {
    let store = FakeStore::new();
    let (live, _shutdown) = start(&store);
    seconds(3).await;
    assert_eq!(store.reads(), 1);
    let snapshot = live.snapshot(&Limit::none()).await;
    assert_eq!(snapshot.state, StoreState::Connected);
    assert_eq!(snapshot.overview.processed, 1, "read anew");
    assert_eq!((snapshot.running.len(), snapshot.running_total), (100, 150));
    assert!(snapshot.running.iter().all(|job| job.payload.is_empty()));
    let again = live.snapshot(&Limit::none()).await;
    assert_eq!(
        again.overview.processed, 1,
        "not read again within the second"
    );
}

#[tokio::test(start_paused = true)]
async fn a_probe_is_told_of_a_lost_store_however_seldom_it_is_read() {
    let store = FakeStore::new();
    let options = SamplerOptions {
        interval: Duration::from_secs(5),
        ..SamplerOptions::default()
    };
    let live = Live::start(store.clone(), options, CancellationToken::new());
    assert_eq!(
        live.snapshot(&Limit::none()).await.state,
        StoreState::Connected
    );
    store.is(REFUSES);
    seconds(2).await;
    let known = live.snapshot(&Limit::none()).await;
    assert_eq!(known.state, StoreState::Connected, "as of two seconds ago");
    let probed = live.probe(&Limit::none()).await;
    assert!(matches!(probed.snapshot().state, StoreState::Lost { .. }));
}

#[tokio::test(start_paused = true)]
async fn whoever_begins_to_watch_right_after_a_reading_waits_no_longer_than_an_interval() {
    let store = FakeStore::new();
    let (live, _shutdown) = start(&store);
    // A page is made from a reading that is fresh when its stream begins.
    live.snapshot(&Limit::none()).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let mut watcher = watch(&live);
    watcher.next().await.expect("the frame that is there");
    store.is(REFUSES);
    let lost = |state: &StoreState| matches!(state, StoreState::Lost { .. });
    let (_, took) = until(&mut watcher, lost).await;
    assert!(took <= Duration::from_secs(1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn after_a_change_the_numbers_are_read_again_at_once() {
    let store = FakeStore::new();
    let (live, _shutdown) = start(&store);
    let mut watcher = watch(&live);
    let before = watcher.next().await.expect("a frame");
    let asked_at = Instant::now();
    live.outdate();
    let asked = live.snapshot(&Limit::none()).await.overview.processed;
    assert!(asked > before.snapshot().overview.processed, "who asks");
    let streamed = watcher.next().await.expect("a frame");
    assert_eq!(streamed.snapshot().overview.processed, asked, "who watches");
    assert_eq!(asked_at.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn failures_are_read_only_when_there_can_be_new_ones() {
    let store = FakeStore::new();
    let (live, _shutdown) = start(&store);
    let mut watcher = watch(&live);
    watcher.next().await.expect("a frame");
    let before = store.slices.load(Ordering::Relaxed);
    seconds(10).await;
    assert_eq!(store.slices.load(Ordering::Relaxed), before);
    store.failed.fetch_add(1, Ordering::Relaxed);
    seconds(2).await;
    assert_eq!(store.slices.load(Ordering::Relaxed), before + 3);
}

/// Waits for a frame with this property; says how long that took.
async fn until(
    watcher: &mut Pin<Box<dyn Stream<Item = Arc<Frame>> + Send>>,
    property: impl Fn(&StoreState) -> bool,
) -> (Arc<Frame>, Duration) {
    let started = Instant::now();
    loop {
        let frame = watcher.next().await.expect("a frame");
        if property(&frame.snapshot().state) {
            return (frame, started.elapsed());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_store_is_told_within_two_seconds_and_comes_back_by_itself() {
    for mood in [REFUSES, HANGS] {
        let store = FakeStore::new();
        let (live, _shutdown) = start(&store);
        let mut watcher = watch(&live);
        seconds(7).await;
        let (before, _) = until(&mut watcher, |state| *state == StoreState::Connected).await;

        store.is(mood);
        let lost = |state: &StoreState| matches!(state, StoreState::Lost { .. });
        let (frame, took) = until(&mut watcher, lost).await;
        assert!(took <= Duration::from_secs(2), "{took:?}");
        let snapshot = frame.snapshot();
        assert!(snapshot.overview.processed >= before.snapshot().overview.processed);
        assert_eq!(snapshot.running.len(), 100, "the last lists stay");
        let StoreState::Lost { reason, since } = &snapshot.state else {
            panic!("lost");
        };
        assert!(reason.contains(if mood == REFUSES {
            "refused"
        } else {
            "no answer"
        }));

        seconds(20).await;
        let (later, _) = until(&mut watcher, lost).await;
        let StoreState::Lost { since: still, .. } = &later.snapshot().state else {
            panic!("lost");
        };
        assert_eq!(since, still, "it is one loss");
        let newest = later.snapshot().history.last().copied().expect("points");
        assert_eq!(newest.processed_per_second, None);
        assert_eq!((newest.enqueued, newest.latency_seconds), (None, None));
        assert!(
            later.snapshot().history.len() > 4,
            "time goes on in the chart"
        );

        store.is(ANSWERS);
        let (_, took) = until(&mut watcher, |state| *state == StoreState::Connected).await;
        assert!(took <= Duration::from_secs(2), "{took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_says_what_it_is_once_and_again_when_it_is_back() {
    let store = FakeStore::new();
    store.is(REFUSES);
    let (live, _shutdown) = start(&store);
    let snapshot = live.snapshot(&Limit::none()).await;
    assert_eq!(snapshot.store, None);
    assert!(live.loss().expect("it is lost").contains("refused"));
    store.is(ANSWERS);
    let mut watcher = watch(&live);
    let connected = |state: &StoreState| *state == StoreState::Connected;
    let (frame, _) = until(&mut watcher, connected).await;
    let info = frame.snapshot().store.clone().expect("it is known");
    assert_eq!(info.kind, "fake");
    assert_eq!(live.loss(), None);
    seconds(10).await;
    assert_eq!(store.infos.load(Ordering::Relaxed), 1);
    store.is(HANGS);
    let lost = |state: &StoreState| matches!(state, StoreState::Lost { .. });
    let (frame, _) = until(&mut watcher, lost).await;
    assert!(frame.snapshot().store.is_some(), "what is known stays");
    store.is(ANSWERS);
    until(&mut watcher, connected).await;
    assert_eq!(store.infos.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_a_lost_store_is_not_kept_waiting() {
    let store = FakeStore::new();
    store.is(HANGS);
    let (live, shutdown) = start(&store);
    let started = Instant::now();
    let snapshot = live.snapshot(&Limit::none()).await;
    assert!(matches!(snapshot.state, StoreState::Lost { .. }));
    assert!(started.elapsed() <= Duration::from_secs(2));
    shutdown.cancel();
    let started = Instant::now();
    seconds(5).await;
    let _ = live.snapshot(&Limit::none()).await;
    assert!(
        started.elapsed() <= Duration::from_secs(8),
        "not even after the end"
    );
}
