use super::Matcher;
use crate::job::{Job, encode_trace};
use crate::model::{JobFilter, Place, Set, Timestamp};
use crate::redaction::Redactor;
use crate::search::condition::Answer;
use crate::search::text::fold;
use bytes::Bytes;
use proptest::{prelude::*, sample::Index};

/// What the ages in a search count from.
const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn matcher(filter: &JobFilter, place: &Place) -> Matcher {
    Matcher::new(filter, place, NOW).unwrap_or_else(|error| panic!("{filter:?}: {error}"))
}

fn shows(filter: &JobFilter, raw: &str) -> bool {
    matcher(filter, &Set::Dead.into())
        .job(1.0, &Bytes::from(raw.to_owned()))
        .is_some()
}

fn text(wanted: &str) -> JobFilter {
    JobFilter {
        text: Some(wanted.to_owned()),
        ..JobFilter::default()
    }
}

fn query(wanted: &str) -> JobFilter {
    JobFilter {
        query: Some(wanted.to_owned()),
        ..JobFilter::default()
    }
}

#[test]
fn text_is_found_however_json_spells_it() {
    let raw = r#"{"class":"A","args":["caf\u00e9\/bar",{"say":"\"hi\" \ud83d\ude00"}],"jid":"ab12","error_message":"Zu groß: 日本"}"#;
    for wanted in [
        "café/BAR",
        "CAFÉ",
        r"caf\u00e9",
        r#"say "hi""#,
        r#"say":"\"hi"#,
        "😀",
        "AB12",
        "GROß: 日",
        r#""class":"a""#,
        "",
    ] {
        // A name and its value are not one text.
        let expected = wanted != r#"say "hi""#;
        assert_eq!(shows(&text(wanted), raw), expected, "{wanted}");
    }
    assert!(!shows(&text("cafe"), raw));
    assert!(!shows(&text("日 本"), raw));
}

#[test]
fn a_coded_trace_is_no_text_but_a_plain_one_is() {
    let raw = r#"{"class":"A","error_backtrace":"eJyLVkosKNDPyk8q","args":["behind"]}"#;
    assert!(!shows(&text("ejyl"), raw));
    assert!(shows(&text("behind"), raw));
    assert!(shows(&text("error_back"), raw));
    let old = r#"{"class":"A","error_backtrace":["app/a.rb:12"]}"#;
    assert!(shows(&text("A.RB:12"), old));
}

#[test]
fn what_is_no_job_can_be_searched_too() {
    assert!(shows(&text("RUBB"), "this is rubbish"));
    let mut raw = b"caf\xc3\xa9 \xff x".to_vec();
    let place: Place = Set::Dead.into();
    for filter in [text("É \u{fffd} X"), query("\"É \u{fffd} X\"")] {
        let found = matcher(&filter, &place).job(1.0, &Bytes::from(raw.clone()));
        assert!(found.is_some());
    }
    raw.truncate(2);
    for filter in [text("É"), query("É"), query("class:*"), query("attempts:0")] {
        let found = matcher(&filter, &place).job(1.0, &Bytes::from(raw.clone()));
        assert!(found.is_none(), "{filter:?}");
    }
}

#[test]
fn an_entry_without_queue_is_of_the_queue_where_it_stands() {
    let low = Place::Queue("low".to_owned());
    let exact = JobFilter {
        queue: Some("low".to_owned()),
        ..JobFilter::default()
    };
    for filter in [exact, query("queue:L*w")] {
        let in_low =
            |raw: &'static str| matcher(&filter, &low).job(1.0, &Bytes::from(raw)).is_some();
        assert!(in_low("rubbish"));
        assert!(in_low(r#"{"queue":"low"}"#));
        assert!(!in_low(r#"{"queue":"high"}"#));
        assert!(!shows(&filter, "rubbish"));
    }
}

#[test]
fn a_mailer_is_found_by_the_class_that_is_shown() {
    let raw = r#"{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"ActionMailer::MailDeliveryJob","args":[{"arguments":["UserMailer","welcome","deliver_now",{}]}]}"#;
    let class = |name: &str| JobFilter {
        class: Some(name.to_owned()),
        ..JobFilter::default()
    };
    assert!(shows(&class("UserMailer#welcome"), raw));
    assert!(!shows(&class("UserMailer#goodbye"), raw));
}

const PHOTO: &str = r#"{"class":"PublishPhoto","queue":"media","jid":"ab12cd","args":[17,{"user_id":17,"Name":"Ann Lee","user":{"id":"x9"},"kinds":["jpg","png"]}],"retry_count":2,"failed_at":1794990000.5,"retried_at":1794999000,"created_at":1794900000,"enqueued_at":1794980000000,"error_class":"Net::ReadTimeout","error_message":"no answer (timeout) from host*7","tags":["vip","slow lane"],"error_backtrace":"TRACE"}"#;

/// The sample with a trace.
fn photo() -> String {
    let lines = [
        "/app/models/photo.rb:17:in `publish'",
        "/gems/net/protocol.rb:9",
    ];
    let coded = encode_trace(&lines.map(str::to_owned));
    PHOTO.replace("\"TRACE\"", &coded)
}

#[test]
fn a_search_means_what_its_words_say() {
    let photo = photo();
    for (wanted, is_found) in [
        ("", true),
        // Free text: each word anywhere in what is searched.
        ("publish TIMEOUT", true),
        ("publish nothing", false),
        ("publishphoto media ab12cd ann vip", true),
        (r#""Ann Lee" "slow lane""#, true),
        (r#""Lee Ann""#, false),
        (r#""net::readtimeout: no answer""#, true),
        ("NET::READTIMEOUT:", true),
        ("models/photo.rb:17", true),
        ("PROTOCOL.rb", true),
        ("models/photo.rb:18", false),
        ("retry_count", false),
        ("error_class", false),
        ("user_id", true),
        // Names are whole, stars stand for anything.
        ("class:publishphoto", true),
        ("class:publish", false),
        ("class:publish*", true),
        ("class:*photo", true),
        ("queue:media", true),
        ("queue:med", false),
        ("jid:AB12CD", true),
        ("jid:ab*", true),
        ("tag:vip", true),
        (r#"tag:"slow lane""#, true),
        ("tag:slow", false),
        ("tag:*", true),
        // The error's class whole, or part of its message.
        ("error:Net::ReadTimeout", true),
        ("error:ReadTimeout", false),
        ("error:*Timeout", true),
        ("error:answer", true),
        ("error:no*host", true),
        ("message:ReadTimeout", false),
        (r#"message:"(timeout)""#, true),
        (r#"message:"host*7""#, true),
        (r#"message:"h*7""#, false),
        ("message:h*7", true),
        // Arguments.
        ("arg:17", true),
        ("arg:1", false),
        ("arg.0:17", true),
        ("arg.1:17", false),
        ("arg.user_id:17", true),
        ("arg.USER_ID:17", true),
        ("arg.user_id:7", false),
        ("arg.user.id:x9", true),
        ("arg.id:x9", true),
        ("arg.1.user.id:x*", true),
        ("arg.0.user.id:x9", false),
        ("arg.kinds:png", true),
        ("arg.kinds.0:png", false),
        (r#"arg.name:"ann lee""#, true),
        ("arg.name:*", true),
        ("arg.missing:*", false),
        // Places, times, numbers.
        ("in:dead", true),
        ("in:retry,dead", true),
        ("in:queue,scheduled", false),
        ("-in:dead", false),
        ("died:1970-01-01", true),
        ("at:1970-01-01", true),
        ("at:<1970-01-01", false),
        ("failed:<20m", true),
        ("failed:<16m", false),
        ("failed:>16m", true),
        ("created:>1d", true),
        ("enqueued:<1d", true),
        ("attempts:3", true),
        ("attempts:>=3 attempts:<4", true),
        ("attempts:>3", false),
        ("size:>100 size:<1mb", true),
        ("size:>1mb", false),
        // And, or, not.
        ("class:Other OR queue:media", true),
        ("class:Other OR queue:other", false),
        ("-class:Other -nothing", true),
        ("-vip", false),
        ("-models/photo.rb", false),
        ("-models/video.rb", true),
        ("(class:Other OR vip) -queue:low", true),
        ("-(class:Other OR queue:media)", false),
    ] {
        assert_eq!(shows(&query(wanted), &photo), is_found, "{wanted}");
    }
}

#[test]
fn what_an_entry_lacks_is_not_found() {
    for wanted in [
        "class:*",
        "error:*",
        "message:*",
        "tag:*",
        "jid:*",
        "arg:*",
        "failed:>1s",
        "created:>1s",
        "attempts:>0",
    ] {
        assert!(!shows(&query(wanted), "{}"), "{wanted}");
        assert!(shows(&query(&format!("-{wanted}")), "{}"), "{wanted}");
    }
    assert!(shows(&query("attempts:0"), "{}"));
    let never_failed = matcher(&query("died:<1h"), &Set::Retries.into());
    assert!(never_failed.is_never());
    assert!(matcher(&query("at:<1h"), &Place::Queue("q".to_owned())).is_never());
    assert!(matcher(&query("in:dead"), &Set::Dead.into()).is_always());
}

#[test]
fn what_is_encrypted_is_not_searched() {
    let raw = r#"{"class":"A","encrypt":true,"args":[17,"c2VjcmV0"],"jid":"j"}"#;
    for wanted in [
        "c2VjcmV0",
        "arg:c2VjcmV0",
        "arg.1:*",
        "\"[encrypted data]\"",
    ] {
        assert!(!shows(&query(wanted), raw), "{wanted}");
    }
    assert!(shows(&query("17 arg.0:17"), raw));
}

#[test]
fn active_job_s_arguments_are_those_that_are_shown() {
    let raw = r#"{"class":"Sidekiq::ActiveJob::Wrapper","wrapped":"AjJob","args":[{"job_class":"AjJob","arguments":[9,{"_aj_symbol_keys":["a"],"a":[{"_aj_globalid":"gid://app/User/2"}]}]}]}"#;
    assert!(shows(
        &query("arg.0:9 arg.a.0:gid://app/User/2 class:AjJob"),
        raw
    ));
    assert!(!shows(&query("arg.0:AjJob"), raw));
}

#[test]
fn times_of_a_search_bound_the_scores() {
    let times = |wanted: &str, place: Set| matcher(&query(wanted), &place.into()).times();
    let hour = 3_600_000;
    assert_eq!(
        times("a died:<1h at:<2026-11-24", Set::Dead),
        (
            Some(Timestamp(NOW.0 - hour + 1)),
            crate::model::parse_time("2026-11-24")
                .ok()
                .map(|day| Timestamp(day.0 - 1))
        )
    );
    assert_eq!(times("a OR died:<1h", Set::Dead), (None, None));
    assert_eq!(times("-died:<1h", Set::Dead), (None, None));
    assert_eq!(times("failed:<1h", Set::Retries), (None, None));
}

#[test]
fn what_is_hidden_is_not_found() {
    let job = |password: &str| {
        Bytes::from(format!(
            r#"{{"class":"Login","args":[{{"password":"{password}","user_id":7}}],"error_message":"no","jid":"j"}}"#
        ))
    };
    let (right, other) = (job("hunter2"), job("letmein"));
    let finds = |text: &str, raw: &Bytes| {
        let mut matcher =
            matcher(&query(text), &Set::Dead.into()).without_secrets(&Redactor::default());
        matcher.job(1.0, raw).is_some()
    };
    for text in [
        "hunter2",
        "arg.password:hunter2",
        "arg.password:h*",
        "class:Login hunter2",
        "(hunter2 OR nowhere)",
    ] {
        assert!(
            matcher(&query(text), &Set::Dead.into())
                .job(1.0, &right)
                .is_some(),
            "{text}"
        );
        assert!(!finds(text, &right), "{text}");
    }
    // Nor does one learn by what is missing whether a guess is right.
    for text in [
        "-hunter2",
        "class:Login -arg.password:hunter2",
        "-(hunter2 OR nowhere)",
    ] {
        assert!(finds(text, &right) && finds(text, &other), "{text}");
    }
    let size = right.len();
    for text in [
        "arg.user_id:7",
        "class:Login",
        "-nowhere",
        "login",
        &format!("size:{size} login"),
    ] {
        assert!(finds(text, &right), "{text}");
    }
    assert!(!finds("-arg.user_id:7", &right));
}

#[test]
fn a_trace_is_unpacked_once() {
    let photo = Bytes::from(photo());
    let mut matcher = matcher(&query("nowhere"), &Set::Dead.into());
    assert_eq!(matcher.ask_bytes(1.0, photo.len(), &photo), Answer::Open);
    assert!(matcher.job(1.0, &photo).is_none());
    assert_eq!(matcher.ask_bytes(1.0, photo.len(), &photo), Answer::No);
    let other = Bytes::from(PHOTO.replace("\"TRACE\"", "null"));
    assert_eq!(matcher.ask_bytes(1.0, other.len(), &other), Answer::No);
}

/// Characters that fold, escape or stand out in another way.
fn character() -> impl Strategy<Value = char> {
    prop::sample::select(
        "aAkKzZ0 :#\"\\/\n\u{1}éÉσςΣßẞıİſ\u{212a}\u{2126}日本ǅ😀\u{fffd}~"
            .chars()
            .collect::<Vec<_>>(),
    )
}

/// A JSON string in which each character is written in one of the ways that JSON has for it.
fn spelled(text: &str, ways: &[u8]) -> String {
    let mut json = String::from('"');
    for (character, way) in text.chars().zip(ways.iter().cycle()) {
        let simple = serde_json::Value::from(character.to_string()).to_string();
        let simple = simple.trim_matches('"');
        match (way % 4, character) {
            (0, _) => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    json.push_str(&if way % 8 < 4 {
                        format!("\\u{unit:04x}")
                    } else {
                        format!("\\u{unit:04X}")
                    });
                }
            }
            (1, '/') => json.push_str("\\/"),
            (_, '"') => json.push_str("\\\""),
            _ => json.push_str(simple),
        }
    }
    json.push('"');
    json
}

/// A text as it stands in a search.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[derive(Clone, Debug)]
struct Sample {
    /// Values of class, queue, error class, error message, tag, argument, jid.
    values: Vec<String>,
    ways: Vec<u8>,
    /// Bytes that replace one of the entry, to make it malformed.
    damage: Option<(Index, u8)>,
}

impl Sample {
    /// The trace holds one of the values, too; or is none.
    fn trace(&self) -> String {
        match self.ways[15] % 4 {
            0 => encode_trace(&[self.values[5].clone()]),
            1 => format!("[{}]", spelled(&self.values[5], &self.ways)),
            2 => "null".to_owned(),
            _ => "\"eJyL\"".to_owned(),
        }
    }

    fn raw(&self) -> Bytes {
        let part = |index: usize| spelled(&self.values[index], &self.ways[index..]);
        let mut raw = format!(
            r#"{{"class":{},"queue":{},"error_class":{},"error_message":{},"tags":["x",{}],"args":[1,{}],"jid":{},"error_backtrace":{}}}"#,
            part(0),
            part(1),
            part(2),
            part(3),
            part(4),
            part(5),
            part(6),
            self.trace()
        )
        .into_bytes();
        if let Some((at, byte)) = &self.damage {
            let at = at.index(raw.len());
            raw[at] = *byte;
        }
        raw.into()
    }
}

fn sample() -> impl Strategy<Value = Sample> {
    let value = prop::collection::vec(character(), 0..8)
        .prop_map(|characters| characters.into_iter().collect::<String>());
    let damage = prop::option::weighted(0.2, (any::<Index>(), any::<u8>()));
    (
        prop::collection::vec(value, 7),
        prop::collection::vec(any::<u8>(), 16),
        damage,
    )
        .prop_map(|(values, ways, damage)| Sample {
            values,
            ways,
            damage,
        })
}

/// A part of one of the values, or another text.
fn wanted(sample: &Sample, which: Index, from: Index, to: Index, other: &str, case: u8) -> String {
    let characters: Vec<char> = sample.values[which.index(7)].chars().collect();
    let (from, to) = (
        from.index(characters.len() + 1),
        to.index(characters.len() + 1),
    );
    let part: String = characters[from.min(to)..from.max(to)].iter().collect();
    match case % 4 {
        0 => part,
        1 => part.to_uppercase(),
        2 => part.to_lowercase(),
        _ => other.to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The prefilter may let through what does not match, but never holds back what does.
    #[test]
    fn what_is_told_from_the_bytes_is_right(
        sample in sample(),
        (which, from, to) in any::<(Index, Index, Index)>(),
        other in prop::collection::vec(character(), 0..4),
        case: u8,
        field in 0..12,
        (in_queue, is_negated) in any::<(bool, bool)>(),
    ) {
        let other: String = other.into_iter().collect();
        let wanted = wanted(&sample, which, from, to, &other, case);
        let sign = if is_negated { "-" } else { "" };
        let asked = |field: &str| query(&format!("{sign}{field}{}", quoted(&wanted)));
        // What is empty cannot be asked in words.
        let field = if wanted.is_empty() { field % 5 } else { field };
        let filter = match field {
            5 => asked(""),
            6 => asked("class:"),
            7 => asked("queue:"),
            8 => asked("error:"),
            9 => asked("tag:"),
            10 => asked("arg:"),
            11 => asked("arg.1:"),
            _ => JobFilter::default(),
        };
        let wanted = Some(wanted);
        let filter = match field {
            0 => JobFilter { text: wanted, ..JobFilter::default() },
            1 => JobFilter { class: wanted, ..JobFilter::default() },
            2 => JobFilter { queue: wanted, ..JobFilter::default() },
            3 => JobFilter { error: wanted, ..JobFilter::default() },
            4 => JobFilter { tag: wanted, ..JobFilter::default() },
            _ => filter,
        };
        let place = if in_queue { Place::Queue("k".to_owned()) } else { Set::Dead.into() };
        let mut matcher = matcher(&filter, &place);
        let raw = sample.raw();
        let told = matcher.ask_bytes(1.0, raw.len(), &raw);
        let read = {
            let job = Job::new(raw);
            matcher.matches(1.0, &job, &job)
        };
        prop_assert!(told == Answer::Open || told == Answer::from(read), "{told:?}");
    }

    /// Every part of every value is found as text, in any case.
    #[test]
    fn every_text_of_a_job_is_found(
        mut sample in sample(),
        (which, from, to) in any::<(Index, Index, Index)>(),
        upper: bool,
    ) {
        sample.damage = None;
        let part = wanted(&sample, which, from, to, "", 0);
        let part: String = part
            .chars()
            .map(|character| {
                let mut other = character.to_uppercase();
                match (upper, other.next(), other.next()) {
                    // Only where it is the same letter again.
                    (true, Some(other), None) if fold(&other.to_string()) == fold(&character.to_string()) => other,
                    _ => character,
                }
            })
            .collect();
        let place = Set::Dead.into();
        let job = matcher(&text(&part), &place).job(1.0, &sample.raw());
        prop_assert!(job.is_some());
        if !part.is_empty() {
            let job = matcher(&query(&quoted(&part)), &place).job(1.0, &sample.raw());
            prop_assert!(job.is_some(), "{}", part);
        }
    }
}
