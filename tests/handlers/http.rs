//! Jobs that are sent to an endpoint.

use crate::{
    endpoint::Endpoint,
    harness::{Subject, into_queue},
    process::{WorkerProcess, failed},
    support::wait_until,
};
use std::sync::atomic::Ordering;
use tokio::net::TcpListener;

pub(crate) async fn an_endpoint_is_sent_the_job_as_it_is_stored(subject: Subject) {
    let endpoint = Endpoint::start().await;
    let url = endpoint.url.replace("://", "://ada:s%40fe@");
    let worker = WorkerProcess::start(
        &subject,
        &format!(
            "[worker]\nqueues = [\"default\", \"low prio\"]\n[handlers.'*']\nhttp = '{url}/note'\nsecret = 'x'\nheaders = {{ X-Tenant = 'shop' }}\n"
        ),
    );
    let plain = r#"{"class":"A","args":[12345678901234567890, 1.0],"jid":"a1","retry":true}"#;
    let odd = r#"{ "class":"Sidekiq::ActiveJob::Wrapper","wrapped":"Café\n%","args":[{"arguments":[]}],"jid":"b.2","retry_count":0}"#;
    for (queue, text) in [("default", plain), ("low prio", odd)] {
        subject.put(into_queue(queue, text)).await;
        subject
            .wait_for_counters(if text == plain { 1 } else { 2 }, 0)
            .await;
    }
    let requests = endpoint.seen.requests.lock().unwrap().clone();
    let header = |index: usize, name: &str| requests[index].0[name].to_str().unwrap().to_owned();
    assert_eq!(requests[0].1, plain);
    assert_eq!(requests[1].1, odd);
    for (index, jid, class, queue, attempt, id) in [
        (0, "a1", "A", "default", "1", "a1"),
        (1, "b.2", "Caf%C3%A9%0A%25", "low%20prio", "2", "b%2E2"),
    ] {
        assert_eq!(header(index, "content-type"), "application/json");
        assert_eq!(header(index, "authorization"), "Basic YWRhOnNAZmU=");
        assert_eq!(header(index, "x-tenant"), "shop");
        assert_eq!(header(index, "jobdeck-jid"), jid);
        assert_eq!(header(index, "jobdeck-class"), class);
        assert_eq!(header(index, "jobdeck-queue"), queue);
        assert_eq!(header(index, "jobdeck-attempt"), attempt);
        let deadline = header(index, "jobdeck-deadline");
        assert!(chrono::DateTime::parse_from_rfc3339(&deadline).is_ok() && deadline.ends_with('Z'));
        assert_eq!(header(index, "webhook-id"), id);
        assert!(header(index, "webhook-signature").starts_with("v1,"));
        assert!(header(index, "user-agent").starts_with("jobdeck/"));
    }
    worker.stop().await;
}

pub(crate) async fn what_an_endpoint_answers_or_not_decides_what_becomes_of_a_job(
    subject: Subject,
) {
    let endpoint = Endpoint::start().await;
    let url = &endpoint.url;
    // One that hangs up at once, one where nobody is any more, one that accepts and never says a word.
    let rude = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let rude_address = rude.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((connection, _)) = rude.accept().await {
            let _ = connection.readable().await;
        }
    });
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone_address = gone.local_addr().unwrap();
    drop(gone);
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute_address = mute.local_addr().unwrap();
    let worker = WorkerProcess::start(
        &subject,
        &format!(
            r#"
            [handlers.Silent]
            http = "{url}/silent"
            timeout = "200ms"
            [handlers.Dribble]
            http = "{url}/dribble"
            timeout = "3s"
            [handlers.Large]
            http = "{url}/large"
            [handlers.Moved]
            http = "{url}/moved"
            [handlers.Busy]
            http = "{url}/busy"
            [handlers.Rude]
            http = "http://{rude_address}/"
            [handlers.Gone]
            http = "http://secret:word@{gone_address}/jobs"
            [handlers.Nowhere]
            http = "http://nowhere.invalid/"
            [handlers.Mute]
            http = "https://{mute_address}/"
            connect_timeout = "200ms"
            [handlers.Plain]
            http = "https://{}/"
            "#,
            url.trim_start_matches("http://"),
        ),
    );
    for (class, error_class, message) in [
        ("Silent", "Timeout", "/silent did not answer within 200ms"),
        ("Moved", "HTTP 302", "(to /note), which is not followed"),
        ("Rude", "ConnectionLost", "was lost before the answer"),
        (
            "Gone",
            "ConnectionRefused",
            "no connection to http://127.0.0.1",
        ),
        (
            "Nowhere",
            "UnknownHost",
            "the host of http://nowhere.invalid/ has no address",
        ),
        (
            "Mute",
            "ConnectTimeout",
            "no connection to https://127.0.0.1",
        ),
        ("Plain", "TlsError", "TLS with https://127.0.0.1"),
        ("Large", "HTTP 400", "xxxx"),
        ("Busy", "HTTP 503", "full"),
    ] {
        let jid = worker.enqueue(class, "[]", "true").await;
        let failure = failed(&subject, &jid).await;
        assert_eq!(failure.class, error_class, "{failure:?}");
        assert!(failure.message.contains(message), "{failure:?}");
        assert!(!failure.message.contains("secret:word"), "{failure:?}");
        assert!(failure.message.chars().count() <= 2_001);
        let delay = if class == "Busy" {
            30.0 * 86_400.0
        } else {
            15.0
        };
        assert!(
            (delay..delay + 10.0).contains(&failure.delay),
            "{failure:?}"
        );
    }
    // The status is the answer: the rest of it is not waited for.
    let (processed, failures) = subject.counters().await;
    worker.enqueue("Dribble", "[]", "true").await;
    subject.wait_for_counters(processed + 1, failures).await;
    // It is said from the start that nobody is there, beside the jobs: some of these endpoints take their time to answer, or do not.
    worker.log.wait_for("jobs of Gone fail").await;
    let warned = worker.log.text();
    assert!(
        warned.contains("WARN")
            && warned.contains(&format!("http://{gone_address}/jobs cannot be reached")),
        "{warned}"
    );
    assert!(warned.contains("jobs of Gone fail"), "{warned}");
    worker.stop().await;
}

pub(crate) async fn connections_are_used_again_and_no_more_jobs_run_than_the_handler_may(
    subject: Subject,
) {
    let endpoint = Endpoint::start().await;
    let worker = WorkerProcess::start(
        &subject,
        &format!(
            "[handlers.Slow]\nhttp = '{}/gate'\nconcurrency = 2\nrate = '1000/s'\n",
            endpoint.url
        ),
    );
    // Whether somebody is there was asked, too.
    worker.log.wait_for("worker started").await;
    let before = endpoint.seen.connections.load(Ordering::SeqCst);
    for _ in 0..20 {
        worker.enqueue("Slow", "[]", "true").await;
    }
    wait_until("two are there", async || {
        endpoint.seen.now.load(Ordering::SeqCst) == 2
    })
    .await;
    wait_until(
        "the worker has fetched ten at least, of which two run",
        async || {
            let queue = subject.summary("default").await;
            queue.is_none_or(|queue| queue.size <= 10)
        },
    )
    .await;
    assert_eq!(endpoint.seen.now.load(Ordering::SeqCst), 2);
    endpoint.gate.add_permits(20);
    subject.wait_for_counters(20, 0).await;
    assert_eq!(endpoint.seen.most.load(Ordering::SeqCst), 2);
    let connections = endpoint.seen.connections.load(Ordering::SeqCst) - before;
    assert!(connections < 10, "{connections} connections for 20 jobs");
    worker.stop().await;
}
