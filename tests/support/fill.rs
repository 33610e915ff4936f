//! Fills a Redis: real dumps of Sidekiq processes, and many made-up jobs.

use redis::aio::MultiplexedConnection;
use serde_json::Value;
use std::path::Path;

/// Loads the dump `tests/fixtures/NAME.jsonl` (`sidekiq-6`, `sidekiq-7`, `sidekiq-8`), expiry times included, each key after `prefix`.
pub async fn load_fixture(connection: &mut MultiplexedConnection, name: &str, prefix: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(format!("{name}.jsonl"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut pipe = redis::pipe();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let row: Value = serde_json::from_str(line).expect("a line of JSON");
        let key = format!("{prefix}{}", text_of(&row["key"]));
        let value = &row["value"];
        match row["type"].as_str() {
            Some("string") => {
                pipe.cmd("SET").arg(&key).arg(value_of(value)).ignore();
            }
            Some("list") => {
                for item in value.as_array().expect("an array") {
                    pipe.cmd("RPUSH").arg(&key).arg(value_of(item)).ignore();
                }
            }
            Some("set") => {
                for item in value.as_array().expect("an array") {
                    pipe.cmd("SADD").arg(&key).arg(value_of(item)).ignore();
                }
            }
            Some("zset") => {
                for item in value.as_array().expect("an array") {
                    pipe.cmd("ZADD")
                        .arg(&key)
                        .arg(text_of(&item[1]))
                        .arg(value_of(&item[0]))
                        .ignore();
                }
            }
            Some("hash") => {
                for (field, item) in value.as_object().expect("an object") {
                    pipe.cmd("HSET")
                        .arg(&key)
                        .arg(field)
                        .arg(value_of(item))
                        .ignore();
                }
            }
            other => panic!("{key}: unknown type {other:?}"),
        }
        if let Some(ttl) = row["ttl"].as_i64().filter(|&ttl| ttl > 0) {
            // Heartbeats live a minute: too short for a loaded machine.
            pipe.cmd("EXPIRE").arg(&key).arg(ttl.max(600)).ignore();
        }
    }
    let () = pipe
        .query_async(connection)
        .await
        .expect("the dump can be loaded");
}

fn text_of(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a string, not {value}"))
}

fn value_of(value: &Value) -> Vec<u8> {
    match value.get("hex").and_then(Value::as_str) {
        Some(hex) => (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits"))
            .collect(),
        None => text_of(value).as_bytes().to_vec(),
    }
}

/// The text of a failed job of class `Class{number % 10}`, about 800 bytes; its jid is the number, 24 digits.
pub fn job_text(number: usize) -> String {
    format!(
        r#"{{"retry":true,"queue":"default","class":"Class{}","args":[{number}],"jid":"{number:024}","created_at":1795470698.5,"enqueued_at":1795470698.5,"error_message":"made up {}","error_class":"MadeUpError","failed_at":1795470704.25,"retry_count":1}}"#,
        number % 10,
        "x".repeat(540),
    )
}

/// Adds `count` jobs to a sorted set; `score` gives each number's score.
pub async fn fill_set(
    connection: &mut MultiplexedConnection,
    key: &str,
    count: usize,
    score: impl Fn(usize) -> f64,
) {
    for start in (0..count).step_by(1000) {
        let mut command = redis::cmd("ZADD");
        command.arg(key);
        for number in start..(start + 1000).min(count) {
            command.arg(score(number).to_string()).arg(job_text(number));
        }
        let () = command
            .query_async(connection)
            .await
            .expect("jobs can be added");
    }
}

/// Enqueues `count` jobs, number 0 first to run.
pub async fn fill_queue(connection: &mut MultiplexedConnection, queue: &str, count: usize) {
    let () = redis::cmd("SADD")
        .arg("queues")
        .arg(queue)
        .query_async(connection)
        .await
        .expect("the queue can be named");
    for start in (0..count).step_by(1000) {
        let mut command = redis::cmd("LPUSH");
        command.arg(format!("queue:{queue}"));
        for number in start..(start + 1000).min(count) {
            command.arg(job_text(number));
        }
        let () = command
            .query_async(connection)
            .await
            .expect("jobs can be added");
    }
}
