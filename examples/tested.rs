//! A program with handlers and the tests of it: `cargo run --example tested`, `cargo test --example tested`.
//!
//! What makes it easy to test: one function says what the worker is made of, for the program and for its tests.
#![allow(clippy::print_stdout, reason = "it talks to the person who runs it")]

use jobdeck::{
    Client, Worker,
    job::NewJob,
    store::{SharedStore, StoreOptions, connect},
    worker::{JobContext, JobError, JobResult, WorkerBuilder},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The argument of a job.
#[derive(Debug, Deserialize, Serialize)]
struct Order {
    number: u64,
    items: Vec<String>,
}

/// Has each item packed, and asks for an opinion a week later.
async fn place_order(job: JobContext, order: Order) -> JobResult {
    if order.items.is_empty() {
        return Err(JobError::new("EmptyOrder", "there is nothing to pack").kill());
    }
    let client: &Client = job.state()?;
    let parcels = order.items.iter().map(|item| (order.number, item));
    client.enqueue_many("PackItem", parcels).await?;
    let week = Duration::from_secs(7 * 86_400);
    client
        .enqueue_in(week, "AskForOpinion", (order.number,))
        .await?;
    Ok(())
}

async fn pack_item(_: JobContext, (order, item): (u64, String)) -> JobResult {
    if item == "anvil" {
        return Err(JobError::new("TooHeavy", format!("order {order}: {item}")));
    }
    println!("order {order}: {item} is packed");
    Ok(())
}

async fn ask_for_opinion(_: JobContext, (order,): (u64,)) -> JobResult {
    println!("order {order}: how was it?");
    Ok(())
}

/// What the worker is made of.
fn worker(store: SharedStore) -> WorkerBuilder {
    Worker::builder(store.clone())
        .state(Client::new(store))
        .handler("PlaceOrder", place_order)
        .handler("PackItem", pack_item)
        .handler("AskForOpinion", ask_for_opinion)
}

/// A new order.
fn order(number: u64, items: &[&str]) -> Result<NewJob, serde_json::Error> {
    let items = items.iter().map(ToString::to_string).collect();
    Ok(NewJob::new("PlaceOrder")
        .with_args(Order { number, items })?
        .retry(3))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = connect("sqlite:tested.db", &StoreOptions::default()).await?;
    let client = Client::new(store.clone());
    client.push(order(1, &["lamp", "anvil"])?).await?;
    println!("Ctrl-C ends it.");
    worker(store)
        .run_until(async { tokio::signal::ctrl_c().await.unwrap_or(()) })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{order, worker};
    use jobdeck::{
        testing::{TestStore, TestWorker},
        worker::RetryChoice,
    };

    #[tokio::test]
    async fn an_order_has_each_item_packed() {
        let store = TestStore::new().await.unwrap();
        let worker = TestWorker::new(worker(store.shared())).unwrap();
        store
            .client()
            .push(order(1, &["lamp", "book"]).unwrap())
            .await
            .unwrap();

        // The order and two items; the question waits for its day.
        let drained = worker.drain().await.unwrap();
        assert_eq!(drained.done, 3);
        assert!(drained.failed.is_empty(), "{drained:?}");
        let overview = store.shared().overview().await.unwrap();
        assert_eq!((overview.enqueued, overview.scheduled), (0, 1));

        // A week later.
        assert_eq!(worker.drain_all().await.unwrap().done, 1);
    }

    #[tokio::test]
    async fn what_is_too_heavy_is_tried_again_and_given_up_in_the_end() {
        let store = TestStore::new().await.unwrap();
        let worker = TestWorker::new(worker(store.shared())).unwrap();
        let client = store.client();
        client.push(order(2, &["anvil"]).unwrap()).await.unwrap();

        let drained = worker.drain_all().await.unwrap();
        let failed = |run: &jobdeck::testing::FailedRun| run.error.class() == "TooHeavy";
        assert!(drained.failed.iter().all(failed), "{drained:?}");
        // The first run, and 25 retries: items do not inherit those of the order.
        assert_eq!(drained.failed.len(), 26);
        assert_eq!(store.shared().overview().await.unwrap().dead, 1);
    }

    #[tokio::test]
    async fn an_empty_order_is_not_tried_again() {
        let store = TestStore::new().await.unwrap();
        let worker = TestWorker::new(worker(store.shared())).unwrap();

        // Inline: no queue, no retries, just what the handler answers.
        let error = worker.run_job(order(3, &[]).unwrap()).await.unwrap_err();
        assert_eq!(error.class(), "EmptyOrder");
        assert_eq!(error.choice(), Some(RetryChoice::Kill));

        let error = worker.run("PackItem", ("three", "lamp")).await.unwrap_err();
        assert_eq!(error.class(), "ArgumentError");
    }
}
