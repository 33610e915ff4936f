//! Why arguments do not fit a handler, for people: which argument, what was expected, and what is there.

use crate::job::cut;
use serde::{
    Deserializer,
    de::{DeserializeOwned, Error as _, Visitor, value::Error as Unknown},
    forward_to_deserialize_any,
};
use serde_json::value::RawValue;
use serde_path_to_error::{Path, Segment};

/// Most characters of a reason: it may quote a whole argument.
const MOST_CHARACTERS: usize = 300;

/// Why neither the whole array nor its only element can be read as `A`. Slow: for arguments that were found not to fit.
pub(super) fn explain<A: DeserializeOwned>(text: &str, elements: &[&RawValue]) -> String {
    let shape = Shape::of::<A>();
    let Err(whole) = read::<A>(text) else {
        return "they cannot be read".to_owned();
    };
    let reason = reason(whole.inner());
    if let Some(Segment::Seq { index }) = whole.path().iter().next() {
        // A struct whose only argument is an object is meant to be read from that.
        if !(elements.len() == 1 && elements[0].get().starts_with('{') && shape.has_fields()) {
            return in_argument(*index, shape.fields.get(*index), whole.path(), 1, &reason);
        }
    }
    if reason == "invalid type: sequence, expected unit" {
        return format!("it takes no arguments, and {}", there_are(elements.len()));
    }
    let takes_one = reason.starts_with("invalid type: sequence") || shape.takes.is_none();
    match *elements {
        [only] if takes_one || only.get().starts_with('{') => match read::<A>(only.get()) {
            Err(error) => {
                let reason = self::reason(error.inner());
                in_argument(0, None, error.path(), 0, &reason)
            }
            Ok(_) => reason,
        },
        _ if takes_one && reason.starts_with("invalid type: sequence") => {
            wrong_number::<A>(1, &[], elements.len())
        }
        _ => match shape.takes {
            Some(takes) if takes != elements.len() => {
                wrong_number::<A>(takes, shape.fields, elements.len())
            }
            _ => reason,
        },
    }
}

fn read<A: DeserializeOwned>(
    text: &str,
) -> Result<A, serde_path_to_error::Error<serde_json::Error>> {
    let mut source = serde_json::Deserializer::from_str(text);
    serde_path_to_error::deserialize(&mut source)
}

/// What the reader says, without the place in the text: nobody sees that text.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    if text.chars().count() <= MOST_CHARACTERS {
        return text.to_owned();
    }
    let expected = text.rfind(", expected ").map_or("", |start| &text[start..]);
    format!("{}{expected}", cut(text, MOST_CHARACTERS))
}

/// `argument 2 `size.width`: …`; the path inside the argument begins after so many `steps`.
fn in_argument(
    index: usize,
    field: Option<&&str>,
    path: &Path,
    steps: usize,
    reason: &str,
) -> String {
    let mut inside = field.map(ToString::to_string).unwrap_or_default();
    for segment in path.iter().skip(steps) {
        match segment {
            Segment::Seq { index } => inside.push_str(&format!("[{index}]")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                if !inside.is_empty() {
                    inside.push('.');
                }
                inside.push_str(name);
            }
            Segment::Unknown => {}
        }
    }
    let number = index + 1;
    if inside.is_empty() {
        format!("argument {number}: {reason}")
    } else {
        format!("argument {number} `{inside}`: {reason}")
    }
}

fn wrong_number<A>(takes: usize, fields: &[&str], there: usize) -> String {
    let names = if fields.is_empty() {
        plain(std::any::type_name::<A>())
    } else {
        fields.join("`, `")
    };
    let arguments = if takes == 1 { "argument" } else { "arguments" };
    let are = there_are(there);
    format!("it takes {takes} {arguments}, `{names}`, and {are}")
}

fn there_are(count: usize) -> String {
    match count {
        0 => "there are none".to_owned(),
        1 => "there is one".to_owned(),
        count => format!("there are {count}"),
    }
}

/// A type's name without the paths: `(u64, String)`.
fn plain(name: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    name.split_inclusive(|c| !is_part(c))
        .map(|part| part.rsplit_once("::").map_or(part, |(_, last)| last))
        .collect()
}

/// What a type asks of an array.
#[derive(Debug, Default)]
struct Shape {
    /// How many elements, if that is a given number.
    takes: Option<usize>,
    /// What they are called.
    fields: &'static [&'static str],
}

impl Shape {
    fn of<A: DeserializeOwned>() -> Self {
        let mut shape = Self::default();
        // Never succeeds: there is nothing to read.
        let _ = A::deserialize(Probe(&mut shape));
        shape
    }

    fn has_fields(&self) -> bool {
        !self.fields.is_empty()
    }
}

/// Notes what a type asks for, and gives it nothing.
struct Probe<'shape>(&'shape mut Shape);

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Unknown;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unknown> {
        Err(Unknown::custom("nothing"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        self.0.takes = Some(fields.len());
        self.0.fields = fields;
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        self.0.takes = Some(length);
        self.deserialize_any(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        self.deserialize_tuple(length, visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unknown> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        option unit unit_struct seq map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::plain;
    use crate::{job::Job, worker::args::decode};
    use serde::{Deserialize, de::DeserializeOwned};

    #[derive(Debug, Deserialize)]
    struct Size {
        #[serde(rename = "width")]
        _width: u32,
    }

    #[derive(Debug, Deserialize)]
    struct Resize {
        #[serde(rename = "photo")]
        _photo: u64,
        #[serde(rename = "sizes")]
        _sizes: Vec<Size>,
    }

    #[derive(Debug, Deserialize)]
    struct Wrapped(#[expect(dead_code, reason = "only read")] Resize);

    #[derive(Debug, Deserialize)]
    enum Shade {
        #[serde(rename = "dark")]
        _Dark,
    }

    /// What the error says between the class and the arguments themselves.
    fn reason<A: DeserializeOwned + std::fmt::Debug>(args: &str) -> String {
        let job = Job::new(format!(r#"{{"class":"Resize","args":{args}}}"#));
        let error = decode::<A>(&job).unwrap_err();
        let message = error.message();
        let message = message
            .strip_prefix("the arguments do not fit the handler of Resize: ")
            .unwrap_or_else(|| panic!("{message}"));
        message.rsplit_once("; they are ").unwrap().0.to_owned()
    }

    #[test]
    fn the_argument_and_the_type_are_named() {
        assert_eq!(
            reason::<(u64, u32)>(r#"[1,"x"]"#),
            r#"argument 2: invalid type: string "x", expected u32"#
        );
        assert_eq!(
            reason::<(u64, Size)>(r#"[1,{"width":-1}]"#),
            "argument 2 `width`: invalid value: integer `-1`, expected u32"
        );
        assert_eq!(
            reason::<Vec<u8>>("[1,2,300]"),
            "argument 3: invalid value: integer `300`, expected u8"
        );
        assert_eq!(
            reason::<u64>(r#"["x"]"#),
            r#"argument 1: invalid type: string "x", expected u64"#
        );
        assert_eq!(
            reason::<Shade>(r#"["light"]"#),
            "argument 1: unknown variant `light`, expected `dark`"
        );
    }

    #[test]
    fn a_structs_fields_are_named_wherever_they_come_from() {
        for (args, expected) in [
            (
                r#"["x",[]]"#,
                r#"argument 1 `photo`: invalid type: string "x", expected u64"#,
            ),
            (
                r#"[7,[{"width":1},{"width":true}]]"#,
                "argument 2 `sizes[1].width`: invalid type: boolean `true`, expected u32",
            ),
            (
                r#"[{"photo":7,"sizes":[{"width":null}]}]"#,
                "argument 1 `sizes[0].width`: invalid type: null, expected u32",
            ),
            (r#"[{"photo":7}]"#, "argument 1: missing field `sizes`"),
        ] {
            assert_eq!(reason::<Resize>(args), expected);
            assert_eq!(reason::<Wrapped>(args), expected);
        }
    }

    #[test]
    fn a_wrong_number_of_arguments_is_told_as_such() {
        assert_eq!(
            reason::<(u64, Option<String>)>("[1]"),
            "it takes 2 arguments, `(u64, Option<String>)`, and there is one"
        );
        assert_eq!(
            reason::<(u64,)>("[1,2,3]"),
            "it takes 1 argument, `(u64,)`, and there are 3"
        );
        assert_eq!(
            reason::<Resize>("[]"),
            "it takes 2 arguments, `photo`, `sizes`, and there are none"
        );
        assert_eq!(
            reason::<Resize>("[1,[],3]"),
            "it takes 2 arguments, `photo`, `sizes`, and there are 3"
        );
        assert_eq!(
            reason::<String>(r#"["a","b"]"#),
            "it takes 1 argument, `String`, and there are 2"
        );
        assert_eq!(
            reason::<String>("[]"),
            "it takes 1 argument, `String`, and there are none"
        );
        assert_eq!(
            reason::<()>("[5]"),
            "it takes no arguments, and there is one"
        );
    }

    #[test]
    fn a_long_argument_is_cut_and_the_type_still_told() {
        let reason = reason::<u64>(&format!(r#"["{}"]"#, "é".repeat(5_000)));
        assert!(reason.ends_with("é…, expected u64"), "{reason}");
        assert!(reason.chars().count() < 350, "{reason}");
    }

    #[test]
    fn names_of_types_are_without_paths() {
        assert_eq!(
            plain("(u64, alloc::vec::Vec<shop::Photo>, [&str; 2])"),
            "(u64, Vec<Photo>, [&str; 2])"
        );
    }
}
