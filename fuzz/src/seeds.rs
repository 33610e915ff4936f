//! What fuzzing begins with: what real Sidekiq processes wrote, and what the manual shows.

use crate::targets::texts;
use serde_json::Value;

const DUMPS: [&str; 3] = [
    include_str!("../../tests/fixtures/sidekiq-6.jsonl"),
    include_str!("../../tests/fixtures/sidekiq-7.jsonl"),
    include_str!("../../tests/fixtures/sidekiq-8.jsonl"),
];
const SEARCHES: &str = include_str!("../../docs/SEARCH.md");
const EXAMPLE: &str = include_str!("../../jobdeck.example.toml");

/// The jobs of the dumps.
pub fn jobs() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for line in DUMPS.iter().flat_map(|dump| dump.lines()) {
        let value: Value = serde_json::from_str(line).expect("a line of JSON");
        texts(&value["value"], &mut found);
    }
    let jobs = found.into_iter().filter(|text| text.starts_with('{'));
    jobs.map(String::into_bytes).collect()
}

/// What a target begins with.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "job" => jobs(),
        "search" => {
            let mut searches: Vec<Vec<u8>> = SEARCHES
                .split('`')
                .skip(1)
                .step_by(2)
                .map(|text| text.as_bytes().to_vec())
                .collect();
            searches.push("(".repeat(2_000).into_bytes());
            searches.push("-".repeat(2_000).into_bytes());
            searches.push("NOT ".repeat(2_000).into_bytes());
            searches
        }
        "entry_id" => [
            "dead",
            "retry",
            "schedule",
            "queue:a~b",
            "retries",
            "scheduled",
        ]
        .iter()
        .flat_map(|place| {
            ["1795470707.8316345", "-0", "1e308", "inf", "3"].map(|position| {
                let digest = "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12";
                format!("{place}~{position}~{digest}").into_bytes()
            })
        })
        .collect(),
        _ => {
            // With every mark of a comment taken off, and each paragraph by itself.
            let text: String = EXAMPLE
                .lines()
                .map(|line| match line.strip_prefix('#') {
                    Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
                    _ => format!("{line}\n"),
                })
                .filter(|line| !line.starts_with('#'))
                .collect();
            let parts = text.split("\n\n").map(|part| part.as_bytes().to_vec());
            parts.collect()
        }
    }
}

/// Pieces that matter to a target.
pub fn words(target: &str) -> &'static [&'static str] {
    match target {
        "job" => &[
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\u0000",
            "\\ud800",
            "null",
            "1e999",
            "-0",
            "\"jid\":",
            "\"class\":",
            "\"args\":",
            "\"error_backtrace\":",
            "\"retry\":false,",
            "\"wrapped\":\"A\",",
            "18446744073709551616",
            "\u{feff}",
        ],
        "search" => &[
            "(",
            ")",
            "-",
            "\"",
            "\\",
            "*",
            " OR ",
            " AND ",
            "NOT ",
            ":",
            "class:",
            "error:",
            "arg.",
            "arg.0:",
            "in:dead,",
            "failed:<1h",
            "at:>=2026-11-24",
            "attempts:>",
            "size:>1mb",
            "tag:\"a b\"",
            "group:",
            "<",
            ">",
            "=",
            "é",
            "ß",
            "İ",
        ],
        "entry_id" => &[
            "~", "queue:", "dead", "1e400", "nan", "-0.0", "inf", "0.1", "%7E", "é",
        ],
        _ => &[
            "[",
            "]",
            "[[",
            "]]",
            "=",
            "\"",
            "'''",
            "\n",
            "#",
            ".",
            "{",
            "}",
            "[users.a]\n",
            "[handlers.\"*\"]\n",
            "[[periodic]]\n",
            "role = \"admin\"\n",
            "2027-01-31",
            "0x10",
            "inf",
            "true",
            "\u{0}",
            "é",
        ],
    }
}
