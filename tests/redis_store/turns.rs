//! Exchanges of a worker with a store whose keys are not what they should be.

use super::{fresh, into_queue, into_set, job, raw};
use bytes::Bytes;
use jobdeck::{
    model::Set,
    store::{Fetch, Settlement, Share, StoreError, Turn},
};
use std::{sync::Arc, time::Duration};

const WORKER: &str = "web-1:42:0123456789ab";

#[tokio::test]
async fn jobs_whose_place_is_of_another_type_are_refused_by_their_index_and_kept() {
    let (_server, store, mut connection) = fresh().await;
    let _: () = raw(&mut connection, &["SET", "dead", "no set"]).await;
    let _: () = raw(&mut connection, &["SADD", "queue:broken", "no list"]).await;
    let jobs: Vec<_> = (0..9).map(|number| into_queue("default", number)).collect();
    store.add(&jobs).await.unwrap();
    let names = ["default".to_owned()];
    let fetched = store.fetch(WORKER, &names, 7, Duration::ZERO).await;
    let settle: Vec<_> = fetched
        .unwrap()
        .into_iter()
        .map(Arc::new)
        .zip([
            Settlement::Finish { failed: false },
            Settlement::Fail(into_set(Set::Dead, 1)),
            Settlement::Fail(into_set(Set::Retries, 2)),
            Settlement::SetAside(into_queue("broken", 3)),
            Settlement::Requeue,
            Settlement::Finish { failed: true },
            Settlement::SetAside(into_set(Set::Dead, 6)),
        ])
        .collect();
    let share = Share {
        queue: "default".into(),
        jobs: 2,
    };
    let turn = Turn {
        settle: &settle,
        fetch: Some(Fetch {
            capsule: "default",
            queues: &[share],
            limit: 2,
            most_bytes: 1 << 20,
        }),
    };
    let turned = store.turn(WORKER, turn).await.unwrap();
    assert_eq!(turned.gone, 0);
    let refused: Vec<usize> = turned.refused.iter().map(|(index, _)| *index).collect();
    assert_eq!(refused, [1, 3, 6]);
    for (index, error) in &turned.refused {
        assert!(
            matches!(error, StoreError::Unusable { .. }),
            "{index}: {error:?}"
        );
        assert!(
            error.to_string().contains("of another type"),
            "{index}: {error}"
        );
    }
    // The others went where they belong, and new ones came.
    let raws: Vec<Bytes> = turned
        .jobs
        .unwrap()
        .into_iter()
        .map(|job| job.raw)
        .collect();
    assert_eq!(raws, [job(4), job(7)]);
    let progress = format!("jobdeck:progress:{WORKER}");
    assert_eq!(raw::<u64>(&mut connection, &["HLEN", &progress]).await, 5);
    assert_eq!(raw::<u64>(&mut connection, &["ZCARD", "retry"]).await, 1);
    let counters = ["MGET", "stat:processed", "stat:failed"];
    let counted: (u64, u64) = raw(&mut connection, &counters).await;
    assert_eq!(counted, (3, 2));
    // Put right, the same settlements are made.
    let _: () = raw(&mut connection, &["DEL", "dead", "queue:broken"]).await;
    let again: Vec<_> = turned
        .refused
        .iter()
        .map(|(index, _)| settle[*index].clone())
        .collect();
    let turn = Turn {
        settle: &again,
        fetch: None,
    };
    let turned = store.turn(WORKER, turn).await.unwrap();
    assert_eq!((turned.gone, turned.refused.len()), (0, 0));
    assert_eq!(raw::<u64>(&mut connection, &["ZCARD", "dead"]).await, 2);
    assert_eq!(
        raw::<u64>(&mut connection, &["LLEN", "queue:broken"]).await,
        1
    );
    assert_eq!(raw::<u64>(&mut connection, &["HLEN", &progress]).await, 2);
    let counted: (u64, u64) = raw(&mut connection, &counters).await;
    assert_eq!(counted, (4, 3));
}
