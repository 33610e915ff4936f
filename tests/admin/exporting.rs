//! Files of jobs: what is exported is imported to the byte, in bounded steps, and what is wrong with a file is told by line.

use crate::harness::{Subject, into_queue, into_set, job, odd_entries, queue};
use crate::verbs::admin;
use jobdeck::{
    admin::{
        Admin, AdminError, AdminOptions, ExportForm, ExportParts, ExportRequest, ImportRequest,
    },
    export::Format,
    model::{
        Action, Change, ImportReport, JobFilter, OperationRequest, Order, Place, Selection, Set,
    },
    store::{SharedStore, StoreError},
};
use std::io::{Cursor, Read};
use tokio_util::sync::CancellationToken;

/// All bytes of an export, which says that it is whole.
async fn bytes_of(mut parts: ExportParts) -> Vec<u8> {
    let (mut file, mut is_complete) = (Vec::new(), false);
    while let Some(part) = parts.recv().await {
        let part = part.unwrap();
        file.extend_from_slice(&part.bytes);
        is_complete = part.progress.complete;
        assert!(part.progress.searched <= part.progress.total || is_complete);
    }
    assert!(is_complete);
    file
}

async fn exported(subject: &Subject, places: &[Place], query: &str, format: Format) -> Vec<u8> {
    let request = ExportRequest {
        places: places.to_vec(),
        filter: JobFilter {
            query: Some(query.to_owned()).filter(|query| !query.is_empty()),
            ..JobFilter::default()
        },
        form: ExportForm {
            format,
            redact: false,
        },
    };
    bytes_of(admin(subject).export(request).await.unwrap()).await
}

async fn imported(store: &SharedStore, request: ImportRequest, file: Vec<u8>) -> ImportReport {
    Admin::new(store.clone())
        .import(&request, Cursor::new(file), |_| {})
        .await
        .unwrap()
}

/// Every place's entries, with scores where there are some.
async fn contents(subject: &Subject) -> Vec<(String, String, Vec<u8>)> {
    let mut contents = Vec::new();
    let places = Set::ALL
        .into_iter()
        .map(Place::Set)
        .chain([queue("low"), queue("high")]);
    for place in places {
        for entry in subject.walk(&place, Order::Ascending, 100).await {
            let score = place.set().map(|_| entry.id.position.to_string());
            contents.push((
                place.to_string(),
                score.unwrap_or_default(),
                entry.raw.to_vec(),
            ));
        }
    }
    contents
}

async fn clear(subject: &Subject) {
    for place in Set::ALL.into_iter().map(Place::Set) {
        let selection = Selection {
            places: vec![place],
            ..Selection::default()
        };
        run(subject, Action::Delete, selection).await;
    }
    for name in ["low", "high"] {
        subject.clear_queue(name).await.unwrap();
    }
    assert_eq!(contents(subject).await, []);
}

/// Carries an operation out; its name.
async fn run(subject: &Subject, action: Action, selection: Selection) -> String {
    let admin = admin(subject);
    let request = OperationRequest {
        change: Change::Act(action),
        selection,
        before: None,
        rate: None,
        canary: None,
        reason: None,
    };
    let operation = admin.start_operation(&request).await.unwrap();
    jobdeck::admin::OperationRunner::new(admin)
        .finish(&operation.id, &CancellationToken::new())
        .await
        .unwrap();
    operation.id
}

async fn fill(subject: &Subject) {
    let mut entries: Vec<_> = odd_entries()
        .into_iter()
        .map(|(_, raw)| into_set(Set::Dead, 1_795_470_707.831_634_5, raw))
        .collect();
    for number in 0..700 {
        entries.push(into_set(
            Set::Dead,
            f64::from(number as u32) + 0.1,
            job(number),
        ));
        entries.push(into_queue("low", job(number)));
    }
    for set in [Set::Retries, Set::Scheduled] {
        entries.push(into_set(set, 4_000_000_000.25, job(1)));
    }
    entries.push(into_queue("high", job(1)));
    entries.push(into_queue("high", job(1)));
    subject.add(&entries).await.unwrap();
}

pub(crate) async fn everything_is_exported_and_imported_to_the_byte_score_and_order(
    subject: Subject,
) {
    fill(&subject).await;
    let before = contents(&subject).await;
    for format in [Format::Ndjson, Format::Csv] {
        let file = exported(&subject, &[], "", format).await;
        clear(&subject).await;
        let checked = imported(
            &subject.store,
            ImportRequest {
                only_check: true,
                ..ImportRequest::default()
            },
            file.clone(),
        )
        .await;
        assert_eq!(contents(&subject).await, []);
        let report = imported(&subject.store, ImportRequest::default(), file).await;
        assert_eq!(
            (report.imported, report.there, report.broken),
            (before.len() as u64, 0, 0)
        );
        assert_eq!(checked.imported, report.imported);
        assert!(report.is_clean(), "{report:?}");
        assert_eq!(report.is_whole, (format == Format::Ndjson).then_some(true));
        assert_eq!(contents(&subject).await, before, "{format}");
    }
}

pub(crate) async fn what_a_search_finds_is_exported_and_nothing_else(subject: Subject) {
    fill(&subject).await;
    let file = exported(&subject, &[Set::Dead.into()], "arg.0:7", Format::Ndjson).await;
    let text = String::from_utf8(file).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0].starts_with(r#"{"place":"dead","score":7.1,"job":{"#),
        "{text}"
    );
    assert_eq!(lines[1], r#"{"complete":true,"jobs":1,"redacted_jobs":0}"#);
    let file = exported(
        &subject,
        &[],
        "at:<1970-01-01T00:00:05 in:dead",
        Format::Ndjson,
    )
    .await;
    assert_eq!(
        String::from_utf8(file).unwrap().lines().count(),
        5 + 1,
        "times end the reading"
    );
    let nowhere = exported(&subject, &[queue("nowhere")], "", Format::Ndjson).await;
    assert!(nowhere.starts_with(b"{\"complete\":true,\"jobs\":0"));
    let wrong = ExportRequest {
        filter: JobFilter {
            query: Some("(".to_owned()),
            ..JobFilter::default()
        },
        ..ExportRequest::default()
    };
    let error = admin(&subject).export(wrong).await.unwrap_err();
    assert!(
        matches!(error, AdminError::Store(StoreError::Query(_))),
        "{error}"
    );
}

pub(crate) async fn what_an_operation_deleted_is_exported_as_long_as_it_can_be_undone(
    subject: Subject,
) {
    fill(&subject).await;
    let before = contents(&subject).await;
    for place in [Place::Set(Set::Dead), queue("low")] {
        let selection = Selection {
            places: vec![place.clone()],
            ..Selection::default()
        };
        let id = run(&subject, Action::Delete, selection).await;
        let admin = admin(&subject);
        let parts = admin
            .export_operation(&id, ExportForm::default())
            .await
            .unwrap();
        let file = bytes_of(parts).await;
        // Something else is there meanwhile, and stays.
        let report = imported(&subject.store, ImportRequest::default(), file).await;
        assert!(report.is_clean() && report.there == 0, "{report:?}");
        assert_eq!(contents(&subject).await, before, "{place}");
        admin.free_operation(&id).await.unwrap();
        let error = admin
            .export_operation(&id, ExportForm::default())
            .await
            .unwrap_err();
        assert!(
            matches!(&error, AdminError::Refused(reason) if reason.contains("nothing is kept")),
            "{error}"
        );
    }
    let error = admin(&subject)
        .export_operation("0123456789abcdef", ExportForm::default())
        .await
        .unwrap_err();
    assert!(matches!(error, AdminError::NotFound(_)), "{error}");
}

pub(crate) async fn broken_lines_are_told_and_the_rest_is_kept(subject: Subject) {
    let mut file = Vec::new();
    for number in 0..1_200 {
        let line = match number {
            3 => "rubbish".to_owned(),
            700 => r#"{"place":"dead","score":1,"redacted":true,"job":{}}"#.to_owned(),
            1_100 => r#"{"place":"dead","score":1.5,"job":{"jid":"0"}}"#.to_owned(),
            number => format!(r#"{{"place":"dead","score":1.5,"job":{{"jid":"{number}"}}}}"#),
        };
        file.extend_from_slice(format!("{line}\n").as_bytes());
    }
    let report = imported(&subject.store, ImportRequest::default(), file.clone()).await;
    assert_eq!(
        (report.imported, report.there, report.broken),
        (1_197, 1, 2)
    );
    let told: Vec<(u64, bool)> = report
        .problems
        .iter()
        .map(|problem| (problem.line, !problem.reason.is_empty()))
        .collect();
    assert_eq!(told, [(4, true), (701, true), (1_101, true)]);
    assert!(report.problems[1].reason.contains("redacted"));
    assert!(report.problems[2].reason.contains("already"));
    assert_eq!(report.is_whole, Some(false), "it has no last line");
    assert_eq!(subject.size(&Set::Dead.into()).await, 1_197);
    let again = imported(&subject.store, ImportRequest::default(), file).await;
    assert_eq!(
        (again.imported, again.there, again.problems.len()),
        (0, 1_198, 100)
    );

    let elsewhere = ImportRequest {
        to: Some(queue("mail")),
        ..ImportRequest::default()
    };
    let file = br#"{"place":"dead","score":1.5,"job":{"jid":"0"}}"#.to_vec();
    assert_eq!(imported(&subject.store, elsewhere, file).await.imported, 1);
    assert_eq!(subject.size(&queue("mail")).await, 1);
}

/// A file that breaks off.
struct Broken(Cursor<Vec<u8>>);

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(std::io::Error::other("the disk is gone")),
            length => Ok(length),
        }
    }
}

pub(crate) async fn a_file_that_breaks_off_says_where(subject: Subject) {
    let line = "{\"place\":\"dead\",\"score\":1.5,\"job\":{\"jid\":\"0\"}}\n";
    let file = Broken(Cursor::new(line.as_bytes().to_vec()));
    let report = admin(&subject)
        .import(&ImportRequest::default(), file, |_| {})
        .await
        .unwrap();
    assert_eq!((report.imported, report.line), (1, 1));
    assert!(
        report
            .stopped
            .is_some_and(|reason| reason.contains("the disk is gone"))
    );
}

pub(crate) async fn an_import_that_is_interrupted_says_where(subject: Subject) {
    let lines = (0..1_200).map(|number| {
        format!("{{\"place\":\"dead\",\"score\":1.5,\"job\":{{\"jid\":\"{number}\"}}}}\n")
    });
    let file = Cursor::new(lines.collect::<String>().into_bytes());
    let stop = CancellationToken::new();
    let report = admin(&subject)
        .import_until(&stop, &ImportRequest::default(), file, |_| stop.cancel())
        .await
        .unwrap();
    assert_eq!((report.imported, report.line), (500, 500));
    assert_eq!(report.stopped.as_deref(), Some("it was interrupted"));
    assert_eq!(report.unknown_until, None);
    assert_eq!(subject.size(&Set::Dead.into()).await, 500);
}

pub(crate) async fn what_is_kept_of_an_operation_is_read_in_either_order(subject: Subject) {
    fill(&subject).await;
    let selection = Selection {
        places: vec![queue("low"), Set::Dead.into()],
        ..Selection::default()
    };
    let id = run(&subject, Action::Delete, selection).await;
    let steps = subject.store.operation(&id).await.unwrap().unwrap().step;
    let read = async |steps, order, limit| -> Vec<u64> {
        let chunks = subject.store.kept(&id, steps, order, limit).await.unwrap();
        chunks.iter().map(|chunk| chunk.step).collect()
    };
    let all = read(0..steps, Order::Ascending, 1_000).await;
    assert!(all.len() > 2 && all.is_sorted(), "{all:?}");
    let mut newest = read(0..steps, Order::Descending, 1_000).await;
    newest.reverse();
    assert_eq!(newest, all);
    assert_eq!(read(0..steps, Order::Ascending, 2).await, all[..2]);
    let behind = all[0] + 1..steps;
    assert_eq!(
        read(behind.clone(), Order::Ascending, 1_000).await,
        all[1..]
    );
    assert_eq!(
        read(behind, Order::Descending, 1_000).await.len(),
        all.len() - 1
    );
    assert_eq!(read(0..all[1], Order::Descending, 1_000).await, all[..1]);
    assert!(read(steps..steps, Order::Ascending, 10).await.is_empty());
}

pub(crate) async fn secrets_are_taken_out_where_that_is_asked_for(subject: Subject) {
    let raw =
        r#"{"jid":"1","args":[{"password":"hunter2","iban":"DE1"}],"error_message":"token=abc"}"#;
    subject.add(&[into_set(Set::Dead, 5.0, raw)]).await.unwrap();
    let options = AdminOptions {
        redactor: jobdeck::redaction::Redactor::new(&["IBAN".to_owned()]),
        ..AdminOptions::default()
    };
    let admin = Admin::with_options(subject.store.clone(), options);
    let form = ExportForm {
        redact: true,
        ..ExportForm::default()
    };
    let request = ExportRequest {
        form,
        ..ExportRequest::default()
    };
    let file = bytes_of(admin.export(request).await.unwrap()).await;
    let text = String::from_utf8(file).unwrap();
    assert_eq!(
        text.lines().next().unwrap(),
        r#"{"place":"dead","score":5,"redacted":true,"job":{"jid":"1","args":[{"password":"[redacted]","iban":"[redacted]"}],"error_message":"token=[redacted]"}}"#
    );
}
