//! What people see of a job: class and arguments, Active Job unwrapped, encrypted arguments hidden.

use super::{Job, json, tree};
use crate::model::JsonNode;
use std::borrow::Cow;

/// What stands in place of an encrypted argument.
const ENCRYPTED: &str = "\"[encrypted data]\"";

/// Most characters of a long text in a list.
pub(crate) const LIST_CHARACTERS: usize = 300;

/// Where a text was cut.
const CUT: char = '…';

/// The text, cut to `limit` characters (0: whole) with `…` behind.
pub(crate) fn cut(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) if limit > 0 => {
            let mut shortened = String::with_capacity(end + CUT.len_utf8());
            shortened.push_str(&text[..end]);
            shortened.push(CUT);
            shortened
        }
        _ => text.to_owned(),
    }
}

impl Job {
    /// The class as shown: `display_class`, the wrapped Active Job class, `UserMailer#welcome` for mailers, or `class`.
    #[must_use]
    pub fn shown_class(&self) -> String {
        if let Some(class) = self.text_field("display_class") {
            return class.into_owned();
        }
        match self.active_job_class() {
            Some(class) if is_mailer(&class) => self.mailer_method().unwrap_or(class.into_owned()),
            Some(class) => class.into_owned(),
            None => self.class().unwrap_or_default(),
        }
    }

    /// The class that names the handler and the metrics: `wrapped` or `class`.
    #[must_use]
    pub fn handler_class(&self) -> Option<String> {
        self.string("wrapped").or_else(|| self.class())
    }

    /// The arguments as shown, as JSON text, cut to `limit` characters (0: whole).
    #[must_use]
    pub fn shown_args(&self, limit: usize) -> String {
        let Some(args) = self.field("args") else {
            return String::new();
        };
        if let Some(masked) = self.masked_args(args) {
            return cut(&masked, limit);
        }
        if !self.is_wrapper() {
            return cut(args, limit);
        }
        let mut text = String::new();
        tree::write(&JsonNode::Array(self.active_job_arguments()), &mut text);
        cut(&text, limit)
    }

    /// The arguments without what is encrypted, however the job is wrapped; nothing when nothing is.
    fn masked_args(&self, args: &str) -> Option<String> {
        if self.boolean("encrypt") != Some(true) {
            return None;
        }
        // The last argument is the encrypted one; what is no array may be anything.
        let Some(mut elements) = json::elements(args) else {
            return Some(ENCRYPTED.to_owned());
        };
        elements.pop();
        elements.push(ENCRYPTED);
        Some(format!("[{}]", elements.join(",")))
    }

    /// The arguments that may be searched, as JSON text: as they are stored, without what is encrypted.
    pub(crate) fn open_args(&self) -> Cow<'_, str> {
        match self.field("args") {
            None => Cow::Borrowed(""),
            Some(args) if self.boolean("encrypt") != Some(true) => Cow::Borrowed(args),
            Some(args) => {
                // The last argument is the encrypted one; what is no array may be anything.
                let mut elements = json::elements(args).unwrap_or_default();
                elements.pop();
                Cow::Owned(format!("[{}]", elements.join(",")))
            }
        }
    }

    /// The same taken apart, Active Job unwrapped; nothing when there are none.
    pub(crate) fn open_arguments(&self) -> Option<JsonNode> {
        let is_encrypted = self.boolean("encrypt") == Some(true);
        let unwrapped = (self.is_wrapper() && !is_encrypted)
            .then(|| self.active_job_arguments())
            .filter(|arguments| !arguments.is_empty());
        match unwrapped {
            Some(arguments) => Some(JsonNode::Array(arguments)),
            None => tree::tree(&self.open_args()),
        }
    }

    /// The job as it may be shown whole: its own text, with what is encrypted masked wherever it stands.
    pub(crate) fn shown(&self) -> Cow<'_, Job> {
        let mut text = Vec::new();
        let mut copied = 0;
        for field in self.fields_named("args") {
            let Some(masked) = self.value(field).and_then(|args| self.masked_args(args)) else {
                return Cow::Borrowed(self);
            };
            text.extend_from_slice(&self.raw[copied..field.value.start]);
            text.extend_from_slice(masked.as_bytes());
            copied = field.value.end;
        }
        if copied == 0 {
            return Cow::Borrowed(self);
        }
        text.extend_from_slice(&self.raw[copied..]);
        Cow::Owned(Job::new(text))
    }

    pub(super) fn is_wrapper(&self) -> bool {
        matches!(
            self.text_field("class").as_deref(),
            Some(
                "Sidekiq::ActiveJob::Wrapper"
                    | "ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper"
            )
        )
    }

    /// The real class inside an Active Job wrapper.
    fn active_job_class(&self) -> Option<Cow<'_, str>> {
        if !self.is_wrapper() {
            return None;
        }
        self.text_field("wrapped").or_else(|| {
            let first = self.first_argument()?;
            json::string(first).or_else(|| json::string(json::member(first, "job_class")?))
        })
    }

    fn first_argument(&self) -> Option<&str> {
        json::elements(self.field("args")?)?.first().copied()
    }

    /// The JSON text of the `arguments` inside an Active Job wrapper.
    fn serialized_arguments(&self) -> Option<&str> {
        json::member(self.first_argument()?, "arguments")
    }

    /// `UserMailer#welcome` of a mail delivery.
    fn mailer_method(&self) -> Option<String> {
        let arguments = json::elements(self.serialized_arguments()?)?;
        let [mailer, method, ..] = arguments.as_slice() else {
            return None;
        };
        Some(format!(
            "{}#{}",
            json::string(mailer)?,
            json::string(method)?
        ))
    }

    /// What was handed to the Active Job class; nothing when the wrapper does not name it.
    fn active_job_arguments(&self) -> Vec<JsonNode> {
        let Some(class) = self.text_field("wrapped") else {
            return Vec::new();
        };
        let Some(JsonNode::Array(arguments)) = self.serialized_arguments().and_then(tree::tree)
        else {
            return Vec::new();
        };
        let mut arguments = arguments.into_iter().map(unwrapped);
        match class.as_ref() {
            // Mailer, method and way of delivery are said by the class.
            "ActionMailer::DeliveryJob" => arguments.skip(3).collect(),
            "ActionMailer::MailDeliveryJob" => match arguments.nth(3) {
                Some(JsonNode::Object(members)) => ["params", "args"]
                    .into_iter()
                    .filter_map(|name| {
                        members
                            .iter()
                            .rev()
                            .find(|(member, _)| member == name)
                            .map(|(_, value)| value.clone())
                    })
                    .collect(),
                Some(other) => vec![other],
                None => Vec::new(),
            },
            _ => arguments.collect(),
        }
    }
}

fn is_mailer(class: &str) -> bool {
    matches!(
        class,
        "ActionMailer::DeliveryJob" | "ActionMailer::MailDeliveryJob"
    )
}

/// An Active Job argument as people know it: a reference to a record as its address, without the marks of the serializer.
fn unwrapped(node: JsonNode) -> JsonNode {
    match node {
        JsonNode::Array(elements) => JsonNode::Array(elements.into_iter().map(unwrapped).collect()),
        JsonNode::Object(mut members) => match members.as_mut_slice() {
            [(name, address @ JsonNode::Text(_))] if name == "_aj_globalid" => address.clone(),
            _ => JsonNode::Object(
                members
                    .into_iter()
                    .filter(|(name, _)| !name.starts_with("_aj_"))
                    .map(|(name, value)| (name, unwrapped(value)))
                    .collect(),
            ),
        },
        JsonNode::Literal(_) | JsonNode::Text(_) => node,
    }
}

#[cfg(test)]
mod tests {
    use super::cut;
    use crate::job::Job;

    fn wrapped(class: &str, arguments: &str) -> Job {
        Job::new(format!(
            r#"{{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"{class}","args":[{{"job_class":"{class}","arguments":{arguments}}}]}}"#
        ))
    }

    #[test]
    fn a_cut_keeps_whole_characters() {
        assert_eq!(cut("éèê", 2), "éè…");
        assert_eq!(cut("éèê", 3), "éèê");
        assert_eq!(cut("éèê", 0), "éèê");
    }

    #[test]
    fn plain_jobs_are_shown_as_stored() {
        let job = Job::new(r#"{"class":"A::B","args":[1, 12345678901234567890,1.0]}"#);
        assert_eq!(job.shown_class(), "A::B");
        assert_eq!(job.shown_args(0), "[1, 12345678901234567890,1.0]");
        assert_eq!(job.shown_args(4), "[1, …");
        assert_eq!(Job::new("{}").shown_args(0), "");
        assert_eq!(Job::new("{}").shown_class(), "");
        assert_eq!(Job::new(r#"{"args":null,"class":5}"#).shown_args(0), "null");
    }

    #[test]
    fn display_class_overrides_all() {
        let job = Job::new(r#"{"class":"A","display_class":"Nicer \u2713"}"#);
        assert_eq!(job.shown_class(), "Nicer ✓");
        assert_eq!(job.handler_class().as_deref(), Some("A"));
    }

    #[test]
    fn active_job_is_unwrapped() {
        let job = wrapped(
            "AjJob",
            r#"[9,12345678901234567890,{"_aj_globalid":"gid://app/User/1"},{"_aj_symbol_keys":["a"],"a":[{"_aj_globalid":"gid://app/User/2"}]}]"#,
        );
        assert_eq!(job.shown_class(), "AjJob");
        assert_eq!(job.handler_class().as_deref(), Some("AjJob"));
        assert_eq!(
            job.shown_args(0),
            r#"[9,12345678901234567890,"gid://app/User/1",{"a":["gid://app/User/2"]}]"#
        );
    }

    #[test]
    fn mailers_show_mailer_and_method() {
        let job = wrapped(
            "ActionMailer::DeliveryJob",
            r#"["UserMailer","welcome","deliver_now",5]"#,
        );
        assert_eq!(job.shown_class(), "UserMailer#welcome");
        assert_eq!(job.shown_args(0), "[5]");
        let job = wrapped(
            "ActionMailer::MailDeliveryJob",
            r#"["UserMailer","welcome","deliver_now",{"params":{"id":1,"_aj_symbol_keys":["id"]},"args":[2],"_aj_ruby2_keywords":["args"]}]"#,
        );
        assert_eq!(job.shown_class(), "UserMailer#welcome");
        assert_eq!(job.shown_args(0), r#"[{"id":1},[2]]"#);
    }

    #[test]
    fn old_wrappers_name_the_class_first() {
        let class = "ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper";
        let job = Job::new(format!(r#"{{"class":"{class}","args":["OldJob",1]}}"#));
        assert_eq!(job.shown_class(), "OldJob");
        assert_eq!(job.shown_args(0), "[]");
        let job = Job::new(format!(
            r#"{{"class":"{class}","args":[{{"job_class":"X"}}]}}"#
        ));
        assert_eq!(job.shown_class(), "X");
        let job = Job::new(format!(r#"{{"class":"{class}","args":3}}"#));
        assert_eq!(job.shown_class(), class);
        assert_eq!(job.shown_args(0), "[]");
    }

    #[test]
    fn odd_mailers_fall_back() {
        let job = wrapped("ActionMailer::MailDeliveryJob", "[1]");
        assert_eq!(job.shown_class(), "ActionMailer::MailDeliveryJob");
        assert_eq!(job.shown_args(0), "[]");
    }

    #[test]
    fn encrypted_arguments_are_never_shown() {
        let job = Job::new(r#"{"class":"A","encrypt":true,"args":[1,"c2VjcmV0"]}"#);
        assert_eq!(job.shown_args(0), r#"[1,"[encrypted data]"]"#);
        let job = Job::new(
            r#"{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"A","encrypt":true,"args":["c2VjcmV0"]}"#,
        );
        assert_eq!(job.shown_args(0), r#"["[encrypted data]"]"#);
        let job = Job::new(r#"{"class":"A","encrypt":true,"args":"c2VjcmV0"}"#);
        assert_eq!(job.shown_args(0), r#""[encrypted data]""#);
        let job = Job::new(r#"{"class":"A","encrypt":false,"args":[1,"open"]}"#);
        assert_eq!(job.shown_args(0), r#"[1,"open"]"#);
    }
}
