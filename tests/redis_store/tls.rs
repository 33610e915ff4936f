//! TLS, shaken hands for: with a real server, a certificate of its own, and the real binary that is told to trust it, or not.

use crate::support::RedisServer;
use std::{
    net::TcpListener,
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};
use tokio::process::Command;

/// A server that also speaks TLS, and the port for that.
async fn secure_server(folder: &Path) -> (RedisServer, u16) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();
    let server = RedisServer::start_with(&[
        "--tls-port",
        &port.to_string(),
        "--tls-cert-file",
        &certificate.display().to_string(),
        "--tls-key-file",
        &key.display().to_string(),
        "--tls-auth-clients",
        "no",
    ])
    .await;
    (server, port)
}

/// `jobdeck check` on this address, trusting the authorities of this file.
async fn check(url: &str, authorities: &Path) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_jobdeck"))
        .args(["check", "--store", url])
        .env("SSL_CERT_FILE", authorities)
        .env_remove("SSL_CERT_DIR")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    tokio::time::timeout(Duration::from_secs(30), command)
        .await
        .expect("it ends in time")
        .expect("it runs")
}

#[tokio::test]
async fn a_server_is_spoken_to_over_tls_when_its_certificate_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let (server, port) = secure_server(folder.path()).await;
    let url = format!("rediss://127.0.0.1:{port}");

    let trusting = check(&url, &folder.path().join("certificate.pem")).await;
    let text = String::from_utf8_lossy(&trusting.stdout);
    assert!(trusting.status.success(), "{trusting:?}");
    assert!(text.contains(&url), "{text}");

    // Somebody else's certificate.
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let authorities = folder.path().join("other.pem");
    std::fs::write(&authorities, other.cert.pem()).unwrap();
    let doubting = check(&url, &authorities).await;
    let text = String::from_utf8_lossy(&doubting.stderr);
    assert!(!doubting.status.success(), "{doubting:?}");
    assert!(text.contains("SSL_CERT_FILE"), "{text}");

    // A port that speaks no TLS.
    let plain = format!("rediss://127.0.0.1:{}", server.port());
    let refused = check(&plain, &folder.path().join("certificate.pem")).await;
    assert!(!refused.status.success(), "{refused:?}");
}
