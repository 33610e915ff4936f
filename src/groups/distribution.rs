//! Values that a sample of jobs have in common.

use crate::job::{Job, cut};
use crate::model::Distribution;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// Values that are shown of each argument.
const SHOWN: usize = 5;

/// Most characters of a value.
const CHARACTERS: usize = 80;

/// Most arguments and names in them that are looked at: jobs with hundreds of names say nothing by one of them.
const MOST_NAMES: usize = 40;

/// How deep names in arguments are looked at.
const DEPTH: usize = 2;

/// Counts values.
#[derive(Debug, Default)]
pub(super) struct Values {
    counts: HashMap<String, u64>,
    known: u64,
}

impl Values {
    pub(super) fn add(&mut self, value: String) {
        self.known += 1;
        *self.counts.entry(value).or_default() += 1;
    }

    pub(super) fn distribution(self, name: &str) -> Distribution {
        let different = self.counts.len() as u64;
        let mut values: Vec<(String, u64)> = self.counts.into_iter().collect();
        values.sort_by(|(one, count), (other, others)| others.cmp(count).then(one.cmp(other)));
        values.truncate(SHOWN);
        Distribution {
            name: name.to_owned(),
            values,
            different,
            known: self.known,
        }
    }
}

/// Counts the values of arguments: by position, and by name in those that are objects.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    /// By position and name, in their order.
    values: BTreeMap<(usize, String), Values>,
}

impl Arguments {
    /// Those of a job as shown: what is encrypted stays so.
    pub(super) fn add(&mut self, job: &Job) {
        let Ok(Value::Array(args)) = serde_json::from_str(&job.shown_args(0)) else {
            return;
        };
        for (position, value) in args.iter().enumerate() {
            self.add_value(position, String::new(), value, DEPTH);
        }
    }

    fn add_value(&mut self, position: usize, name: String, value: &Value, depth: usize) {
        if let (Value::Object(members), 1..) = (value, depth) {
            for (member, value) in members {
                let name = if name.is_empty() {
                    cut(member, CHARACTERS)
                } else {
                    format!("{name}.{}", cut(member, CHARACTERS))
                };
                self.add_value(position, name, value, depth - 1);
            }
            return;
        }
        let key = (position, name);
        if self.values.len() < MOST_NAMES || self.values.contains_key(&key) {
            let values = self.values.entry(key).or_default();
            values.add(cut(&value.to_string(), CHARACTERS));
        }
    }

    /// One for each argument and name.
    pub(super) fn distributions(self) -> Vec<Distribution> {
        self.values
            .into_iter()
            .map(|((position, name), values)| {
                let position = position + 1;
                let name = if name.is_empty() {
                    position.to_string()
                } else {
                    format!("{position}.{name}")
                };
                values.distribution(&name)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use crate::job::Job;

    #[test]
    fn arguments_are_counted_by_position_and_name() {
        let mut arguments = Arguments::default();
        for number in 0..10 {
            let account = if number < 9 { 17 } else { 4 };
            arguments.add(&Job::new(format!(
                r#"{{"class":"A","args":["same",{{"account_id":{account},"x":{{"y":{number}}}}}]}}"#
            )));
        }
        arguments.add(&Job::new(r#"{"class":"A","args":"none"}"#));
        let found = arguments.distributions();
        let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["1", "2.account_id", "2.x.y"]);
        assert_eq!(found[0].values, [("\"same\"".to_owned(), 10)]);
        assert_eq!(found[1].values, [("17".to_owned(), 9), ("4".to_owned(), 1)]);
        assert_eq!(
            (found[2].different, found[2].values.len(), found[2].known),
            (10, 5, 10)
        );
    }

    #[test]
    fn encrypted_arguments_are_not_told() {
        let mut arguments = Arguments::default();
        arguments.add(&Job::new(
            r#"{"class":"A","encrypt":true,"args":[1,"secret"]}"#,
        ));
        let found = arguments.distributions();
        assert_eq!(found[1].values[0].0, "\"[encrypted data]\"");
    }
}
