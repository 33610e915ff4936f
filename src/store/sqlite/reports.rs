//! What runs tell of themselves, and requests that they end.

use super::{SqliteStore, clock};
use crate::{
    model::{JobReport, LogLine, Progress, RunningJob, Timestamp},
    store::{
        DONE_REPORT_KEPT, LOG_BYTES, LOG_LINES, REPORT_KEPT, REPORTED, ReportStore, RunReport,
        StoreResult,
    },
};
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use std::time::Duration;

/// Reports that are too old which a check-in deletes, beside two for each that it writes: so they never grow in number.
const PRUNED: usize = 20;

#[async_trait]
impl ReportStore for SqliteStore {
    async fn check_in(&self, reports: &[RunReport]) -> StoreResult<Vec<usize>> {
        let runs: Vec<(String, Timestamp)> = reports
            .iter()
            .map(|report| (report.jid.clone(), report.started_at))
            .collect();
        let told = reports.iter().filter(|report| report.has_words());
        let told: Vec<RunReport> = told.cloned().collect();
        // The disk is waited for only where something is told.
        if told.is_empty() {
            return self
                .readers
                .read(move |connection| cancelled(connection, &runs))
                .await;
        }
        self.writer
            .write(move |connection| {
                take_down(connection, &told)?;
                cancelled(connection, &runs)
            })
            .await
    }

    async fn report(&self, jid: &str) -> StoreResult<Option<JobReport>> {
        let jid = jid.to_owned();
        self.readers
            .read(move |connection| report(connection, &jid))
            .await
    }

    async fn request_cancel(&self, jid: &str, _in_sidekiq: bool) -> StoreResult<()> {
        let jid = jid.to_owned();
        self.writer
            .write(move |connection| request_cancel(connection, &jid))
            .await
    }
}

/// Writes down what runs have told.
fn take_down(connection: &Connection, reports: &[RunReport]) -> rusqlite::Result<()> {
    let now = clock::now();
    for report in reports {
        let kept = if report.done {
            DONE_REPORT_KEPT
        } else {
            REPORT_KEPT
        };
        if report.has_told() {
            let progress = report.progress.as_ref();
            connection
                .prepare_cached(
                    "INSERT INTO reports (jid, percent, message, told_at, updated_at, kept_until) \
                     VALUES (:jid, :percent, :message, :told_at, :now, :until) \
                     ON CONFLICT (jid) DO UPDATE SET percent = ifnull(:percent, percent), message = ifnull(:message, message), \
                     told_at = ifnull(:told_at, told_at), updated_at = :now, kept_until = :until",
                )?
                .execute(named_params! {
                    ":jid": report.jid,
                    ":percent": progress.map(|progress| progress.percent),
                    ":message": progress.map(|progress| &progress.message),
                    ":told_at": progress.map(|progress| progress.at.0),
                    ":now": now.0,
                    ":until": until(now, kept),
                })?;
        } else {
            connection
                .prepare_cached("UPDATE reports SET kept_until = ?2 WHERE jid = ?1")?
                .execute((&report.jid, until(now, kept)))?;
        }
        for line in &report.log {
            connection
                .prepare_cached("INSERT INTO log_lines (jid, at, text) VALUES (?1, ?2, ?3)")?
                .execute((&report.jid, line.at.0, &line.text))?;
        }
        if !report.log.is_empty() {
            shorten_log(connection, &report.jid)?;
        }
    }
    prune(connection, now, PRUNED + 2 * reports.len())
}

/// Deletes the oldest lines of a log that is too long.
fn shorten_log(connection: &Connection, jid: &str) -> rusqlite::Result<()> {
    let mut newest_first = connection.prepare_cached(
        "SELECT id, octet_length(text) FROM log_lines WHERE jid = ?1 ORDER BY id DESC",
    )?;
    let mut rows = newest_first.query([jid])?;
    let (mut lines, mut bytes) = (0, 0);
    while let Some(row) = rows.next()? {
        let (id, size): (i64, i64) = (row.get(0)?, row.get(1)?);
        lines += 1;
        bytes += usize::try_from(size).unwrap_or(usize::MAX);
        if lines > LOG_LINES || bytes > LOG_BYTES {
            connection
                .prepare_cached("DELETE FROM log_lines WHERE jid = ?1 AND id <= ?2")?
                .execute((jid, id))?;
            break;
        }
    }
    Ok(())
}

/// Deletes some of the reports that are too old.
fn prune(connection: &Connection, now: Timestamp, most: usize) -> rusqlite::Result<()> {
    let old: Vec<String> = connection
        .prepare_cached(
            "SELECT jid FROM reports WHERE kept_until <= ?1 ORDER BY kept_until LIMIT ?2",
        )?
        .query_map((now.0, i64::try_from(most).unwrap_or(i64::MAX)), |row| {
            row.get(0)
        })?
        .collect::<rusqlite::Result<_>>()?;
    for jid in old {
        for sql in [
            "DELETE FROM log_lines WHERE jid = ?1",
            "DELETE FROM reports WHERE jid = ?1",
        ] {
            connection.prepare_cached(sql)?.execute([&jid])?;
        }
    }
    Ok(())
}

/// Which of these runs somebody wants to end. What was asked before a run began meant another one.
fn cancelled(
    connection: &Connection,
    runs: &[(String, Timestamp)],
) -> rusqlite::Result<Vec<usize>> {
    let now = clock::now();
    let mut asked = Vec::new();
    let mut request = connection.prepare_cached(
        "SELECT 1 FROM reports WHERE jid = ?1 AND cancel_at >= ?2 AND kept_until > ?3",
    )?;
    for (index, (jid, started_at)) in runs.iter().enumerate() {
        if request.exists((jid, started_at.0, now.0))? {
            asked.push(index);
        }
    }
    Ok(asked)
}

fn request_cancel(connection: &Connection, jid: &str) -> rusqlite::Result<()> {
    let now = clock::now();
    connection
        .prepare_cached(
            "INSERT INTO reports (jid, cancel_at, kept_until) VALUES (:jid, :now, :until) \
             ON CONFLICT (jid) DO UPDATE SET cancel_at = :now, kept_until = max(kept_until, :until)",
        )?
        .execute(named_params! {
            ":jid": jid,
            ":now": now.0,
            ":until": until(now, REPORT_KEPT),
        })?;
    prune(connection, now, PRUNED)
}

fn report(connection: &Connection, jid: &str) -> rusqlite::Result<Option<JobReport>> {
    let Some(mut report) = header(connection, jid)? else {
        return Ok(None);
    };
    report.log = connection
        .prepare_cached("SELECT at, text FROM log_lines WHERE jid = ?1 ORDER BY id")?
        .query_map([jid], |row| {
            Ok(LogLine {
                at: Timestamp(row.get(0)?),
                text: row.get(1)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Some(report))
}

/// A report without its log.
fn header(connection: &Connection, jid: &str) -> rusqlite::Result<Option<JobReport>> {
    let read = |row: &Row<'_>| {
        let progress = match (row.get(0)?, row.get(1)?, row.get(2)?) {
            (Some(percent), message, Some(at)) => Some(Progress {
                percent,
                message: Option::<String>::unwrap_or_default(message),
                at: Timestamp(at),
            }),
            (_, _, _) => None,
        };
        Ok(JobReport {
            progress,
            log: Vec::new(),
            cancel_requested_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
            updated_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        })
    };
    connection
        .prepare_cached(
            "SELECT percent, message, told_at, cancel_at, updated_at FROM reports WHERE jid = ?1 AND kept_until > ?2",
        )?
        .query_row((jid, clock::now().0), read)
        .optional()
}

/// Adds to the first of these jobs what they tell of themselves.
pub(super) fn add_reports(
    connection: &Connection,
    running: &mut [RunningJob],
) -> rusqlite::Result<()> {
    for job in running
        .iter_mut()
        .filter(|job| !job.jid.is_empty())
        .take(REPORTED)
    {
        if let Some(report) = header(connection, &job.jid)? {
            job.take_report(report.progress, report.cancel_requested_at);
        }
    }
    Ok(())
}

fn until(now: Timestamp, kept: Duration) -> i64 {
    let kept_ms = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
    now.plus_milliseconds(kept_ms).0
}
