//! What is said of a command line that is not understood.

use super::Failure;
use clap::error::{ContextKind, ErrorKind};

/// What is wrong, and where help is, in one line: clap's own text has several, the usage among them.
pub(super) fn failure(error: &clap::Error) -> Failure {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::usage("name a command; see `jobdeck --help`");
    }
    let text = error.render().to_string();
    // The usage and the pointer to the help stand behind what is wrong and the tips.
    let sentences: Vec<&str> = text
        .split("\n\n")
        .take_while(|part| !part.starts_with("Usage:") && !part.starts_with("For more information"))
        .flat_map(str::lines)
        .map(|line| line.trim().trim_start_matches("error: "))
        .filter(|line| !line.is_empty())
        .collect();
    Failure::usage(format!("{}; see `{}`", sentences.join(" "), help(error)))
}

/// The help of the sub-command that was called, as far as clap tells.
fn help(error: &clap::Error) -> String {
    // The usage begins with the words of the command: `Usage: jobdeck serve [OPTIONS]`.
    let usage = error
        .get(ContextKind::Usage)
        .map(ToString::to_string)
        .unwrap_or_default();
    let words: Vec<&str> = usage
        .trim_start_matches("Usage:")
        .split_whitespace()
        .take_while(|word| word.chars().all(|character| character.is_ascii_lowercase()))
        .collect();
    if words.is_empty() {
        "jobdeck --help".to_owned()
    } else {
        format!("{} --help", words.join(" "))
    }
}
