//! Files that the store cannot use, and those that it brings up to date.

use super::{all, open, queued};
use jobdeck::{model::Place, store::StoreError};
use rusqlite::Connection;
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Every file of a folder with its content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| (path.clone(), fs::read(&path).unwrap_or_default()))
        .collect()
}

/// Opening fails, says this, and leaves the folder as it was.
async fn refused(path: &Path, says: &[&str]) {
    let folder = path.parent().filter(|folder| folder.is_dir());
    let before = folder.map(files);
    let error = open(path).await.expect_err("it cannot be opened");
    let text = error.to_string();
    assert!(
        matches!(error, StoreError::Unusable { .. }),
        "{path:?}: {error:?}"
    );
    assert!(text.contains(path.to_str().unwrap()), "{text}");
    for part in says {
        assert!(text.contains(part), "`{part}` in: {text}");
    }
    assert_eq!(folder.map(files), before, "{text}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("notes.txt", b"Some notes.".to_vec()),
        ("short.db", b"SQLite format 3\0".to_vec()),
        ("photo.png", vec![0x89; 10_000]),
        ("zeros", vec![0; 8_192]),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        refused(&path, &["no SQLite database", "left as it is"]).await;
    }
    // What only begins like one is found out by SQLite.
    let path = folder.path().join("begins.db");
    let mut content = b"SQLite format 3\0".to_vec();
    content.resize(8_192, 0);
    fs::write(&path, content).unwrap();
    refused(&path, &["no SQLite database", "left as it is"]).await;
}

#[tokio::test]
async fn the_database_of_another_program_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let unmarked = folder.path().join("unmarked.db");
    let marked = folder.path().join("marked.db");
    let versioned = folder.path().join("versioned.db");
    for (path, sql) in [
        (&unmarked, "CREATE TABLE entries (id INTEGER)"),
        (
            &marked,
            "PRAGMA application_id = 252006675; CREATE TABLE a (b)",
        ),
        (&versioned, "PRAGMA user_version = 1"),
    ] {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(sql).unwrap();
    }
    for path in [&unmarked, &marked, &versioned] {
        refused(path, &["another program", "left as it is"]).await;
    }
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let store = open(&path).await.unwrap();
    store.add(&[queued("default", "kept")]).await.unwrap();
    drop(store);
    let set_version = |version: i32| {
        let connection = Connection::open(&path).unwrap();
        connection
            .pragma_update(None, "user_version", version)
            .unwrap();
    };
    set_version(4);
    refused(&path, &["newer Jobdeck", "format 4", "update Jobdeck"]).await;
    set_version(3);
    let store = open(&path).await.unwrap();
    assert_eq!(store.overview().await.unwrap().enqueued, 1);
}

/// The database's files as they would be left behind by a program that ended suddenly after these changes.
fn left_behind(path: &Path, sql: &str) {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original.db");
    if path.exists() {
        fs::copy(path, &original).unwrap();
    }
    let connection = Connection::open(&original).unwrap();
    connection
        .execute_batch(&format!("PRAGMA journal_mode = WAL; {sql}"))
        .unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let from = format!("{}{suffix}", original.display());
        fs::copy(from, format!("{}{suffix}", path.display())).unwrap();
    }
}

#[tokio::test]
async fn what_only_the_log_says_of_a_file_counts_and_the_log_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    // Another program's: the mark, or the tables only, are in the log.
    left_behind(
        &path("marked.db"),
        "PRAGMA application_id = 252006675; CREATE TABLE a (b)",
    );
    left_behind(&path("unmarked.db"), "CREATE TABLE a (b)");
    for name in ["marked.db", "unmarked.db"] {
        refused(&path(name), &["another program", "left as it is"]).await;
        fs::remove_file(path(&format!("{name}-shm"))).unwrap();
        refused(&path(name), &["another program", "left as it is"]).await;
    }
    // A newer Jobdeck's: the file itself is still of this version.
    let newer = path("newer.db");
    drop(open(&newer).await.unwrap());
    left_behind(&newer, "PRAGMA user_version = 4");
    refused(&newer, &["newer Jobdeck", "format 4", "left as it is"]).await;
    // This one's, however it was left.
    let ours = path("ours.db");
    let store = open(&ours).await.unwrap();
    store.add(&[queued("default", "kept")]).await.unwrap();
    drop(store);
    left_behind(
        &ours,
        "UPDATE places SET queue = 'other' WHERE queue = 'default'",
    );
    let store = open(&ours).await.unwrap();
    assert_eq!(
        all(&store, &Place::Queue("other".to_owned())).await.len(),
        1
    );
}

#[tokio::test]
async fn a_missing_folder_and_a_folder_instead_of_a_file_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("nowhere/jobs.db");
    refused(&missing, &["nowhere` does not exist", "make it"]).await;
    assert!(!missing.parent().unwrap().exists());
    let a_folder = folder.path().join("folder");
    fs::create_dir(&a_folder).unwrap();
    refused(&a_folder, &["it is a folder"]).await;
    let a_file = folder.path().join("file");
    fs::write(&a_file, "text").unwrap();
    let below = a_file.join("jobs.db");
    let error = open(&below).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    // Nobody can make files here, not even the superuser, as whom tests may run.
    let path = Path::new("/proc/self/jobs.db");
    let error = open(path).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable { .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("right to write") && text.contains("`/proc/self`"),
        "{text}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_read_only_file_or_folder_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("folder");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("jobs.db");
    drop(open(&path).await.unwrap());
    let set_mode = |path: &Path, mode: u32| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    set_mode(&path, 0o444);
    if fs::OpenOptions::new().write(true).open(&path).is_ok() {
        // The superuser may write it all the same: for him it is no read-only file.
        drop(open(&path).await.unwrap());
        return;
    }
    refused(&path, &["read-only", "right to write"]).await;
    set_mode(&path, 0o644);
    set_mode(&inner, 0o555);
    refused(&path, &["right to write", "folder"]).await;
    refused(&inner.join("other.db"), &["right to write", "folder"]).await;
    set_mode(&inner, 0o755);
    drop(open(&path).await.unwrap());
}

#[tokio::test]
async fn a_file_of_the_first_version_is_brought_up_to_date_with_all_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(concat!(
            include_str!("../../src/store/sqlite/migrations/0001_first.sql"),
            "PRAGMA application_id = 1248813668; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;\
             INSERT INTO in_progress (identity, queue, raw, grace) VALUES ('host:1:a', 'default', x'6b657074', 0);"
        ))
        .unwrap();
    drop(connection);
    let store = open(&path).await.unwrap();
    let looks = async || store.recover("host:2:b", Duration::ZERO).await.unwrap();
    assert_eq!((looks().await, looks().await), (0, 1));
    let entries = all(&store, &Place::Queue("default".to_owned())).await;
    assert_eq!(entries[0].raw, "kept");
}
