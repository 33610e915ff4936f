//! A job's arguments as the handler's type.

use super::{JobError, misfit};
use crate::job::{Job, cut};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Most characters of the arguments shown in an error.
const SHOWN_CHARACTERS: usize = 200;

/// The arguments as `A`: the whole array (a tuple, a `Vec`, a struct field by field), or, when that does not fit, the only argument
/// by itself (a struct from an object, a single value); no arguments are `()` too. Of Active Job's wrapper the inner arguments count.
pub(super) fn decode<A: DeserializeOwned>(job: &Job) -> Result<A, JobError> {
    let text = text(job)?;
    let text = text.as_ref();
    if text.starts_with('[')
        && let Ok(args) = serde_json::from_str(text)
    {
        return Ok(args);
    }
    let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(text) else {
        return Err(error(job, "`args` is no array", text));
    };
    let by_itself = match elements.as_slice() {
        [] => serde_json::from_str("null").ok(),
        [only] => serde_json::from_str(only.get()).ok(),
        _ => None,
    };
    by_itself.ok_or_else(|| error(job, &misfit::explain::<A>(text, &elements), text))
}

/// The arguments as they are stored, an array in JSON; of Active Job's wrapper the inner ones.
#[track_caller]
pub(super) fn text(job: &Job) -> Result<Cow<'_, str>, JobError> {
    let Some(stored) = job.field("args") else {
        return Err(error(job, "the job has no `args`", "nothing"));
    };
    Ok(active_job_arguments(job, stored).map_or(Cow::Borrowed(stored), Cow::Owned))
}

fn active_job_arguments(job: &Job, stored: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        arguments: &'a RawValue,
    }
    job.string("wrapped")?;
    let (wrapped,): (Wrapped<'_>,) = serde_json::from_str(stored).ok()?;
    Some(wrapped.arguments.get().to_owned())
}

#[track_caller]
fn error(job: &Job, reason: &str, args: &str) -> JobError {
    let class = job.handler_class().unwrap_or_default();
    let shown = cut(args, SHOWN_CHARACTERS);
    JobError::new(
        "ArgumentError",
        format!("the arguments do not fit the handler of {class}: {reason}; they are {shown}"),
    )
}

#[cfg(test)]
mod tests {
    use super::decode;
    use crate::job::Job;
    use serde::Deserialize;

    fn job(args: &str) -> Job {
        Job::new(format!(r#"{{"class":"Resize","args":{args}}}"#))
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Resize {
        photo: u64,
        size: String,
    }

    fn resize() -> Resize {
        Resize {
            photo: 18_446_744_073_709_551_615,
            size: "small".to_owned(),
        }
    }

    #[test]
    fn positional_arguments_fit_tuples_and_structs() {
        let job = job(r#"[18446744073709551615,"small"]"#);
        assert_eq!(
            decode::<(u64, String)>(&job).unwrap(),
            (u64::MAX, "small".to_owned())
        );
        assert_eq!(decode::<Resize>(&job).unwrap(), resize());
    }

    #[test]
    fn a_single_argument_fits_by_itself() {
        assert_eq!(
            decode::<Resize>(&job(r#"[{"photo":18446744073709551615,"size":"small"}]"#)).unwrap(),
            resize()
        );
        assert_eq!(decode::<u64>(&job("[7]")).unwrap(), 7);
        assert_eq!(decode::<(u64,)>(&job("[7]")).unwrap(), (7,));
        assert_eq!(decode::<Vec<u64>>(&job("[7,8]")).unwrap(), [7, 8]);
    }

    #[test]
    fn no_arguments_are_unit() {
        decode::<()>(&job("[]")).unwrap();
        decode::<Vec<String>>(&job("[]")).unwrap();
    }

    #[test]
    fn active_job_arguments_are_unwrapped() {
        let wrapped = Job::new(
            r#"{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"Resize","args":[{"job_class":"Resize","arguments":[5,"large"]}]}"#,
        );
        assert_eq!(
            decode::<(u64, String)>(&wrapped).unwrap(),
            (5, "large".to_owned())
        );
    }

    #[test]
    fn the_error_says_what_does_not_fit() {
        let reason = |args| {
            let error = decode::<Resize>(&job(args)).unwrap_err();
            assert_eq!(error.class(), "ArgumentError");
            error.message().to_owned()
        };
        assert!(
            reason(r#"[{"photo":1}]"#).contains("Resize: argument 1: missing field `size`; they")
        );
        assert!(reason(r#"["one","small"]"#).contains("expected u64"));
        assert!(reason("[1,2,3]").contains("they are [1,2,3]"));
        assert!(reason("[]").contains("handler of Resize"));
        assert!(reason("7").contains("no array"));
        assert!(reason(&format!("[\"{}\"]", "é".repeat(500))).ends_with('…'));
        let error = decode::<u64>(&job(r#"["x"]"#)).unwrap_err();
        assert!(error.message().contains("expected u64"), "{error:?}");
        let error = decode::<u64>(&Job::new(r#"{"class":"Resize"}"#)).unwrap_err();
        assert!(error.message().contains("no `args`"), "{error:?}");
    }
}
