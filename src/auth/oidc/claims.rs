//! Who somebody is, and in which groups, by what the provider says.

use super::{OidcError, error::bounded};
use serde_json::{Map, Value};

/// What a provider says of somebody.
pub(super) type Claims = Map<String, Value>;

/// Longest name of a user, characters: as with those whom a proxy names.
const NAME_CHARACTERS: usize = 200;

/// What is said under this name: the whole name, or a way of names with dots between them.
pub(super) fn find<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    let found = claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        find(claims.get(first)?.as_object()?, rest)
    });
    found.filter(|value| !value.is_null())
}

/// The name of the user.
pub(super) fn name(claims: &Claims, claim: &str) -> Result<String, OidcError> {
    let wrong = |what: &str| OidcError::WithoutName(format!("`{claim}` {what}"));
    let value = find(claims, claim).ok_or_else(|| wrong("is missing"))?;
    let name = value.as_str().ok_or_else(|| wrong("is no text"))?.trim();
    if name.is_empty() {
        return Err(wrong("is empty"));
    }
    if name.chars().count() > NAME_CHARACTERS || name.contains(char::is_control) {
        return Err(wrong(&format!(
            "is no name of at most {NAME_CHARACTERS} characters"
        )));
    }
    // Where people write their own address, nobody is known by one that is not theirs.
    let is_unproven = find(claims, "email_verified").and_then(Value::as_bool) == Some(false);
    if claim == "email" && is_unproven {
        return Err(wrong(&format!("(`{}`) is not verified", bounded(name))));
    }
    Ok(name.to_owned())
}

/// The groups of the user: a list of texts, or one text.
pub(super) fn groups(claims: &Claims, claim: &str) -> Vec<String> {
    match find(claims, claim) {
        Some(Value::String(group)) => vec![group.clone()],
        Some(Value::Array(groups)) => groups
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Claims, groups, name};
    use serde_json::{Value, json};

    fn claims(value: Value) -> Claims {
        serde_json::from_value(value).expect("an object")
    }

    #[test]
    fn groups_are_found_by_a_name_with_dots_and_by_a_way() {
        let claims = claims(json!({
            "groups": ["ops", 7, "staff"],
            "role": "root",
            "https://example.com/groups": ["a"],
            "realm_access": {"roles": ["b"]},
        }));
        for (claim, expected) in [
            ("groups", &["ops", "staff"][..]),
            ("role", &["root"]),
            ("https://example.com/groups", &["a"]),
            ("realm_access.roles", &["b"]),
            ("realm_access", &[]),
            ("realm_access.other", &[]),
            ("nothing", &[]),
        ] {
            assert_eq!(groups(&claims, claim), expected, "{claim}");
        }
    }

    #[test]
    fn a_name_is_one_short_line_that_belongs_to_the_user() {
        let of = |value: Value| name(&claims(json!({"n": value})), "n");
        assert_eq!(of(json!(" ada ")).as_deref(), Ok("ada"));
        for value in [
            json!(""),
            json!(" "),
            json!(null),
            json!(7),
            json!(["ada"]),
            json!("a\nb"),
            json!("a".repeat(201)),
        ] {
            assert!(of(value.clone()).is_err(), "{value}");
        }
        let mail = |verified: Value| {
            let claims = claims(json!({"email": "ada@example.com", "email_verified": verified}));
            name(&claims, "email")
        };
        assert!(mail(json!(true)).is_ok());
        assert!(mail(json!(null)).is_ok());
        let told = mail(json!(false)).expect_err("not verified").to_string();
        assert!(told.contains("is not verified"), "{told}");
    }
}
