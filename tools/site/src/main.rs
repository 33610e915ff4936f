//! Makes the browser's half of Jobdeck ready to serve.
//!
//! ```text
//! jobdeck-site WASM STYLE PUBLIC OUT
//! ```
//!
//! | from | made | to |
//! | --- | --- | --- |
//! | `WASM`, as rustc left it | JavaScript to load it, and the wasm that this JavaScript expects | `OUT/pkg/jobdeck.js`, `OUT/pkg/jobdeck.wasm` |
//! | `STYLE`, the main style sheet | one file with all that it imports, without comments | `OUT/pkg/jobdeck.css` |
//! | the files of the folder `PUBLIC` | copied as they are | `OUT/` |
//!
//! Beside each file stand a brotli (`.br`) and a gzip (`.gz`) copy. The names are those that
//! `cargo leptos build --release --precompress` uses too. A file that would not change is not
//! written, and what is no longer made is deleted.

mod bindgen;
mod output;
mod style;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use output::Output;

/// The stem of the three files that a page loads, as `output-name` in the main `Cargo.toml`.
const NAME: &str = "jobdeck";

fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [wasm, style, public, out] = arguments.as_slice() else {
        eprintln!("usage: jobdeck-site WASM STYLE PUBLIC OUT");
        return ExitCode::from(2);
    };
    match build(wasm, style, public, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jobdeck-site: {error}");
            ExitCode::FAILURE
        }
    }
}

fn build(wasm: &Path, style: &Path, public: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut output = Output::new(out);
    let pkg = PathBuf::from("pkg");
    for (path, bytes) in bindgen::bind(wasm, NAME)? {
        output.write(&pkg.join(path), &bytes)?;
    }
    let style = style::bundle(style)?;
    output.write(&pkg.join(format!("{NAME}.css")), style.as_bytes())?;
    for (path, bytes) in output::read_folder(public)? {
        output.write(&path, &bytes)?;
    }
    for line in output.finish()? {
        println!("{line}");
    }
    Ok(())
}
