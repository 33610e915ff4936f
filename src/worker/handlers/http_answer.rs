//! What an endpoint's answer means.

use crate::{
    job::cut,
    worker::{JobError, JobResult},
};
use http::{
    HeaderMap, StatusCode,
    header::{LOCATION, RETRY_AFTER},
};
use std::time::{Duration, SystemTime};

/// Characters of an answer's body that become the error's message.
const MESSAGE_CHARACTERS: usize = 2_000;
/// The longest delay that an endpoint can ask for.
const LONGEST_DELAY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What becomes of a job whose endpoint answered so.
pub(super) fn judge(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> JobResult {
    if status.is_success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(body);
    let said = said.trim();
    let reason = status.canonical_reason().unwrap_or("an unknown status");
    let message = if status.is_redirection() {
        let to = headers
            .get(LOCATION)
            .map(|location| String::from_utf8_lossy(location.as_bytes()).into_owned())
            .map(|location| format!(" (to {})", cut(&location, MESSAGE_CHARACTERS)))
            .unwrap_or_default();
        format!("the endpoint redirects{to}, which is not followed: name the final address")
    } else if said.is_empty() {
        reason.to_owned()
    } else {
        cut(said, MESSAGE_CHARACTERS)
    };
    let error = JobError::new(format!("HTTP {}", status.as_u16()), message).with_trace([]);
    let delay = || {
        headers
            .get(RETRY_AFTER)
            .and_then(|value| retry_after(value.to_str().ok()?, now))
    };
    Err(match status {
        StatusCode::GONE => error.discard(),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => match delay() {
            Some(delay) => error.retry_after(delay),
            None => error,
        },
        _ => error,
    })
}

/// Seconds, or a date of HTTP.
fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    let delay = match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(text)
            .ok()?
            .duration_since(now)
            .unwrap_or_default(),
    };
    Some(delay.min(LONGEST_DELAY))
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::worker::{JobError, RetryChoice};
    use http::{HeaderMap, HeaderName, StatusCode, header};
    use std::time::{Duration, SystemTime};

    fn answer(status: u16, headers: &[(HeaderName, &str)], body: &str) -> Result<(), JobError> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a value")))
            .collect();
        let status = StatusCode::from_u16(status).expect("a status");
        // 24 November 2026, 12:00:00 UTC.
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_521_600);
        judge(status, &headers, body.as_bytes(), now)
    }

    fn failure(status: u16, headers: &[(HeaderName, &str)], body: &str) -> JobError {
        answer(status, headers, body).expect_err("a failure")
    }

    #[test]
    fn a_status_of_success_is_done_and_any_other_a_failure_with_the_body_as_message() {
        for status in [200, 201, 202, 204, 299] {
            answer(status, &[], "whatever").expect("done");
        }
        let error = failure(500, &[], " the album is locked\n");
        assert_eq!(
            (error.class(), error.message()),
            ("HTTP 500", "the album is locked")
        );
        assert_eq!(error.choice(), None);
        assert!(error.trace().is_empty());
        assert_eq!(failure(404, &[], " ").message(), "Not Found");
        assert_eq!(failure(599, &[], "").message(), "an unknown status");
        let long = failure(400, &[], &"é".repeat(5_000));
        assert_eq!(long.message().chars().count(), 2_001);
        assert!(long.message().ends_with('…'));
        let redirect = failure(
            302,
            &[(header::LOCATION, "https://elsewhere.test/")],
            "moved",
        );
        assert!(
            redirect.message().contains("to https://elsewhere.test/"),
            "{redirect}"
        );
    }

    #[test]
    fn an_endpoint_can_discard_a_job_or_say_when_it_is_tried_again() {
        assert_eq!(failure(410, &[], "").choice(), Some(RetryChoice::Discard));
        let after = |text| failure(503, &[(header::RETRY_AFTER, text)], "").choice();
        let seconds = |seconds| Some(RetryChoice::After(Duration::from_secs(seconds)));
        assert_eq!(after("120"), seconds(120));
        assert_eq!(after("Tue, 24 Nov 2026 12:00:30 GMT"), seconds(30));
        assert_eq!(after("Tue, 24 Nov 2026 11:00:00 GMT"), seconds(0));
        assert_eq!(after("99999999999"), seconds(30 * 86_400));
        for odd in ["soon", "-1", "1.5"] {
            assert_eq!(after(odd), None, "{odd}");
        }
        let limited = failure(429, &[(header::RETRY_AFTER, "5")], "");
        assert_eq!(limited.choice(), seconds(5));
        assert_eq!(failure(429, &[], "").choice(), None);
        // Others may say so, too; it is not asked of them.
        assert_eq!(
            failure(500, &[(header::RETRY_AFTER, "5")], "").choice(),
            None
        );
    }
}
