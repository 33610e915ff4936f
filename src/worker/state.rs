//! What the handlers and layers of a worker share.

use super::{JobError, WorkerBuilder, WorkerError};
use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    fmt,
};

/// One value of each type.
#[derive(Default)]
pub(super) struct States(HashMap<TypeId, State>);

struct State {
    name: &'static str,
    value: Box<dyn Any + Send + Sync>,
}

impl States {
    /// Adds a value; whether there was none of its type.
    pub(super) fn add<T: Send + Sync + 'static>(&mut self, value: T) -> bool {
        let state = State {
            name: type_name::<T>(),
            value: Box::new(value),
        };
        self.0.insert(TypeId::of::<T>(), state).is_none()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of this type.
    pub(super) fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.0.get(&TypeId::of::<T>())?.value.downcast_ref()
    }

    /// The names of all types.
    fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = self.0.values().map(|state| state.name).collect();
        names.sort_unstable();
        names
    }
}

/// Why a job fails that asks for a value that nobody has given.
#[track_caller]
pub(super) fn missing<T>(states: Option<&States>) -> JobError {
    let known = match states.map(States::names) {
        Some(names) => format!("it has `{}`", names.join("`, `")),
        None => "it has none".to_owned(),
    };
    JobError::new(
        "Jobdeck::MissingState",
        format!(
            "the worker has no state of type `{}`: give it one by `WorkerBuilder::state` ({known})",
            type_name::<T>()
        ),
    )
}

impl fmt::Debug for States {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.names()).finish()
    }
}

impl WorkerBuilder {
    /// Shares a value with all handlers and layers, which ask for it by its type: [`super::JobContext::state`]. One value of each type; several
    /// types by calling this again. What is to be used elsewhere too is given as an `Arc`, and asked for as one.
    pub fn state<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        if !self.states.add(value) {
            let repeated = WorkerError::RepeatedState(type_name::<T>());
            self.handler_problem.get_or_insert(repeated);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{States, missing};

    #[test]
    fn values_are_found_by_their_type() {
        let mut states = States::default();
        assert!(states.is_empty());
        assert!(states.add(7_u32));
        assert!(states.add("seven"));
        assert!(!states.add(8_u32));
        assert_eq!(states.get::<u32>(), Some(&8));
        assert_eq!(states.get::<&str>(), Some(&"seven"));
        assert_eq!(states.get::<u64>(), None);
    }

    #[test]
    fn a_missing_value_is_named_beside_those_that_are_there() {
        let mut states = States::default();
        states.add(7_u32);
        states.add(String::new());
        let error = missing::<u64>(Some(&states));
        assert_eq!(error.class(), "Jobdeck::MissingState");
        assert!(error.message().contains("of type `u64`"), "{error}");
        assert!(
            error
                .message()
                .ends_with("(it has `alloc::string::String`, `u32`)"),
            "{error}"
        );
        assert!(error.trace()[0].contains("state.rs"), "{error:?}");
        assert!(missing::<u64>(None).message().ends_with("(it has none)"));
    }
}
