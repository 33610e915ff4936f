//! Secrets in files of their own.

use std::{
    fs::File,
    io::{ErrorKind, Read},
    path::Path,
};

/// Largest file that is taken for a secret, bytes.
const LARGEST: u64 = 64 << 10;

/// The secret that a file holds, without the end of its last line.
///
/// # Errors
/// Why there is none, as the end of a sentence that begins with the file.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| match error.kind() {
        ErrorKind::NotFound => "it cannot be read: there is no such file".to_owned(),
        ErrorKind::PermissionDenied => {
            "it cannot be read: the user that runs Jobdeck has no right to".to_owned()
        }
        ErrorKind::IsADirectory => "it cannot be read: that is a folder".to_owned(),
        _ => format!("it cannot be read: {error}"),
    })?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is larger than 64 KiB: that is no secret".to_owned());
    }
    let text =
        String::from_utf8(bytes).map_err(|_| "it is no text: it must be UTF-8".to_owned())?;
    let secret = text.strip_suffix('\n').unwrap_or(&text);
    let secret = secret.strip_suffix('\r').unwrap_or(secret);
    if secret.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(secret.to_owned())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_end_of_the_last_line_is_no_part_of_a_secret() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        for (text, secret) in [
            ("hunter2\n", "hunter2"),
            ("hunter2\r\n", "hunter2"),
            ("hunter2", "hunter2"),
            (" a b \n\n", " a b \n"),
        ] {
            std::fs::write(file.path(), text).expect("it is written");
            assert_eq!(read(file.path()).as_deref(), Ok(secret), "{text:?}");
        }
    }

    #[test]
    fn a_file_without_a_secret_says_why() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        let reason = || read(&path).expect_err("no secret");
        assert_eq!(reason(), "it cannot be read: there is no such file");
        for (bytes, expected) in [
            (&b""[..], "it is empty"),
            (b"\n", "it is empty"),
            (b"\xff\xfe", "UTF-8"),
            (&[b'a'; 70_000], "larger than 64 KiB"),
        ] {
            std::fs::write(&path, bytes).expect("it is written");
            assert!(reason().contains(expected), "{}", reason());
        }
        let folder_is_none = read(folder.path()).expect_err("a folder");
        assert!(folder_is_none.contains("folder"), "{folder_is_none}");
    }
}
