//! A page of metrics that is being written: each metric is described once, however many stores, queues or kinds it is told of.

use prometheus_client::{
    encoding::{EncodeMetric, text::encode},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::{ConstGauge, Gauge},
    },
    registry::{Registry, Unit},
};
use std::{
    collections::HashMap,
    fmt,
    sync::atomic::{AtomicI64, AtomicU64},
    time::Duration,
};

/// What tells one number of a metric from the others; nothing where there is one.
pub(super) type Labels = Vec<(&'static str, String)>;

type Of<M> = HashMap<&'static str, Family<Labels, M>>;

/// A page of metrics.
pub(super) struct Page {
    registry: Registry,
    gauges: Of<Gauge<i64, AtomicI64>>,
    real_gauges: Of<Gauge<f64, AtomicU64>>,
    counters: Of<Counter<u64, AtomicU64>>,
    real_counters: Of<Counter<f64, AtomicU64>>,
}

impl Page {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self {
            registry: Registry::with_prefix("jobdeck"),
            gauges: Of::new(),
            real_gauges: Of::new(),
            counters: Of::new(),
            real_counters: Of::new(),
        }
    }

    /// The page in the OpenMetrics format.
    pub(super) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// A number that goes up and down.
    pub(super) fn gauge(
        &mut self,
        name: &'static str,
        help: &str,
        labels: &Labels,
        value: impl TryInto<i64>,
    ) {
        let value = value.try_into().unwrap_or(i64::MAX);
        if labels.is_empty() {
            return self.registry.register(name, help, ConstGauge::new(value));
        }
        let family = of(&mut self.registry, &mut self.gauges, name, help, None);
        family.get_or_create(labels).set(value);
    }

    /// A time that goes up and down, in seconds.
    pub(super) fn seconds(
        &mut self,
        name: &'static str,
        help: &str,
        labels: &Labels,
        seconds: f64,
    ) {
        let (registry, unit) = (&mut self.registry, Some(Unit::Seconds));
        let family = of(registry, &mut self.real_gauges, name, help, unit);
        family.get_or_create(labels).set(seconds);
    }

    /// A number that only grows.
    pub(super) fn counter(&mut self, name: &'static str, help: &str, labels: &Labels, value: u64) {
        if labels.is_empty() {
            return self.registry.register(name, help, ConstCounter::new(value));
        }
        let family = of(&mut self.registry, &mut self.counters, name, help, None);
        family.get_or_create(labels).inc_by(value);
    }

    /// A time that only grows.
    pub(super) fn seconds_counter(
        &mut self,
        name: &'static str,
        help: &str,
        labels: &Labels,
        value: Duration,
    ) {
        let (registry, unit) = (&mut self.registry, Unit::Seconds);
        let value = value.as_secs_f64();
        if labels.is_empty() {
            return registry.register_with_unit(name, help, unit, ConstCounter::new(value));
        }
        let family = of(registry, &mut self.real_counters, name, help, Some(unit));
        family.get_or_create(labels).inc_by(value);
    }
}

/// The metric of this name, which is described when it is first told of.
fn of<'known, M>(
    registry: &mut Registry,
    known: &'known mut Of<M>,
    name: &'static str,
    help: &str,
    unit: Option<Unit>,
) -> &'known Family<Labels, M>
where
    M: Default + Clone + Send + Sync + fmt::Debug + 'static,
    Family<Labels, M>: EncodeMetric + Clone,
{
    known.entry(name).or_insert_with(|| {
        let family = Family::<Labels, M>::default();
        match unit {
            Some(unit) => registry.register_with_unit(name, help, unit, family.clone()),
            None => registry.register(name, help, family.clone()),
        }
        family
    })
}
