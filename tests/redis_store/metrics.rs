//! What runs took, in the keys of Sidekiq 7 and 8: names, fields, bytes, times to live.

use super::{fresh, raw};
use jobdeck::{
    model::Timestamp,
    store::{self, ClassMetrics, MetricsForm, SharedStore, StoreOptions},
};
use redis::aio::MultiplexedConnection;
use std::collections::{BTreeMap, BTreeSet};

const MINUTE_TTL: i64 = 28_800;
const TEN_MINUTES_TTL: i64 = 259_200;

fn metrics() -> [ClassMetrics; 2] {
    let mut publish = ClassMetrics::new("Publish");
    publish.succeeded(3);
    publish.succeeded(47);
    publish.succeeded(47);
    publish.failed();
    let mut fails = ClassMetrics::new("Fails");
    fails.failed();
    [publish, fails]
}

fn fields() -> BTreeMap<String, u64> {
    let fields = [("Publish|p", 4), ("Publish|f", 1), ("Publish|ms", 97)];
    let fields = fields.into_iter().chain([("Fails|p", 1), ("Fails|f", 1)]);
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// Three at the fourth counter, one at the first.
const HISTOGRAM: [u8; 8] = [0, 1, 0, 0, 0, 0, 0, 2];

/// Records within one minute of the store's clock, whose beginning is answered.
async fn record(
    store: &SharedStore,
    connection: &mut MultiplexedConnection,
    form: MetricsForm,
) -> Timestamp {
    loop {
        let before = store.now().await.unwrap().0 / 60_000;
        store.record_metrics(&metrics(), form).await.unwrap();
        if store.now().await.unwrap().0 / 60_000 == before {
            return Timestamp(before * 60_000);
        }
        let _: () = raw(connection, &["FLUSHALL"]).await;
    }
}

async fn keys(connection: &mut MultiplexedConnection) -> BTreeSet<String> {
    let keys: Vec<String> = raw(connection, &["KEYS", "*"]).await;
    keys.into_iter().collect()
}

async fn assert_ttl(connection: &mut MultiplexedConnection, key: &str, ttl: i64) {
    let found: i64 = raw(connection, &["TTL", key]).await;
    assert!((ttl - 60..=ttl).contains(&found), "{key}: {found}");
}

#[tokio::test]
async fn the_keys_of_8_are_minutes_ten_minutes_and_histograms() {
    let (server, plain, mut connection) = fresh().await;
    let options = StoreOptions {
        key_prefix: Some("app".to_owned()),
    };
    let prefixed = store::connect(&server.url(), &options).await.unwrap();
    for (store, prefix) in [(plain, ""), (prefixed, "app:")] {
        let _: () = raw(&mut connection, &["FLUSHALL"]).await;
        let minute = record(&store, &mut connection, MetricsForm::Eight).await;
        let at = minute.civil();
        let (year, month, day) = (at.year % 100, at.month, at.day);
        let (hour, of_hour) = (at.hour, at.minute);
        let by_minute = format!("{prefix}j|{year:02}{month:02}{day:02}|{hour}:{of_hour:02}");
        let tens = of_hour / 10;
        let by_ten_minutes = format!("{prefix}j|{year:02}{month:02}{day:02}|{hour}:{tens}");
        let histogram = format!("{prefix}h|Publish-{day}-{hour}:{of_hour}");
        let expected = [&by_minute, &by_ten_minutes, &histogram].map(Clone::clone);
        assert_eq!(keys(&mut connection).await, BTreeSet::from(expected));
        for (key, ttl) in [(&by_minute, MINUTE_TTL), (&by_ten_minutes, TEN_MINUTES_TTL)] {
            let found: BTreeMap<String, u64> = raw(&mut connection, &["HGETALL", key]).await;
            assert_eq!(found, fields(), "{key}");
            assert_ttl(&mut connection, key, ttl).await;
        }
        let found: Vec<u8> = raw(&mut connection, &["GET", &histogram]).await;
        assert_eq!(found, HISTOGRAM);
        assert_ttl(&mut connection, &histogram, MINUTE_TTL).await;
    }
}

#[tokio::test]
async fn the_keys_of_7_are_minutes_and_histograms() {
    let (_server, store, mut connection) = fresh().await;
    let minute = record(&store, &mut connection, MetricsForm::Seven).await;
    let at = minute.civil();
    let (year, month, day, hour, minute) = (at.year, at.month, at.day, at.hour, at.minute);
    let by_minute = format!("j|{year}{month:02}{day:02}|{hour}:{minute}");
    let histogram = format!("Publish-{day:02}-{hour:02}:{minute}");
    let expected = [&by_minute, &histogram].map(Clone::clone);
    assert_eq!(keys(&mut connection).await, BTreeSet::from(expected));
    let found: BTreeMap<String, u64> = raw(&mut connection, &["HGETALL", &by_minute]).await;
    assert_eq!(found, fields());
    let found: Vec<u8> = raw(&mut connection, &["GET", &histogram]).await;
    assert_eq!(found, HISTOGRAM);
    for key in [&by_minute, &histogram] {
        assert_ttl(&mut connection, key, MINUTE_TTL).await;
    }
}

/// The time that scripts are told is the server's, so its names are checked where it can be anything: by the same code, on given times.
#[tokio::test]
async fn names_have_leading_zeros_where_sidekiq_has_them() {
    let (_server, _store, mut connection) = fresh().await;
    let script = [
        include_str!("../../src/store/redis/scripts/day.lua"),
        include_str!("../../src/store/redis/scripts/metrics.lua"),
    ]
    .concat()
    .replace("redis.call('TIME')[1]", "KEYS[1]");
    // 31 January 2026, 8:03 and 9 October 2026, 23:50.
    for (time, form, names) in [
        (
            "1769846580",
            "8",
            &["h|A-31-8:3", "j|260131|8:0", "j|260131|8:03"][..],
        ),
        ("1769846580", "7", &["A-31-08:3", "j|20260131|8:3"]),
        (
            "1791589800",
            "8",
            &["h|A-9-23:50", "j|261009|23:5", "j|261009|23:50"],
        ),
        ("1791589800", "7", &["A-09-23:50", "j|20261009|23:50"]),
    ] {
        let _: () = raw(&mut connection, &["FLUSHALL"]).await;
        let words = ["EVAL", &script, "1", time, "", form, "28800", "259200"];
        let words: Vec<&str> = words
            .into_iter()
            .chain(["A", "1", "0", "5", "1", "0", "1"])
            .collect();
        let _: i64 = raw(&mut connection, &words).await;
        let names = names.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(keys(&mut connection).await, names, "{time} {form}");
    }
}
