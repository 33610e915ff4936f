//! Traces and logs as a collector gets them: a real one's address, on a real socket.

use super::{watched::Watched, *};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use opentelemetry_proto::tonic::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{AnyValue, KeyValue, any_value},
    trace::v1::{Span, span::SpanKind},
};
use prost::Message as _;
use std::sync::{Arc, Mutex};

/// What a collector was sent.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    spans: Vec<Span>,
    services: Vec<String>,
    lines: Vec<String>,
    authorizations: Vec<String>,
}

impl Sent {
    fn look<T>(&self, at: impl FnOnce(&mut Kept) -> T) -> T {
        at(&mut self.0.lock().expect("it is not poisoned"))
    }

    fn note(&self, headers: &HeaderMap, attributes: &[KeyValue]) {
        let given = headers
            .get("authorization")
            .map(|value| value.to_str().expect("text").to_owned());
        self.look(|kept| {
            kept.authorizations.extend(given);
            kept.services.push(text(attributes, "service.name"));
        });
    }
}

fn text(attributes: &[KeyValue], key: &str) -> String {
    let value = attributes.iter().find(|attribute| attribute.key == key);
    value
        .map(|attribute| plain(attribute.value.as_ref()))
        .unwrap_or_default()
}

fn plain(value: Option<&AnyValue>) -> String {
    match value.and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => text.clone(),
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

async fn traces(State(sent): State<Sent>, headers: HeaderMap, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).expect("traces");
    for group in request.resource_spans {
        sent.note(&headers, &group.resource.expect("a resource").attributes);
        for spans in group.scope_spans {
            sent.look(|kept| kept.spans.extend(spans.spans));
        }
    }
}

async fn logs(State(sent): State<Sent>, headers: HeaderMap, body: Bytes) {
    let request = ExportLogsServiceRequest::decode(body).expect("logs");
    for group in request.resource_logs {
        sent.note(&headers, &group.resource.expect("a resource").attributes);
        for records in group.scope_logs {
            let lines = records
                .log_records
                .iter()
                .map(|record| plain(record.body.as_ref()));
            sent.look(|kept| kept.lines.extend(lines));
        }
    }
}

/// A collector; what it was sent, and its address.
async fn collector() -> (Sent, String) {
    let sent = Sent::default();
    let router = Router::new()
        .route("/v1/traces", post(traces))
        .route("/v1/logs", post(logs))
        .with_state(sent.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (sent, address)
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

#[tokio::test]
async fn a_collector_gets_requests_jobs_and_the_log() {
    let (sent, collector) = collector().await;
    let place = Place::new();
    std::fs::write(
        place.path().join("headers"),
        "Authorization: Bearer secret\n",
    )
    .expect("written");
    std::fs::write(
        place.path().join("jobdeck.toml"),
        format!("[otlp]\nendpoint = '{collector}/'\nheaders_file = 'headers'\nservice_name = 'deck'\n[handlers.Publish]\ncommand = ['true']\n[handlers.Fail]\ncommand = ['false']\n"),
    )
    .expect("written");
    let mut server = Watched::start(place.command(&["serve", "--listen", "127.0.0.1:0"]));
    let address = server.address().await;
    let http = reqwest::Client::new();
    let parent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let asked = http
        .get(format!("{address}/dead?filter=secret"))
        .header("traceparent", &parent)
        .send()
        .await;
    assert!(asked.expect("an answer").status().is_success());
    for class in ["Publish", "Fail"] {
        let job = serde_json::json!({"class": class, "args": ["hunter2"], "traceparent": parent});
        let asked = http
            .post(format!("{address}/api/v1/jobs"))
            .json(&job)
            .send()
            .await;
        assert!(asked.expect("an answer").status().is_success());
    }
    wait_until("both jobs have run", async || {
        let overview = http
            .get(format!("{address}/api/v1/overview"))
            .send()
            .await
            .expect("an answer");
        overview.json::<Value>().await.expect("JSON")["processed"] == 2
    })
    .await;
    // What was not yet sent is sent at the end.
    assert_eq!(server.stop().await, Some(0));

    let (spans, services, lines, authorizations) = sent.look(|kept| {
        (
            kept.spans.clone(),
            kept.services.clone(),
            kept.lines.clone(),
            kept.authorizations.clone(),
        )
    });
    assert!(services.iter().all(|name| name == "deck"), "{services:?}");
    assert_eq!(authorizations.len(), services.len());
    assert!(
        authorizations.iter().all(|given| given == "Bearer secret"),
        "{authorizations:?}"
    );
    assert!(!format!("{spans:?}{lines:?}").contains("hunter2"));

    let named = |name: &str| {
        spans
            .iter()
            .find(|span| span.name == name)
            .unwrap_or_else(|| {
                let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
                panic!("no `{name}` in {names:?}")
            })
    };
    let page = named("GET /dead");
    assert_eq!(page.kind, SpanKind::Server as i32);
    assert_eq!(hex(&page.trace_id), TRACE);
    assert_eq!(hex(&page.parent_span_id), "b7ad6b7169203331");
    assert_eq!(text(&page.attributes, "http.response.status_code"), "200");
    assert_eq!(text(&page.attributes, "url.path"), "/dead");
    let done = named("Publish process");
    assert_eq!(done.kind, SpanKind::Consumer as i32);
    assert_eq!(
        text(&done.attributes, "messaging.destination.name"),
        "default"
    );
    assert_eq!(text(&done.attributes, "messaging.sidekiq.outcome"), "done");
    let failed = named("Fail process");
    assert_eq!(
        text(&failed.attributes, "messaging.sidekiq.outcome"),
        "failed"
    );
    assert_eq!(failed.status.as_ref().map(|status| status.code), Some(2));
    assert!(
        spans.iter().all(|span| span.name != "request"),
        "spans of the log are its own"
    );
    assert!(
        lines.iter().any(|line| line.contains("worker started")),
        "{lines:?}"
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_collector_that_is_away_keeps_nobody_from_stopping() {
    let place = Place::new();
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--no-worker"]);
    // Whatever the log shows, what is made for a collector is no part of it.
    command.env("JOBDECK_LOG", "trace");
    // The discard port: nobody listens there.
    command.env("JOBDECK_OTLP_ENDPOINT", "http://127.0.0.1:9");
    let mut server = Watched::start(command);
    let address = server.address().await;
    assert!(
        reqwest::get(format!("{address}/dead"))
            .await
            .expect("an answer")
            .status()
            .is_success()
    );
    let line = server.logged("finished processing request").await;
    assert!(!line.contains("otel."), "{line}");
    assert_eq!(server.stop().await, Some(0));
}

#[tokio::test]
async fn wrong_settings_of_a_collector_are_told_at_the_start() {
    for (settings, expected) in [
        ("endpoint = 'localhost:4318'", "http://localhost:4318"),
        ("sampled = 101", "`otlp.sampled`"),
        (
            "endpoint = 'http://localhost:4318'\nheaders_file = 'none'",
            "there is no such file",
        ),
    ] {
        let place = Place::new();
        std::fs::write(
            place.path().join("jobdeck.toml"),
            format!("[otlp]\n{settings}\n"),
        )
        .expect("written");
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["check"]] {
            place.run(command).await.failed(2, expected);
        }
    }
}
