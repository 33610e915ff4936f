//! What tests of several files need.

use super::Rule;
use crate::model::{AlertSeverity, AlertWatch, NamePattern};
use std::time::Duration;

/// A rule that fires at once; it looks back a minute.
pub(super) fn rule(watch: AlertWatch, queues: &str, above: f64) -> Rule {
    let queues = if queues.is_empty() { "*" } else { queues };
    Rule {
        name: "test".to_owned(),
        watch,
        queues: NamePattern::new(queues).unwrap(),
        above,
        within: Duration::from_secs(60),
        held_for: Duration::ZERO,
        severity: AlertSeverity::Warning,
        repeat: None,
        to: Vec::new(),
        quiet: None,
        zone: chrono_tz::UTC,
    }
}
