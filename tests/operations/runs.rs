//! Short words for what the tests of operations do.

use crate::{harness::Subject, support::wait_until};
use jobdeck::{
    admin::{Admin, AdminOptions, OperationRunner},
    model::{
        Action, Change, Operation, OperationRequest, OperationState, Order, Place, Selection, Set,
    },
    store::StoredEntry,
};
use std::{collections::BTreeMap, time::Duration};
use tokio_util::sync::CancellationToken;

/// The door to the subject's store.
pub(crate) fn admin(subject: &Subject) -> Admin {
    Admin::with_options(subject.store.clone(), AdminOptions::default())
}

/// All jobs of these places.
pub(crate) fn all_of(places: &[Place]) -> Selection {
    Selection {
        places: places.to_vec(),
        ..Selection::default()
    }
}

pub(crate) fn request(change: Change, selection: Selection) -> OperationRequest {
    OperationRequest {
        change,
        selection,
        before: None,
        rate: None,
        canary: None,
        reason: None,
    }
}

pub(crate) fn act(action: Action, places: &[Place]) -> OperationRequest {
    request(Change::Act(action), all_of(places))
}

/// Begins an operation and works on it until it is over or paused.
pub(crate) async fn run(subject: &Subject, request: &OperationRequest) -> Operation {
    let admin = admin(subject);
    let operation = admin.start_operation(request).await.unwrap();
    finish(&admin, &operation.id).await
}

/// Works on an operation until it is over or paused.
pub(crate) async fn finish(admin: &Admin, id: &str) -> Operation {
    OperationRunner::new(admin.clone())
        .finish(id, &CancellationToken::new())
        .await
        .unwrap();
    admin.operation(id).await.unwrap()
}

/// Undoes an operation, to the end.
pub(crate) async fn undo(subject: &Subject, id: &str) -> Operation {
    let admin = admin(subject);
    let undo = admin.undo_operation(id, None).await.unwrap();
    let undo = finish(&admin, &undo.id).await;
    assert_eq!(undo.state, OperationState::Done, "{undo:?}");
    undo
}

/// A process that works on operations until it is told to end.
pub(crate) struct Process {
    shutdown: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Process {
    pub(crate) fn start(admin: Admin) -> Self {
        let shutdown = CancellationToken::new();
        let runner = OperationRunner::new(admin);
        let task = tokio::spawn(runner.run(shutdown.clone()));
        Self { shutdown, task }
    }

    pub(crate) async fn end(self) {
        self.shutdown.cancel();
        self.task.await.unwrap();
    }
}

pub(crate) async fn wait_for_state(admin: &Admin, id: &str, state: OperationState) -> Operation {
    let what = format!("operation {id} is {}", state.name());
    wait_until(&what, async || {
        admin.operation(id).await.unwrap().state == state
    })
    .await;
    admin.operation(id).await.unwrap()
}

/// Every entry of these places: place, score (0 in a queue) and text; those of a queue in order, those of a set by score and text.
pub(crate) async fn everything(subject: &Subject, places: &[Place]) -> Vec<(String, f64, String)> {
    let mut found = Vec::new();
    for place in places {
        let entries = subject.walk(place, Order::Ascending, 1_000).await;
        let mut entries: Vec<_> = entries
            .iter()
            .map(|entry| described(place, entry))
            .collect();
        if place.set().is_some() {
            entries.sort_by(|one, other| one.1.total_cmp(&other.1).then(one.2.cmp(&other.2)));
        }
        found.extend(entries);
    }
    found
}

/// Fails with the first difference, of which there may be many.
pub(crate) fn assert_same(
    found: &[(String, f64, String)],
    expected: &[(String, f64, String)],
    what: &str,
) {
    for (at, (one, other)) in found.iter().zip(expected).enumerate() {
        assert_eq!(one, other, "{what}: entry {at}");
    }
    assert_eq!(found.len(), expected.len(), "{what}");
}

fn described(place: &Place, entry: &StoredEntry) -> (String, f64, String) {
    let score = if place.set().is_some() {
        entry.id.position
    } else {
        0.0
    };
    (
        place.to_string(),
        score,
        String::from_utf8_lossy(&entry.raw).into_owned(),
    )
}

/// How many entries of which place.
pub(crate) async fn sizes(subject: &Subject, places: &[Place]) -> BTreeMap<String, u64> {
    let mut sizes = BTreeMap::new();
    for place in places {
        sizes.insert(place.to_string(), subject.size(place).await);
    }
    sizes
}

/// The dead set.
pub(crate) fn dead() -> Place {
    Set::Dead.into()
}

/// The retry set.
pub(crate) fn retries() -> Place {
    Set::Retries.into()
}

/// Long enough for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
