//! From the wasm of rustc to the wasm and JavaScript that a browser loads.

use std::error::Error;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use crate::output::{Files, read_folder};

/// Returns the files that `wasm` needs in a browser, with paths relative to the folder that they share.
pub(crate) fn bind(wasm: &Path, name: &str) -> Result<Files, Box<dyn Error>> {
    let folder = wasm.with_extension("bindgen");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(false)
        // The loader always names the wasm: its name carries a hash.
        .omit_default_module_path(true)
        // Nearly half of the file, and of use to a debugger only.
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&folder)?;
    let mut files = read_folder(&folder)?;
    for (path, _) in &mut files {
        // The name that cargo-leptos gives it.
        if path.as_os_str() == format!("{name}_bg.wasm").as_str() {
            path.set_file_name(format!("{name}.wasm"));
        }
    }
    Ok(files)
}
