//! The core alone as a wasm module, and the proof that it asks its host for nothing.

use std::fs;

use wasmparser::{Parser, Payload};

use crate::failure::Failure;
use crate::layout::Layout;
use crate::setup::Tools;
use crate::step::{Outcome, Step};

const PACKAGE: &str = "sealgate-core-only";

/// Builds `tests/core-only` and fails unless its import section is empty.
pub(crate) fn check(layout: &Layout, tools: &Tools, step: &mut Step) -> Result<Outcome, Failure> {
    let path = tools.wasm.compile(layout, step, PACKAGE)?;
    let module = fs::read(&path).map_err(|error| Failure::file(&path, &error))?;
    let names = read(&module)
        .map_err(|error| Failure::new(format!("{PACKAGE} is no wasm module: {error}")))?;
    if names.exports == 0 {
        // A module without entry points has no imports either, and would prove nothing.
        return Err(Failure::new(format!("{PACKAGE} exports no function.")));
    }
    if !names.imports.is_empty() {
        return Err(Failure::new(format!(
            "the core asks its host for something: {PACKAGE} imports {}.",
            names.imports.join(", ")
        )));
    }
    Ok(Outcome::Noted(format!(
        "{} entry points, no import",
        names.exports
    )))
}

struct Names {
    imports: Vec<String>,
    exports: usize,
}

fn read(module: &[u8]) -> Result<Names, wasmparser::BinaryReaderError> {
    let mut names = Names {
        imports: Vec::new(),
        exports: 0,
    };
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    names
                        .imports
                        .push(format!("{}.{}", import.module, import.name));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    if export?.kind == wasmparser::ExternalKind::Func {
                        names.exports += 1;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::read;

    const HEADER: [u8; 8] = *b"\0asm\x01\0\0\0";
    /// One function type, without parameters or results.
    const TYPES: [u8; 6] = [1, 4, 1, 0x60, 0, 0];
    /// One imported function of that type, `env.now`.
    const IMPORTS: [u8; 13] = [2, 11, 1, 3, b'e', b'n', b'v', 3, b'n', b'o', b'w', 0, 0];
    /// That function, exported as `f`.
    const EXPORTS: [u8; 7] = [7, 5, 1, 1, b'f', 0, 0];

    #[test]
    fn names_what_a_module_asks_of_its_host() {
        let module = [&HEADER[..], &TYPES, &IMPORTS, &EXPORTS].concat();
        let names = read(&module).expect("a module");
        assert_eq!(names.imports, ["env.now"]);
        assert_eq!(names.exports, 1);
    }

    #[test]
    fn what_is_cut_short_is_no_module() {
        assert!(read(&HEADER[..6]).is_err());
    }
}
