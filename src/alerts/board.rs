//! What this process knows beside the store.

use super::{AlertSettings, gauges::Reading};
use crate::model::{AlertReceiver, AlertRule};
use std::collections::HashMap;

/// What the rules see, and how receivers have answered.
#[derive(Debug, Default)]
pub(super) struct Board {
    /// By rule.
    readings: HashMap<String, Vec<Reading>>,
    /// By receiver.
    deliveries: HashMap<String, AlertReceiver>,
}

impl Board {
    /// Takes down what each rule sees; others are forgotten.
    pub(super) fn read(&mut self, readings: HashMap<String, Vec<Reading>>) {
        self.readings = readings;
    }

    /// Takes down how a receiver has answered.
    pub(super) fn answered(&mut self, receiver: &str, answer: &Result<(), String>) {
        let deliveries = self.deliveries.entry(receiver.to_owned()).or_default();
        match answer {
            Ok(()) => {
                deliveries.sent += 1;
                deliveries.error = None;
            }
            Err(error) => {
                deliveries.failed += 1;
                deliveries.error = Some(error.clone());
            }
        }
    }

    /// The rules with what they see.
    pub(super) fn rules(&self, settings: &AlertSettings) -> Vec<AlertRule> {
        let rules = settings.rules.iter().map(|rule| {
            let readings = self.readings.get(&rule.name);
            let readings = readings.map(Vec::as_slice).unwrap_or_default();
            // The worst one: of processes the fewest.
            let is_low_worse = !rule.watch.has_limit();
            let rank = |reading: &&Reading| {
                let value = reading.value.unwrap_or(0.0);
                if is_low_worse { -value } else { value }
            };
            let worst = readings
                .iter()
                .filter(|reading| reading.value.is_some())
                .max_by(|one, other| rank(one).total_cmp(&rank(other)));
            AlertRule {
                queues: readings.iter().filter(|it| !it.queue.is_empty()).count() as u64,
                queue: worst.map(|it| it.queue.clone()).unwrap_or_default(),
                value: worst.and_then(|it| it.value),
                ..rule.described()
            }
        });
        rules.collect()
    }

    /// The receivers with how they have answered.
    pub(super) fn receivers(&self, settings: &AlertSettings) -> Vec<AlertReceiver> {
        let receivers = settings.receivers.iter().map(|receiver| {
            let known = self.deliveries.get(&receiver.name);
            AlertReceiver {
                name: receiver.name.clone(),
                kind: receiver.channel.kind().to_owned(),
                ..known.cloned().unwrap_or_default()
            }
        });
        receivers.collect()
    }
}
