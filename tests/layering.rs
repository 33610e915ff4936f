//! Who may use whom: reads the imports of every source file, and fails on one that points upwards.
#![expect(clippy::expect_used, reason = "a test that cannot go on fails")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What each module may use, beside itself.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("job", &["model"]),
    ("search", &["model", "job", "failures", "redaction"]),
    ("periodic", &["model", "job"]),
    ("failures", &["model", "job"]),
    ("holds", &["model", "job", "search"]),
    ("redaction", &["job"]),
    ("shown", &["model", "job", "redaction"]),
    ("export", &["model", "job", "redaction", "shown"]),
    (
        "store",
        &["model", "job", "search", "failures", "redaction", "shown"],
    ),
    ("http_client", &[]),
    ("trace", &[]),
    ("client", &["model", "job", "store"]),
    (
        "worker",
        &[
            "model",
            "job",
            "periodic",
            "redaction",
            "holds",
            "store",
            "http_client",
            "trace",
            "client",
        ],
    ),
    (
        "admin",
        &[
            "model",
            "job",
            "search",
            "periodic",
            "failures",
            "holds",
            "redaction",
            "shown",
            "export",
            "store",
        ],
    ),
    // Who tells people of alerts posts as handlers do.
    (
        "alerts",
        &["model", "job", "http_client", "store", "worker"],
    ),
    // What each may do, `admin` looks at; who it is, only `web` has to know.
    ("auth", &["model", "job", "http_client"]),
    (
        "groups",
        &["model", "job", "failures", "redaction", "shown", "store"],
    ),
    // How far an operation is, only its engine can say.
    (
        "live",
        &[
            "model",
            "job",
            "redaction",
            "shown",
            "store",
            "admin",
            "alerts",
            "groups",
        ],
    ),
    // Bodies of server functions; their signatures hold types of `model` only, or the browser's build fails.
    (
        "api",
        &["model", "job", "store", "admin", "alerts", "groups", "live"],
    ),
    ("app", &["model", "api"]),
    ("hydrate", &["app"]),
    (
        "web",
        &[
            "model",
            "job",
            "failures",
            "redaction",
            "shown",
            "export",
            "store",
            "trace",
            "admin",
            "alerts",
            "auth",
            "groups",
            "live",
            "api",
            "app",
        ],
    ),
    // Handlers are settings that the worker reads.
    (
        "config",
        &[
            "model",
            "job",
            "periodic",
            "redaction",
            "store",
            "worker",
            "alerts",
            "auth",
        ],
    ),
    (
        "bench",
        &[
            "model",
            "job",
            "search",
            "redaction",
            "store",
            "client",
            "worker",
            "admin",
            "groups",
        ],
    ),
    ("telemetry", &["model", "http_client", "trace", "config"]),
    (
        "demo",
        &["model", "job", "periodic", "store", "client", "worker"],
    ),
    (
        "commands",
        &[
            "model",
            "job",
            "periodic",
            "failures",
            "redaction",
            "export",
            "store",
            "client",
            "worker",
            "admin",
            "alerts",
            "auth",
            "groups",
            "live",
            "web",
            "config",
            "telemetry",
            "demo",
            "bench",
        ],
    ),
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The file's code without comments and tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("text");
    let shipped = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    shipped
        .lines()
        .map(|line| {
            if line.trim_start().starts_with("//") {
                ""
            } else {
                line
            }
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// The first names behind `prefix` in the code: of `crate::{a::b, c}` they are `a` and `c`.
fn names_behind(prefix: &str, code: &str) -> BTreeSet<String> {
    let is_name = |character: &char| character.is_alphanumeric() || *character == '_';
    let mut names = BTreeSet::new();
    for (position, _) in code.match_indices(prefix) {
        let before = code[..position].chars().next_back();
        if before.is_some_and(|character| is_name(&character) || character == ':') {
            continue;
        }
        let rest = &code[position + prefix.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(rest.chars().take_while(is_name).collect());
            continue;
        };
        let mut depth = 0;
        let mut name = String::new();
        let mut at_start = true;
        for character in group.chars() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    names.insert(std::mem::take(&mut name));
                    at_start = true;
                }
                ':' if depth == 0 => at_start = false,
                _ if depth == 0 && at_start && is_name(&character) => name.push(character),
                _ => {}
            }
        }
        names.insert(name);
    }
    names.remove("");
    names
}

#[test]
fn modules_use_only_what_stands_below_them() {
    let modules: BTreeSet<&str> = ALLOWED.iter().map(|(module, _)| *module).collect();
    let mut wrong = Vec::new();
    let mut found = Vec::new();
    files(&source(), &mut found);
    for path in found {
        let relative = path.strip_prefix(source()).expect("below src");
        let module = relative
            .iter()
            .next()
            .and_then(|first| first.to_str())
            .expect("a name")
            .trim_end_matches(".rs");
        let is_test = relative.ends_with("tests.rs") || relative.iter().any(|part| part == "tests");
        if matches!(module, "lib" | "main") || is_test {
            continue;
        }
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(known, _)| *known == module)
            .unwrap_or_else(|| panic!("`{module}` has no line in this test's table: add one"));
        for name in names_behind("crate::", &code(&path)) {
            // What is no module is re-exported at the root, or a macro.
            if modules.contains(name.as_str())
                && name != module
                && !allowed.contains(&name.as_str())
            {
                wrong.push(format!("src/{} uses `{name}`", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_store_knows_nothing_of_the_other() {
    let mut found = Vec::new();
    for (own, other) in [("redis", "sqlite"), ("sqlite", "redis")] {
        files(&source().join("store").join(own), &mut found);
        for path in found.drain(..) {
            let code = code(&path);
            for prefix in ["crate::store::", "super::", "super::super::"] {
                assert!(
                    !names_behind(prefix, &code).contains(other),
                    "{} uses the other store",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn who_answers_asks_the_door_and_not_the_store() {
    let mut found = Vec::new();
    for folder in ["web", "api", "app"] {
        files(&source().join(folder), &mut found);
    }
    let past: Vec<String> = found
        .iter()
        // Where the server is put together.
        .filter(|path| !path.ends_with("web/state.rs"))
        .filter(|path| {
            code(path)
                .split_whitespace()
                .collect::<String>()
                .contains(".store()")
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(
        past.is_empty(),
        "what somebody may see and change, only `Admin` looks at: {past:?} go past it"
    );
}

#[test]
fn features_are_told_apart_on_module_lines_only() {
    let mut found = Vec::new();
    files(&source(), &mut found);
    for path in found {
        let code = code(&path);
        let mut lines = code.lines().peekable();
        while let Some(line) = lines.next() {
            let is_gate =
                line.contains("feature = \"ssr\"") || line.contains("feature = \"hydrate\"");
            if !is_gate {
                continue;
            }
            let next = lines.peek().copied().unwrap_or_default().trim_start();
            let words = ["mod ", "pub mod ", "pub use ", "pub(crate) mod "];
            assert!(
                words.iter().any(|word| next.starts_with(word)),
                "{}: `{}` stands before `{next}`",
                path.display(),
                line.trim()
            );
        }
    }
}

#[test]
fn names_are_found_in_groups_and_paths() {
    let code = "use crate::{admin::Admin, store::{Store, web::x}, model};\nlet x = crate::job::Job::new();\nmy_crate::app::x;";
    let names: Vec<String> = names_behind("crate::", code).into_iter().collect();
    assert_eq!(names, ["admin", "job", "model", "store"]);
}
