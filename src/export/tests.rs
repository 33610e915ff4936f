use super::{FiledJob, Format, Reader, Row, Writer};
use crate::model::{Place, Set};
use crate::redaction::Redactor;
use bytes::Bytes;
use proptest::prelude::*;

fn written(format: Format, redactor: Redactor, jobs: &[FiledJob]) -> Vec<u8> {
    let mut writer = Writer::new(format, redactor);
    let mut file = Vec::new();
    writer.begin(&mut file);
    for job in jobs {
        writer.job(&mut file, &job.place, job.score.unwrap_or(5.0), &job.raw);
    }
    writer.end(&mut file);
    file
}

/// All that a file says, with its lines.
fn read(file: &[u8]) -> Vec<(u64, Result<Row, String>)> {
    let mut reader = Reader::new(file, None).unwrap();
    let mut rows = Vec::new();
    while let Some(row) = reader.read_next().unwrap() {
        rows.push(row);
    }
    rows
}

fn jobs_of(file: &[u8]) -> Vec<FiledJob> {
    let job = |(_, row): (u64, Result<Row, String>)| match row.unwrap() {
        Row::Job(job) => Some(job),
        Row::End { .. } => None,
    };
    read(file).into_iter().filter_map(job).collect()
}

fn job(raw: &str) -> FiledJob {
    FiledJob {
        place: Set::Dead.into(),
        score: Some(1_795_470_707.831_634_5),
        raw: Bytes::from(raw.to_owned()),
    }
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        "\\PC{0,40}".prop_map(String::into_bytes),
        "[=+@'\t\r\n\",;{}-]{0,12}".prop_map(String::into_bytes),
        "base64:[a-z]{0,8}".prop_map(String::into_bytes),
        ("[a-z\"\\\\\n ]{0,12}", any::<f64>(), "[ \r\n]{0,1}").prop_map(|(text, number, blank)| {
            format!(
                "{blank}{{\"jid\": {},\"n\":{number:e}}}{blank}",
                serde_json::Value::from(text)
            )
            .into_bytes()
        }),
    ]
}

fn filed() -> impl Strategy<Value = FiledJob> {
    let place = prop_oneof![
        prop::sample::select(&Set::ALL[..]).prop_map(Place::Set),
        "\\PC{1,12}|[=+@'\t\r\n\",-]{1,3}".prop_map(Place::Queue),
    ];
    let score = prop_oneof![
        any::<f64>().prop_filter("a score is a number", |score| !score.is_nan()),
        Just(1_795_470_707.831_634_5),
        Just(f64::INFINITY),
        Just(-0.5),
    ];
    (place, score, bytes()).prop_map(|(place, score, raw)| FiledJob {
        score: place.set().map(|_| score),
        place,
        raw: raw.into(),
    })
}

proptest! {
    #[test]
    fn what_is_exported_is_imported_to_the_byte(jobs in prop::collection::vec(filed(), 0..8)) {
        for format in [Format::Ndjson, Format::Csv] {
            prop_assert_eq!(&jobs_of(&written(format, Redactor::none(), &jobs)), &jobs);
        }
    }

    #[test]
    fn no_cell_is_a_formula(jobs in prop::collection::vec(filed(), 0..5)) {
        let file = written(Format::Csv, Redactor::none(), &jobs);
        let mut table = csv::Reader::from_reader(&file[..]);
        for record in table.records() {
            for cell in &record.unwrap() {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{:?}", cell);
            }
        }
    }

    #[test]
    fn any_file_is_read_to_its_end(file in prop::collection::vec(any::<u8>(), 0..300), text in "[{}\":,a-z0-9\n]{0,200}") {
        for file in [file, text.clone().into_bytes(), format!("place,raw\n{text}").into_bytes()] {
            if let Ok(mut reader) = Reader::new(&file[..], None) {
                while let Ok(Some(_)) = reader.read_next() {}
            }
        }
    }
}

#[test]
fn a_line_is_read_by_people_and_programs() {
    let queued = FiledJob {
        place: Place::Queue("mail".to_owned()),
        score: None,
        raw: Bytes::from_static(b"\xff"),
    };
    let file = written(
        Format::Ndjson,
        Redactor::none(),
        &[job(r#"{"class":"A","n":1.0}"#), queued],
    );
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "{\"place\":\"dead\",\"score\":1795470707.8316345,\"job\":{\"class\":\"A\",\"n\":1.0}}\n\
         {\"place\":\"queue:mail\",\"raw\":\"/w==\"}\n\
         {\"complete\":true,\"jobs\":2,\"redacted_jobs\":0}\n"
    );
}

#[test]
fn what_is_redacted_says_so_and_is_refused() {
    let jobs = [
        job(r#"{"class":"A","args":[{"password":"hunter2"}]}"#),
        job(r#"{"class":"B","args":[1]}"#),
        job("rubbish with password=hunter2"),
    ];
    for format in [Format::Ndjson, Format::Csv] {
        let file = written(format, Redactor::default(), &jobs);
        let text = String::from_utf8(file.clone()).unwrap();
        assert!(!text.contains("hunter2"), "{text}");
        let rows = read(&file);
        assert!(
            rows[0]
                .1
                .as_ref()
                .is_err_and(|reason| reason.contains("redacted"))
        );
        assert_eq!(
            rows[1].1,
            Ok(Row::Job(jobs[1].clone())),
            "it had nothing to hide"
        );
        assert!(
            rows[2]
                .1
                .as_ref()
                .is_err_and(|reason| reason.contains("redacted"))
        );
    }
}

#[test]
fn broken_lines_are_told_by_number_and_the_rest_is_read() {
    let file = "{\"place\":\"dead\",\"score\":5,\"job\":{}}\n\nrubbish\n{\"place\":\"nowhere\",\"job\":{}}\n\
                {\"place\":\"dead\",\"score\":\"x\",\"job\":{}}\n{\"job\":{}}\n{\"place\":\"dead\"}\n\
                {\"place\":\"dead\",\"score\":5,\"raw\":\"?\"}\n{\"place\":\"dead\",\"score\":5,\"job\":{\"a\":1}}";
    let told: Vec<(u64, String)> = read(file.as_bytes())
        .into_iter()
        .map(|(line, row)| (line, row.err().unwrap_or_default()))
        .collect();
    let parts = [
        (1, ""),
        (3, "no line of an export"),
        (4, "`nowhere` is no place"),
        (5, "score `x`"),
        (6, "`place` is missing"),
        (7, "neither `job` nor `raw`"),
        (8, "no Base64"),
        (9, ""),
    ];
    assert_eq!(told.len(), parts.len(), "{told:?}");
    for ((line, reason), (expected, part)) in told.iter().zip(parts) {
        assert_eq!(*line, expected, "{told:?}");
        assert!(reason.contains(part), "{line}: {reason}");
    }
}

#[test]
fn a_table_that_a_spreadsheet_has_cut_is_told() {
    let file = "\u{feff}raw,place,size,score\r\n\"{\"\"a\"\":1}\",dead,7,5\r\n\"{\"\"a\"\"\",dead,7,5\r\nx\r\n";
    let rows = read(file.as_bytes());
    assert_eq!(
        rows[0],
        (
            2,
            Ok(Row::Job(FiledJob {
                score: Some(5.0),
                ..job("{\"a\":1}")
            }))
        )
    );
    assert!(
        rows[1].0 == 3
            && rows[1]
                .1
                .as_ref()
                .is_err_and(|reason| reason.contains("changed or cut"))
    );
    assert!(rows[2].0 == 4 && rows[2].1.is_err());
}

#[test]
fn a_table_without_its_columns_is_refused() {
    let error = Reader::new(&b"a,b\n1,2\n"[..], None)
        .map(|_| ())
        .unwrap_err();
    assert!(error.to_string().contains("`place` and `raw`"), "{error}");
}
