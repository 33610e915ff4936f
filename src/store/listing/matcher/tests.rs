use super::Matcher;
use crate::model::{Cursor, EntryId, JobFilter, Place, Set};
use crate::store::StoredEntry;
use bytes::Bytes;
use proptest::{prelude::*, sample::Index};

fn entry(place: Place, raw: impl Into<Bytes>) -> StoredEntry {
    StoredEntry {
        id: EntryId {
            place,
            position: 1.0,
            digest: String::new(),
        },
        raw: raw.into(),
        cursor: Cursor(String::new()),
    }
}

fn shows(filter: &JobFilter, raw: &str) -> bool {
    let entry = entry(Set::Dead.into(), raw.to_owned());
    Matcher::new(filter, &entry.id.place).job(&entry).is_some()
}

fn text(wanted: &str) -> JobFilter {
    JobFilter {
        text: Some(wanted.to_owned()),
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
    let broken = entry(place.clone(), raw.clone());
    assert!(
        Matcher::new(&text("É \u{fffd} X"), &place)
            .job(&broken)
            .is_some()
    );
    raw.truncate(2);
    assert!(
        Matcher::new(&text("É"), &place)
            .job(&entry(place.clone(), raw))
            .is_none()
    );
}

#[test]
fn an_entry_without_queue_is_of_the_queue_where_it_stands() {
    let filter = JobFilter {
        queue: Some("low".to_owned()),
        ..JobFilter::default()
    };
    let low = Place::Queue("low".to_owned());
    let in_low = |raw: &'static str| {
        Matcher::new(&filter, &low)
            .job(&entry(low.clone(), raw))
            .is_some()
    };
    assert!(in_low("rubbish"));
    assert!(in_low(r#"{"queue":"low"}"#));
    assert!(!in_low(r#"{"queue":"high"}"#));
    assert!(!shows(&filter, "rubbish"));
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

#[derive(Clone, Debug)]
struct Sample {
    /// Values of class, queue, error class, error message, tag, argument, jid.
    values: Vec<String>,
    ways: Vec<u8>,
    /// Bytes that replace one of the entry, to make it malformed.
    damage: Option<(Index, u8)>,
}

impl Sample {
    fn raw(&self) -> Bytes {
        let part = |index: usize| spelled(&self.values[index], &self.ways[index..]);
        let mut raw = format!(
            r#"{{"class":{},"queue":{},"error_class":{},"error_message":{},"tags":["x",{}],"args":[1,{}],"jid":{},"error_backtrace":"eJyL"}}"#,
            part(0),
            part(1),
            part(2),
            part(3),
            part(4),
            part(5),
            part(6)
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
        field in 0..5,
        in_queue: bool,
    ) {
        let other: String = other.into_iter().collect();
        let wanted = Some(wanted(&sample, which, from, to, &other, case));
        let filter = match field {
            0 => JobFilter { text: wanted, ..JobFilter::default() },
            1 => JobFilter { class: wanted, ..JobFilter::default() },
            2 => JobFilter { queue: wanted, ..JobFilter::default() },
            3 => JobFilter { error: wanted, ..JobFilter::default() },
            _ => JobFilter { tag: wanted, ..JobFilter::default() },
        };
        let place = if in_queue { Place::Queue("k".to_owned()) } else { Set::Dead.into() };
        let mut matcher = Matcher::new(&filter, &place);
        let entry = entry(place, sample.raw());
        prop_assert!(matcher.is_possible(&entry) || matcher.read(&entry).is_none());
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
                    (true, Some(other), None) if super::fold(&other.to_string()) == super::fold(&character.to_string()) => other,
                    _ => character,
                }
            })
            .collect();
        let entry = entry(Set::Dead.into(), sample.raw());
        prop_assert!(Matcher::new(&text(&part), &entry.id.place).job(&entry).is_some());
    }
}
