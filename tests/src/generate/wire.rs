//! Makes the Rust of the wire messages, and what the agent's text format is told of them.
//!
//! Generated here and checked in, so that the core needs no build script and builds without any
//! compiler but Rust's.

use std::io;
use std::path::PathBuf;

use prost_build::{Config, Module};
use protox::Compiler;

use crate::repository;

/// Packages, each in `PACKAGE.proto`.
const PACKAGES: [&str; 4] = ["attest", "sevsnp", "tdx", "tpm"];

/// The Rust of each package, by path in the repository.
pub fn rust() -> io::Result<Vec<(PathBuf, String)>> {
    let files = compiler(true)?.file_descriptor_set().file;
    let requests: Vec<_> = files
        .into_iter()
        .map(|file| (Module::from_protobuf_package_name(file.package()), file))
        .collect();
    // Ordered maps: what is written is the same each time.
    let made = Config::new().btree_map(["."]).generate(requests)?;
    let folder = PathBuf::from("verifier-core/src/evidence/wire");
    let mut made: Vec<_> = made
        .into_iter()
        .map(|(module, text)| {
            let name = module.to_file_name_or("none");
            let text = format!(
                "// Generated from verifier-core/proto/ by \
                 `cargo run -p sealgate-tests --bin generate`.\n\n{text}"
            );
            (folder.join(name), text)
        })
        .collect();
    made.sort();
    Ok(made)
}

/// The descriptors of all packages, without comments: path in the repository, and content.
pub fn descriptors() -> io::Result<(PathBuf, Vec<u8>)> {
    Ok((
        "cvm-agent/src/textproto/descriptors.bin".into(),
        compiler(false)?.encode_file_descriptor_set(),
    ))
}

fn compiler(comments: bool) -> io::Result<Compiler> {
    let mut compiler =
        Compiler::new([repository().join("verifier-core/proto")]).map_err(io::Error::other)?;
    compiler.include_imports(true).include_source_info(comments);
    compiler
        .open_files(PACKAGES.map(|package| format!("{package}.proto")))
        .map_err(io::Error::other)?;
    Ok(compiler)
}
