//! The command line: what `check` says, and that a log-in at a provider is one.

use super::*;
use std::process::Stdio;
use support::program;
use tokio::io::{AsyncBufReadExt, BufReader};

/// A command in a folder of its own, with a provider.
fn command(folder: &TempDir, issuer: &str) -> tokio::process::Command {
    let mut command = program();
    command
        .current_dir(folder.path())
        .env("JOBDECK_OIDC_ISSUER", issuer)
        .env("JOBDECK_OIDC_CLIENT_ID", CLIENT)
        .env("JOBDECK_OIDC_CLIENT_SECRET", SECRET)
        .env("JOBDECK_OIDC_SCOPES", "profile,groups")
        .env("JOBDECK_OIDC_ROLES", "ops=operator");
    command
}

#[tokio::test]
async fn check_asks_the_provider() {
    let provider = Provider::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut check = command(&folder, &provider.issuer);
    let run = check.arg("check").output().await.expect("it runs");
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success(),
        "{said} {}",
        String::from_utf8_lossy(&run.stderr)
    );
    let line = said
        .lines()
        .find(|line| line.starts_with("openid connect: "));
    let line = line.expect("a line");
    assert!(line.contains("as `jobdeck`, with a secret"), "{line}");
    assert!(
        line.contains("/authorize; 1 keys, with a log-out of its own"),
        "{line}"
    );
    assert!(!said.contains("hunter2"), "{said}");

    let (_socket, address) = away();
    let mut check = command(&folder, &format!("http://{address}"));
    let run = check.arg("check").output().await.expect("it runs");
    let told = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(1));
    assert!(
        told.contains("OpenID Connect with http://127.0.0.1") && told.contains("no connection"),
        "{told}"
    );
    let other = format!("{}/", provider.issuer);
    let mut check = command(&folder, &other);
    let run = check.arg("check").output().await.expect("it runs");
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(told.contains("calls itself otherwise"), "{told}");
}

#[tokio::test]
async fn a_server_with_a_provider_may_be_reached_from_elsewhere() {
    let provider = Provider::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let mut serve = command(&folder, &provider.issuer)
        .args(["serve", "--no-worker", "--listen", "0.0.0.0:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it runs");
    let mut lines = BufReader::new(serve.stdout.take().expect("its output")).lines();
    let line = lines.next_line().await.expect("text").expect("it begins");
    let address = line.split("Jobdeck is at ").nth(1).expect("an address");
    let mut browser = Browser::at(address.trim_end_matches('/'));
    browser.log_in("/").await;
    assert!(browser.is_in().await);
}
