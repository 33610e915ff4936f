//! What runs took: numbers by class and minute.

use crate::harness::Subject;
use jobdeck::store::{ClassMetrics, MetricsForm};

/// Runs of a class: successful ones by what they took, and failed ones.
fn runs(class: &str, milliseconds: &[u64], failed: usize) -> ClassMetrics {
    let mut metrics = ClassMetrics::new(class);
    for took in milliseconds {
        metrics.succeeded(*took);
    }
    for _ in 0..failed {
        metrics.failed();
    }
    metrics
}

pub(crate) async fn what_runs_took_adds_up_by_class(subject: Subject) {
    assert!(subject.metrics().await.is_empty());
    let record = async |metrics: &[ClassMetrics]| {
        let recorded = subject.record_metrics(metrics, MetricsForm::Eight).await;
        recorded.unwrap();
    };
    record(&[runs("Publish", &[3, 19, 47], 1), runs("Mail::Send", &[], 2)]).await;
    record(&[runs("Publish", &[20, 400_000], 0)]).await;
    record(&[]).await;
    let mut both = runs("Publish", &[3, 19, 47], 1);
    both.add(&runs("Publish", &[20, 400_000], 0));
    assert_eq!(subject.metrics().await, [runs("Mail::Send", &[], 2), both]);
}

pub(crate) async fn hostile_class_names_are_only_names(subject: Subject) {
    let names = ["", "A|p", "a b:c-1-2", "É\n\"'", "%d*?[", "j|260131|8:0"];
    let mut all: Vec<_> = names.iter().map(|name| runs(name, &[1], 1)).collect();
    let recorded = subject.record_metrics(&all, MetricsForm::Eight).await;
    recorded.unwrap();
    all.sort_by(|one, other| one.class.cmp(&other.class));
    assert_eq!(subject.metrics().await, all);
}

pub(crate) async fn a_bucket_holds_at_most_sixteen_bits(subject: Subject) {
    let mut many = ClassMetrics::new("Publish");
    many.processed = 100_000;
    many.histogram[2] = 65_000;
    many.histogram[25] = 100_000;
    for _ in 0..2 {
        let recorded = subject
            .record_metrics(std::slice::from_ref(&many), MetricsForm::Eight)
            .await;
        recorded.unwrap();
    }
    let metrics = subject.metrics().await;
    assert_eq!(metrics[0].processed, 200_000);
    // A minute that ended in between begins a second bucket.
    assert!([65_535, 2 * 65_000].contains(&metrics[0].histogram[2]));
    assert!([65_535, 2 * 65_535].contains(&metrics[0].histogram[25]));
}
