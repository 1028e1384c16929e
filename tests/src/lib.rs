//! What the tests of Sealgate share: fixed keys, token vectors, an issuer and a Confidential VM on the
//! desk, and a gate under workerd.

#![allow(clippy::missing_panics_doc)]

pub mod agent;
pub mod certificate;
pub mod curl;
pub mod desk;
pub mod gate;
pub mod generate;
pub mod gotpm;
pub mod issuer;
pub mod keys;
pub mod log;
pub mod vectors;

use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ is in the repository")
        .into()
}

/// A path below `tests/`.
pub fn tests_path(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(below)
}
