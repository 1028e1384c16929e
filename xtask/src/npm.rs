//! The tools that come from npm: `xtask/npm/package.json` names them, its lock file pins them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::layout::Layout;
use crate::stamp::Stamp;
use crate::step::{Outcome, Step};

const FILES: [&str; 2] = ["package.json", "package-lock.json"];

pub(crate) struct Npm {
    sources: PathBuf,
    folder: PathBuf,
}

impl Npm {
    pub(crate) fn new(layout: &Layout) -> Self {
        Self {
            sources: layout.root.join("xtask/npm"),
            folder: layout.tools().join("npm"),
        }
    }

    /// Where `import` finds the libraries that tests use.
    pub(crate) fn modules(&self) -> PathBuf {
        self.folder.join("node_modules")
    }

    /// Newer than the person's own may be: wrangler needs 22.12.
    pub(crate) fn node(&self) -> PathBuf {
        let package = format!("node-linux-{}", architecture().npm);
        self.modules().join(package).join("bin/node")
    }

    pub(crate) fn workerd(&self) -> PathBuf {
        let package = format!("@cloudflare/workerd-linux-{}", architecture().workerd);
        self.modules().join(package).join("bin/workerd")
    }

    pub(crate) fn esbuild(&self) -> PathBuf {
        let package = format!("@esbuild/linux-{}", architecture().npm);
        self.modules().join(package).join("bin/esbuild")
    }

    /// A script for [`Npm::node`].
    pub(crate) fn wrangler(&self) -> PathBuf {
        self.modules().join("wrangler/bin/wrangler.js")
    }

    pub(crate) fn wasm_opt(&self) -> Command {
        let mut command = Command::new(self.node());
        command.arg(self.modules().join("binaryen/bin/wasm-opt"));
        command
    }

    pub(crate) fn is_installed(&self, layout: &Layout) -> Result<bool, Failure> {
        Ok(self
            .stamp(layout)?
            .is_current(&[&self.node(), &self.workerd(), &self.esbuild()]))
    }

    /// No install scripts: the programs are run from their platform packages.
    pub(crate) fn install(&self, layout: &Layout, step: &mut Step) -> Result<Outcome, Failure> {
        let stamp = self.stamp(layout)?;
        stamp.forget();
        fs::create_dir_all(&self.folder).map_err(|error| Failure::file(&self.folder, &error))?;
        for name in FILES {
            let copy = self.folder.join(name);
            fs::copy(self.sources.join(name), &copy)
                .map_err(|error| Failure::file(&copy, &error))?;
        }
        step.run(
            Command::new("npm")
                .current_dir(&self.folder)
                .env("npm_config_update_notifier", "false")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
        )?;
        for program in [self.node(), self.workerd(), self.esbuild()] {
            if !program.is_file() {
                return Err(missing(&program));
            }
        }
        stamp.keep()?;
        Ok(Outcome::Done)
    }

    fn stamp(&self, layout: &Layout) -> Result<Stamp, Failure> {
        Stamp::new(layout, "npm-tools").path(&self.sources)
    }
}

fn missing(program: &Path) -> Failure {
    Failure::new(format!(
        "npm installed its packages without {}: this processor ({}) has none of it.",
        program.display(),
        std::env::consts::ARCH
    ))
}

/// The name of this processor in platform packages.
struct Architecture {
    npm: &'static str,
    workerd: &'static str,
}

fn architecture() -> Architecture {
    if std::env::consts::ARCH == "aarch64" {
        Architecture {
            npm: "arm64",
            workerd: "arm64",
        }
    } else {
        Architecture {
            npm: "x64",
            workerd: "64",
        }
    }
}
