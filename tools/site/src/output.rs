//! The folder that is served: writes what changed, with compressed copies, and deletes what is no longer made.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;

/// Files with their contents.
pub(crate) type Files = Vec<(PathBuf, Vec<u8>)>;

/// The folder while it is being written.
pub(crate) struct Output {
    folder: PathBuf,
    kept: BTreeSet<PathBuf>,
    report: Vec<String>,
}

impl Output {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            kept: BTreeSet::new(),
            report: Vec::new(),
        }
    }

    /// Writes `bytes` and their compressed copies, unless they are there already.
    pub(crate) fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let [brotli, gzip] = ["br", "gz"].map(|extension| with_extension_added(path, extension));
        let is_current = fs::read(self.folder.join(path)).is_ok_and(|old| old == bytes)
            && self.folder.join(&brotli).exists()
            && self.folder.join(&gzip).exists();
        if !is_current {
            let [brotlied, gzipped] = [compress_brotli(bytes)?, compress_gzip(bytes)?];
            self.report.push(format!(
                "{}: {} bytes, {} with brotli, {} with gzip",
                path.display(),
                bytes.len(),
                brotlied.len(),
                gzipped.len()
            ));
            if let Some(parent) = path.parent() {
                fs::create_dir_all(self.folder.join(parent))?;
            }
            // The copies first: the file itself says that all three are current.
            fs::write(self.folder.join(&brotli), brotlied)?;
            fs::write(self.folder.join(&gzip), gzipped)?;
            fs::write(self.folder.join(path), bytes)?;
        }
        self.kept.extend([path.to_owned(), brotli, gzip]);
        Ok(())
    }

    /// Deletes the files that were not written this time; returns a line for each file that changed.
    pub(crate) fn finish(self) -> io::Result<Vec<String>> {
        for path in list_folder(&self.folder)? {
            if !self.kept.contains(&path) {
                fs::remove_file(self.folder.join(path))?;
            }
        }
        Ok(self.report)
    }
}

/// Returns every file below `folder` with its path relative to it.
pub(crate) fn read_folder(folder: &Path) -> io::Result<Files> {
    list_folder(folder)?
        .into_iter()
        .map(|path| Ok((path.clone(), fs::read(folder.join(path))?)))
        .collect()
}

/// Lists every file below `folder` relative to it, sorted; nothing if there is no such folder.
fn list_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        let entries = match fs::read_dir(folder.join(&relative)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = relative.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn with_extension_added(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    name.into()
}

fn compress_brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut io::Cursor::new(bytes), &mut out, &parameters)?;
    Ok(out)
}

fn compress_gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
