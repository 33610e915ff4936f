//! SQLite's errors in the contract's words.

use super::{file, location::Location};
use crate::store::StoreError;
use rusqlite::{Error, ErrorCode};

/// How long a call waits for a locked file.
pub(super) const PATIENCE: std::time::Duration = std::time::Duration::from_millis(1_800);

/// Whether another connection holds the lock that was needed.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// An error while the file was being opened.
pub(super) fn opening(location: &Location, error: &Error) -> StoreError {
    let folder = file::folder(&location.path).display();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => location
            .unusable("the file is no SQLite database; it was left as it is: name another file"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => location
            .unusable(format!(
                "it cannot be opened for writing ({error}): this user needs the right to write the file and to make files \
                 in the folder `{folder}`"
            )),
        Some(ErrorCode::DiskFull) => {
            location.unusable(format!("the disk of `{folder}` is full: make room"))
        }
        _ => running(&location.address, error),
    }
}

/// An error while the store is used.
pub(super) fn running(address: &str, error: &Error) -> StoreError {
    let address = address.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Refused {
            address,
            reason: "the disk is full: make room and try again".to_owned(),
        },
        Some(ErrorCode::ReadOnly) => StoreError::Refused {
            address,
            reason: format!("the file or its folder has become read-only ({error})"),
        },
        Some(ErrorCode::TooBig) => StoreError::Invalid(format!(
            "{address} takes no entry above 1 GB: make it smaller"
        )),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Unusable {
            address,
            reason: format!(
                "the file is damaged ({error}): stop what uses it, and restore it from a copy or try `sqlite3 FILE .recover`"
            ),
        },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => locked(&address),
        _ => StoreError::Unavailable {
            address,
            reason: error.to_string(),
        },
    }
}

/// A change was given up before its turn came.
pub(super) fn too_busy(address: &str) -> StoreError {
    StoreError::Unavailable {
        address: address.to_owned(),
        reason: "the disk does not keep up with the changes before this one; nothing was changed"
            .to_owned(),
    }
}

/// A change was begun, and the disk has not answered.
pub(super) fn unanswered(address: &str) -> StoreError {
    StoreError::Unavailable {
        address: address.to_owned(),
        reason: "the disk did not answer in time; the change may still be made".to_owned(),
    }
}

/// The file was locked for too long.
pub(super) fn locked(address: &str) -> StoreError {
    StoreError::Unavailable {
        address: address.to_owned(),
        reason: "another program keeps the file locked; nothing was changed".to_owned(),
    }
}
