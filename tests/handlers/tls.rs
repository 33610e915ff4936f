//! Endpoints over TLS, with a certificate of their own.

use crate::{
    harness,
    process::{WorkerProcess, failed},
    receiver::Receiver,
};
use std::path::Path;
use tokio::process::Command;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_over_tls_is_sent_jobs_when_its_certificate_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (
        folder.path().join("cert.pem"),
        folder.path().join("key.pem"),
    );
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let mut command = Command::new("python3");
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/handlers/secure.py"))
        .args([&certificate, &key]);
    let endpoint = Receiver::run(command).await;
    let settings = format!("[handlers.Secret]\nhttp = '{}'\n", endpoint.url);

    let subject = harness::sqlite().await;
    let trusting = WorkerProcess::start_with(&subject, &settings, |worker| {
        worker
            .env("SSL_CERT_FILE", &certificate)
            .env_remove("SSL_CERT_DIR");
    });
    trusting.enqueue("Secret", "[]", "true").await;
    subject.wait_for_counters(1, 0).await;
    trusting.stop().await;

    // Somebody else's certificate is all that this one trusts.
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let authorities = folder.path().join("other.pem");
    std::fs::write(&authorities, other.cert.pem()).unwrap();
    let doubting = WorkerProcess::start_with(&subject, &settings, |worker| {
        worker
            .env("SSL_CERT_FILE", &authorities)
            .env_remove("SSL_CERT_DIR");
    });
    let jid = doubting.enqueue("Secret", "[]", "true").await;
    let failure = failed(&subject, &jid).await;
    assert_eq!(failure.class, "TlsError");
    assert!(failure.message.contains("certificate"), "{failure:?}");
    doubting.stop().await;

    // And this one trusts nobody at all.
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let refused = WorkerProcess::start_with(&subject, &settings, |worker| {
        worker
            .env("SSL_CERT_FILE", &empty)
            .env_remove("SSL_CERT_DIR");
    });
    refused.log.wait_for("SSL_CERT_FILE").await;
    assert!(
        refused
            .log
            .text()
            .contains("jobdeck.toml:1: the handler `Secret` cannot use TLS")
    );
    assert!(!refused.ended().await.success());
}
