//! `docs/SETTINGS.md`.

use super::{
    super::{
        Setting,
        section::{self, Key, Named},
        setting::UnlessSaid,
    },
    capitalised, sections,
};
use std::fmt::Write;

const INTRODUCTION: &str = "\
# Settings

<!-- Written by `make docs` from src/config: change it there. -->

Every setting there is. [CONFIGURATION.md](CONFIGURATION.md) says how they go together; [jobdeck.example.toml](../jobdeck.example.toml) is a
file with all of them (`jobdeck settings --example` prints it), and `jobdeck settings` shows which are in force, and where each was said.

Flags go over the environment, that over the file, that over what holds unless it is said. Durations are written `30s`, `5m`, `1h 30m`; sizes
`16 MiB`, `500 kB`, or as a number of bytes. In the environment lists stand with commas, and an empty variable counts as none.

*On reload*: `SIGHUP` has `jobdeck serve` and `jobdeck worker` read the file anew. What is marked counts at once, everything else from the next
start.

The file itself is `jobdeck.toml` in the working directory, or what `--config` or the variable `JOBDECK_CONFIG` names.
";

/// The page about all settings, in Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (name, settings) in sections() {
        let subject = capitalised(section::subject(name));
        page.push_str(&format!("\n## `[{name}]`\n\n{subject}.\n\n"));
        page.push_str(
            "| setting | environment | flag | is | unless said | on reload | meaning |\n",
        );
        page.push_str("| --- | --- | --- | --- | --- | --- | --- |\n");
        for setting in settings {
            let _ = writeln!(page, "{}", row(setting));
        }
    }
    for named in section::NAMED {
        table(&mut page, named);
    }
    page
}

fn row(setting: &Setting) -> String {
    let Setting { key, variable, .. } = setting;
    let default = match setting.unless_said {
        UnlessSaid::Value(value) => format!("`{value}`"),
        UnlessSaid::Words(words, _) => words.to_owned(),
    };
    let in_place = setting
        .stands_for
        .map(|other| format!(", in place of `{other}`"))
        .unwrap_or_default();
    let (kind, flags) = (setting.kind.name(), setting.flags);
    let reload = if setting.is_live { "yes" } else { "" };
    let meaning = cell(&format!("{}{in_place}", setting.meaning));
    format!("| `{key}` | `{variable}` | {flags} | {kind} | {default} | {reload} | {meaning} |")
}

fn table(page: &mut String, named: &Named) {
    let reload = if named.is_live {
        "Changes count on reload."
    } else {
        "Changes count from the next start."
    };
    let meaning = capitalised(named.meaning);
    page.push_str(&format!(
        "\n## `{}`{}\n\n{meaning}. In the file only. {reload}\n\n",
        named.header,
        short(named)
    ));
    page.push_str("| key | unless said | meaning |\n| --- | --- | --- |\n");
    for key in named.keys {
        let Key { name, default, .. } = key;
        let _ = writeln!(page, "| `{name}` | {default} | {} |", cell(key.meaning));
    }
}

/// What tells it from another one of the same header.
fn short(named: &Named) -> &'static str {
    match named.keys.first() {
        Some(key) if key.name == "http" => ": an endpoint",
        Some(key) if key.name == "command" => ": a command",
        _ => "",
    }
}

/// A text within a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
