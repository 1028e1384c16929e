//! Every pinned version that is not in `Cargo.toml` or `xtask/npm/package.json`.

/// The command line must be of the same version as the `wasm-bindgen` crate in `Cargo.lock`: the
/// two share a private format.
pub(crate) const WASM_BINDGEN: &str = "0.2.130";

/// Bundles the Worker; of the same release as the `worker` crate.
pub(crate) const WORKER_BUILD: &str = "0.8.7";

/// The linker that Debian packages beside its own Rust.
pub(crate) const DEBIAN_LLD: &str = "19";
/// The newest of its module that `go install` takes: those after it replace modules by folders.
pub(crate) const GOTPM: &str = "v0.3.12";
