//! What a word of a search begins with: a field's name, or nothing of meaning.

use super::field::{Field, suggestion};

/// What a word begins with.
pub(super) enum Head<'text> {
    /// Nothing of meaning: it is a text.
    Word,
    /// A field, the keys behind its name, and the length of all with the colon.
    Field(Field, &'text str, usize),
}

/// Whether a text without blanks, quotes and parentheses is a word, and not a field with its value.
pub(super) fn is_word(text: &str) -> bool {
    matches!(head(text, false), Ok(Head::Word))
}

/// What a text without blanks begins with, or what is wrong with it and how long that part is. A quote may stand right behind it.
pub(super) fn head(bare: &str, is_quote_next: bool) -> Result<Head<'_>, (usize, String)> {
    let Some((name, value)) = bare.split_once(':') else {
        return Ok(Head::Word);
    };
    // `Net::ReadTimeout` and `https://…` are words.
    if value.starts_with(':') || value.starts_with("//") {
        return Ok(Head::Word);
    }
    let (base, keys) = name.split_at(name.find('.').unwrap_or(name.len()));
    match Field::named(base) {
        Some(field) if keys.is_empty() || field == Field::Argument => {
            return Ok(Head::Field(field, keys, name.len() + 1));
        }
        _ => {}
    }
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    // `method:` is what messages hold.
    let is_alone = value.is_empty() && !is_quote_next;
    if !is_name || is_alone {
        return Ok(Head::Word);
    }
    let known = Field::ALL.map(Field::name);
    let suggestion = suggestion(name, &known);
    Err((
        name.len(),
        format!(
            "`{name}` is no field of a job ({suggestion}): put it in quotes to search for the text"
        ),
    ))
}
