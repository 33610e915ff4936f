//! Jobs that are of no use any more when they come too late.

use crate::{job::Job, model::Timestamp};

/// Whether the job says that it should not begin now any more: `expiry` is the last moment; `expires_in`, in seconds, counts from when it
/// was enqueued last. (Both fields are those of Sidekiq Pro's expiring jobs, as publicly documented.)
pub(super) fn is_over(job: &Job, now: Timestamp) -> bool {
    if let Some(expiry) = job.time("expiry") {
        return expiry < now;
    }
    let Some(seconds) = job
        .field("expires_in")
        .and_then(|text| text.parse::<f64>().ok())
    else {
        return false;
    };
    let since = job.time("enqueued_at").or_else(|| job.time("created_at"));
    since.is_some_and(|since| since.seconds() + seconds < now.seconds())
}

#[cfg(test)]
mod tests {
    use super::is_over;
    use crate::{job::Job, model::Timestamp};

    fn at(fields: &str, seconds: i64) -> bool {
        let job = Job::new(format!(r#"{{"class":"A","args":[],{fields}}}"#));
        is_over(&job, Timestamp(seconds * 1000))
    }

    #[test]
    fn a_job_is_over_when_it_says_so() {
        let expiry = r#""expiry":1795470700"#;
        assert!(!at(expiry, 1_795_470_700));
        assert!(at(expiry, 1_795_470_701));
        assert!(at(r#""expiry":1795470700123"#, 1_795_470_701));
        let lasts = r#""expires_in":60,"created_at":1795470000,"enqueued_at":1795470700.5"#;
        assert!(!at(lasts, 1_795_470_760));
        assert!(at(lasts, 1_795_470_761));
        assert!(at(
            r#""expires_in":1.5,"created_at":1795470700"#,
            1_795_470_702
        ));
    }

    #[test]
    fn what_says_nothing_sensible_is_never_over() {
        for fields in [
            r#""retry":true"#,
            r#""expires_in":"soon","enqueued_at":17"#,
            r#""expires_in":60"#,
            r#""expiry":null"#,
        ] {
            assert!(!at(fields, 4_000_000_000), "{fields}");
        }
    }
}
