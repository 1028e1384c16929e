//! `target/sealgate/worker`: the release gate, for workerd and for `wrangler deploy` without Rust.
//!
//! ```text
//! bundle/entry.js  bundle/index.js  bundle/index_bg.wasm   the modules, alone in their folder
//! www/                                                     static assets
//! config.capnp  config.dev.capnp                           for workerd
//! wrangler.jsonc                                           for wrangler
//! ```
//! wrangler takes every matching file below the main module's folder for a module of the Worker:
//! that is why the assets lie outside it.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::folder::Staged;
use crate::layout::Layout;
use crate::rust_tools;
use crate::setup::Tools;
use crate::site;
use crate::stamp::Stamp;
use crate::step::{Outcome, Step};
use crate::wasm;
use crate::wasm_module;

const CRATE: &str = "sealgate-worker";

/// For workerd: the gate as operators run it, and with issuers on this machine.
const CONFIGURATIONS: [&str; 2] = ["config.capnp", "config.dev.capnp"];

pub(crate) fn folder(layout: &Layout) -> PathBuf {
    layout.sealgate().join("worker")
}

pub(crate) fn module(layout: &Layout) -> PathBuf {
    folder(layout).join("bundle/index_bg.wasm")
}

/// Compiles what worker-build would: the module tells whether it has to run at all.
pub(crate) fn compile(layout: &Layout, tools: &Tools, step: &mut Step) -> Result<Outcome, Failure> {
    tools.wasm.compile(layout, step, CRATE)?;
    Ok(Outcome::Done)
}

pub(crate) fn bundle(layout: &Layout, tools: &Tools, step: &mut Step) -> Result<Outcome, Failure> {
    let sources = layout.root.join("worker");
    let compiled = wasm::module(layout, CRATE);
    let destination = folder(layout);
    let stamp = Stamp::new(layout, "worker")
        .word(&rust_tools::WASM_BINDGEN.title())
        .word(&rust_tools::WORKER_BUILD.title())
        .path(&layout.root.join("xtask/npm"))?
        .path(&sources.join("entry.js"))?
        .path(&sources.join(CONFIGURATIONS[0]))?
        .path(&sources.join(CONFIGURATIONS[1]))?
        .path(&sources.join("wrangler.prebuilt.jsonc"))?
        .path(&site::folder(layout))?
        .path(&compiled)?;
    if stamp.is_current(&[&destination]) {
        return Ok(Outcome::UpToDate);
    }
    stamp.forget();

    let built = layout.tools().join("staged/worker-build");
    let _ = std::fs::remove_dir_all(&built);
    let mut worker_build = tools.wasm.command(
        layout,
        &rust_tools::WORKER_BUILD.path(layout).to_string_lossy(),
    );
    worker_build
        .current_dir(&sources)
        .env("WASM_BINDGEN_BIN", rust_tools::WASM_BINDGEN.path(layout))
        .env("ESBUILD_BIN", tools.npm.esbuild())
        // Its own wasm-opt step would keep the names of all functions.
        .args(["--release", "--no-opt", "--out-dir"])
        .arg(&built);
    step.run(&mut worker_build)?;
    wasm_module::optimise(&tools.npm, step, &built.join("index_bg.wasm"))?;

    let staged = Staged::new(layout, "worker")?;
    for name in ["index.js", "index_bg.wasm"] {
        staged.copy(&built.join(name), &format!("bundle/{name}"))?;
    }
    staged.copy(&sources.join("entry.js"), "bundle/entry.js")?;
    for name in CONFIGURATIONS {
        staged.copy(&sources.join(name), name)?;
    }
    staged.copy(&sources.join("wrangler.prebuilt.jsonc"), "wrangler.jsonc")?;
    staged.copy(&site::folder(layout), "www")?;
    staged.finish(&destination)?;
    stamp.keep()?;
    Ok(Outcome::Done)
}
