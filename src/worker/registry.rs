//! Which handler runs which class.

use super::{
    handler::Handler,
    handlers::{Commands, Pattern},
    job_error::{JobError, RetryChoice},
    layer::{self, Layer},
    state::States,
};
use std::{collections::HashMap, fmt, sync::Arc};

/// A class's own rule for its retries: given how many retries were used before this failure, and the error.
pub(super) type RetryRuleOfClass = Arc<dyn Fn(u32, &JobError) -> RetryChoice + Send + Sync>;

/// Handlers and retry rules by class name.
#[derive(Clone, Default)]
pub(super) struct Registry {
    handlers: HashMap<String, Handler>,
    /// Those for classes without a handler of their own, the most specific first.
    patterns: Vec<(Pattern, Handler)>,
    retry_rules: HashMap<String, RetryRuleOfClass>,
    /// What handlers have started outside this process.
    pub(super) commands: Commands,
    /// What handlers share, if anything.
    pub(super) states: Option<Arc<States>>,
}

/// Why a handler cannot be registered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Collision {
    /// There is one by that name.
    Repeated(String),
    /// There is another for some classes, and neither pattern is the more specific one.
    Tied(String, String),
}

impl Registry {
    /// Registers the handler of one class.
    pub(super) fn register(&mut self, class: String, handler: Handler) -> Result<(), Collision> {
        if self.handlers.contains_key(&class) {
            return Err(Collision::Repeated(class));
        }
        self.handlers.insert(class, handler);
        Ok(())
    }

    /// Registers the handler of one class, or of all that fit a pattern.
    pub(super) fn register_pattern(
        &mut self,
        pattern: String,
        handler: Handler,
    ) -> Result<(), Collision> {
        let pattern = match Pattern::new(pattern) {
            Ok(pattern) => pattern,
            Err(class) => return self.register(class, handler),
        };
        let known = self.patterns.iter().map(|(known, _)| known);
        if known.clone().any(|known| *known == pattern) {
            return Err(Collision::Repeated(pattern.to_string()));
        }
        if let Some(tied) = known.clone().find(|known| known.ties_with(&pattern)) {
            return Err(Collision::Tied(tied.to_string(), pattern.to_string()));
        }
        let place = self
            .patterns
            .partition_point(|(known, _)| known.rank() <= pattern.rank());
        self.patterns.insert(place, (pattern, handler));
        Ok(())
    }

    /// Puts these layers around every handler, the first one outermost.
    pub(super) fn surround(&mut self, layers: &[Layer]) {
        if layers.is_empty() {
            return;
        }
        let handlers = self.handlers.values_mut();
        for handler in handlers.chain(self.patterns.iter_mut().map(|(_, handler)| handler)) {
            *handler = layer::around(Arc::clone(handler), layers);
        }
    }

    pub(super) fn set_retry_rule(&mut self, class: String, rule: RetryRuleOfClass) {
        self.retry_rules.insert(class, rule);
    }

    /// The class's own handler, or that of the most specific pattern that it fits.
    pub(super) fn handler(&self, class: &str) -> Option<&Handler> {
        self.handlers.get(class).or_else(|| {
            let fitting = |(pattern, _): &&(Pattern, Handler)| pattern.fits(class);
            self.patterns
                .iter()
                .find(fitting)
                .map(|(_, handler)| handler)
        })
    }

    pub(super) fn retry_rule(&self, class: &str) -> Option<&RetryRuleOfClass> {
        self.retry_rules.get(class)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.handlers.is_empty() && self.patterns.is_empty()
    }

    /// A class with a retry rule but no handler, if there is one.
    pub(super) fn rule_without_handler(&self) -> Option<&str> {
        self.retry_rules
            .keys()
            .find(|class| self.handler(class).is_none())
            .map(String::as_str)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns = self.patterns.iter().map(|(pattern, _)| pattern.as_str());
        formatter
            .debug_tuple("Registry")
            .field(&self.handlers.keys())
            .field(&patterns.collect::<Vec<_>>())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{Collision, Registry};
    use crate::worker::handler::Handler;
    use futures::FutureExt;
    use std::sync::Arc;

    fn handler() -> Handler {
        Arc::new(|_| async { Ok(()) }.boxed())
    }

    #[test]
    fn the_most_specific_handler_runs_a_class() {
        let mut registry = Registry::default();
        let names = [
            "*",
            "Reports::*",
            "Reports::Daily",
            "Reports::*::Late",
            "*Mail",
        ];
        let handlers: Vec<Handler> = names.iter().map(|_| handler()).collect();
        for (name, handler) in names.iter().zip(&handlers) {
            let registered = registry.register_pattern((*name).to_owned(), Arc::clone(handler));
            assert_eq!(registered, Ok(()), "{name}");
        }
        let chosen = |class: &str| {
            let chosen = registry.handler(class).expect("a handler");
            let place = handlers.iter().position(|known| Arc::ptr_eq(known, chosen));
            names[place.expect("a known one")]
        };
        assert_eq!(chosen("Reports::Daily"), "Reports::Daily");
        assert_eq!(chosen("Reports::Weekly"), "Reports::*");
        assert_eq!(chosen("Reports::Weekly::Late"), "Reports::*::Late");
        assert_eq!(chosen("Reports::WeeklyMail"), "Reports::*");
        assert_eq!(chosen("WelcomeMail"), "*Mail");
        assert_eq!(chosen("Anything"), "*");
    }

    #[test]
    fn handlers_that_collide_are_told() {
        let mut registry = Registry::default();
        let mut register = |name: &str| registry.register_pattern(name.to_owned(), handler());
        assert_eq!(register("Plain"), Ok(()));
        assert_eq!(
            register("Plain"),
            Err(Collision::Repeated("Plain".to_owned()))
        );
        assert_eq!(register("A*"), Ok(()));
        assert_eq!(register("A*"), Err(Collision::Repeated("A*".to_owned())));
        let tied = Collision::Tied("A*".to_owned(), "*B".to_owned());
        assert_eq!(register("*B"), Err(tied));
        assert_eq!(register("B*"), Ok(()));
        assert!(registry.handler("Other").is_none());
    }
}
