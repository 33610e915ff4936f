//! What the runs of each class took, in Sidekiq's keys.

use super::{RedisStore, scripts};
use crate::store::{ClassMetrics, MetricsForm, StoreResult};

/// How long the numbers of a minute are kept, and those of ten minutes: seconds, as Sidekiq keeps them.
const TTLS: (u64, u64) = (8 * 3_600, 72 * 3_600);

impl RedisStore {
    pub(super) async fn add_metrics(
        &self,
        metrics: &[ClassMetrics],
        form: MetricsForm,
    ) -> StoreResult<()> {
        if metrics.is_empty() {
            return Ok(());
        }
        let mut call = scripts::METRICS.arg(self.keys.prefix());
        call.arg(match form {
            MetricsForm::Seven => "7",
            MetricsForm::Eight => "8",
        })
        .arg(TTLS.0)
        .arg(TTLS.1);
        for class in metrics {
            let used = class.histogram.iter().enumerate();
            let used: Vec<(usize, u64)> = used
                .filter(|(_, count)| **count > 0)
                .map(|(bucket, count)| (bucket, *count))
                .collect();
            call.arg(&class.class)
                .arg(class.processed)
                .arg(class.failed)
                .arg(class.milliseconds)
                .arg(used.len());
            for (bucket, count) in used {
                call.arg(bucket).arg(count);
            }
        }
        self.worker.change(&call).await
    }
}
