//! Secrets in files of their own.

use super::file;
use crate::config::HandlerKind;
use std::fs;

#[test]
fn a_token_s_hash_may_stand_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hash");
    let text = format!(
        "[tokens.ci]\n\nhash_file = '{}'\nrole = 'viewer'\n",
        path.display()
    );
    let (settings, sources) = file(&text);
    // Other commands need not be allowed to read it.
    let config = sources.load().expect("settings");
    let reason = |text: Option<&str>| {
        if let Some(text) = text {
            fs::write(&path, text).expect("it is written");
        }
        let token = config.tokens[0].token();
        token.map(|_| ()).map_err(|error| error.to_string())
    };
    let place = format!("{}:3: `tokens.ci.hash_file`: ", settings.path().display());
    let missing = reason(None).expect_err("no file");
    assert!(
        missing.starts_with(&place) && missing.ends_with("there is no such file"),
        "{missing}"
    );
    let wrong = reason(Some("abc\n")).expect_err("no hash");
    assert!(wrong.contains("no SHA-256"), "{wrong}");
    assert_eq!(reason(Some(&format!("{}\n", "0".repeat(64)))), Ok(()));
}

#[test]
fn headers_and_variables_of_handlers_may_stand_in_files() {
    let secret = tempfile::NamedTempFile::new().expect("a file");
    fs::write(secret.path(), "hunter2\n").expect("it is written");
    let path = secret.path().display();
    let (_file, sources) = file(&format!(
        "[handlers.A]\nhttp = 'http://localhost/'\nheaders_file = {{ Authorization = '{path}' }}\n\
         [handlers.B]\ncommand = ['true']\nenvironment = {{ A = 'b' }}\nenvironment_file = {{ KEY = '{path}' }}\n\
         [handlers.C]\ncommand = ['true']\nenvironment_file = {{ KEY = '/nowhere/key' }}\n"
    ));
    let config = sources.load().expect("settings");
    let handler = |class: &str| {
        let mut handlers = config.handlers.iter();
        handlers.find(|handler| handler.class == class).expect("it")
    };
    for class in ["A", "B"] {
        let handler = handler(class);
        assert_ne!(&handler.handler().expect("a handler"), handler.kind());
    }
    let HandlerKind::Command(_) = handler("B").handler().expect("a handler") else {
        panic!("no command");
    };
    let error = handler("C").handler().expect_err("no file").to_string();
    assert!(
        error.contains(":10: `handlers.C.environment_file`: /nowhere/key: it cannot be read: there is no such file"),
        "{error}"
    );
}

#[test]
fn what_cannot_be_a_header_or_stands_there_twice_is_told_at_once() {
    for (text, words) in [
        (
            "headers = { X-Key = 'a' }\nheaders_file = { x-key = '/a' }",
            "stands in `headers` as well",
        ),
        ("headers_file = { 'a b' = '/a' }", "is no name of a header"),
        (
            "headers_file = { webhook-id = '/a' }",
            "is set by Jobdeck itself",
        ),
        ("headers_file = '/a'", "a table of texts"),
    ] {
        let text = format!("[handlers.A]\nhttp = 'http://localhost/'\n{text}\n");
        let error = super::complaint(&text);
        assert!(error.contains(words), "{error}");
    }
}
