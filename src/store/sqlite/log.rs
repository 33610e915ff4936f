//! The write-ahead log as bytes: what SQLite would read from it, without letting SQLite near it.
//!
//! Format: <https://www.sqlite.org/fileformat.html#the_write_ahead_log>.

use std::io::{self, Read};

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;

/// The last committed state of page 1 in a log, if the log is sound and holds it. A frame counts when its salts and running checksum are
/// right, and when a commit follows; the first one that does not ends the log.
pub(super) fn first_page(mut log: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut header = [0; HEADER_BYTES];
    if !fill(&mut log, &mut header)? {
        return Ok(None);
    }
    let big_endian = match word(&header, 0) {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return Ok(None),
    };
    let page_bytes = usize::try_from(word(&header, 8)).unwrap_or(0);
    let mut sum = Checksum {
        big_endian,
        first: 0,
        second: 0,
    };
    sum.add(&header[..24]);
    if !sum.is(&header, 24) || !(512..=65_536).contains(&page_bytes) {
        return Ok(None);
    }
    let mut frame = vec![0; FRAME_HEADER_BYTES + page_bytes];
    let (mut pending, mut committed) = (None, None);
    while fill(&mut log, &mut frame)? {
        sum.add(&frame[..8]);
        sum.add(&frame[FRAME_HEADER_BYTES..]);
        if frame[8..16] != header[16..24] || !sum.is(&frame, 16) {
            break;
        }
        if word(&frame, 0) == 1 {
            pending = Some(frame[FRAME_HEADER_BYTES..].to_vec());
        }
        let is_commit = word(&frame, 4) != 0;
        if is_commit && pending.is_some() {
            committed = pending.take();
        }
    }
    Ok(committed)
}

/// Whether there was enough to fill it.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn word(bytes: &[u8], offset: usize) -> u32 {
    bytes
        .get(offset..offset + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}

/// The running checksum of a log.
struct Checksum {
    big_endian: bool,
    first: u32,
    second: u32,
}

impl Checksum {
    fn add(&mut self, bytes: &[u8]) {
        for pair in bytes.chunks_exact(8) {
            let word = |at: usize| {
                let word = word(pair, at);
                if self.big_endian {
                    word
                } else {
                    word.swap_bytes()
                }
            };
            let (left, right) = (word(0), word(4));
            self.first = self.first.wrapping_add(left).wrapping_add(self.second);
            self.second = self.second.wrapping_add(right).wrapping_add(self.first);
        }
    }

    /// Whether it is the one that stands there.
    fn is(&self, bytes: &[u8], offset: usize) -> bool {
        (self.first, self.second) == (word(bytes, offset), word(bytes, offset + 4))
    }
}

#[cfg(test)]
mod tests {
    use super::first_page;
    use proptest::prelude::*;
    use rusqlite::Connection;

    /// The log of a new database in which `application_id` was set several times.
    fn log() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE a (b);")
            .unwrap();
        for id in 1..=5 {
            connection
                .pragma_update(None, "application_id", id)
                .unwrap();
            connection.execute("INSERT INTO a VALUES (1)", []).unwrap();
        }
        std::fs::read(folder.path().join("a.db-wal")).unwrap()
    }

    fn id(page: &[u8]) -> u32 {
        super::word(page, 68)
    }

    #[test]
    fn the_last_committed_state_of_the_first_page_counts() {
        let log = log();
        assert_eq!(first_page(&log[..]).unwrap().map(|page| id(&page)), Some(5));
        let frame = 24 + 4_096;
        let mut seen = Vec::new();
        for frames in 0..=(log.len() - 32) / frame {
            let page = first_page(&log[..(32 + frames * frame + 7).min(log.len())]).unwrap();
            seen.push(page.map_or(-1, |page| i64::from(id(&page))));
        }
        assert_eq!(seen.first(), Some(&-1));
        assert_eq!(seen.last(), Some(&5));
        assert!(seen.is_sorted(), "{seen:?}");
        // A byte that was changed ends the log there.
        let mut broken = log.clone();
        let at = log.len() - frame * 2;
        broken[at] ^= 1;
        let page = first_page(&broken[..]).unwrap().unwrap();
        assert!(id(&page) < 6);
        broken[3] ^= 0x80;
        assert_eq!(first_page(&broken[..]).unwrap(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_log_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(first_page(&bytes[..]).unwrap(), None);
        }
    }
}
