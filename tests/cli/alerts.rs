//! `jobdeck alerts`.

use super::*;
use tokio::net::TcpListener;

fn configure(place: &Place, text: &str) {
    std::fs::write(place.path().join("jobdeck.toml"), text).expect("it is written");
}

#[tokio::test]
async fn without_alerts_there_is_nothing_to_list_and_none_to_answer() {
    let place = Place::new();
    assert_eq!(place.run(&["alerts", "list"]).await.done(), "");
    let json = place.run(&["alerts", "list", "--json"]).await.done();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["alerts"], serde_json::json!([]));
    place
        .run(&["alerts", "acknowledge", "aa", "--reason", "seen"])
        .await
        .failed(1, "there is no alert aa, or it is over");
    place
        .run(&["alerts", "snooze", "aa"])
        .await
        .failed(2, "--until");
}

#[tokio::test]
async fn a_test_reaches_its_receiver_or_says_why_not() {
    let place = Place::new();
    place
        .run(&["alerts", "test", "ops"])
        .await
        .failed(2, "there is no receiver `ops`: the configuration has none");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    configure(
        &place,
        &format!("[receivers.ops]\nkind = 'slack'\nurl = 'http://127.0.0.1:{port}/services/x'\n"),
    );
    place
        .run(&["alerts", "test", "opps"])
        .await
        .failed(2, "there is no receiver `opps`: there are ops");
    let (said, run) = tokio::join!(
        async {
            let (stream, _) = listener.accept().await.expect("somebody");
            let mut stream = BufReader::new(stream);
            let mut said = String::new();
            let mut length = 0;
            loop {
                let mut line = String::new();
                stream.read_line(&mut line).await.expect("a line");
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a number");
                }
                if line.trim().is_empty() {
                    break;
                }
                said.push_str(&line);
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.expect("a body");
            said.push_str(&String::from_utf8(body).expect("text"));
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
            tokio::io::AsyncWriteExt::write_all(&mut stream, answer)
                .await
                .expect("it reads");
            said
        },
        place.run(&["alerts", "test", "ops"])
    );
    assert_eq!(run.done(), "sent a test to ops (slack)\n");
    assert!(said.starts_with("POST /services/x "), "{said}");
    assert!(
        said.contains(r#"{"text":"[test] info: test: this is a test: nothing is wrong"}"#),
        "{said}"
    );
    drop(listener);
    place
        .run(&["alerts", "test", "ops"])
        .await
        .failed(1, "`[receivers.ops]` could not be told");
}

#[tokio::test]
async fn a_check_lists_rules_and_receivers_and_reads_their_files() {
    let place = Place::new();
    let rule =
        "[alerts.mail]\nwhen = 'latency'\nqueue = 'mail'\nabove = '5m'\nfor = '2m'\nto = ['ops']\n";
    configure(
        &place,
        &format!("{rule}[receivers.ops]\nkind = 'webhook'\nurl = 'http://127.0.0.1:1/'\n"),
    );
    let said = place.run(&["check"]).await.done();
    assert!(
        said.contains(
            "alert: mail (warning), latency of queue mail above 5 min, for 2m, to ops\nreceiver: ops, by webhook\n"
        ),
        "{said}"
    );
    configure(
        &place,
        &format!("{rule}[receivers.ops]\nkind = 'webhook'\nurl_file = 'absent'\n"),
    );
    place.run(&["check"]).await.failed(
        2,
        "`receivers.ops.url_file`: absent: it cannot be read: there is no such file",
    );
}
