//! What an operation is to do, as the page's address says it.

use super::list_query::ListQuery;
use super::{export_format, query_string};
use crate::model::{
    Action, Canary, Change, OperationRequest, Place, Selection, Timestamp, Verb, parse_time,
};

/// Names of the fields that are not the filter's.
const FIELDS: [&str; 12] = [
    "action",
    "at",
    "spread",
    "target",
    "path",
    "value",
    "rate",
    "canary",
    "canary_wait",
    "canary_percent",
    "reason",
    "export",
];

/// What an operation is to do, as the page's address says it. Everything is text as typed; [`OperationForm::to_request`] checks it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperationForm {
    /// Where the jobs are.
    pub places: Vec<Place>,
    /// Which of them.
    pub filter: ListQuery,
    fields: Vec<(&'static str, String)>,
}

impl OperationForm {
    /// Nothing chosen yet, for the jobs of a place that a list's filter shows.
    #[must_use]
    pub fn of(place: Place, filter: &ListQuery) -> Self {
        let mut kept = ListQuery::default();
        // Of a list's query only the filter is meant.
        for (field, value) in filter.filters() {
            kept = kept.with(*field, value);
        }
        Self {
            places: vec![place],
            filter: kept,
            fields: Vec::new(),
        }
    }

    /// The same for several places.
    #[must_use]
    pub fn of_places(places: &[Place], filter: &ListQuery) -> Self {
        let any = Place::Set(crate::model::Set::Dead);
        Self {
            places: places.to_vec(),
            ..Self::of(any, filter)
        }
    }

    /// Reads an address's query; what it does not know is left out.
    #[must_use]
    pub fn parse(query: &str) -> Self {
        let any = Place::Set(crate::model::Set::Dead);
        let mut form = Self::of(any, &ListQuery::parse(query));
        form.places.clear();
        for (name, value) in query_string::parse(query) {
            if name == "in" {
                if let Ok(place) = value.parse()
                    && !form.places.contains(&place)
                {
                    form.places.push(place);
                }
            } else if let Some(name) = FIELDS.into_iter().find(|known| *known == name) {
                form.set(name, value.trim());
            }
        }
        form
    }

    /// The query again, with a leading `?`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let places: Vec<String> = self.places.iter().map(ToString::to_string).collect();
        let places = places.iter().map(|place| ("in", place.as_str()));
        let filter = self
            .filter
            .filters()
            .iter()
            .map(|(field, value)| (field.name(), value.as_str()));
        let fields = self
            .fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        query_string::write(places.chain(filter).chain(fields))
    }

    /// The address of the page that asks for the details.
    #[must_use]
    pub fn address(&self) -> String {
        format!("/operations/new{}", self.to_text())
    }

    /// What was typed for a field; empty if nothing.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.fields
            .iter()
            .find(|(field, _)| *field == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// The same with another action.
    #[must_use]
    pub fn with_action(&self, action: &str) -> Self {
        let mut form = self.clone();
        form.set("action", action);
        form
    }

    /// As what an export of what is changed is kept, if one is.
    #[must_use]
    pub fn export(&self) -> Option<&'static str> {
        export_format(self.get("export"))
    }

    fn set(&mut self, name: &'static str, value: &str) {
        self.fields.retain(|(field, _)| *field != name);
        if !value.is_empty() {
            self.fields.push((name, value.to_owned()));
        }
    }

    /// The actions that mean something for jobs of these places: name and word.
    #[must_use]
    pub fn actions(&self) -> Vec<(&'static str, &'static str)> {
        const ACTIONS: [(&str, &str, Option<Verb>); 7] = [
            ("retry", "Retry", Some(Verb::Retry)),
            ("enqueue", "Enqueue now", Some(Verb::Enqueue)),
            ("reschedule", "Reschedule", Some(Verb::Reschedule)),
            ("move", "Move to a queue", None),
            ("edit", "Edit a value", None),
            ("kill", "Kill", Some(Verb::Kill)),
            ("delete", "Delete", Some(Verb::Delete)),
        ];
        ACTIONS
            .into_iter()
            .filter(|(_, _, verb)| {
                verb.is_none_or(|verb| {
                    let mut places = self.places.iter();
                    places.any(|place| Verb::for_place(place).contains(&verb))
                })
            })
            .map(|(name, word, _)| (name, word))
            .collect()
    }

    /// What the engine is asked for; `before` is the bound of the preview that is confirmed.
    ///
    /// # Errors
    /// What is wrong or missing, and what to do.
    pub fn to_request(&self, before: Option<Timestamp>) -> Result<OperationRequest, String> {
        // Where does not matter: only the filter is read.
        let any = Place::Set(crate::model::Set::Dead);
        let filter = self.filter.to_request(&any)?.filter;
        let reason = self.get("reason");
        Ok(OperationRequest {
            change: self.change()?,
            selection: Selection {
                places: self.places.clone(),
                filter,
                entries: Vec::new(),
            },
            before,
            rate: self.number("rate", "jobs a second")?,
            canary: self.canary()?,
            reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        })
    }

    fn change(&self) -> Result<Change, String> {
        Ok(match self.get("action") {
            "retry" => Change::Act(Action::Retry),
            "enqueue" => Change::Act(Action::Enqueue),
            "delete" => Change::Act(Action::Delete),
            "kill" => Change::Act(Action::Kill),
            "reschedule" => {
                let at = self.get("at");
                if at.is_empty() {
                    return Err("Choose the time to which the jobs are rescheduled.".to_owned());
                }
                let minutes = self.number("spread", "minutes to spread over")?;
                Change::Act(Action::Reschedule {
                    at: parse_time(at)?,
                    spread_seconds: minutes.unwrap_or_default().saturating_mul(60),
                })
            }
            "move" => match self.get("target") {
                "" => return Err("Name the queue to which the jobs are moved.".to_owned()),
                queue => Change::MoveTo {
                    queue: queue.to_owned(),
                },
            },
            "edit" => match (self.get("path"), self.get("value")) {
                ("", _) | (_, "") => {
                    return Err("Say which value is edited, and what it becomes.".to_owned());
                }
                (path, value) => Change::Edit {
                    path: path.to_owned(),
                    value: value.to_owned(),
                },
            },
            "" => return Err("Choose what is done to the jobs.".to_owned()),
            other => {
                let other: String = other.chars().take(60).collect();
                return Err(format!("`{other}` is nothing that can be done to jobs."));
            }
        })
    }

    fn canary(&self) -> Result<Option<Canary>, String> {
        if !matches!(self.get("action"), "retry" | "enqueue") {
            return Ok(None);
        }
        let Some(jobs) = self.number("canary", "jobs to try first")? else {
            return Ok(None);
        };
        let minutes = self.number("canary_wait", "minutes to wait for the first")?;
        Ok(Some(Canary {
            jobs,
            wait_seconds: minutes.unwrap_or(2).saturating_mul(60),
            percent: self
                .number("canary_percent", "percent that must succeed")?
                .unwrap_or(90),
        }))
    }

    fn number(&self, name: &str, what: &str) -> Result<Option<u32>, String> {
        match self.get(name) {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                let text: String = text.chars().take(60).collect();
                format!("`{text}` is no number of {what}.")
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OperationForm;
    use crate::model::{Change, Place, Timestamp};
    use proptest::prelude::*;

    #[test]
    fn the_address_says_what_is_done_to_which_jobs() {
        let text =
            "?in=dead&in=queue:a%20b&class=Publish&action=edit&path=args.0&value=%7B%7D&rate=50";
        let form = OperationForm::parse(text);
        assert_eq!(OperationForm::parse(&form.to_text()), form);
        let request = form.to_request(Some(Timestamp(5))).unwrap();
        assert_eq!(request.selection.places[1], Place::Queue("a b".to_owned()));
        assert_eq!(request.selection.filter.class.as_deref(), Some("Publish"));
        assert_eq!(
            (request.before, request.rate),
            (Some(Timestamp(5)), Some(50))
        );
        assert!(
            matches!(request.change, Change::Edit { path, value } if path == "args.0" && value == "{}")
        );
    }

    #[test]
    fn only_what_means_something_can_be_chosen() {
        let names = |query: &str| -> Vec<&str> {
            let actions = OperationForm::parse(query).actions();
            actions.into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(
            names("in=dead"),
            ["retry", "reschedule", "move", "edit", "delete"]
        );
        assert_eq!(
            names("in=queue:a"),
            ["reschedule", "move", "edit", "kill", "delete"]
        );
    }

    #[test]
    fn what_is_missing_or_wrong_is_said() {
        for (query, part) in [
            ("in=dead", "Choose what"),
            ("in=dead&action=explode", "`explode`"),
            ("in=dead&action=reschedule", "Choose the time"),
            ("in=dead&action=reschedule&at=soon", "soon"),
            ("in=dead&action=move", "Name the queue"),
            ("in=dead&action=edit&path=retry", "which value"),
            ("in=dead&action=delete&rate=fast", "`fast` is no number"),
            ("in=dead&action=retry&canary=x", "jobs to try first"),
            ("in=dead&action=retry&to=soon", "to:"),
        ] {
            let problem = OperationForm::parse(query).to_request(None).unwrap_err();
            assert!(problem.contains(part), "{query}: {problem}");
        }
    }

    #[test]
    fn the_first_few_are_tried_only_where_something_is_run() {
        let canary = |query: &str| OperationForm::parse(query).to_request(None).unwrap().canary;
        let tried = canary("in=dead&action=retry&canary=10").unwrap();
        assert_eq!(
            (tried.jobs, tried.wait_seconds, tried.percent),
            (10, 120, 90)
        );
        assert_eq!(canary("in=dead&action=delete&canary=10"), None);
    }

    proptest! {
        #[test]
        fn any_address_is_a_request_or_an_error(query in "\\PC*") {
            let form = OperationForm::parse(&query);
            let _ = form.to_request(None);
            prop_assert_eq!(OperationForm::parse(&form.to_text()), form);
        }
    }
}
