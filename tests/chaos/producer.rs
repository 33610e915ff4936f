//! Enqueues jobs through the dashboard, whatever happens to that.

use crate::work;
use serde_json::json;
use std::{
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;

/// Jobs of one request.
const STEP: u64 = 5;

/// Enqueues jobs as it is allowed to, in a task of its own.
pub(crate) struct Producer {
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    address: Mutex<String>,
    /// Requests that may be made.
    allowed: AtomicU64,
    /// Jobs whose enqueueing was answered.
    answered: Mutex<Vec<u64>>,
}

impl Producer {
    /// For the jobs with these numbers.
    pub(crate) fn start(address: &str, numbers: Range<u64>) -> Self {
        let shared = Arc::new(Shared {
            address: Mutex::new(address.to_owned()),
            allowed: AtomicU64::new(0),
            answered: Mutex::default(),
        });
        let task = tokio::spawn(produce(Arc::clone(&shared), numbers));
        Self { shared, task }
    }

    /// The dashboard is elsewhere now.
    pub(crate) fn moved(&self, address: &str) {
        address.clone_into(&mut self.shared.address.lock().unwrap());
    }

    /// Allows so many further requests.
    pub(crate) fn allow(&self, requests: u64) {
        self.shared.allowed.fetch_add(requests, Ordering::Relaxed);
    }

    /// Whether all is enqueued that is to be.
    pub(crate) fn is_done(&self) -> bool {
        self.task.is_finished()
    }

    /// Jobs whose enqueueing was answered.
    pub(crate) fn answered(&self) -> Vec<u64> {
        self.shared.answered.lock().unwrap().clone()
    }
}

async fn produce(shared: Arc<Shared>, numbers: Range<u64>) {
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let mut from = numbers.start;
    while from < numbers.end {
        let take = |allowed: u64| allowed.checked_sub(1);
        let (order, read) = (Ordering::Relaxed, Ordering::Relaxed);
        if shared.allowed.fetch_update(order, read, take).is_err() {
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        }
        let step: Vec<u64> = (from..numbers.end.min(from + STEP)).collect();
        from += STEP;
        let body: Vec<_> = step
            .iter()
            .map(|number| {
                let job = work::job(*number);
                json!({"class": job.class, "args": [number], "jid": job.jid})
            })
            .collect();
        let address = shared.address.lock().unwrap().clone();
        let request = http.post(format!("{address}/api/v1/jobs")).json(&body);
        // One without an answer is not repeated: its jobs may be there.
        if let Ok(answer) = request.send().await
            && answer.status().is_success()
            && answer.bytes().await.is_ok()
        {
            shared.answered.lock().unwrap().extend(step);
        }
    }
}
