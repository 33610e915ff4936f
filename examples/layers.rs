//! State that handlers share, and layers around every job: `cargo run --example layers`. It ends by itself.
//!
//! Look at it with `jobdeck serve --no-worker --store sqlite:layers.db`: the page of a job has the line that a layer has written.
#![allow(clippy::print_stdout, reason = "it talks to the person who runs it")]

use jobdeck::{
    Client, Worker,
    job::NewJob,
    store::{SharedStore, StoreOptions, connect},
    worker::{JobContext, JobError, JobResult, Next},
};
use std::{
    collections::HashSet,
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// Stands for a connection to somewhere; cheap to clone, as such connections are.
#[derive(Clone, Debug, Default)]
pub struct Mailbox {
    letters: Arc<Mutex<Vec<String>>>,
}

impl Mailbox {
    /// Sends a letter.
    fn send(&self, text: String) {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.push(text);
    }

    /// What was sent.
    #[must_use]
    pub fn letters(&self) -> Vec<String> {
        let letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.clone()
    }
}

/// Customers who do not want letters.
#[derive(Debug)]
struct Silent(HashSet<String>);

/// Writes into each job's log how long it took.
async fn measure(job: JobContext, next: Next) -> JobResult {
    let started = Instant::now();
    let result = next.run(job.clone()).await;
    job.log(format!("took {:?}", started.elapsed()));
    result
}

/// Gives no job more than a minute.
async fn limit(job: JobContext, next: Next) -> JobResult {
    match tokio::time::timeout(Duration::from_secs(60), next.run(job)).await {
        Ok(result) => result,
        Err(_) => Err(JobError::new("Timeout", "it took more than a minute")),
    }
}

/// Answers in place of the handler when the customer wants no letters: the job is done.
async fn respect_silence(job: JobContext, next: Next) -> JobResult {
    let silent: &Silent = job.state()?;
    match job.job().string("customer") {
        Some(customer) if silent.0.contains(&customer) => {
            job.log(format!("{customer} wants no letters"));
            Ok(())
        }
        _ => next.run(job).await,
    }
}

/// The handler.
async fn send_letter(job: JobContext, (customer, text): (String, String)) -> JobResult {
    let mailbox: &Mailbox = job.state()?;
    mailbox.send(format!("Dear {customer}, {text}"));
    Ok(())
}

/// Enqueues three letters, and runs them.
///
/// # Errors
/// What is wrong with the store.
pub async fn run(store: SharedStore, mailbox: Mailbox) -> Result<(), Box<dyn Error>> {
    let client = Client::new(store.clone());
    for customer in ["Ada", "Grace", "Joan"] {
        let letter = NewJob::new("SendLetter")
            .with_args((customer, "your photos are ready."))?
            .on_queue("letters")
            .retry(5)
            .tag("photos")
            // For the layer: it need not know the arguments of every class.
            .field("customer", customer)?;
        client.push(letter).await?;
    }
    // The last one of all ends the worker.
    let all_sent = CancellationToken::new();
    client
        .push(NewJob::new("Close").on_queue("letters"))
        .await?;

    Worker::builder(store)
        .queue("letters", 1)
        .concurrency(1)
        .state(mailbox)
        .state(Silent(HashSet::from(["Grace".to_owned()])))
        .state(all_sent.clone())
        .layer(measure)
        .layer(limit)
        .layer(respect_silence)
        .handler("SendLetter", send_letter)
        .handler("Close", |job, (): ()| async move {
            job.state::<CancellationToken>()?.cancel();
            Ok(())
        })
        .run(all_sent)
        .await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = connect("sqlite:layers.db", &StoreOptions::default()).await?;
    let mailbox = Mailbox::default();
    run(store, mailbox.clone()).await?;
    for letter in mailbox.letters() {
        println!("{letter}");
    }
    Ok(())
}
