//! Retries that somebody holds.

use crate::{
    bench::{quick, start},
    harness::{Subject, into_set},
    support::wait_until,
};
use jobdeck::model::{Hold, Place, Set, Timestamp, held_scores};
use std::sync::{Arc, Mutex};

async fn hold(subject: &Subject, seconds: i64) -> Hold {
    let now = subject.now().await.unwrap();
    let hold = Hold {
        id: "hold".to_owned(),
        query: "class:Held".to_owned(),
        until: now.plus_milliseconds(seconds * 1_000),
        created_at: now,
        ..Hold::default()
    };
    subject.put_hold(&hold).await.unwrap();
    hold
}

/// Retries that are due: as many of class `Held` as of class `Free`.
async fn fill(subject: &Subject, count: usize) {
    for number in 0..count {
        for class in ["Held", "Free"] {
            let raw = format!(
                r#"{{"class":"{class}","args":[{number}],"jid":"{class}{number}","queue":"default","retry":true,"retry_count":0}}"#
            );
            let score = 17.5 + f64::from(u32::try_from(number).unwrap());
            subject.put(into_set(Set::Retries, score, raw)).await;
        }
    }
}

pub(crate) async fn a_held_retry_is_not_tried_and_waits_for_the_end_of_its_hold(subject: Subject) {
    let hold = hold(&subject, 3_600).await;
    fill(&subject, 150).await;
    let worker = start(
        quick(&subject)
            .handler("Free", |_, _: u64| async { Ok(()) })
            .handler("Held", |_, _: u64| async { Ok(()) }),
    );
    let retries = Place::Set(Set::Retries);
    wait_until("all others are tried, and these wait", async || {
        subject.counters().await.0 >= 150
            && subject.held(std::slice::from_ref(&hold)).await.unwrap() == [150]
    })
    .await;
    let (first, last) = held_scores(hold.until);
    for entry in subject.all(&retries).await {
        assert!(String::from_utf8_lossy(&entry.raw).contains(r#""class":"Held""#));
        assert!((first..=last).contains(&entry.id.position));
    }
    // Once nobody holds them, they are as any others.
    assert!(subject.delete_hold(&hold.id).await.unwrap());
    assert_eq!(subject.counters().await, (150, 0));
    let waiting = subject.all(&retries).await;
    for (number, entry) in waiting.iter().take(3).enumerate() {
        let due = into_set(Set::Retries, 17.5 + number as f64, entry.raw.clone());
        assert!(subject.shift(entry, due).await);
    }
    subject.wait_for_counters(153, 0).await;
    worker.stop().await;
    assert_eq!(subject.size(&retries).await, 147);
}

pub(crate) async fn what_was_held_is_tried_when_the_hold_is_over(subject: Subject) {
    let hold = hold(&subject, 2).await;
    fill(&subject, 3).await;
    let ran: Arc<Mutex<Vec<Timestamp>>> = Arc::default();
    let worker = {
        let (ran, store) = (Arc::clone(&ran), subject.store.clone());
        start(
            quick(&subject)
                .handler("Free", |_, _: u64| async { Ok(()) })
                .handler("Held", move |_, _: u64| {
                    let (ran, store) = (Arc::clone(&ran), store.clone());
                    async move {
                        let now = store.now().await?;
                        ran.lock().unwrap().push(now);
                        Ok(())
                    }
                }),
        )
    };
    subject.wait_for_counters(6, 0).await;
    worker.stop().await;
    let ran = ran.lock().unwrap();
    assert_eq!(ran.len(), 3);
    assert!(ran.iter().all(|at| *at >= hold.until), "{ran:?}");
}
