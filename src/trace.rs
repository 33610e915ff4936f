//! What spans for a collector of traces have in common. They are made only where the settings name one.

use opentelemetry::{Context, global, propagation::Extractor};

/// Their target: by it they are told apart from what is logged, and the log shows none of them.
pub(crate) const TARGET: &str = "jobdeck::trace";

/// The span that something was begun in elsewhere, by what it carries of that (`traceparent`, <https://www.w3.org/TR/trace-context/>).
pub(crate) fn origin(carried: &dyn Extractor) -> Context {
    global::get_text_map_propagator(|propagator| propagator.extract(carried))
}
