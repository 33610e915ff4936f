//! Takes over jobs that processes left unfinished when they died.

use super::{heartbeat, runtime::Runtime, settlement, trouble::Trouble};
use crate::store::StoreResult;
use std::sync::Arc;
use tokio::time::sleep;

/// Recovers at once and then every so often, until the worker stops.
pub(super) async fn run(runtime: Arc<Runtime>) {
    let mut trouble = Trouble::new("recovering jobs of processes that are gone");
    loop {
        match recover(&runtime).await {
            Ok(0) => trouble.is_over(),
            Ok(recovered) => {
                trouble.is_over();
                tracing::warn!(
                    recovered,
                    "jobs of processes that are gone went back to their queues"
                );
                // A call has a limit, so there may be more.
                if !runtime.stopping.is_cancelled() {
                    continue;
                }
            }
            Err(error) => trouble.note(&error),
        }
        let pause = runtime
            .settings
            .recovery_interval
            .mul_f64(rand::random_range(0.8..1.2));
        tokio::select! {
            () = sleep(pause) => {}
            () = runtime.stopping.cancelled() => return,
        }
    }
}

async fn recover(runtime: &Runtime) -> StoreResult<u64> {
    // After a long sleep of the machine nobody's heartbeat counts any more: this process says that it lives before it looks at others.
    heartbeat::beat(runtime, &runtime.store).await?;
    settlement::settle_waiting(runtime).await;
    let grace = runtime.settings.recovery_grace;
    runtime.store.recover(&runtime.identity, grace).await
}
