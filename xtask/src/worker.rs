//! `target/sealgate/worker`: the release gate, for workerd and for `wrangler deploy` without Rust.
//!
//! ```text
//! bundle/entry.js  bundle/index.js  bundle/index_bg.wasm   the modules, alone in their folder
//! www/                                                     static assets
//! config.capnp     wrangler.jsonc                          for workerd, for wrangler
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

const NAME: &str = "sealgate_worker";

pub(crate) fn folder(layout: &Layout) -> PathBuf {
    layout.sealgate().join("worker")
}

pub(crate) fn module(layout: &Layout) -> PathBuf {
    folder(layout).join("bundle/index_bg.wasm")
}

/// Compiles as worker-build will, so that the module tells whether it has to run at all.
pub(crate) fn compile(layout: &Layout, tools: &Tools, step: &mut Step) -> Result<Outcome, Failure> {
    step.run(
        tools
            .wasm
            .cargo(layout)
            .current_dir(layout.root.join("worker"))
            .args(["build", "--release", "--lib", "--target", wasm::TARGET]),
    )?;
    Ok(Outcome::Done)
}

pub(crate) fn bundle(layout: &Layout, tools: &Tools, step: &mut Step) -> Result<Outcome, Failure> {
    let sources = layout.root.join("worker");
    let compiled = layout
        .wasm_target()
        .join(wasm::TARGET)
        .join("release")
        .join(format!("{NAME}.wasm"));
    let destination = folder(layout);
    let stamp = Stamp::new(layout, "worker")
        .word(&rust_tools::WASM_BINDGEN.title())
        .word(&rust_tools::WORKER_BUILD.title())
        .path(&layout.root.join("xtask/npm"))?
        .path(&sources.join("entry.js"))?
        .path(&sources.join("config.capnp"))?
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
    staged.copy(&sources.join("config.capnp"), "config.capnp")?;
    staged.copy(&sources.join("wrangler.prebuilt.jsonc"), "wrangler.jsonc")?;
    staged.copy(&site::folder(layout), "www")?;
    staged.finish(&destination)?;
    stamp.keep()?;
    Ok(Outcome::Done)
}
