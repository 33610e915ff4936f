//! Changes single fields of a job and leaves the rest of its text alone.

use super::{Job, Malformed, json};
use std::ops::Range;

impl Job {
    /// The job with these fields set (name, JSON text of the value): an existing field's value is replaced where it stands (the
    /// effective one if repeated), a new field goes to the end. Every other byte stays.
    ///
    /// # Errors
    /// The entry is no JSON object; a new value is no JSON.
    pub fn edited(&self, changes: &[(&str, &str)]) -> Result<Job, Malformed> {
        if let Some(reason) = self.malformed() {
            return Err(Malformed(reason.to_owned()));
        }
        let mut replaced: Vec<(Range<usize>, &str)> = Vec::with_capacity(changes.len());
        let mut added: Vec<(&str, &str)> = Vec::new();
        for (index, (name, value)) in changes.iter().enumerate() {
            let value = json::check(value).map_err(|error| {
                Malformed(format!("the new value of `{name}` is not JSON: {error}"))
            })?;
            if changes[index + 1..].iter().any(|(later, _)| later == name) {
                continue;
            }
            match self.find(name) {
                Some(field) => replaced.push((field.value.clone(), value)),
                None => added.push((name, value)),
            }
        }
        replaced.sort_unstable_by_key(|(range, _)| range.start);

        let growth: usize = changes
            .iter()
            .map(|(name, value)| name.len() + value.len() + 16)
            .sum();
        let mut text = Vec::with_capacity(self.raw.len() + growth);
        let mut copied = 0;
        for (range, value) in replaced {
            text.extend_from_slice(&self.raw[copied..range.start]);
            text.extend_from_slice(value.as_bytes());
            copied = range.end;
        }
        if !added.is_empty() {
            let end = self.end_of_fields();
            text.extend_from_slice(&self.raw[copied..end]);
            copied = end;
            for (index, (name, value)) in added.into_iter().enumerate() {
                if index > 0 || !self.fields.is_empty() {
                    text.push(b',');
                }
                text.extend_from_slice(json::quoted(name).as_bytes());
                text.push(b':');
                text.extend_from_slice(value.as_bytes());
            }
        }
        text.extend_from_slice(&self.raw[copied..]);
        Ok(Job::new(text))
    }

    /// Where a new field goes: behind the last value, or behind the opening brace.
    fn end_of_fields(&self) -> usize {
        match self.fields.last() {
            Some(field) => field.value.end,
            None => memchr::memchr(b'{', &self.raw).map_or(self.raw.len(), |brace| brace + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::job::Job;
    use proptest::prelude::*;

    fn edited(text: &str, changes: &[(&str, &str)]) -> String {
        let job = Job::new(text.to_owned())
            .edited(changes)
            .expect("an object");
        assert_eq!(job.malformed(), None);
        job.text().into_owned()
    }

    #[test]
    fn one_value_changes_where_it_stands() {
        assert_eq!(
            edited(
                r#"{ "a" : 12345678901234567890 , "retry_count" : 3 , "b":1.0,"c":1E5 } "#,
                &[("retry_count", "2")]
            ),
            r#"{ "a" : 12345678901234567890 , "retry_count" : 2 , "b":1.0,"c":1E5 } "#
        );
    }

    #[test]
    fn a_new_field_goes_to_the_end() {
        assert_eq!(edited("{}", &[("a", "1")]), r#"{"a":1}"#);
        assert_eq!(
            edited(" { } ", &[("a", "1"), ("b", "2")]),
            r#" {"a":1,"b":2 } "#
        );
        assert_eq!(
            edited("{\"x\":[]\n}\n", &[("é\"", "\"v\"")]),
            "{\"x\":[],\"é\\\"\":\"v\"\n}\n"
        );
    }

    #[test]
    fn several_changes_at_once_and_repeated_names() {
        assert_eq!(
            edited(
                r#"{"b":1,"a":1,"b":2}"#,
                &[("b", "9"), ("c", "0"), ("a", "null")]
            ),
            r#"{"b":1,"a":null,"b":9,"c":0}"#
        );
        assert_eq!(edited("{}", &[("a", "1"), ("a", "2")]), r#"{"a":2}"#);
    }

    #[test]
    fn what_cannot_be_edited_says_why() {
        assert!(Job::new("nope").edited(&[("a", "1")]).is_err());
        let error = Job::new("{}")
            .edited(&[("a", "1,\"b\":2")])
            .expect_err("no JSON");
        assert!(error.to_string().contains("`a`"), "{error}");
    }

    /// JSON text as foreign writers make it: odd numbers, escapes, blanks.
    fn json_text() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("1.0".to_owned()),
            Just("-0".to_owned()),
            Just("1e400".to_owned()),
            Just("12345678901234567890123".to_owned()),
            Just("\"\\u00e9\\/\\ud83d\\ude00\"".to_owned()),
            any::<f64>()
                .prop_filter("finite", |number| number.is_finite())
                .prop_map(|number| format!("{number:e}")),
            "\\PC{0,6}".prop_map(|text| serde_json::Value::from(text).to_string()),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3)
                    .prop_map(|items| format!("[ {} ]", items.join(" ,"))),
                prop::collection::vec(("[a-c]", inner), 0..3).prop_map(|items| {
                    let items: Vec<_> = items
                        .iter()
                        .map(|(name, value)| format!("\"{name}\" : {value}"))
                        .collect();
                    format!("{{{}}}", items.join(","))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_edit_changes_nothing_else(
            fields in prop::collection::vec(("(a|b|c|\\\\u0061|é)", json_text(), "[ \n\t]{0,2}"), 0..6),
            name in "[a-d]",
            value in json_text(),
        ) {
            let body: Vec<_> = fields.iter().map(|(name, value, blank)| format!("{blank}\"{name}\"{blank}:{blank}{value}")).collect();
            let before = Job::new(format!("{{{}}}", body.join(",")));
            prop_assert_eq!(before.malformed(), None);
            let after = before.edited(&[(&name, &value)]).expect("an object");
            prop_assert_eq!(after.field(&name), Some(value.as_str()));
            for (other, value) in before.effective_fields().filter(|(other, _)| *other != name) {
                prop_assert_eq!(after.field(&other), Some(value));
            }
            match before.field(&name) {
                // The old value back in gives the old bytes.
                Some(old) => {
                    let restored = after.edited(&[(&name, old)]).expect("an object");
                    prop_assert_eq!(restored.raw(), before.raw());
                }
                None => prop_assert_eq!(after.raw().len(), before.raw().len() + value.len() + 4 + usize::from(!fields.is_empty())),
            }
        }

        #[test]
        fn any_bytes_edit_or_say_why(raw in prop::collection::vec(any::<u8>(), 0..64)) {
            let job = Job::new(raw);
            prop_assert_eq!(job.edited(&[("a", "1")]).is_err(), job.malformed().is_some());
        }
    }
}
