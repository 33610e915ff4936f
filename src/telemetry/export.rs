//! Traces and logs for an OpenTelemetry collector, over OTLP (HTTP with protobuf).
//!
//! Spans are made for this alone ([`crate::trace`]).

use super::collector::Collector;
use crate::{config::OtlpConfig, trace};
use opentelemetry::{KeyValue, global, trace::TracerProvider as _};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{
    LogExporter, Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::{
    Resource,
    logs::SdkLoggerProvider,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tracing::Metadata;
use tracing_subscriber::{Layer, Registry, filter::filter_fn};

/// How long the last of it may take to be sent when the process ends.
const LAST: Duration = Duration::from_secs(2);

/// What sends traces and logs, until it is told to stop.
pub(super) struct Exporters {
    traces: Option<SdkTracerProvider>,
    logs: Option<SdkLoggerProvider>,
}

impl Exporters {
    /// What the settings want; nothing without an endpoint.
    ///
    /// # Errors
    /// What is wrong with the settings, and what to do.
    pub(super) fn new(config: &OtlpConfig) -> Result<Option<Self>, String> {
        let Some(endpoint) = &config.endpoint else {
            return Ok(None);
        };
        let endpoint = endpoint.trim_end_matches('/');
        let failed = |error: String| format!("`otlp.endpoint`: {error}");
        let collector: Arc<dyn opentelemetry_http::HttpClient> =
            Arc::new(Collector::new(endpoint.starts_with("https:")).map_err(failed)?);
        let headers: HashMap<String, String> = config.headers()?.into_iter().collect();
        let resource = Resource::builder()
            .with_service_name(config.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let traces = if config.traces {
            let exporter = SpanExporter::builder()
                .with_http()
                .with_protocol(Protocol::HttpBinary)
                .with_endpoint(format!("{endpoint}/v1/traces"))
                .with_headers(headers.clone())
                .with_shared_http_client(collector.clone())
                .build()
                .map_err(|error| failed(error.to_string()))?;
            let share = f64::from(config.sampled) / 100.0;
            // Whoever asks may have decided already.
            let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share)));
            let traces = SdkTracerProvider::builder()
                .with_resource(resource.clone())
                .with_sampler(sampler)
                .with_batch_exporter(exporter);
            Some(traces.build())
        } else {
            None
        };
        let logs = if config.logs {
            let exporter = LogExporter::builder()
                .with_http()
                .with_protocol(Protocol::HttpBinary)
                .with_endpoint(format!("{endpoint}/v1/logs"))
                .with_headers(headers)
                .with_shared_http_client(collector)
                .build()
                .map_err(|error| failed(error.to_string()))?;
            let logs = SdkLoggerProvider::builder()
                .with_resource(resource)
                .with_batch_exporter(exporter);
            Some(logs.build())
        } else {
            None
        };
        global::set_text_map_propagator(TraceContextPropagator::new());
        Ok(Some(Self { traces, logs }))
    }

    /// What hands spans on.
    pub(super) fn traces(&self) -> Option<Box<dyn Layer<Registry> + Send + Sync>> {
        let tracer = self.traces.as_ref()?.tracer("jobdeck");
        let layer = tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        Some(layer.with_filter(filter_fn(is_traced)).boxed())
    }

    /// What hands lines of the log on.
    pub(super) fn logs(&self) -> Option<Box<dyn Layer<Registry> + Send + Sync>> {
        let layer = OpenTelemetryTracingBridge::new(self.logs.as_ref()?);
        Some(layer.with_filter(filter_fn(|of| !is_own(of))).boxed())
    }

    /// Sends what is left. Takes a few seconds at most.
    pub(super) fn stop(&self) {
        // What cannot be sent is told by the exporters themselves.
        if let Some(traces) = &self.traces {
            let _ = traces.shutdown_with_timeout(LAST);
        }
        if let Some(logs) = &self.logs {
            let _ = logs.shutdown_with_timeout(LAST);
        }
    }
}

/// Spans that are made for it. What is logged within them is the log's, where it is wanted.
fn is_traced(of: &Metadata<'_>) -> bool {
    of.is_span() && of.target() == trace::TARGET
}

/// Whether it is about the exporting itself, which would go round in circles.
fn is_own(of: &Metadata<'_>) -> bool {
    ["opentelemetry", "hyper", "rustls"]
        .iter()
        .any(|own| of.target().starts_with(own))
}
