//! wasm-bindgen and worker-build, compiled from crates.io's sources into `target/tools`.

use std::fs;
use std::path::PathBuf;

use crate::cargo;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::step::{Outcome, Step};
use crate::versions;

pub(crate) struct RustTool {
    package: &'static str,
    program: &'static str,
    version: &'static str,
}

pub(crate) const WASM_BINDGEN: RustTool = RustTool {
    package: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    version: versions::WASM_BINDGEN,
};

pub(crate) const WORKER_BUILD: RustTool = RustTool {
    package: "worker-build",
    program: "worker-build",
    version: versions::WORKER_BUILD,
};

pub(crate) const ALL: [&RustTool; 2] = [&WASM_BINDGEN, &WORKER_BUILD];

impl RustTool {
    pub(crate) fn title(&self) -> String {
        format!("{} {}", self.program, self.version)
    }

    /// A folder per version: what is there is what was asked for.
    fn root(&self, layout: &Layout) -> PathBuf {
        layout
            .tools()
            .join(format!("{}-{}", self.package, self.version))
    }

    pub(crate) fn path(&self, layout: &Layout) -> PathBuf {
        self.root(layout).join("bin").join(self.program)
    }

    pub(crate) fn is_installed(&self, layout: &Layout) -> bool {
        self.path(layout).is_file()
    }

    /// Installs the debug build: an optimised one takes several times as long to compile, and the
    /// tools run for seconds. Without `--locked`, so that the tools share their dependencies and
    /// none of them waits for a version that a mirror does not have yet.
    pub(crate) fn install(&self, layout: &Layout, step: &mut Step) -> Result<Outcome, Failure> {
        let mut install = cargo::native(layout);
        install
            .env("CARGO_TARGET_DIR", shared_target(layout))
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .args(["install", "--debug", "--no-track", "--force", "--root"])
            .arg(self.root(layout))
            .args(["--version", self.version, self.package]);
        step.run(&mut install)?;
        Ok(Outcome::Done)
    }
}

/// Removes what only the compilation of the tools needed.
pub(crate) fn tidy(layout: &Layout) {
    let _ = fs::remove_dir_all(shared_target(layout));
}

fn shared_target(layout: &Layout) -> PathBuf {
    layout.tools().join("compiled")
}
