//! `jobdeck.example.toml`.
//!
//! What is no setting stands behind `# `, a setting that is not in force behind `#`: taking the marks off leaves a file that is understood.

use super::{
    super::{
        Setting,
        section::{self, Key, Named},
        setting::UnlessSaid,
    },
    capitalised, sections,
};

/// Longest line of a comment.
const WIDTH: usize = 110;

/// A file with every setting and what it means: with those values that hold anyway, and the others as comments.
#[must_use]
pub fn example() -> String {
    let mut text = String::new();
    comment(
        &mut text,
        "Settings of Jobdeck. Copy this to `jobdeck.toml` in the working directory, or name it with `--config`. What is set below holds \
         anyway; what is not stands behind `#`. Flags and environment variables go over this file: docs/SETTINGS.md has their names.",
    );
    for (name, settings) in sections() {
        text.push('\n');
        comment(&mut text, &sentence(section::subject(name)));
        text.push_str(&format!("[{name}]\n"));
        for setting in settings {
            one(&mut text, setting);
        }
    }
    for named in section::NAMED {
        text.push('\n');
        table(&mut text, named);
    }
    text
}

fn one(text: &mut String, setting: &Setting) {
    let name = setting.name();
    match (setting.stands_for, setting.unless_said) {
        (Some(other), UnlessSaid::Words(_, example)) => {
            // As a comment only: the two exclude each other.
            let other = other.rsplit_once('.').map_or(other, |(_, name)| name);
            let meaning = setting.meaning;
            comment(
                text,
                &sentence(&format!(
                    "in place of `{other}`, `{name} = {example}`: {meaning}"
                )),
            );
        }
        (_, UnlessSaid::Value(value)) => {
            comment(text, &sentence(setting.meaning));
            text.push_str(&format!("{name} = {value}\n"));
        }
        (_, UnlessSaid::Words(words, example)) => {
            let unless = if words == "none" {
                String::new()
            } else {
                format!(". Unless said: {words}")
            };
            comment(text, &sentence(&format!("{}{unless}", setting.meaning)));
            text.push_str(&format!("#{name} = {example}\n"));
        }
    }
}

fn table(text: &mut String, named: &Named) {
    comment(text, &sentence(named.meaning));
    text.push_str(&format!("#{}\n", named.example));
    for key in named.keys {
        let Key { name, meaning, .. } = key;
        if key.example.is_empty() {
            // Those that exclude each other are not both set.
            comment(text, &sentence(&format!("or `{name}`: {meaning}")));
            continue;
        }
        let unless = match key.default {
            "needed" => " (needed)".to_owned(),
            "none" => String::new(),
            default => format!("; unless said {default}"),
        };
        comment(text, &sentence(&format!("{meaning}{unless}")));
        text.push_str(&format!("#{name} = {}\n", key.example));
    }
}

fn sentence(text: &str) -> String {
    format!("{}.", capitalised(text))
}

/// Adds lines of a comment.
fn comment(text: &mut String, words: &str) {
    let mut line = "#".to_owned();
    for word in words.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            text.push_str(&line);
            text.push('\n');
            "#".clone_into(&mut line);
        }
        line.push(' ');
        line.push_str(word);
    }
    text.push_str(&line);
    text.push('\n');
}
