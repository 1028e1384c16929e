//! `setup`: says what is missing, then installs that and nothing else.

use crate::failure::Failure;
use crate::layout::Layout;
use crate::npm::Npm;
use crate::rust_tools::{self, RustTool};
use crate::step::Steps;
use crate::tpm::{self, Library, Need};
use crate::wasm::debian::Sysroot;
use crate::wasm::{self, Toolchain};

/// Everything that later steps use.
pub(crate) struct Tools {
    pub(crate) npm: Npm,
    pub(crate) wasm: Toolchain,
    pub(crate) tpm: Library,
}

pub(crate) fn run(layout: &Layout, steps: &Steps, need: Need) -> Result<Tools, Failure> {
    let npm = Npm::new(layout);
    let toolchain = Toolchain::find(layout);
    let rust_tools: Vec<&RustTool> = rust_tools::ALL
        .into_iter()
        .filter(|tool| !tool.is_installed(layout))
        .collect();
    let npm_missing = !npm.is_installed(layout)?;
    let packages = tpm::missing(need);

    let mut missing = Vec::new();
    if toolchain.is_none() {
        missing.push(format!("the Rust target {}", wasm::TARGET));
    }
    if npm_missing {
        missing.push("npm's node, workerd, wrangler, esbuild, binaryen".to_owned());
    }
    missing.extend(rust_tools.iter().map(|tool| tool.title()));
    missing.extend(packages.iter().map(|package| (*package).to_owned()));
    if missing.is_empty() {
        eprintln!("Setup: everything is there.");
    } else {
        eprintln!("Setup: to install: {}.", missing.join("; "));
    }

    // First: what only a person can install is said before anything takes long.
    let tpm = tpm::install(steps, need, &packages)?;
    let wasm = match toolchain {
        Some(toolchain) => toolchain,
        None => install_toolchain(layout, steps)?,
    };
    if npm_missing {
        steps.run("tools from npm", |step| npm.install(layout, step))?;
    }
    if !rust_tools.is_empty() {
        for tool in rust_tools {
            steps.run(&tool.title(), |step| tool.install(layout, step))?;
        }
        rust_tools::tidy(layout);
    }
    Ok(Tools { npm, wasm, tpm })
}

fn install_toolchain(layout: &Layout, steps: &Steps) -> Result<Toolchain, Failure> {
    steps.run("wasm target by rustup", wasm::add_by_rustup)?;
    if let Some(toolchain) = Toolchain::find(layout) {
        return Ok(toolchain);
    }
    let debian = Sysroot::new(layout);
    debian.check_packages()?;
    steps.run("Debian's packages for wasm", |step| {
        debian.install_packages(step)
    })?;
    steps.run("std for wasm", |step| debian.build(step))?;
    Toolchain::find(layout)
        .ok_or_else(|| Failure::new("the wasm target was built but is not usable."))
}
