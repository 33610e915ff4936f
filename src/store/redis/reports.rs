//! What runs tell of themselves, and requests that they end.

use super::{RedisStore, scripts};
use crate::{
    model::{JobReport, LogLine, Progress, RunningJob, Timestamp},
    store::{
        DONE_REPORT_KEPT, LOG_BYTES, LOG_LINES, REPORT_KEPT, REPORTED, ReportStore, RunReport,
        StoreError, StoreResult,
    },
};
use ::redis::{Value, from_redis_value, pipe};
use async_trait::async_trait;
use bytes::Bytes;

/// How long Sidekiq keeps the state of an iterable job, seconds.
const ITERATION_TTL: u64 = 30 * 86_400;

/// The fields of a report that are read, in this order.
const FIELDS: [&str; 5] = ["percent", "message", "at", "cancel_at", "updated_at"];

#[async_trait]
impl ReportStore for RedisStore {
    async fn check_in(&self, reports: &[RunReport]) -> StoreResult<Vec<usize>> {
        if reports.is_empty() {
            return Ok(Vec::new());
        }
        let mut call = scripts::CHECK_IN.prepare_invoke();
        call.arg(LOG_LINES)
            .arg(LOG_BYTES)
            .arg(REPORT_KEPT.as_secs())
            .arg(DONE_REPORT_KEPT.as_secs());
        for report in reports {
            call.key(self.keys.report(&report.jid))
                .key(self.keys.log(&report.jid))
                .arg(report.started_at.0)
                .arg(u8::from(report.done));
            match &report.progress {
                Some(progress) => call
                    .arg(progress.percent.to_string())
                    .arg(&progress.message)
                    .arg(progress.at.0),
                None => call.arg("").arg("").arg(""),
            };
            call.arg(report.log.len());
            for line in &report.log {
                call.arg(format!("{} {}", line.at.0, line.text));
            }
        }
        let numbers: Vec<usize> = self.worker.change(&call).await?;
        Ok(numbers
            .iter()
            .filter_map(|number| number.checked_sub(1))
            .collect())
    }

    async fn report(&self, jid: &str) -> StoreResult<Option<JobReport>> {
        let mut reading = pipe();
        reading
            .cmd("HMGET")
            .arg(self.keys.report(jid))
            .arg(&FIELDS)
            .cmd("LRANGE")
            .arg(self.keys.log(jid))
            .arg(0)
            .arg(LOG_LINES - 1);
        let mut replies = self.lenient::<Value>(&mut reading).await?.into_iter();
        let fields = fields(replies.next());
        let lines: Vec<Bytes> = replies
            .next()
            .and_then(|lines| from_redis_value(lines).ok())
            .unwrap_or_default();
        let report = JobReport {
            progress: progress(&fields),
            log: lines.iter().filter_map(|line| log_line(line)).collect(),
            updated_at: time(&fields, 4),
            cancel_requested_at: time(&fields, 3),
        };
        Ok((report != JobReport::default()).then_some(report))
    }

    async fn request_cancel(&self, jid: &str, in_sidekiq: bool) -> StoreResult<()> {
        let mut call = scripts::REQUEST_CANCEL.key(self.keys.report(jid));
        call.key(self.keys.iteration(jid))
            .arg(REPORT_KEPT.as_secs())
            .arg(u8::from(in_sidekiq))
            .arg(ITERATION_TTL);
        self.admin.change(&call).await
    }
}

impl RedisStore {
    /// Adds to the first of these jobs what they tell of themselves.
    pub(super) async fn add_reports(&self, running: &mut [RunningJob]) -> StoreResult<()> {
        let mut told: Vec<&mut RunningJob> = running
            .iter_mut()
            .filter(|job| !job.jid.is_empty())
            .take(REPORTED)
            .collect();
        if told.is_empty() {
            return Ok(());
        }
        let mut reading = pipe();
        for job in &told {
            reading
                .cmd("HMGET")
                .arg(self.keys.report(&job.jid))
                .arg(&FIELDS);
        }
        let replies = match self.lenient::<Value>(&mut reading).await {
            Ok(replies) => replies,
            // A user who may not look into Jobdeck's own keys still sees what runs.
            Err(error @ StoreError::Unusable { .. }) => {
                tracing::debug!(%error, "what runs tell cannot be shown");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        for (job, reply) in told.iter_mut().zip(replies) {
            let fields = fields(Some(reply));
            job.take_report(progress(&fields), time(&fields, 3));
        }
        Ok(())
    }
}

/// The values of [`FIELDS`] as text; none where there is no report, or something else.
fn fields(reply: Option<Value>) -> Vec<Option<String>> {
    let values: Vec<Option<Bytes>> = reply
        .and_then(|reply| from_redis_value(reply).ok())
        .unwrap_or_default();
    values
        .into_iter()
        .map(|value| value.map(|value| String::from_utf8_lossy(&value).into_owned()))
        .collect()
}

fn number<T: std::str::FromStr>(fields: &[Option<String>], index: usize) -> Option<T> {
    fields.get(index)?.as_deref()?.parse().ok()
}

fn time(fields: &[Option<String>], index: usize) -> Option<Timestamp> {
    number(fields, index).map(Timestamp)
}

fn progress(fields: &[Option<String>]) -> Option<Progress> {
    let percent: f64 = number(fields, 0)?;
    Some(Progress {
        percent: percent.is_finite().then(|| percent.clamp(0.0, 100.0))?,
        message: fields.get(1).cloned().flatten().unwrap_or_default(),
        at: time(fields, 2)?,
    })
}

/// A line as it is kept: the time in milliseconds, a space, the text.
fn log_line(line: &[u8]) -> Option<LogLine> {
    let line = String::from_utf8_lossy(line);
    let (at, text) = line.split_once(' ')?;
    Some(LogLine {
        at: Timestamp(at.parse().ok()?),
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{log_line, progress};
    use crate::model::{LogLine, Timestamp};

    #[test]
    fn what_others_wrote_into_a_report_is_left_out() {
        let fields = |percent: &str, at: &str| {
            [percent, "m", at]
                .map(|text| Some(text.to_owned()))
                .to_vec()
        };
        assert_eq!(progress(&fields("250", "5")).unwrap().percent, 100.0);
        for (percent, at) in [("NaN", "5"), ("inf", "5"), ("", "5"), ("5", "soon")] {
            assert_eq!(progress(&fields(percent, at)), None, "{percent} {at}");
        }
        assert_eq!(progress(&[]), None);
    }

    #[test]
    fn a_line_keeps_its_text_to_the_byte() {
        assert_eq!(
            log_line("1795 a  b ".as_bytes()),
            Some(LogLine {
                at: Timestamp(1795),
                text: "a  b ".to_owned()
            })
        );
        assert_eq!(
            log_line(b"1795 "),
            Some(LogLine {
                at: Timestamp(1795),
                text: String::new()
            })
        );
        assert_eq!(log_line(b"rubbish"), None);
    }
}
