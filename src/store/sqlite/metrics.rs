//! What the runs of each class took, of each minute and of each ten.

use super::clock;
use crate::store::ClassMetrics;
use rusqlite::{Connection, OptionalExtension, named_params};

/// Lengths of spans, and how long each is kept: minutes, as Sidekiq keeps them.
const SPANS: [(i64, i64); 2] = [(1, 8 * 60), (10, 72 * 60)];

/// Adds to the numbers of this minute.
pub(super) fn record(connection: &Connection, metrics: &[ClassMetrics]) -> rusqlite::Result<()> {
    let now = clock::now().0.div_euclid(60_000);
    for (span, kept) in SPANS {
        let minute = now - now.rem_euclid(span);
        for class in metrics {
            add(connection, span, minute, class)?;
        }
        connection
            .prepare_cached("DELETE FROM metrics WHERE span = ?1 AND minute <= ?2")?
            .execute([span, now - kept])?;
    }
    Ok(())
}

fn add(
    connection: &Connection,
    span: i64,
    minute: i64,
    class: &ClassMetrics,
) -> rusqlite::Result<()> {
    // A longer span has no histogram, as in Sidekiq.
    let histogram = if span == 1 {
        let known: Option<Vec<u8>> = connection
            .prepare_cached(
                "SELECT histogram FROM metrics WHERE span = ?1 AND minute = ?2 AND class = ?3",
            )?
            .query_row((span, minute, &class.class), |row| row.get(0))
            .optional()?;
        add_histogram(known.unwrap_or_default(), class)
    } else {
        Vec::new()
    };
    let stored = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "INSERT INTO metrics (span, minute, class, processed, failed, milliseconds, histogram) \
             VALUES (:span, :minute, :class, :processed, :failed, :milliseconds, :histogram) \
             ON CONFLICT DO UPDATE SET processed = processed + excluded.processed, failed = failed + excluded.failed, \
             milliseconds = milliseconds + excluded.milliseconds, histogram = excluded.histogram",
        )?
        .execute(named_params! {
            ":span": span,
            ":minute": minute,
            ":class": class.class,
            ":processed": stored(class.processed),
            ":failed": stored(class.failed),
            ":milliseconds": stored(class.milliseconds),
            ":histogram": histogram,
        })?;
    Ok(())
}

/// The numbers of a histogram's bytes with these added; none goes above what 16 bits hold.
fn add_histogram(mut bytes: Vec<u8>, class: &ClassMetrics) -> Vec<u8> {
    for (bucket, added) in class.histogram.iter().enumerate() {
        if *added == 0 {
            continue;
        }
        let at = bucket * 2;
        if bytes.len() < at + 2 {
            bytes.resize(at + 2, 0);
        }
        let known = u16::from_be_bytes([bytes[at], bytes[at + 1]]);
        let sum = known.saturating_add(u16::try_from(*added).unwrap_or(u16::MAX));
        bytes[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::{add, add_histogram};
    use crate::store::{ClassMetrics, sqlite::schema};
    use rusqlite::Connection;

    #[test]
    fn histograms_have_sixteen_bits_each_and_end_with_the_last_that_is_used() {
        let mut class = ClassMetrics::new("A");
        class.histogram[1] = 258;
        let bytes = add_histogram(Vec::new(), &class);
        assert_eq!(bytes, [0, 0, 1, 2]);
        class.histogram[1] = 1_000_000;
        class.histogram[3] = 1;
        let bytes = add_histogram(bytes, &class);
        assert_eq!(bytes, [0, 0, 255, 255, 0, 0, 0, 1]);
    }

    #[test]
    fn what_is_old_goes_when_something_is_added() {
        let connection = Connection::open_in_memory().unwrap();
        schema::migrate(&connection, 0).unwrap();
        let now = super::clock::now().0.div_euclid(60_000);
        let class = ClassMetrics::new("A");
        for age in [0, 479, 481, 4_000, 4_321] {
            for span in [1, 10] {
                add(&connection, span, now - age, &class).unwrap();
            }
        }
        super::record(&connection, &[]).unwrap();
        let count = |span: i64| -> i64 {
            let sql = "SELECT count(*) FROM metrics WHERE span = ?1";
            let counted = connection.query_row(sql, [span], |row| row.get(0));
            counted.unwrap()
        };
        assert_eq!((count(1), count(10)), (2, 4));
    }
}
