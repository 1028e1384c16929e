//! What happens to a compiled wasm module: made small, and weighed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::npm::Npm;
use crate::step::Step;

/// What rustc uses, and the exceptions of wasm-bindgen's catch wrappers. Not `--all-features`: a
/// newer binaryen may then write what no runtime reads yet.
const FEATURES: [&str; 7] = [
    "bulk-memory",
    "exception-handling",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// Runs `wasm-opt` over a module in place.
pub(crate) fn optimise(npm: &Npm, step: &mut Step, module: &Path) -> Result<(), Failure> {
    let smaller = module.with_extension("smaller");
    let mut wasm_opt = npm.wasm_opt();
    wasm_opt
        .arg(module)
        .arg("-o")
        .arg(&smaller)
        .args(["-Oz", "--strip-debug", "--strip-producers"])
        .args(FEATURES.map(|feature| format!("--enable-{feature}")));
    step.run(&mut wasm_opt)?;
    fs::rename(&smaller, module).map_err(|error| Failure::file(module, &error))
}

/// The size in kilobytes of 1000 bytes, as it is and as it travels: `712 KB, 231 KB gzipped`.
pub(crate) fn weight(module: &Path) -> Result<String, Failure> {
    let bytes = fs::metadata(module)
        .map_err(|error| Failure::file(module, &error))?
        .len();
    let gzipped = Command::new("gzip")
        .args(["-9", "-c"])
        .arg(module)
        .output()
        .map_err(|error| Failure::new(format!("gzip could not be run: {error}")))?
        .stdout
        .len();
    Ok(format!(
        "{} KB, {} KB gzipped",
        bytes.div_ceil(1000),
        gzipped.div_ceil(1000)
    ))
}
