//! What operations change, and what they leave.

use crate::harness::{Subject, into_queue, into_set, job, queue};
use crate::runs::{act, all_of, assert_same, dead, everything, request, retries, run, sizes};
use jobdeck::{
    job::Job,
    model::{Action, Change, JobFilter, OperationState, Place, Selection, Set, Timestamp},
};

/// More than one step, more than one slice.
const JOBS: usize = 1_300;

/// Dead jobs of two classes, `Publish` and every third `Report`, with scores of which five are always the same.
pub(crate) async fn fill(subject: &Subject, set: Set, count: usize) {
    let entries: Vec<_> = (0..count)
        .map(|number| {
            let text = if number % 3 == 0 {
                job(number).replace("Publish", "Report")
            } else {
                job(number)
            };
            into_set(
                set,
                1_000.0 + f64::from(u32::try_from(number / 5).unwrap()),
                text,
            )
        })
        .collect();
    subject.add(&entries).await.unwrap();
}

pub(crate) fn of_class(places: &[Place], class: &str) -> Selection {
    Selection {
        filter: JobFilter {
            class: Some(class.to_owned()),
            ..JobFilter::default()
        },
        ..all_of(places)
    }
}

pub(crate) async fn each_change_does_to_every_job_that_matches_what_it_says(subject: Subject) {
    let at = Timestamp(1_900_000_000_000);
    let reschedule = Action::Reschedule {
        at,
        spread_seconds: 0,
    };
    for (change, to) in [
        (Change::Act(Action::Retry), queue("default")),
        (Change::Act(reschedule), Set::Retries.into()),
        (Change::Act(Action::Delete), queue("nowhere")),
    ] {
        fill(&subject, Set::Dead, JOBS).await;
        let name = change.name();
        let done = run(&subject, &request(change, of_class(&[dead()], "Publish"))).await;
        let publish = u64::try_from(JOBS - JOBS.div_ceil(3)).unwrap();
        assert_eq!(done.state, OperationState::Done, "{name}");
        assert_eq!(done.progress.done, publish, "{name}");
        assert_eq!(done.progress.matched, publish, "{name}");
        assert_eq!(
            done.progress.scanned,
            u64::try_from(JOBS).unwrap(),
            "{name}"
        );
        assert_eq!(done.plan.total, u64::try_from(JOBS).unwrap(), "{name}");
        assert_eq!(done.kept.entries, publish, "{name}");
        // The others stay.
        let left = subject.all(&dead()).await;
        assert_eq!(left.len(), JOBS.div_ceil(3), "{name}");
        assert!(
            left.iter()
                .all(|entry| Job::new(entry.raw.clone()).class().as_deref() == Some("Report"))
        );
        if to != queue("nowhere") {
            let moved = subject.all(&to).await;
            assert_eq!(u64::try_from(moved.len()).unwrap(), publish, "{name}");
            // In the order in which they died.
            let numbers: Vec<String> = moved
                .iter()
                .map(|entry| Job::new(entry.raw.clone()).jid().unwrap())
                .collect();
            assert!(to == retries() || numbers.is_sorted(), "{name}");
        }
        if to == retries() {
            assert!(
                subject
                    .all(&to)
                    .await
                    .iter()
                    .all(|entry| entry.id.position == at.seconds())
            );
        }
        run(
            &subject,
            &act(Action::Delete, &[dead(), retries(), queue("default")]),
        )
        .await;
        let left = everything(&subject, &[dead(), retries(), queue("default")]).await;
        assert_same(&left, &[], name);
    }
}

pub(crate) async fn jobs_of_a_queue_are_taken_out_wherever_they_stand(subject: Subject) {
    let jobs: Vec<_> = (0..JOBS)
        .map(|number| {
            let class = if number % 7 == 0 { "Report" } else { "Publish" };
            into_queue("default", job(number).replace("Publish", class))
        })
        .collect();
    let reports = u64::try_from(JOBS.div_ceil(7)).unwrap();
    subject.add(&jobs).await.unwrap();
    let places = [queue("default")];
    for (change, to) in [
        (Change::Act(Action::Kill), Some(dead())),
        (
            Change::MoveTo {
                queue: "low".to_owned(),
            },
            Some(queue("low")),
        ),
        (Change::Act(Action::Delete), None),
    ] {
        let done = run(
            &subject,
            &request(change.clone(), of_class(&places, "Report")),
        )
        .await;
        assert_eq!(
            (done.progress.done, done.progress.gone),
            (reports, 0),
            "{change:?}"
        );
        let left = subject.all(&places[0]).await;
        let numbers: Vec<String> = left
            .iter()
            .map(|entry| Job::new(entry.raw.clone()).jid().unwrap())
            .collect();
        assert_eq!(numbers.len(), JOBS - JOBS.div_ceil(7));
        assert!(numbers.is_sorted(), "{change:?}");
        if let Some(to) = to {
            assert_eq!(subject.size(&to).await, reports, "{change:?}");
        }
        crate::runs::undo(&subject, &done.id).await;
        assert_eq!(subject.size(&places[0]).await, u64::try_from(JOBS).unwrap());
    }
    let edit = Change::Edit {
        path: "args.0".to_owned(),
        value: "\"new\"".to_owned(),
    };
    let before = everything(&subject, &places).await;
    let done = run(&subject, &request(edit, of_class(&places, "Report"))).await;
    assert_eq!(done.progress.done, reports);
    let after = everything(&subject, &places).await;
    for ((_, _, before), (_, _, after)) in before.iter().zip(&after) {
        let (before, after) = (Job::new(before.clone()), Job::new(after.clone()));
        assert_eq!(before.jid(), after.jid(), "each stands where it stood");
        let is_report = before.class().as_deref() == Some("Report");
        assert_eq!(after.field("args") == Some("[\"new\"]"), is_report);
    }
    crate::runs::undo(&subject, &done.id).await;
    assert_same(
        &everything(&subject, &places).await,
        &before,
        "edits undone",
    );
}

pub(crate) async fn what_came_after_the_confirmation_is_not_meant(subject: Subject) {
    let now = subject.now().await.unwrap();
    let later = now.plus_milliseconds(5_000);
    let failed = |number: usize, at: Timestamp| {
        let text = job(number);
        let end = format!(r#","failed_at":{}}}"#, at.seconds());
        text.trim_end_matches('}').to_owned() + &end
    };
    subject
        .put(into_set(Set::Retries, 2_000_000_000.0, failed(1, now)))
        .await;
    subject
        .put(into_set(Set::Retries, 2_000_000_000.0, failed(2, later)))
        .await;
    subject
        .put(into_set(Set::Dead, now.seconds(), job(3)))
        .await;
    subject
        .put(into_set(Set::Dead, later.seconds(), job(4)))
        .await;
    let mut delete = act(Action::Delete, &[retries(), dead()]);
    delete.before = Some(now.plus_milliseconds(1));
    // The bound is never in the time to come.
    let done = run(&subject, &delete).await;
    assert!(done.plan.before <= now.plus_milliseconds(1));
    assert_eq!(done.progress.done, 2);
    let left: Vec<String> = everything(&subject, &[retries(), dead()])
        .await
        .into_iter()
        .map(|(_, _, raw)| Job::new(raw).jid().unwrap())
        .collect();
    assert_eq!(left, [format!("{:024}", 2), format!("{:024}", 4)]);
}

pub(crate) async fn what_cannot_be_done_is_counted_by_its_reason(subject: Subject) {
    for (number, raw) in [
        r#"{"class":"A","args":null}"#,
        r#"{"class":"A","args":null,"n":1}"#,
        "rubbish",
        "[]",
    ]
    .into_iter()
    .enumerate()
    {
        subject
            .put(into_set(
                Set::Dead,
                1_000.0 + f64::from(u32::try_from(number).unwrap()),
                raw,
            ))
            .await;
    }
    subject.put(into_set(Set::Dead, 999.0, job(1))).await;
    let done = run(&subject, &act(Action::Retry, &[dead()])).await;
    assert_eq!(done.state, OperationState::Done);
    assert_eq!(done.progress.done, 1);
    assert_eq!(done.progress.refused_total(), 4);
    let (reason, count) = &done.progress.refused[0];
    assert_eq!(*count, 2);
    assert!(reason.contains("`args`"), "{reason}");
    assert_eq!(subject.size(&dead()).await, 4);
}

pub(crate) async fn ticked_jobs_are_the_only_ones_that_are_meant(subject: Subject) {
    fill(&subject, Set::Dead, 400).await;
    let ids: Vec<_> = subject
        .all(&dead())
        .await
        .into_iter()
        .map(|entry| entry.id)
        .collect();
    let ticked: Vec<_> = ids.iter().step_by(2).cloned().collect();
    // One of them is gone before it begins.
    let gone = subject.find(&ticked[0]).await.unwrap();
    assert!(
        subject
            .shift(&gone, jobdeck::store::Destination::Nowhere)
            .await
    );
    let selection = Selection {
        entries: ticked,
        ..Selection::default()
    };
    let done = run(&subject, &request(Change::Act(Action::Delete), selection)).await;
    assert_eq!((done.progress.done, done.progress.gone), (199, 1));
    let left: Vec<_> = subject
        .all(&dead())
        .await
        .into_iter()
        .map(|entry| entry.id)
        .collect();
    let others: Vec<_> = ids.into_iter().skip(1).step_by(2).collect();
    assert_eq!(left, others);
}

pub(crate) async fn a_spread_moves_each_job_once(subject: Subject) {
    fill(&subject, Set::Retries, JOBS).await;
    // Among them such as stand within the spread already.
    let at = Timestamp(1_100_000);
    let spread = Action::Reschedule {
        at,
        spread_seconds: 600,
    };
    let done = run(&subject, &act(spread, &[retries()])).await;
    assert_eq!(done.progress.done, u64::try_from(JOBS).unwrap());
    let entries = subject.all(&retries()).await;
    assert_eq!(entries.len(), JOBS);
    assert!(
        entries
            .iter()
            .all(|entry| (1_100.0..=1_700.0).contains(&entry.id.position))
    );
    // Evenly: no tenth has less than half or more than double of its share.
    for tenth in 0..10 {
        let from = 1_100.0 + f64::from(tenth) * 60.0;
        let share = entries
            .iter()
            .filter(|entry| (from..from + 60.0).contains(&entry.id.position))
            .count();
        assert!(
            (JOBS / 20..JOBS / 5).contains(&share),
            "{share} in tenth {tenth}"
        );
    }
}

pub(crate) async fn jobs_of_several_places_are_one_operation(subject: Subject) {
    fill(&subject, Set::Dead, 700).await;
    fill(&subject, Set::Scheduled, 300).await;
    subject.enqueue("a|b ☃", 0..300).await;
    let places = [
        dead(),
        Set::Scheduled.into(),
        queue("a|b ☃"),
        queue("not there"),
    ];
    let done = run(&subject, &act(Action::Delete, &places)).await;
    assert_eq!(
        (done.state, done.progress.done),
        (OperationState::Done, 1_300)
    );
    assert_eq!(sizes(&subject, &places).await.values().sum::<u64>(), 0);
    // A retry is meant for failed jobs, whatever else is named.
    fill(&subject, Set::Dead, 30).await;
    fill(&subject, Set::Scheduled, 20).await;
    let done = run(&subject, &act(Action::Retry, &places)).await;
    assert_eq!(done.progress.done, 30);
    assert_eq!(subject.size(&Set::Scheduled.into()).await, 20);
}

pub(crate) async fn a_set_is_gone_through_at_the_times_that_are_asked_for_only(subject: Subject) {
    fill(&subject, Set::Dead, 5_000).await;
    let before = everything(&subject, &[dead()]).await;
    let mut selection = all_of(&[dead()]);
    selection.filter.from = Some(Timestamp(1_500_000));
    selection.filter.to = Some(Timestamp(1_550_000));
    let request = crate::runs::request(Change::Act(Action::Delete), selection);
    let deleted = run(&subject, &request).await;
    assert_eq!(deleted.progress.done, 51 * 5);
    assert!(deleted.progress.scanned < 2_000, "{deleted:?}");
    let left = everything(&subject, &[dead()]).await;
    assert!(
        left.iter()
            .all(|(_, score, _)| !(1_500.0..=1_550.0).contains(score))
    );
    crate::runs::undo(&subject, &deleted.id).await;
    assert_same(&everything(&subject, &[dead()]).await, &before, "undone");
}
