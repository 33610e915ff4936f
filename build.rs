//! Puts the built site into the binary.
//!
//! `make site` fills `target/site`: the files that browsers load, each with a brotli (`.br`) and a
//! gzip (`.gz`) copy beside it. This script lists them for `src/web/assets.rs`, under names that
//! carry a hash of the content, so that browsers may keep them for ever. Without a built site the
//! list is empty: the crate compiles all the same, and its pages come without style and script.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};

/// Where `make site` and cargo-leptos put the site.
const SITE: &str = "target/site";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    // The browser's half goes into the site: it must not be built again because that changed.
    if std::env::var_os("CARGO_FEATURE_SSR").is_none() {
        return Ok(());
    }
    // A path that does not exist counts as changed at every build. Where the folder cannot be
    // made (a read-only copy of the source), that is all that is lost.
    let _ = fs::create_dir_all(SITE);
    println!("cargo::rerun-if-changed={SITE}");

    let site = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join(SITE);
    let mut list = String::from("&[\n");
    // Only a whole site is taken: cargo-leptos may be writing one at this moment, and that one is
    // served from the folder. It is whole when the compressed copies are there, which come last.
    if copy(&site.join("pkg/jobdeck.wasm"), "br").is_some() {
        check_flags()?;
        for path in files(&site)? {
            let name = path
                .strip_prefix(&site)?
                .to_str()
                .ok_or("a file name is not UTF-8")?;
            let content = fs::read(&path)?;
            writeln!(
                list,
                "Asset {{ name: {name:?}, address: {:?}, plain: include_bytes!({path:?}), brotli: {}, gzip: {} }},",
                hashed(name, &content),
                optional_bytes(copy(&path, "br").as_deref()),
                optional_bytes(copy(&path, "gz").as_deref()),
            )?;
        }
    }
    list.push(']');
    fs::write(
        Path::new(&std::env::var("OUT_DIR")?).join("assets.rs"),
        list,
    )?;
    Ok(())
}

/// Pages fit the browser's half only if both were built with the same flag. Flags in RUSTFLAGS, or in a user's own configuration of
/// cargo, hide those of `.cargo/config.toml`.
fn check_flags() -> Result<(), &'static str> {
    if std::env::var_os("CARGO_CFG_ERASE_COMPONENTS").is_some() {
        return Ok(());
    }
    Err(
        "the site in target/site was built with `--cfg erase_components`, the server is not: add it to RUSTFLAGS, or unset that",
    )
}

/// Returns the files below `folder`, sorted, without the compressed copies.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if !matches!(path.extension().and_then(OsStr::to_str), Some("br" | "gz")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Returns the path of the compressed copy of `path`, if there is one.
fn copy(path: &Path, extension: &str) -> Option<PathBuf> {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    let copy = PathBuf::from(name);
    copy.exists().then_some(copy)
}

fn optional_bytes(path: Option<&Path>) -> String {
    path.map_or_else(
        || String::from("None"),
        |path| format!("Some(include_bytes!({path:?}))"),
    )
}

/// Returns `pkg/jobdeck.css` as `pkg/jobdeck.<hash>.css`. The other files keep their names, which
/// are known to browsers (`favicon.svg`) or to the script (`pkg/snippets/…`).
fn hashed(name: &str, content: &[u8]) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if stem.starts_with("pkg/") && stem.matches('/').count() == 1 => {
            let mut hasher = DefaultHasher::new();
            hasher.write(content);
            format!("{stem}.{:016x}.{extension}", hasher.finish())
        }
        _ => name.to_owned(),
    }
}
