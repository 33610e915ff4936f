//! Values at places that rules name: `args.0.email`, `Billing::* args.1`.

use super::{REDACTED, RuleError, splice::Splice};
use crate::job::{Job, json_quoted};

/// A place whose value is a secret, in jobs of some classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathRule {
    /// What the class is called, in pieces between stars; nothing: of any class.
    class: Option<Vec<String>>,
    path: String,
}

impl PathRule {
    /// Reads `PATH` or `CLASS PATH`.
    pub(super) fn read(text: &str) -> Result<Self, RuleError> {
        let wrong = |reason: &str| RuleError(format!("`{text}` {reason}"));
        let mut words = text.split_ascii_whitespace();
        let (class, path) = match (words.next(), words.next(), words.next()) {
            (Some(path), None, _) => (None, path),
            (Some(class), Some(path), None) => (Some(class), path),
            (None, ..) => return Err(wrong("names no place: write `args.0`, for example")),
            _ => {
                return Err(wrong(
                    "has more than two words: write a place, or a class and a place",
                ));
            }
        };
        if path.split('.').any(str::is_empty) {
            return Err(wrong("has an empty name between its points"));
        }
        Ok(Self {
            class: class.map(|class| class.split('*').map(str::to_owned).collect()),
            path: path.to_owned(),
        })
    }

    fn means(&self, job: &Job) -> bool {
        let Some(pieces) = &self.class else {
            return true;
        };
        let names = [Some(job.shown_class()), job.handler_class(), job.class()];
        names.iter().flatten().any(|name| is_like(name, pieces))
    }
}

/// Whether a name is made of these pieces, with anything between them.
fn is_like(name: &str, pieces: &[String]) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.first().is_some_and(|piece| piece == name);
    };
    let Some(mut rest) = name
        .strip_prefix(first.as_str())
        .and_then(|rest| rest.strip_suffix(last.as_str()))
    else {
        return false;
    };
    for piece in middle {
        let Some(at) = rest.find(piece.as_str()) else {
            return false;
        };
        rest = rest.get(at + piece.len()..).unwrap_or_default();
    }
    true
}

/// The job's text without the values at the places that the rules name, if it has such values.
pub(super) fn redacted(rules: &[PathRule], job: &Job) -> Option<String> {
    let mut places: Vec<_> = rules
        .iter()
        .filter(|rule| rule.means(job))
        .flat_map(|rule| job.places_at(&rule.path))
        .collect();
    // A job that has fields is a text.
    let text = std::str::from_utf8(job.raw()).ok()?;
    places.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
    let replacement = json_quoted(REDACTED);
    let mut splice = Splice::new(text);
    let mut done = 0;
    let mut has_some = false;
    for place in places {
        let value = text.get(place.clone()).unwrap_or_default();
        // What cannot hold a secret says something; what lies within another is gone with it.
        let is_open = matches!(value, "null" | "true" | "false" | "\"\"") || value == replacement;
        if place.start < done || is_open {
            continue;
        }
        splice.replace(place.start, place.end, &replacement);
        done = place.end;
        has_some = true;
    }
    has_some.then(|| splice.finish().into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::Redactor;
    use crate::job::Job;

    fn redacted(rules: &[&str], job: &str) -> Option<String> {
        let rules: Vec<String> = rules.iter().map(|&rule| rule.to_owned()).collect();
        let redactor = Redactor::new(&[]).with_paths(&rules).expect("rules");
        redactor.job(&Job::new(job.to_owned()))
    }

    #[test]
    fn the_value_at_a_place_is_replaced_and_all_else_keeps_its_form() {
        let job = r#"{"class":"Billing::Charge","args":[ 17, {"mail":["a",{"b":1}],"n":1.0} ],"tags":["x"]}"#;
        for (rules, expected) in [
            (
                &["args.0"][..],
                Some(r#"[ "[redacted]", {"mail":["a",{"b":1}],"n":1.0} ]"#),
            ),
            (
                &["args.1.mail"],
                Some(r#"[ 17, {"mail":"[redacted]","n":1.0} ]"#),
            ),
            (
                &["args.*.mail", "args.1.mail.1.b"],
                Some(r#"[ 17, {"mail":"[redacted]","n":1.0} ]"#),
            ),
            (
                &["args.1.mail.*"],
                Some(r#"[ 17, {"mail":["[redacted]","[redacted]"],"n":1.0} ]"#),
            ),
            (&["Billing::* args.0", "args"], Some(r#""[redacted]""#)),
            (&["*::Charge args.1"], Some(r#"[ 17, "[redacted]" ]"#)),
            (&["B*g::*ge args.1"], Some(r#"[ 17, "[redacted]" ]"#)),
            (
                &[
                    "Billing args.0",
                    "*Refund args.0",
                    "args.7",
                    "args.1.mail.9",
                    "nothing",
                ],
                None,
            ),
        ] {
            let expected = expected
                .map(|args| format!(r#"{{"class":"Billing::Charge","args":{args},"tags":["x"]}}"#));
            assert_eq!(redacted(rules, job), expected, "{rules:?}");
        }
    }

    #[test]
    fn a_repeated_name_hides_nothing() {
        assert_eq!(
            redacted(
                &["args.0.a"],
                r#"{"args":[{"a":1,"\u0061":2}],"args":[{"a":3}]}"#
            )
            .as_deref(),
            Some(
                r#"{"args":[{"a":"[redacted]","\u0061":"[redacted]"}],"args":[{"a":"[redacted]"}]}"#
            )
        );
    }

    #[test]
    fn arguments_of_an_active_job_are_counted_as_they_are_shown() {
        let job = r#"{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"Charge","args":[{"job_class":"Charge","arguments":[5,"x"]}]}"#;
        assert_eq!(
            redacted(&["Charge args.1"], job).as_deref(),
            Some(
                r#"{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"Charge","args":[{"job_class":"Charge","arguments":[5,"[redacted]"]}]}"#
            )
        );
    }

    #[test]
    fn a_rule_that_cannot_be_read_says_why() {
        let error = |rule: &str| {
            let rules = Redactor::none().with_paths(&[rule.to_owned()]);
            rules.expect_err(rule).to_string()
        };
        assert_eq!(
            error(" "),
            "` ` names no place: write `args.0`, for example"
        );
        assert_eq!(
            error("A args.0 b"),
            "`A args.0 b` has more than two words: write a place, or a class and a place"
        );
        assert_eq!(
            error("args..0"),
            "`args..0` has an empty name between its points"
        );
    }
}
