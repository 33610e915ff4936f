use crate::model::Set;
use crate::search::Query;
use crate::search::query::{ErrorField, NameField, Term, TimeField};
use crate::search::value::{Comparison, Operator, Phrase, When, Within, needs_quotes, parse_size};
use proptest::prelude::*;

fn canonical(text: &str) -> String {
    text.parse::<Query>()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .to_string()
}

#[test]
fn a_search_is_shown_in_one_form() {
    for (text, shown) in [
        ("", ""),
        ("  ", ""),
        ("  one   two ", "one two"),
        ("one AND two", "one two"),
        ("NOT one -two", "-one -two"),
        ("a OR b c OR -d", "a OR b c OR -d"),
        ("(a OR b) (c d) (e)", "(a OR b) c d e"),
        ("-(-(a b))", "-(-(a b))"),
        (r#""two words""one""#, r#""two words" one"#),
        (r#""say \"hi\" C:\dir \\""#, r#""say \"hi\" C:\\dir \\""#),
        (
            "Net::ReadTimeout https://x/y?a=b",
            "Net::ReadTimeout https://x/y?a=b",
        ),
        (
            "app/a.rb:12 10:30 method: :sym",
            "app/a.rb:12 10:30 method: :sym",
        ),
        (
            r#""OR" or "-x" --y - "class:A""#,
            r#""OR" or "-x" "--y" "-" "class:A""#,
        ),
        (
            "Class:A queue:\"low\" ERROR:*Timeout",
            "class:A queue:low error:*Timeout",
        ),
        (
            r#"class:"A*" class:A* tag:"a b""#,
            r#"class:"A*" class:A* tag:"a b""#,
        ),
        (
            "arg.user_id:17 arg.0.id:x arg:\"a b\"",
            "arg.user_id:17 arg.0.id:x arg:\"a b\"",
        ),
        (
            "in:dead,retry,SCHEDULED in:queue in:queue:low,queue:\"a,b c\"",
            "in:dead,retries,scheduled in:queue in:queue:low,queue:\"a,b c\"",
        ),
        (
            "failed:<1h died:>=2026-11-24",
            "failed:<1h died:>=2026-11-24",
        ),
        (
            "created:2026-11-24 at:<=+1h30m",
            "created:2026-11-24 at:<=+1h30m",
        ),
        (
            r#"enqueued:>"2026-11-24 10:00""#,
            r#"enqueued:>"2026-11-24 10:00""#,
        ),
        (
            "attempts:>3 attempts:=0 size:>1mb",
            "attempts:>3 attempts:0 size:>1mb",
        ),
    ] {
        assert_eq!(canonical(text), shown, "{text}");
        assert_eq!(canonical(shown), shown, "{text}");
    }
}

#[test]
fn what_is_wrong_is_pointed_at_and_explained() {
    for (text, start, end, part) in [
        ("é klass:A", 2, 7, "did you mean `class`?"),
        ("zzz:1", 0, 3, "known are `class`, "),
        (
            "a foo:\"b\"",
            2,
            5,
            "put it in quotes to search for the text",
        ),
        ("class: A", 6, 6, "expected a value behind `class:`"),
        ("class:", 6, 6, "expected a value behind `class:`"),
        ("class:\"\"", 6, 8, "expected a value"),
        ("a \"\"", 2, 4, "nothing between these quotes"),
        ("a \"b c", 2, 3, "not closed"),
        ("message:\"b", 8, 9, "not closed"),
        ("a (b", 2, 3, "not closed"),
        ("a) b", 1, 2, "closes nothing"),
        ("foo()", 4, 5, "put them in quotes"),
        ("OR a", 0, 2, "between two conditions"),
        ("a OR", 4, 4, "expected a word"),
        ("a OR OR b", 5, 7, "between two conditions"),
        ("AND a", 0, 3, "between two conditions"),
        ("a AND", 5, 5, "expected a word"),
        ("NOT", 3, 3, "expected a word"),
        ("a NOT )", 6, 7, "expected a word"),
        ("in:limbo", 3, 8, "`queue:NAME`"),
        ("in:dead,deed", 8, 12, "did you mean `dead`?"),
        ("in:queue:", 3, 9, "the queue's name"),
        ("attempts:>many", 10, 14, "a whole number"),
        ("size:big", 5, 8, "a size"),
        ("failed:<soon", 8, 12, "`failed:<1h`"),
        ("failed:1h", 7, 9, "write `failed:<1h` or `failed:>1h`"),
        ("arg.:1", 0, 5, "a key is missing"),
        ("arg.a..b:1", 0, 9, "a key is missing"),
    ] {
        let error = text.parse::<Query>().expect_err(text);
        assert_eq!((error.start, error.end), (start, end), "{text}: {error}");
        assert!(error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn length_and_depth_have_bounds() {
    let long = "é".repeat(4_001);
    let error = long.parse::<Query>().unwrap_err();
    assert_eq!((error.start, error.end), (4_000, 4_001));
    let deep = format!("{}a{}", "(".repeat(40), ")".repeat(40));
    assert_eq!(canonical(&deep), "a");
    for text in ["(".repeat(2_000), "-(".repeat(1_000), "NOT ".repeat(900)] {
        let error = text.parse::<Query>().unwrap_err();
        assert!(error.message.contains("nested too deep"), "{error}");
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z:*-]{1,6}",
        r#"[a-zé"\\() :,*<>=-]{1,8}"#,
        Just("OR".to_owned()),
        Just("NOT".to_owned()),
        Just("class:x".to_owned()),
        "\\PC{1,5}",
    ]
}

fn phrase() -> impl Strategy<Value = Phrase> {
    (text(), any::<bool>()).prop_map(|(text, is_quoted)| {
        // What cannot be written without quotes was written in them.
        let is_quoted = is_quoted || needs_quotes(&text);
        Phrase::new(text, is_quoted)
    })
}

fn operator() -> impl Strategy<Value = Operator> {
    prop::sample::select(vec![
        Operator::Is,
        Operator::Less,
        Operator::AtMost,
        Operator::More,
        Operator::AtLeast,
    ])
}

fn comparison<T: std::fmt::Debug>(
    texts: &'static [&'static str],
    read: fn(&str) -> Option<T>,
) -> impl Strategy<Value = Comparison<T>> {
    (operator(), prop::sample::select(texts)).prop_map(move |(operator, text)| Comparison {
        operator,
        value: read(text).unwrap(),
        text: text.to_owned(),
    })
}

fn within() -> impl Strategy<Value = Within> {
    prop_oneof![
        prop::sample::select(Set::ALL.to_vec()).prop_map(Within::Set),
        Just(Within::Queues),
        text().prop_map(Within::Queue),
    ]
}

fn term() -> impl Strategy<Value = Term> {
    let name = prop::sample::select(vec![
        NameField::Class,
        NameField::Queue,
        NameField::Jid,
        NameField::Tag,
        NameField::Group,
    ]);
    let error = prop::sample::select(vec![ErrorField::ClassOrMessage, ErrorField::Message]);
    let time = prop::sample::select(vec![
        TimeField::At,
        TimeField::Failed,
        TimeField::Died,
        TimeField::Created,
        TimeField::Enqueued,
    ]);
    let when = comparison(
        &[
            "1h",
            "+2days",
            "-5m",
            "now",
            "2026-11-24",
            "2026-11-24 10:00",
        ],
        When::parse,
    )
    .prop_map(|mut comparison| {
        if comparison.operator == Operator::Is && !matches!(comparison.value, When::Span(..)) {
            comparison.operator = Operator::Less;
        }
        comparison
    });
    prop_oneof![
        text().prop_map(Term::Text),
        (name, phrase()).prop_map(|(field, phrase)| Term::Name(field, phrase)),
        (error, phrase()).prop_map(|(field, phrase)| Term::Error(field, phrase)),
        (prop::collection::vec("[a-z_0-9é-]{1,4}", 0..3), phrase())
            .prop_map(|(path, phrase)| Term::Argument(path, phrase)),
        prop::collection::vec(within(), 1..4).prop_map(Term::In),
        (time, when).prop_map(|(field, when)| Term::Time(field, when)),
        comparison(&["0", "3", "25"], |text| text.parse().ok()).prop_map(Term::Attempts),
        comparison(&["1mb", "800", "1 MiB"], parse_size).prop_map(Term::Size),
    ]
}

#[test]
fn what_is_read_can_be_read_again_as_it_is_written() {
    // Found by fuzzing: its text was nested deeper than it, and longer.
    for text in [
        format!("{}a", "NOT ".repeat(40)),
        "-(".repeat(40) + "a b" + &")".repeat(40),
    ] {
        let query: Query = text.parse().expect("40 levels");
        assert_eq!(query.to_string().parse::<Query>(), Ok(query));
    }
    let text = "in:retry ".repeat(440);
    let error = text
        .parse::<Query>()
        .expect_err("it is longer than it looks");
    assert!(error.message.contains("written out"), "{error}");
    assert_eq!(error.parts(&text).concat(), text);
}

fn query() -> impl Strategy<Value = Query> {
    term()
        .prop_map(Query::Is)
        .prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(Query::all),
                prop::collection::vec(inner.clone(), 1..4).prop_map(Query::any),
                inner.prop_map(|query| Query::Not(Box::new(query))),
            ]
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_search_s_own_text_is_that_search(query in query()) {
        let shown = query.to_string();
        prop_assert_eq!(shown.parse::<Query>(), Ok(query), "{}", shown);
    }

    #[test]
    fn any_text_is_a_search_or_an_error_within_it(text in prop_oneof!["\\PC*", r#"([a-z]{1,3}|class:|in:|arg.|failed:<|OR|-|\(|\)|"| |,|1h|dead){0,12}"#]) {
        match text.parse::<Query>() {
            Ok(query) => {
                let shown = query.to_string();
                prop_assert_eq!(shown.parse::<Query>(), Ok(query), "{}", shown);
            }
            Err(error) => {
                let characters = text.chars().count();
                prop_assert!(error.start <= error.end && error.end <= characters, "{}", error);
                prop_assert_eq!(error.parts(&text).concat(), text);
            }
        }
    }
}
