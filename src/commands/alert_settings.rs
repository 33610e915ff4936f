//! What watches and who is told, as the configuration says.

use crate::{
    alerts::AlertSettings,
    config::{Config, ConfigError, ReceiverConfig},
};

/// Rules, and receivers with the secrets that files hold. Of several stores those of the one that these are the settings of.
pub(super) fn read(config: &Config) -> Result<AlertSettings, ConfigError> {
    let store = config.stores.first().map(|store| store.sign.name.as_str());
    let receivers = config.receivers.iter().map(ReceiverConfig::receiver);
    Ok(AlertSettings {
        rules: config
            .alerts
            .iter()
            .filter(|alert| alert.is_about(store))
            .map(|alert| alert.rule.clone())
            .collect(),
        receivers: receivers.collect::<Result<_, _>>()?,
        ..words(config)
    })
}

/// What messages say beside that.
pub(super) fn words(config: &Config) -> AlertSettings {
    AlertSettings {
        public_url: config.server.public_url.clone(),
        environment: config.server.environment.clone(),
        store: config.stores.first().map(|store| store.sign.clone()),
        ..AlertSettings::default()
    }
}

/// A line a rule, and one a receiver.
pub(super) fn described(config: &Config) -> Vec<String> {
    let rules = config.alerts.iter().map(|alert| {
        let rule = alert.rule.described();
        let to = if rule.to.is_empty() {
            "nobody".to_owned()
        } else {
            rule.to.join(", ")
        };
        format!(
            "alert: {} ({}), {}, to {to}",
            rule.name, rule.severity, rule.condition
        )
    });
    let receivers = config
        .receivers
        .iter()
        .map(|receiver| format!("receiver: {}, by {}", receiver.name, receiver.kind()));
    rules.chain(receivers).collect()
}
