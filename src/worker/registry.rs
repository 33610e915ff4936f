//! Which handler runs which class.

use super::{
    handler::Handler,
    job_error::{JobError, RetryChoice},
};
use std::{collections::HashMap, fmt, sync::Arc};

/// A class's own rule for its retries: given how many retries were used before this failure, and the error.
pub(super) type RetryRuleOfClass = Arc<dyn Fn(u32, &JobError) -> RetryChoice + Send + Sync>;

/// Handlers and retry rules by class name.
#[derive(Clone, Default)]
pub(super) struct Registry {
    handlers: HashMap<String, Handler>,
    retry_rules: HashMap<String, RetryRuleOfClass>,
}

impl Registry {
    /// Whether the class had no handler before.
    pub(super) fn register(&mut self, class: String, handler: Handler) -> bool {
        self.handlers.insert(class, handler).is_none()
    }

    pub(super) fn set_retry_rule(&mut self, class: String, rule: RetryRuleOfClass) {
        self.retry_rules.insert(class, rule);
    }

    pub(super) fn handler(&self, class: &str) -> Option<&Handler> {
        self.handlers.get(class)
    }

    pub(super) fn retry_rule(&self, class: &str) -> Option<&RetryRuleOfClass> {
        self.retry_rules.get(class)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.handlers.is_empty()
    }

    /// A class with a retry rule but no handler, if there is one.
    pub(super) fn rule_without_handler(&self) -> Option<&str> {
        self.retry_rules
            .keys()
            .find(|class| !self.handlers.contains_key(*class))
            .map(String::as_str)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Registry")
            .field(&self.handlers.keys())
            .finish()
    }
}
