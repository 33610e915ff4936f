//! What there is to read about all settings, written from the list of them: a page and an example.

mod example;
mod page;

pub use example::example;
pub use page::page;

use super::{Setting, settings::SETTINGS};

/// The sections of settings, in the order of the list, each with its settings.
fn sections() -> Vec<(&'static str, Vec<&'static Setting>)> {
    let mut sections: Vec<(&'static str, Vec<&'static Setting>)> = Vec::new();
    for setting in SETTINGS {
        let known = sections
            .iter_mut()
            .find(|(name, _)| *name == setting.section());
        match known {
            Some((_, settings)) => settings.push(setting),
            None => sections.push((setting.section(), vec![setting])),
        }
    }
    sections
}

/// The same with a capital at its beginning.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
