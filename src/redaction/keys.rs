//! Which names tell of a secret.

/// Longest name that is looked at, bytes.
const LONGEST: usize = 100;

/// A name without what separates its words, in small letters.
pub(super) fn joined(name: &str) -> String {
    name.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a name's words, or some of them side by side, are one of the keys (each as [`joined`] makes it).
pub(super) fn is_telling(keys: &[impl AsRef<str>], name: &str) -> bool {
    if name.is_empty() || name.len() > LONGEST {
        return false;
    }
    let whole = joined(name);
    keys.iter().map(AsRef::as_ref).any(|key| {
        whole.match_indices(key).any(|(at, _)| {
            let edges = edges(name);
            edges.contains(&at) && edges.contains(&(at + key.len()))
        })
    })
}

/// Where words begin and end in the name as [`joined`] writes it, bytes.
fn edges(name: &str) -> Vec<usize> {
    let mut edges = vec![0];
    let mut length = 0;
    let characters: Vec<char> = name.chars().collect();
    for (index, character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| characters.get(index));
        let after = characters.get(index + 1);
        if begins_word(before, *character, after) {
            edges.push(length);
        }
        if character.is_alphanumeric() {
            length += character.to_lowercase().map(char::len_utf8).sum::<usize>();
        }
    }
    edges.push(length);
    edges
}

/// `aB`, `ABc` before the `B`, and where letters, digits and others meet.
fn begins_word(before: Option<&char>, character: char, after: Option<&char>) -> bool {
    let Some(before) = before else {
        return true;
    };
    let kind = |character: char| {
        if character.is_alphabetic() {
            0
        } else if character.is_numeric() {
            1
        } else {
            2
        }
    };
    kind(*before) != kind(character)
        || (before.is_lowercase() && character.is_uppercase())
        || (before.is_uppercase()
            && character.is_uppercase()
            && after.is_some_and(|after| after.is_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::{is_telling, joined};

    #[test]
    fn a_name_tells_by_its_words() {
        let keys = [joined("api_key"), joined("token")];
        for name in [
            "api_key",
            "apiKey",
            "APIKey",
            "API-KEY",
            "apikey",
            "my.api.key",
            "X-Api-Key",
            "accessToken",
            "TOKEN",
            "token2",
            "auth_token_hash",
        ] {
            assert!(is_telling(&keys, name), "{name}");
        }
        for name in [
            "",
            "tokens",
            "tokenizer",
            "api",
            "key",
            "rapikeys",
            "Stoken",
        ] {
            assert!(!is_telling(&keys, name), "{name}");
        }
    }
}
