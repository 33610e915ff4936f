//! What stands in the log.

use super::{watched::Watched, *};

#[tokio::test]
async fn every_line_of_a_request_holds_its_id() {
    let place = Place::new();
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--no-worker"]);
    // Also where nothing but warnings is wanted.
    command.env("JOBDECK_LOG", "warn,jobdeck::audit=info");
    command.env("JOBDECK_LOG_FORMAT", "json");
    let mut server = Watched::start(command);
    let address = server.address().await;
    let http = reqwest::Client::new();

    let request = http.get(format!("{address}/healthz"));
    let request = request
        .header("host", "evil.example")
        .header("x-request-id", "proxy-1");
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["x-request-id"], "proxy-1");
    let line = server.logged("refused a request under a name").await;
    let line: Value = serde_json::from_str(&line).expect("a line of JSON");
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["span"]["request_id"], "proxy-1");

    // One that is made here stands in the answer and in the log.
    let body = serde_json::json!({"class": "A", "args": []});
    let request = http.post(format!("{address}/api/v1/jobs")).json(&body);
    let answer = request.send().await.expect("an answer");
    let id = answer.headers()["x-request-id"]
        .to_str()
        .expect("text")
        .to_owned();
    let line = server.logged("jobdeck::audit").await;
    let line: Value = serde_json::from_str(&line).expect("a line of JSON");
    assert_eq!(line["span"]["request_id"], *id);
    assert_eq!(line["span"]["http.path"], "/api/v1/jobs");
    assert_eq!(server.stop().await, Some(0));
}
