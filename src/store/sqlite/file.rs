//! A look at the file before SQLite touches it, so that somebody else's file stays as it is.

use super::{location::Location, log, schema};
use crate::store::StoreResult;
use std::{
    fs::{self, File},
    io::{self, BufReader, ErrorKind, Read},
    path::Path,
};

/// Length of the header of an SQLite file, and of the header of the page that it begins, see
/// <https://www.sqlite.org/fileformat.html#the_database_header>.
const HEADER_BYTES: u64 = 100 + 8;

/// Fails when the file is there and cannot be this store's, or is not there and cannot be made.
pub(super) fn inspect(location: &Location) -> StoreResult<()> {
    let path = &location.path;
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            Err(location.unusable("it is a folder: name a file in it"))
        }
        Ok(_) => inspect_header(location),
        Err(error) if error.kind() == ErrorKind::NotFound => inspect_folder(location),
        Err(error) => Err(location.unusable(format!("it cannot be looked at: {error}"))),
    }
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn inspect_folder(location: &Location) -> StoreResult<()> {
    let folder = folder(&location.path);
    let shown = folder.display();
    match fs::metadata(folder) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(location.unusable(format!("`{shown}` is not a folder"))),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(location.unusable(format!(
            "the folder `{shown}` does not exist: make it, or name another file"
        ))),
        Err(error) => {
            Err(location.unusable(format!("the folder `{shown}` cannot be looked at: {error}")))
        }
    }
}

fn inspect_header(location: &Location) -> StoreResult<()> {
    let mut header = Vec::new();
    File::open(&location.path)
        .and_then(|file| file.take(HEADER_BYTES).read_to_end(&mut header))
        .map_err(|error| location.unusable(format!("it cannot be read: {error}")))?;
    if header.is_empty() {
        return Ok(());
    }
    if header.len() < 100 || !header.starts_with(b"SQLite format 3\0") {
        return Err(location
            .unusable("the file is no SQLite database; it was left as it is: name another file"));
    }
    // What stands in the log is newer. SQLite itself would fold that into the file, or at least make files beside it.
    let logged = logged_first_page(location).map_err(|error| {
        location.unusable(format!("its write-ahead log cannot be read: {error}"))
    })?;
    let page = logged.as_deref().unwrap_or(&header);
    let number = |offset: usize| {
        page.get(offset..offset + 4)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(0, i32::from_be_bytes)
    };
    // The first page is also the root of the table of tables: a leaf with cells when there are some, or more than a leaf. What else
    // stands there is no database, which SQLite finds out without a change to it.
    let has_tables = match page.get(100..105) {
        Some([0x0d, _, _, high, low]) => (*high, *low) != (0, 0),
        Some([0x05, ..]) => true,
        _ => false,
    };
    match (number(68), number(60)) {
        (0, 0) if !has_tables => Ok(()),
        (application_id, version) => schema::check(location, application_id, version),
    }
}

/// The file's first page as the left-over log of a program that has ended suddenly, or still runs, has it; nothing without one.
fn logged_first_page(location: &Location) -> io::Result<Option<Vec<u8>>> {
    let mut path = location.path.clone().into_os_string();
    path.push("-wal");
    match File::open(path) {
        Ok(file) => log::first_page(BufReader::new(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
