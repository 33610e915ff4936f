//! What is a group, and what is said of it.

use crate::harness::{Subject, into_set};
use crate::{before_now, counts, fail, failed, index, list};
use jobdeck::{
    job::encode_trace,
    model::{Completeness, Course, GroupOrder, Limit, Set},
};

pub(crate) async fn failures_of_one_cause_are_one_group_over_both_sets(store: Subject) {
    let now = before_now(&store, 0.0).await;
    fail(
        &store,
        Set::Dead,
        &[
            ("A", 1, now - 90.0),
            ("A", 2, now - 80.0),
            ("B", 3, now - 70.0),
        ],
    )
    .await;
    fail(&store, Set::Retries, &[("A", 4, now + 60.0)]).await;
    let groups = index(&store).await;
    let list = list(&groups, GroupOrder::Count).await;
    assert_eq!(counts(&list), [("A", 1, 2), ("B", 0, 1)]);
    assert_eq!(list.index.completeness, Completeness::Exact);
    assert_eq!(
        (list.entries, list.index.counted, list.index.total),
        (4, 4, 4)
    );
    let group = &list.groups[0];
    assert_eq!(group.message, "no answer for …");
    assert_eq!(group.error_class, "Timeout");
    assert_eq!(group.queues, [("default".to_owned(), 3)]);
    assert_eq!(group.trends.hour.iter().sum::<u64>(), 3);
    assert_eq!(
        group.course,
        Course::New,
        "there is no deploy mark, and it is young"
    );
    assert_eq!(groups.open_count(&Limit::none()), Some(2));
}

pub(crate) async fn groups_are_listed_in_the_order_asked(store: Subject) {
    let now = before_now(&store, 0.0).await;
    let mut jobs = Vec::new();
    // Old and many, new and few, rising.
    for number in 0..30_u32 {
        jobs.push((
            "Many",
            100 + number as usize,
            now - 7200.0 - f64::from(number) * 600.0,
        ));
    }
    for number in 0..10_u32 {
        jobs.push((
            "Rising",
            200 + number as usize,
            now - 5.0 - f64::from(number),
        ));
    }
    jobs.push(("Rising", 300, now - 50_000.0));
    jobs.push(("Young", 400, now - 1.0));
    fail(&store, Set::Dead, &jobs).await;
    let groups = index(&store).await;
    let classes = async |order| {
        let list = list(&groups, order).await;
        list.groups
            .iter()
            .map(|group| group.class.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        classes(GroupOrder::Count).await,
        ["Many", "Rising", "Young"]
    );
    assert_eq!(
        classes(GroupOrder::Newest).await,
        ["Young", "Many", "Rising"]
    );
    assert_eq!(
        classes(GroupOrder::Rising).await,
        ["Rising", "Young", "Many"]
    );
    let list = list(&groups, GroupOrder::Rising).await;
    assert_eq!(list.groups[0].course, Course::Rising);
}

pub(crate) async fn entries_with_equal_scores_are_each_counted_once(store: Subject) {
    let score = before_now(&store, 100.0).await;
    let jobs: Vec<_> = (0..2_500)
        .map(|number| (if number % 2 == 0 { "A" } else { "B" }, number, score))
        .collect();
    fail(&store, Set::Dead, &jobs).await;
    fail(&store, Set::Retries, &jobs[..1_500]).await;
    let groups = index(&store).await;
    let list = list(&groups, GroupOrder::Count).await;
    let mut counts = counts(&list);
    counts.sort_unstable();
    assert_eq!(counts, [("A", 750, 1_250), ("B", 750, 1_250)]);
    assert_eq!(list.index.completeness, Completeness::Exact);
}

pub(crate) async fn jobs_that_never_failed_are_no_failures(store: Subject) {
    let now = before_now(&store, 0.0).await;
    let entries = [
        into_set(Set::Dead, now, r#"{"class":"A","args":[],"jid":"1"}"#),
        into_set(Set::Dead, now, "no job"),
        into_set(Set::Dead, now, failed("A", 1, now)),
    ];
    store.add(&entries).await.unwrap();
    let groups = index(&store).await;
    let list = list(&groups, GroupOrder::Count).await;
    assert_eq!(counts(&list), [("A", 0, 1)]);
    assert_eq!(
        (list.entries, list.never_failed, list.index.counted),
        (1, 2, 3)
    );
}

pub(crate) async fn a_group_tells_what_its_jobs_have_in_common(store: Subject) {
    let now = before_now(&store, 0.0).await;
    let trace = encode_trace(&[
        "/gems/x.rb:1:in 'y'".to_owned(),
        "app/a.rb:7:in 'A#perform'".to_owned(),
    ]);
    let jobs: Vec<_> = (0..50_u32)
        .map(|number| {
            let at = now - f64::from(number);
            let text = failed("A", number as usize, at);
            let whole = text.strip_suffix('}').unwrap();
            into_set(
                Set::Dead,
                at,
                format!(r#"{whole},"error_backtrace":{trace},"hostname":"web-1"}}"#),
            )
        })
        .collect();
    store.add(&jobs).await.unwrap();
    fail(&store, Set::Dead, &[("B", 99, now - 20.5)]).await;
    let groups = index(&store).await;
    let list = list(&groups, GroupOrder::Count).await;
    let group = &list.groups[0];
    assert_eq!(group.count(), 50);
    assert_eq!(group.frame.as_deref(), Some("app/a.rb in A#perform"));
    let detail = groups.detail(&Limit::none(), group.digest).await.unwrap();
    assert_eq!(detail.group.as_ref(), Some(group));
    let sample = detail.sample;
    assert_eq!(sample.looked_at, 50);
    assert_eq!(sample.entries.len(), 10);
    assert!(sample.entries.iter().all(|entry| entry.class == "A"));
    assert!(
        sample
            .entries
            .is_sorted_by(|one, other| one.failed_at >= other.failed_at)
    );
    let account = sample
        .arguments
        .iter()
        .find(|argument| argument.name == "2.account_id")
        .unwrap();
    assert_eq!(account.values, [("17".to_owned(), 45), ("4".to_owned(), 5)]);
    assert_eq!(sample.hosts.values, [("web-1".to_owned(), 50)]);
    assert_eq!(sample.attempts.values, [("1".to_owned(), 50)]);
    assert_eq!(
        sample.trace.iter().map(|line| line.own).collect::<Vec<_>>(),
        [false, true]
    );
}

pub(crate) async fn a_store_without_failures_has_no_groups(store: Subject) {
    let groups = index(&store).await;
    let list = list(&groups, GroupOrder::Count).await;
    assert_eq!((list.matching, list.entries), (0, 0));
    assert_eq!(list.index.completeness, Completeness::Exact);
    assert_eq!(groups.open_count(&Limit::none()), Some(0));
    let detail = groups
        .detail(&Limit::none(), jobdeck::model::GroupDigest(5))
        .await
        .unwrap();
    assert_eq!(detail.group, None);
}
