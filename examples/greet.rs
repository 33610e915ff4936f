//! A worker with a handler of its own, and jobs for it: `cargo run --example greet`.
//!
//! Look at it with `jobdeck serve --store sqlite:greet.db`: one of the jobs fails, and waits for its next try.
#![allow(clippy::print_stdout, reason = "it talks to the person who runs it")]

use jobdeck::{
    Client, Worker,
    store::{StoreOptions, connect},
    worker::JobError,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = connect("sqlite:greet.db", &StoreOptions::default()).await?;
    let client = Client::new(store.clone());
    for name in ["Ada", "Grace", ""] {
        client.enqueue("Greet", (name,)).await?;
    }
    println!("Ctrl-C ends it.");
    Worker::builder(store)
        .queue("default", 1)
        .concurrency(2)
        .handler("Greet", |job, (name,): (String,)| async move {
            if name.is_empty() {
                return Err(JobError::new("NobodyThere", "there is nobody to greet"));
            }
            println!("{}: Hello, {name}!", job.jid());
            Ok(())
        })
        .run_until(async { tokio::signal::ctrl_c().await.unwrap_or(()) })
        .await?;
    Ok(())
}
