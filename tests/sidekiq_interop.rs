//! A real Ruby Sidekiq and Jobdeck on one Redis: each sees, changes and runs what the other wrote.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::needless_pass_by_value,
    clippy::large_futures,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails"
)]

mod support;

use jobdeck::worker::{JobContext, Worker};
use serde_json::{Value, json};
use std::{path::PathBuf, process::Stdio, time::Duration};
use support::{Jobdeck, RedisServer, wait_until};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

/// A Ruby application that knows one Redis.
struct Ruby {
    redis_url: String,
}

impl Ruby {
    fn script(name: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/ruby")
            .join(name)
    }

    /// Runs one of the scripts and answers what it printed.
    async fn run(&self, script: &str, arguments: &[&str]) -> String {
        let output = Command::new("ruby")
            .arg(Self::script(script))
            .args(arguments)
            .env("REDIS_URL", &self.redis_url)
            .stdin(Stdio::null())
            .output()
            .await
            .expect("ruby runs (Debian package ruby-sidekiq)");
        assert!(
            output.status.success(),
            "{script}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    /// What Ruby's own API counts.
    async fn counts(&self) -> Value {
        serde_json::from_str(&self.run("counts.rb", &[]).await).expect("JSON")
    }

    /// Starts a Sidekiq process; it ends with the handle.
    fn sidekiq(&self) -> Child {
        Command::new("sidekiq")
            .args([
                "-c", "5", "-t", "1", "-q", "critical", "-q", "default", "-q", "mailers", "-r",
            ])
            .arg(Self::script("jobs.rb"))
            .env("REDIS_URL", &self.redis_url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("sidekiq runs (Debian package ruby-sidekiq)")
    }
}

/// The jobs that `EchoJob` has written down, as `{jid, args}`.
async fn echoes(redis: &RedisServer) -> Vec<Value> {
    let texts: Vec<String> = redis.command(&["LRANGE", "test:echo", "0", "-1"]).await;
    texts
        .iter()
        .map(|text| serde_json::from_str(text).expect("JSON"))
        .collect()
}

fn jids(page: &Value) -> Vec<String> {
    let mut jids: Vec<String> = page["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| entry["jid"].as_str().expect("jid").to_owned())
        .collect();
    jids.sort();
    jids
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ruby_sidekiq_is_not_given_what_is_held() {
    let redis = RedisServer::start().await;
    let ruby = Ruby {
        redis_url: redis.url(),
    };
    let jobdeck = Jobdeck::serve(&["--store", &redis.url(), "--no-worker"]).await;
    let hold = jobdeck
        .post(
            "/api/v1/holds",
            &json!({"query": "class:EchoJob arg.0:held", "seconds": 3_600}),
        )
        .await;
    let path = format!(
        "/api/v1/holds/{}",
        hold["hold"]["id"].as_str().expect("a name")
    );
    // Due soon, as a job that has just failed is: after Sidekiq has begun to look.
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("after 1970")
        .as_secs_f64();
    for word in ["held", "free"] {
        let job = json!({
            "class": "EchoJob", "args": [word], "jid": format!("{word:x>24}"), "queue": "default", "retry": true, "retry_count": 0,
            "error_class": "E", "error_message": "no", "failed_at": now, "created_at": now, "enqueued_at": now,
        });
        let due = (now + 15.0).to_string();
        let _: i64 = redis
            .command(&["ZADD", "retry", &due, &job.to_string()])
            .await;
    }
    let _sidekiq = ruby.sidekiq();
    wait_until("Sidekiq has run the one that nobody holds", async || {
        !echoes(&redis).await.is_empty()
    })
    .await;
    assert_eq!(echoes(&redis).await[0]["args"], json!(["free"]));
    assert_eq!(jobdeck.get(&path).await["held"], 1);
    jobdeck.post(&format!("{path}/release"), &json!({})).await;
    wait_until("Sidekiq has run what was released", async || {
        echoes(&redis).await.len() == 2
    })
    .await;
    assert_eq!(echoes(&redis).await[1]["args"], json!(["held"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ruby_sidekiq_and_jobdeck_share_one_redis() {
    let redis = RedisServer::start().await;
    let ruby = Ruby {
        redis_url: redis.url(),
    };
    ruby.run("fill.rb", &[]).await;
    let mut sidekiq = ruby.sidekiq();
    let jobdeck = Jobdeck::serve(&["--store", &redis.url()]).await;

    // Everything that Ruby made and ran is there, and counts the same.
    wait_until("Ruby has run what it could", async || {
        let overview = jobdeck.get("/api/v1/overview").await;
        overview["retrying"] == 3
            && overview["dead"] == 1
            && overview["running"] == 1
            && overview["processed"] == 9
    })
    .await;
    let overview = jobdeck.get("/api/v1/overview").await;
    let counts = ruby.counts().await;
    for number in [
        "processed",
        "failed",
        "enqueued",
        "scheduled",
        "retrying",
        "dead",
        "processes",
    ] {
        assert_eq!(overview[number], counts[number], "{number}");
    }
    for queue in overview["queues"].as_array().expect("queues") {
        assert_eq!(
            queue["size"],
            counts["queues"][queue["name"].as_str().expect("name")],
            "{queue}"
        );
    }
    for set in ["scheduled", "retries", "dead"] {
        assert_eq!(
            json!(jids(
                &jobdeck.get(&format!("/api/v1/sets/{set}/jobs")).await
            )),
            counts["jids"][set],
            "{set}"
        );
    }
    let running = jobdeck.get("/api/v1/running").await;
    assert!(running.to_string().contains("SlowJob"), "{running}");
    let processes = jobdeck.get("/api/v1/processes").await;
    assert!(
        processes
            .to_string()
            .contains(counts["identities"][0].as_str().expect("identity")),
        "{processes}"
    );

    // The error and its trace, line for line as Ruby reads it.
    let retries = jobdeck
        .get("/api/v1/sets/retries/jobs?class=FixableJob&tag=flaky")
        .await;
    let failed = &retries["entries"][0];
    assert_eq!(failed["error_class"], "ThirdPartyError");
    assert!(
        failed["error_message"]
            .as_str()
            .expect("message")
            .contains("café <b>"),
        "{failed}"
    );
    let jid = failed["jid"].as_str().expect("jid");
    let detail = jobdeck.get(&format!("/api/v1/jobs/{jid}")).await;
    let trace = counts["traces"][jid].as_array().expect("trace");
    assert_eq!(trace.len(), 8);
    for line in trace {
        assert!(
            detail.to_string().contains(line.as_str().expect("line")),
            "{line} is not in {detail}"
        );
    }

    // Active Job: the class and the arguments that people wrote, not the wrapper's.
    let unserved = jobdeck.get("/api/v1/queues/unserved/jobs").await;
    assert!(
        unserved.to_string().contains("PublishPhotoJob")
            && unserved.to_string().contains("gid://app/Photo/9"),
        "{unserved}"
    );

    // The pages show it to people.
    for (path, texts) in [
        ("/", &["unserved", "DoomedJob", "SlowJob"][..]),
        (
            "/queues/unserved",
            &["EchoJob", "PublishPhotoJob", "gid://app/Photo/9"],
        ),
        ("/scheduled", &["EchoJob", "in an hour"]),
        (
            "/retries",
            &["FixableJob", "ThirdPartyError", "flaky", "ResizePhotoJob"],
        ),
        (
            "/dead",
            &["DoomedJob", "third party said no to", "café &lt;b&gt;"],
        ),
        ("/running", &["SlowJob"]),
        (
            &format!("/jobs/{jid}"),
            &["FixableJob", "ThirdPartyError", "jobs.rb:", "flaky"],
        ),
    ] {
        let page = jobdeck.page(path).await;
        for text in texts {
            assert!(page.contains(text), "{text} is not on {path}: {page}");
        }
        assert!(
            !page.contains("JobWrapper</"),
            "the wrapper is not the job: {path}"
        );
    }

    // Once the cause is mended, what Jobdeck retries is run by Ruby: from the retry set and from the dead set.
    redis.command::<()>(&["SET", "test:fixed", "1"]).await;
    let mut failed_jobs = jids(&jobdeck.get("/api/v1/sets/retries/jobs").await);
    failed_jobs.extend(jids(&jobdeck.get("/api/v1/sets/dead/jobs").await));
    for set in ["retries", "dead"] {
        let page = jobdeck.get(&format!("/api/v1/sets/{set}/jobs")).await;
        let ids: Vec<&Value> = page["entries"]
            .as_array()
            .expect("entries")
            .iter()
            .map(|entry| &entry["id"])
            .collect();
        jobdeck
            .post(
                "/api/v1/actions",
                &json!({"action": "retry", "entries": ids}),
            )
            .await;
    }
    wait_until("Ruby ran what Jobdeck retried", async || {
        let ran = echoes(&redis).await;
        failed_jobs
            .iter()
            .all(|jid| ran.iter().any(|echo| echo["jid"] == json!(jid)))
    })
    .await;

    // What Jobdeck enqueues, Ruby runs, with exactly these arguments.
    let arguments = json!([12_345_678_901_234_567_890_u64, "ü", [], {}, null, 1.0]);
    let answer = jobdeck
        .post(
            "/api/v1/jobs",
            &json!({"class": "EchoJob", "args": arguments}),
        )
        .await;
    wait_until("Ruby ran what Jobdeck enqueued", async || {
        echoes(&redis)
            .await
            .iter()
            .any(|echo| echo["jid"] == answer["jids"][0] && echo["args"] == arguments)
    })
    .await;

    // A scheduled job enqueued now by Jobdeck runs in Ruby.
    let scheduled = jobdeck.get("/api/v1/sets/scheduled/jobs?limit=1").await;
    let entry = &scheduled["entries"][0];
    jobdeck
        .post(
            "/api/v1/actions",
            &json!({"action": "enqueue", "entries": [entry["id"]]}),
        )
        .await;
    wait_until("Ruby ran the scheduled job", async || {
        echoes(&redis)
            .await
            .iter()
            .any(|echo| echo["jid"] == entry["jid"])
    })
    .await;

    // Quiet from Jobdeck is obeyed by Ruby.
    let identity = counts["identities"][0].as_str().expect("identity");
    jobdeck
        .post(&format!("/api/v1/processes/{identity}/quiet"), &json!({}))
        .await;
    wait_until("the process is quiet", async || {
        jobdeck.get("/api/v1/processes").await[0]["quiet"] == true
    })
    .await;

    sidekiq.kill().await.expect("it ends");
    let after = ruby.counts().await;
    let overview = jobdeck.get("/api/v1/overview").await;
    for number in [
        "processed",
        "failed",
        "enqueued",
        "scheduled",
        "retrying",
        "dead",
    ] {
        assert_eq!(overview[number], after[number], "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ruby_enqueues_jobdecks_worker_runs() {
    let redis = RedisServer::start().await;
    let ruby = Ruby {
        redis_url: redis.url(),
    };
    let jid = ruby
        .run(
            "enqueue.rb",
            &["EchoJob", "default", r#"[1, "two", {"k": ["v"]}]"#],
        )
        .await;
    let failing = ruby
        .run("enqueue.rb", &["FixableJob", "mailers", "[9]"])
        .await;

    let store = jobdeck::store::connect(&redis.url(), &jobdeck::store::StoreOptions::default())
        .await
        .expect("store");
    let (sender, mut ran) = tokio::sync::mpsc::unbounded_channel();
    let shutdown = CancellationToken::new();
    let worker = Worker::builder(store)
        .queue("default", 1)
        .queue("mailers", 1)
        .handler("EchoJob", move |job: JobContext, arguments: Vec<Value>| {
            let sender = sender.clone();
            async move {
                sender.send((job.jid().clone(), arguments))?;
                Ok(())
            }
        })
        .build()
        .expect("a worker");
    let running = tokio::spawn(worker.run(shutdown.clone()));
    let (ran_jid, arguments) = tokio::time::timeout(Duration::from_secs(20), ran.recv())
        .await
        .expect("in time")
        .expect("a run");
    assert_eq!(
        (ran_jid.as_str(), json!(arguments)),
        (jid.as_str(), json!([1, "two", {"k": ["v"]}]))
    );

    // Ruby sees Jobdeck's process as one of its own, and the job that failed for want of a handler in its retry set.
    wait_until("Ruby sees the process and the failure", async || {
        let counts = ruby.counts().await;
        counts["processes"] == 1
            && counts["jids"]["retries"] == json!([failing])
            && counts["processed"] == 2
            && counts["failed"] == 1
    })
    .await;
    shutdown.cancel();
    running.await.expect("no panic").expect("a clean end");
    wait_until("the process has left", async || {
        ruby.counts().await["processes"] == 0
    })
    .await;
}
