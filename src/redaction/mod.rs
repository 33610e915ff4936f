//! Takes secrets out of jobs that are shown or exported: values under telling names, at any depth, numbers of payment cards, and what the
//! settings name by its place or its form.
//!
//! | file | owns |
//! | --- | --- |
//! | `keys` | which names tell of a secret |
//! | `json` | a JSON text with its secrets replaced where they stand; all else keeps its form |
//! | `text` | the same for running text, such as the message of an error |
//! | `value`, `quote` | where a value stands there: bare, in brackets, in quotes that may be escaped |
//! | `card` | numbers of payment cards |
//! | `path` | values at places of a job that rules name |
//! | `splice` | a text of which parts are replaced |
//! | `shared` | a redactor that can be replaced while it is used |

mod card;
mod json;
mod keys;
mod path;
mod quote;
mod shared;
mod splice;
mod text;
mod value;

use crate::job::{Job, decode_trace, encode_trace};
use path::PathRule;
use regex::Regex;
pub use shared::SharedRedactor;
use std::{borrow::Cow, sync::Arc};

/// What stands in place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Names that tell of a secret, unless more are given. A name is meant wherever its words stand side by side in a longer one: `token` also
/// means `access_token` and `apiToken`, but not `tokenizer`.
pub const USUAL_KEYS: [&str; 18] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "access_key",
    "private_key",
    "encryption_key",
    "authorization",
    "credentials",
    "cookie",
    "card_number",
    "credit_card",
    "cvv",
    "cvc",
    "ssn",
];

/// Replaces secrets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Redactor {
    /// Without any, nothing is replaced.
    rules: Option<Arc<Rules>>,
}

/// What is a secret.
#[derive(Clone, Debug, Default)]
struct Rules {
    /// Names: small letters and digits only.
    keys: Vec<String>,
    /// Places in jobs of some classes.
    paths: Vec<PathRule>,
    /// What is one wherever it stands in a text.
    patterns: Vec<Regex>,
}

/// Why a rule cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RuleError(String);

impl Default for Redactor {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl Redactor {
    /// Knows the usual names and these.
    #[must_use]
    pub fn new(more: &[String]) -> Self {
        let keys = USUAL_KEYS
            .into_iter()
            .chain(more.iter().map(String::as_str))
            .map(keys::joined)
            .filter(|key| !key.is_empty());
        let rules = Rules {
            keys: keys.collect(),
            ..Rules::default()
        };
        Self {
            rules: Some(Arc::new(rules)),
        }
    }

    /// Leaves everything as it is.
    #[must_use]
    pub fn none() -> Self {
        Self { rules: None }
    }

    /// Also takes these places out of jobs: `args.0.email`, or of some classes only `Billing::* args.1`. A star in a class is any text, in a
    /// place any one name or number. Arguments are counted as they are shown (those of an Active Job stand in its wrapper).
    ///
    /// # Errors
    /// One of them is no such rule.
    pub fn with_paths(self, paths: &[String]) -> Result<Self, RuleError> {
        let paths: Result<Vec<PathRule>, RuleError> =
            paths.iter().map(|path| PathRule::read(path)).collect();
        let paths = paths?;
        Ok(self.with(|rules| rules.paths = paths))
    }

    /// Also takes out of every text, and of every number, what one of these regular expressions means.
    ///
    /// # Errors
    /// One of them is none, or means the empty text.
    pub fn with_patterns(self, patterns: &[String]) -> Result<Self, RuleError> {
        let patterns: Result<Vec<Regex>, RuleError> =
            patterns.iter().map(|text| pattern(text)).collect();
        let patterns = patterns?;
        Ok(self.with(|rules| rules.patterns = patterns))
    }

    /// Whether it leaves everything as it is.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.rules.is_none()
    }

    /// Whether it is the same one, not only one with the same rules.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        match (&self.rules, &other.rules) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }

    /// Takes the secrets out of a running text in place.
    pub fn hide(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.text(text) {
            *text = redacted;
        }
    }

    /// A JSON text without its secrets: each value under a telling name is [`REDACTED`]; other texts are treated in the same way if they are JSON
    /// themselves, else as [`Redactor::text`]. Borrowed if it has none. What is no JSON comes back in some form, but not necessarily without
    /// its secrets.
    #[must_use]
    pub fn json<'a>(&self, json: &'a str) -> Cow<'a, str> {
        self.by(json, json::redacted)
    }

    /// A running text without what stands behind a telling name (`password=…`, `token: …`, `"api_key": "…"`; of a `Cookie:` or an
    /// `Authorization:` all its parts), without passwords in addresses, and without numbers of cards. Borrowed if it has none.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.by(text, text::redacted)
    }

    /// The text of a stored job without its secrets, if it has some. A coded error trace stays as it is: see [`Redactor::trace`].
    #[must_use]
    pub fn job(&self, job: &Job) -> Option<String> {
        let rules = self.rules.as_deref()?;
        let text = job.text();
        let placed = path::redacted(&rules.paths, job);
        let redacted = match &placed {
            Some(placed) => self.json(placed),
            None if job.malformed().is_none() || is_json(&text) => self.json(&text),
            None => self.text(&text),
        };
        match redacted {
            Cow::Owned(redacted) => Some(redacted),
            Cow::Borrowed(_) => placed,
        }
    }

    /// The same, and its coded error trace, if it has one, is coded anew without its secrets.
    #[must_use]
    pub fn whole_job(&self, job: &Job) -> Option<String> {
        self.rules.as_deref()?;
        let redacted = self.job(job);
        let lines = match job.field("error_backtrace") {
            Some(coded) if coded.starts_with('"') => decode_trace(coded).unwrap_or_default(),
            _ => Vec::new(),
        };
        let Some(lines) = self.trace(&lines) else {
            return redacted;
        };
        let job = redacted.map_or_else(|| job.clone(), Job::new);
        let coded = encode_trace(&lines);
        let job = job.edited(&[("error_backtrace", &coded)]).unwrap_or(job);
        Some(job.text().into_owned())
    }

    /// The lines of an error trace without their secrets, if they have some.
    #[must_use]
    pub fn trace(&self, lines: &[String]) -> Option<Vec<String>> {
        let redacted: Vec<Cow<'_, str>> = lines.iter().map(|line| self.text(line)).collect();
        let has_some = redacted.iter().any(|line| matches!(line, Cow::Owned(_)));
        has_some.then(|| redacted.into_iter().map(Cow::into_owned).collect())
    }

    fn with(mut self, add: impl FnOnce(&mut Rules)) -> Self {
        let mut rules = self.rules.as_deref().cloned().unwrap_or_default();
        add(&mut rules);
        self.rules = Some(Arc::new(rules));
        self
    }

    fn by<'a>(
        &self,
        text: &'a str,
        redacted: impl for<'text> Fn(&Rules, &'text str) -> Cow<'text, str>,
    ) -> Cow<'a, str> {
        match self.rules.as_deref() {
            Some(rules) => redacted(rules, text),
            None => Cow::Borrowed(text),
        }
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

fn pattern(text: &str) -> Result<Regex, RuleError> {
    let pattern = Regex::new(text)
        // The error draws the expression over several lines; the last one says what is wrong.
        .map_err(|error| error.to_string())
        .map_err(|error| {
            let last = error.lines().last().unwrap_or_default();
            let reason = last.strip_prefix("error: ").unwrap_or(last);
            RuleError(format!("`{text}` is no regular expression: {reason}"))
        })?;
    if pattern.is_match("") {
        return Err(RuleError(format!(
            "`{text}` means the empty text, so it would stand everywhere"
        )));
    }
    Ok(pattern)
}

#[cfg(test)]
mod tests {
    use super::Redactor;
    use proptest::prelude::*;
    use std::borrow::Cow;

    fn redactor() -> Redactor {
        Redactor::new(&["iban".to_owned()])
    }

    #[test]
    fn values_under_telling_names_are_replaced_at_any_depth_and_all_else_keeps_its_form() {
        let json = r#"{"class":"Login", "args":[{"user":{"PASSWORD":"a\"b","id":1.0},"apiToken":{"deep":[1,2]},"IBAN":"DE1","n":12345678901234567890}],"token_count":null,"secret":false}"#;
        assert_eq!(
            redactor().json(json),
            r#"{"class":"Login", "args":[{"user":{"PASSWORD":"[redacted]","id":1.0},"apiToken":"[redacted]","IBAN":"[redacted]","n":12345678901234567890}],"token_count":null,"secret":false}"#
        );
    }

    #[test]
    fn a_name_that_only_contains_the_letters_is_none() {
        for json in [
            r#"{"tokenizer":"a","secretary":"b","passwordless":1}"#,
            r#"{"error_message":"unexpected token at 5","args":["password"]}"#,
            r#"{"created_at":1795470707831.5,"jid":"4111111111111111aa","at":1795470707831}"#,
        ] {
            assert!(
                matches!(redactor().json(json), Cow::Borrowed(same) if same == json),
                "{json}"
            );
        }
    }

    #[test]
    fn secrets_in_a_message_are_replaced() {
        for (text, redacted) in [
            (
                "login failed: password=hunter2, retry",
                "login failed: password=[redacted], retry",
            ),
            ("GET /a?token=abc&page=2", "GET /a?token=[redacted]&page=2"),
            // Whatever a value begins with is of it.
            (
                "password=<abc> token: )x",
                "password=[redacted]> token: [redacted]",
            ),
            (
                r"pwd=\abc, secret=é'",
                r"pwd=[redacted], secret=[redacted]'",
            ),
            ("GET /a?token=&page=2", "GET /a?token=&page=2"),
            (
                "Authorization: Bearer abc.def-g failed",
                "Authorization: [redacted] failed",
            ),
            (
                r#"body {"api_key":"x y","id":3}"#,
                r#"body {"api_key":"[redacted]","id":3}"#,
            ),
            (
                r#"{\"client_secret\":\"x y\"}"#,
                r#"{\"client_secret\":\"[redacted]\"}"#,
            ),
            (
                "{:passwd=>\"x\", :id=>2}",
                "{:passwd=>\"[redacted]\", :id=>2}",
            ),
            (
                "redis://app:hunter2@10.0.0.1:6379/0 is away",
                "redis://app:[redacted]@10.0.0.1:6379/0 is away",
            ),
            (
                "card 4111 1111 1111 1111 was refused",
                "card [redacted] was refused",
            ),
            (
                "card 4111-1111-1111-1112 is none",
                "card 4111-1111-1111-1112 is none",
            ),
            ("Token::Missing: no token", "Token::Missing: no token"),
            ("password: nil", "password: nil"),
            (
                r#"{"password": "a\"b\\", "id": 3}"#,
                r#"{"password": "[redacted]", "id": 3}"#,
            ),
            (
                r#"{\"token\":\"a\\\"b\",\"id\":3}"#,
                r#"{\"token\":\"[redacted]\",\"id\":3}"#,
            ),
            (
                r#"body {"credentials":{"user":"a}","keys":["b"]},"id":3}"#,
                r#"body {"credentials":[redacted],"id":3}"#,
            ),
            (
                r#"{\"credentials\":{\"user\":\"a}\"},\"id\":3}"#,
                r#"{\"credentials\":[redacted],\"id\":3}"#,
            ),
            ("password:        hunter2", "password:        [redacted]"),
            (
                "Cookie: a=1; session=abc; t=\"x y\" \nHost: b",
                "Cookie: [redacted] \nHost: b",
            ),
            (
                "Set-Cookie: sid=abc; Path=/; HttpOnly",
                "Set-Cookie: [redacted]",
            ),
            (
                r#"Authorization: Digest username="a b", realm="c", response=6629 failed"#,
                "Authorization: [redacted] failed",
            ),
            (
                r#"\"Authorization: Digest username=\"a\", response=\"6\"\nHost: b"#,
                r#"\"Authorization: [redacted]\nHost: b"#,
            ),
            (
                "authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host;date, Signature=c",
                "authorization: [redacted]",
            ),
            (
                "Authorization: Bearer abc==, retry=5",
                "Authorization: [redacted], retry=5",
            ),
        ] {
            assert_eq!(redactor().text(text), redacted);
        }
    }

    #[test]
    fn a_number_of_a_card_is_replaced_as_a_number_too() {
        assert_eq!(
            redactor()
                .json(r#"{"args":[4111111111111111,4111111111111112,"5500 0000 0000 0004"]}"#),
            r#"{"args":["[redacted]",4111111111111112,"[redacted]"]}"#
        );
    }

    #[test]
    fn json_within_a_text_loses_its_secrets_by_name() {
        let body = r#"{"credentials":{"user":"a","pass":["b"]},"api_key":"x\"y","id":1.0}"#;
        let without = r#"{"credentials":"[redacted]","api_key":"[redacted]","id":1.0}"#;
        let within = |body: &str| serde_json::json!({"args": [body]}).to_string();
        assert_eq!(redactor().json(&within(body)), within(without));
        assert_eq!(
            redactor().json(&within(&within(body))),
            within(&within(without))
        );
    }

    /// A value that holds what must not be told.
    fn secret() -> impl Strategy<Value = serde_json::Value> {
        let text = "[a-z\"'\\\\ ,;{}\\[\\]é]{0,6}SECRET[a-z\"'\\\\ ,;{}\\[\\]é]{0,6}";
        let text = text.prop_map(serde_json::Value::from);
        prop_oneof![
            text.clone(),
            text.clone().prop_map(|text| serde_json::json!([1, text])),
            text.prop_map(|text| serde_json::json!({"a": {"b": text}})),
        ]
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            "\\PC{0,20}".prop_map(Into::into),
            "(password|token)[=:] ?[a-z]{0,8}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 30, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
                prop::collection::hash_map("[a-z]{0,6}|password|api_key", inner, 0..5)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn has_secret(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Object(map) => map.iter().any(|(key, value)| {
                let is_telling = key == "password" || key == "api_key";
                let is_left = value.is_null()
                    || value.is_boolean()
                    || value == ""
                    || value == super::REDACTED;
                (is_telling && !is_left) || has_secret(value)
            }),
            serde_json::Value::Array(list) => list.iter().any(has_secret),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn what_is_redacted_is_json_without_secrets_and_stays_as_it_is(value in json()) {
            let text = value.to_string();
            let redacted = redactor().json(&text).into_owned();
            let read: serde_json::Value = serde_json::from_str(&redacted).unwrap();
            prop_assert!(!has_secret(&read), "{}", redacted);
            prop_assert_eq!(redactor().json(&redacted).into_owned(), redacted.clone());
        }

        #[test]
        fn no_secret_is_left_where_json_is_a_text_within_json(
            secret in secret(),
            name in "password|api_key|userToken|Set-Cookie|Authorization",
            depth in 0..4,
        ) {
            let mut json = serde_json::json!({"id": 1, name: secret, "after": "b"});
            for _ in 0..depth {
                json = serde_json::json!({"args": [json.to_string(), 1]});
            }
            let redacted = redactor().json(&json.to_string()).into_owned();
            prop_assert!(!redacted.contains("SECRET"), "{}", redacted);
            let mut read: serde_json::Value = serde_json::from_str(&redacted).unwrap();
            for _ in 0..depth {
                read = serde_json::from_str(read["args"][0].as_str().unwrap()).unwrap();
            }
            prop_assert_eq!(&read["after"], "b");
        }

        #[test]
        fn no_secret_is_left_where_json_stands_in_a_message(
            secret in secret(),
            name in "password|api_key|userToken|Set-Cookie|Authorization",
            depth in 0..4,
            blank in " ?",
        ) {
            let mut text = format!("{{{}:{blank}{secret},\"after\":1}}", serde_json::Value::from(name));
            for _ in 0..depth {
                text = serde_json::Value::from(text).to_string();
            }
            let text = format!("it failed with {text} at last");
            let redacted = redactor().text(&text).into_owned();
            prop_assert!(!redacted.contains("SECRET"), "{}", redacted);
            prop_assert!(redacted.contains("after") && redacted.ends_with(" at last"), "{}", redacted);
            prop_assert_eq!(redactor().text(&redacted).into_owned(), redacted.clone());
        }

        #[test]
        fn no_card_is_left_whatever_stands_around_it(before in "(\\PC{0,8}[^0-9A-Za-z.])?", blank in "[ -]?", after in "([^0-9A-Za-z]\\PC{0,8})?") {
            let card = ["4111", "1111", "1111", "1111"].join(&blank);
            let redacted = redactor().text(&format!("{before}{card}{after}")).into_owned();
            prop_assert!(!redacted.contains(&card), "{}", redacted);
        }

        #[test]
        fn any_text_is_redacted_without_a_fault(text in "\\PC*", json in "[\\[\\]{}:,\"\\\\a-z0-9 =]*") {
            let _ = (redactor().text(&text), redactor().json(&text), redactor().json(&json), redactor().text(&json));
        }
    }
}
