//! The span of a job that runs, for a collector of traces. It is made only where one is named in the settings.

use crate::{
    job::Job,
    store::{FetchedJob, Settlement},
    trace,
};
use opentelemetry::{
    propagation::Extractor,
    trace::{Status, TraceContextExt as _},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Field of a job in which whoever enqueued it says of which trace that was a part.
const TRACE_PARENT: &str = "traceparent";

/// The span of a job. Names and attributes are those of OpenTelemetry's conventions for messaging; neither arguments nor messages of errors
/// are in it. It is linked to the span that enqueued it.
pub(super) fn span(fetched: &FetchedJob) -> Span {
    let span = tracing::debug_span!(
        target: trace::TARGET,
        "job",
        otel.name = tracing::field::Empty,
        otel.kind = "consumer",
    );
    if span.is_disabled() {
        return span;
    }
    let job = Job::new(fetched.raw.clone());
    let class = job.handler_class().unwrap_or_default();
    span.record("otel.name", format!("{class} process"));
    let attributes = [
        ("messaging.system", "sidekiq".to_owned()),
        ("messaging.operation.type", "process".to_owned()),
        ("messaging.destination.name", fetched.queue.to_string()),
        ("messaging.message.id", job.jid().unwrap_or_default()),
        ("messaging.sidekiq.job_class", class),
    ];
    for (name, value) in attributes {
        span.set_attribute(name, value);
    }
    if let Some(retries) = job.integer("retry_count") {
        span.set_attribute("messaging.sidekiq.retry_count", retries);
    }
    let carried = Carried(job.string(TRACE_PARENT));
    let context = trace::origin(&carried);
    let from = context.span().span_context().clone();
    if from.is_valid() {
        span.add_link(from);
    }
    span
}

/// Says what became of the job.
pub(super) fn ended(span: &Span, settlement: &Settlement) {
    if span.is_disabled() {
        return;
    }
    let (outcome, is_error) = match settlement {
        Settlement::Finish { failed: false } => ("done", false),
        Settlement::Finish { failed: true } | Settlement::Fail(_) => ("failed", true),
        Settlement::SetAside(_) => ("set aside", true),
        Settlement::Requeue => ("requeued", false),
    };
    span.set_attribute("messaging.sidekiq.outcome", outcome);
    if is_error {
        span.set_status(Status::error(""));
    }
}

/// What a job carries of the trace that it was enqueued in.
struct Carried(Option<String>);

impl Extractor for Carried {
    fn get(&self, key: &str) -> Option<&str> {
        if key == TRACE_PARENT {
            self.0.as_deref()
        } else {
            None
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACE_PARENT]
    }
}
