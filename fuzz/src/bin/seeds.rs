//! Writes what fuzzing begins with: `seeds FOLDER` makes a folder with files for each target, and a dictionary.

use jobdeck_fuzz::{seeds, targets::TARGETS};
use std::{fmt::Write, fs, io, path::PathBuf};

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("name a folder"))?;
    for (name, _) in TARGETS {
        let own = folder.join(name);
        fs::create_dir_all(&own)?;
        for (number, seed) in seeds::of(name).into_iter().enumerate() {
            fs::write(own.join(format!("seed-{number}")), seed)?;
        }
        let mut words = String::new();
        for word in seeds::words(name) {
            let bytes: String = word.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
            let _ = writeln!(words, "\"{bytes}\"");
        }
        fs::write(folder.join(format!("{name}.words")), words)?;
    }
    Ok(())
}
