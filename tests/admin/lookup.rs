//! Jobs by their id, and entries by their address.

use crate::harness::{
    Subject, WORKER, beat, every_place, into_place, into_queue, into_set, job, queue,
};
use crate::verbs::{RESCHEDULE, act, admin};
use jobdeck::{
    admin::{Admin, AdminOptions},
    job::{self, Job},
    model::{Action, JobDetail, Place, Set, Timestamp, Whereabouts},
};
use std::{collections::BTreeSet, time::Duration};

fn jid(number: usize) -> String {
    format!("{number:024}")
}

fn places(detail: &JobDetail) -> BTreeSet<Place> {
    detail
        .locations
        .iter()
        .map(|location| location.entry.id.place.clone())
        .collect()
}

/// Jobs that are not looked for.
async fn fill(subject: &Subject, set: Set, count: usize) {
    let entries: Vec<_> = (1_000..1_000 + count)
        .map(|number| into_set(set, 5.0, job(number)))
        .collect();
    subject.add(&entries).await.unwrap();
}

pub(crate) async fn a_job_is_found_in_every_place_with_all_that_it_holds(subject: Subject) {
    fill(&subject, Set::Dead, 20).await;
    let raw = job(1).replace(
        "\"args\":[1]",
        "\"args\":[1.0],\"bid\":\"b1\",\"error_backtrace\":[\"a.rb:1\"]",
    );
    let mut expected = BTreeSet::new();
    for place in every_place().into_iter().chain([queue("low")]) {
        subject.put(into_place(&place, raw.clone())).await;
        expected.insert(place);
        let detail = admin(&subject).job(&jid(1), None).await.unwrap();
        assert_eq!(places(&detail), expected);
        assert!(detail.total <= detail.scanned, "all were looked through");
        for location in &detail.locations {
            assert_eq!(location.whereabouts, Whereabouts::Stored);
            assert_eq!(location.payload, raw);
            assert_eq!(location.extras, [("bid".to_owned(), "\"b1\"".to_owned())]);
            assert_eq!(location.trace[0].text, "a.rb:1");
            // Its address is one that can be acted on.
            assert!(subject.find(&location.entry.id).await.is_some());
        }
    }
}

pub(crate) async fn a_right_hint_spares_the_search(subject: Subject) {
    subject.put(into_set(Set::Retries, 5.0, job(1))).await;
    let hint = subject.only(&Set::Retries.into()).await.id;
    let detail = admin(&subject).job(&jid(1), Some(&hint)).await.unwrap();
    assert_eq!(detail.locations.len(), 1);
    assert_eq!(detail.locations[0].entry.id, hint);
    assert_eq!((detail.scanned, detail.total), (0, 0));
}

pub(crate) async fn a_stale_or_wrong_hint_is_made_up_for(subject: Subject) {
    subject.put(into_set(Set::Retries, 5.0, job(1))).await;
    let stale = subject.only(&Set::Retries.into()).await.id;
    act(&subject, Action::Kill, &stale).await;
    subject.put(into_queue("default", job(2))).await;
    let wrong = subject.only(&queue("default")).await.id;
    for hint in [&stale, &wrong] {
        let detail = admin(&subject).job(&jid(1), Some(hint)).await.unwrap();
        assert_eq!(
            places(&detail),
            BTreeSet::from([Set::Dead.into()]),
            "{hint}"
        );
    }
}

pub(crate) async fn a_job_that_is_nowhere_has_no_locations(subject: Subject) {
    fill(&subject, Set::Dead, 20).await;
    // Somebody else's argument is not its id.
    let other = job(2).replace("\"args\":[2]", &format!("\"args\":[\"{}\"]", jid(1)));
    subject.put(into_queue("default", other)).await;
    let detail = admin(&subject).job(&jid(1), None).await.unwrap();
    assert_eq!(detail.locations, []);
    assert_eq!((detail.scanned, detail.total), (21, 21));
    assert_eq!(admin(&subject).job("", None).await.unwrap().locations, []);
}

pub(crate) async fn a_running_job_is_shown_with_its_process(subject: Subject) {
    let run_at = Timestamp(1_795_469_700_000);
    let payload = Job::new(job(1));
    let mut beat = beat(WORKER);
    beat.running
        .push(job::running(WORKER, "t1", "default", &payload, run_at));
    beat.process.busy = 1;
    subject.heartbeat(&beat).await.unwrap();
    let detail = admin(&subject).job(&jid(1), None).await.unwrap();
    let [location] = &detail.locations[..] else {
        panic!("{detail:?}")
    };
    assert!(
        matches!(&location.whereabouts, Whereabouts::Running(run) if run.process == WORKER && run.run_at == run_at)
    );
    assert_eq!(location.payload, job(1));
    // Handed back while the process still says that it runs it: both are shown, what runs first.
    subject.put(into_queue("default", job(1))).await;
    let detail = admin(&subject).job(&jid(1), None).await.unwrap();
    let [running, queued] = &detail.locations[..] else {
        panic!("{detail:?}")
    };
    assert!(matches!(running.whereabouts, Whereabouts::Running(_)));
    assert_eq!(queued.entry.id.place, queue("default"));
}

pub(crate) async fn a_search_that_ran_out_of_time_says_so(subject: Subject) {
    subject.put(into_set(Set::Dead, 1.0, job(1))).await;
    fill(&subject, Set::Dead, 2_500).await;
    let options = AdminOptions {
        jid_budget: Duration::ZERO,
        ..AdminOptions::default()
    };
    let hasty = Admin::with_options(subject.store.clone(), options);
    let detail = hasty.job(&jid(1), None).await.unwrap();
    assert_eq!(detail.total, 2_501);
    // A store with an index needs no time.
    let is_found = !detail.locations.is_empty();
    assert_eq!(is_found, detail.scanned == detail.total, "{detail:?}");
    let detail = admin(&subject).job(&jid(1), None).await.unwrap();
    assert_eq!(detail.locations.len(), 1);
}

pub(crate) async fn an_entry_without_job_id_is_found_by_its_address(subject: Subject) {
    subject.put(into_set(Set::Dead, 1.0, "rubbish")).await;
    let id = subject.only(&Set::Dead.into()).await.id;
    let detail = admin(&subject).entry(&id).await.unwrap().unwrap();
    assert_eq!(detail.jid, "");
    assert_eq!(detail.locations[0].payload, "rubbish");
    assert!(detail.locations[0].entry.malformed.is_some());
    act(&subject, RESCHEDULE, &id).await;
    // A moved entry keeps its bytes, so its old address still leads to it.
    let moved = admin(&subject).entry(&id).await.unwrap().unwrap();
    let now = moved.locations[0].entry.id.clone();
    assert_eq!(now.place, Place::Set(Set::Retries));
    assert_eq!(moved.locations[0].payload, "rubbish");
    act(&subject, Action::Delete, &now).await;
    assert_eq!(admin(&subject).entry(&id).await.unwrap(), None);
}
