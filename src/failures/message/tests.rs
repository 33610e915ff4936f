//! Messages without what varies.

use super::{first_pass, settled};
use proptest::prelude::*;

fn normal(message: &str) -> String {
    let mut out = String::new();
    first_pass(message, &mut out);
    settled(out)
}

#[test]
fn what_varies_goes_and_what_says_something_stays() {
    for (message, expected) in [
        (
            "Couldn't find User with 'id'=17",
            "Couldn't find User with …=…",
        ),
        (
            "undefined method `name' for nil:NilClass",
            "undefined method … for nil:NilClass",
        ),
        (
            "undefined method 'name' for nil",
            "undefined method … for nil",
        ),
        (
            "undefined method 'x' for #<User:0x00007f1 id: 5, a: {:b=>nil}> here",
            "undefined method … for #<User> here",
        ),
        ("for #<A::B:0x1 @c=#<D e=1>>", "for #<A::B>"),
        (
            "timed out after 5ms (attempt 3/10)",
            "timed out after … (attempt …)",
        ),
        ("timed out after -1.5 s", "timed out after … s"),
        (
            "Connection refused - connect(2) for 10.0.0.1:5432",
            "Connection refused - connect(…) for …",
        ),
        ("no route to fe80::1ff:fe23:4567:890a", "no route to …"),
        ("no route to ::1", "no route to …"),
        ("at 2026-11-25T03:42:22.123Z", "at …"),
        (
            "job 550e8400-e29b-41d4-a716-446655440000 is gone",
            "job … is gone",
        ),
        (
            "job f47ac10b-58cc-4372-a567-0e02b2c3d479 is gone",
            "job … is gone",
        ),
        ("jid b4a577edbccf1d805744efa9", "jid …"),
        (
            "No such customer: cus_9s6XKzkNRiz8i3;",
            "No such customer: …;",
        ),
        ("photo_17 and sha256", "photo_… and sha…"),
        ("GET https://api.example.org/v1/users?id=4: 502", "GET …: …"),
        ("to ada.lovelace@example.org.", "to …."),
        (
            "No such file or directory @ rb_sysopen - /data/users/bob/avatar.png",
            "No such file or directory @ rb_sysopen - /data/…",
        ),
        ("expected text/html, not N/A", "expected text/html, not N/A"),
        ("a\n\n  b\t c ", "a b c"),
        ("is “so” or «so»", "is … or …"),
        ("isn't Ada's", "isn't Ada's"),
        ("", ""),
    ] {
        assert_eq!(normal(message), expected, "{message}");
    }
}

#[test]
fn a_long_message_is_cut_whatever_its_values_are() {
    let long = |value: usize| format!("it is {} and {}", "word ".repeat(100), value);
    assert_eq!(normal(&long(1)), normal(&long(12345)));
    assert!(normal(&long(1)).chars().count() <= 200);
    let value = |length: usize| format!("unexpected token at '{}'", "{\"a\": b} ".repeat(length));
    assert_eq!(normal(&value(3)), "unexpected token at …");
    assert_eq!(normal(&value(3000)), "unexpected token at …");
}

/// Texts made of pieces that messages are made of.
fn message() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            "[a-zA-Z]{1,9}",
            "[0-9]{1,5}",
            "[0-9a-f]{6,24}",
            "[ '\"`/:.,#<>=@_…-]{1,3}",
            "\\PC{1,3}",
            Just("https://".to_owned()),
            Just("#<A".to_owned()),
            Just("\n".to_owned()),
        ],
        0..24,
    )
    .prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn twice_changes_nothing(text in prop_oneof![message(), ".*"]) {
        let once = normal(&text);
        prop_assert!(once.chars().count() <= 200);
        prop_assert_eq!(normal(&once), once);
    }

    #[test]
    fn other_numbers_give_the_same(
        pieces in prop::collection::vec(("[a-z]{1,8}", "[ :=(]{1,2}", 0u64..), 1..12),
        others in prop::collection::vec(0u64.., 12),
    ) {
        let text = |number: &dyn Fn(usize) -> u64| pieces.iter().enumerate()
            .map(|(at, (word, between, _))| format!("{word}{between}{} ", number(at)))
            .collect::<String>();
        let one = text(&|at| pieces[at].2);
        let other = text(&|at| others[at]);
        prop_assert_eq!(normal(&one), normal(&other));
    }

    #[test]
    fn other_ids_and_values_give_the_same(
        ids in prop::collection::vec("[0-9a-f]{24}", 2),
        uuids in prop::collection::vec("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", 2),
        values in prop::collection::vec("[^'\\\\]{0,40}", 2),
    ) {
        let text = |at: usize| format!("job {} of {} is '{}' now", ids[at], uuids[at], values[at]);
        prop_assert_eq!(normal(&text(0)), normal(&text(1)));
    }
}
