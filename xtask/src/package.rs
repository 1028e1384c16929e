//! `target/sealgate/npm`: the package `@sealgate/verifier`, ready for `npm pack`.
//!
//! The files of `verifier-wasm/npm` as they are, and beside them the wasm module with the
//! JavaScript that wasm-bindgen writes for it. `build.json` there says for which kinds of host.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::failure::Failure;
use crate::folder::Staged;
use crate::layout::Layout;
use crate::rust_tools;
use crate::setup::Tools;
use crate::stamp::Stamp;
use crate::step::{Outcome, Step};
use crate::wasm;
use crate::wasm_module;

const CRATE: &str = "sealgate-wasm";
/// npm packs them because of their names.
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];
const NAME: &str = "sealgate_wasm";
const RECIPE: &str = "build.json";

pub(crate) fn folder(layout: &Layout) -> PathBuf {
    layout.sealgate().join("npm")
}

pub(crate) fn module(layout: &Layout) -> PathBuf {
    folder(layout).join(format!("wasm/{NAME}_bg.wasm"))
}

pub(crate) fn compile(layout: &Layout, tools: &Tools, step: &mut Step) -> Result<Outcome, Failure> {
    tools.wasm.compile(layout, step, CRATE)?;
    Ok(Outcome::Done)
}

pub(crate) fn assemble(
    layout: &Layout,
    tools: &Tools,
    step: &mut Step,
) -> Result<Outcome, Failure> {
    let sources = layout.root.join("verifier-wasm/npm");
    let compiled = wasm::module(layout, CRATE);
    let destination = folder(layout);
    let stamp = Stamp::new(layout, "npm-package")
        .word(&rust_tools::WASM_BINDGEN.title())
        .path(&layout.root.join("xtask/npm"))?
        .path(&sources)?
        .path(&layout.root.join(LICENCES[0]))?
        .path(&layout.root.join(LICENCES[1]))?
        .path(&compiled)?;
    if stamp.is_current(&[&destination]) {
        return Ok(Outcome::UpToDate);
    }
    stamp.forget();

    let staged = Staged::new(layout, "npm")?;
    staged.copy_contents(&sources, &[RECIPE, "node_modules"])?;
    let recipe = Recipe::read(&sources.join(RECIPE))?;
    for target in &recipe.targets {
        // One target lies in the folder itself, several in one folder each.
        let out = match recipe.targets.len() {
            1 => staged.path(&recipe.out),
            _ => staged.path(&recipe.out).join(target),
        };
        let mut bindgen = Command::new(rust_tools::WASM_BINDGEN.path(layout));
        bindgen
            .arg(&compiled)
            .args(["--target", target, "--out-name", NAME, "--out-dir"])
            .arg(&out);
        step.run(&mut bindgen)?;
        wasm_module::optimise(&tools.npm, step, &out.join(format!("{NAME}_bg.wasm")))?;
    }
    for licence in LICENCES {
        staged.copy(&layout.root.join(licence), licence)?;
    }
    staged.finish(&destination)?;
    stamp.keep()?;
    Ok(Outcome::Done)
}

/// `{"targets": ["web"], "out": "wasm"}`: wasm-bindgen's targets, and the folder for its output.
struct Recipe {
    targets: Vec<String>,
    out: String,
}

impl Recipe {
    fn read(path: &std::path::Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
        let value: Value = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let targets: Option<Vec<String>> = value["targets"].as_array().and_then(|targets| {
            targets
                .iter()
                .map(|target| target.as_str().map(str::to_owned))
                .collect()
        });
        match (targets, value["out"].as_str()) {
            (Some(targets), Some(out)) if !targets.is_empty() => Ok(Self {
                targets,
                out: out.to_owned(),
            }),
            _ => Err(Failure::new(format!(
                "{}: expected {{\"targets\": [\"web\"], \"out\": \"wasm\"}}",
                path.display()
            ))),
        }
    }
}
