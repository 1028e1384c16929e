//! The second way to the wasm target: Debian's compiler, and its `std` built for wasm.
//!
//! The sysroot lies below `target/tools`: nothing is copied into `/usr`. A small `rustc` in front
//! of Debian's names it, because tools such as worker-build ask the `rustc` on the path whether
//! the target is there.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::TARGET;
use crate::apt;
use crate::cargo;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::step::{Outcome, Step};
use crate::versions;

/// Where Debian's compiler is.
pub(super) const BIN: &str = "/usr/bin";

/// The wasm `std` of Debian's compiler, below `target/tools`.
pub(crate) struct Sysroot {
    folder: PathBuf,
    wasm_target: PathBuf,
    minimum: Option<(u32, u32)>,
}

impl Sysroot {
    pub(crate) fn new(layout: &Layout) -> Self {
        Self {
            folder: layout.tools().join("rust-web"),
            wasm_target: layout.wasm_target(),
            minimum: cargo::rust_version(&layout.root),
        }
    }

    pub(super) fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    pub(super) fn sysroot(&self) -> PathBuf {
        self.folder.join("sysroot")
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("built-with")
    }

    /// Whether it was built, and by the compiler that is installed now.
    pub(super) fn is_current(&self) -> bool {
        match (compiler(), fs::read_to_string(self.stamp())) {
            (Some(compiler), Ok(built_with)) => self.identity(&compiler) == built_with,
            _ => false,
        }
    }

    /// The folder is part of it: the programs in it hold its path, and a checkout may be moved.
    fn identity(&self, compiler: &str) -> String {
        format!("{}\n{compiler}", self.folder.display())
    }

    /// Whether the packages are there or may be installed; otherwise the line to run.
    pub(crate) fn check_packages(&self) -> Result<(), Failure> {
        let names = packages();
        let packages: Vec<&str> = names.iter().map(String::as_str).collect();
        if !apt::is_here() {
            return Err(Failure::new(format!(
                "rustup could not download the target {TARGET}, and this is not Debian, whose \
                 packages would do; run `rustup target add {TARGET}` where downloads work."
            )));
        }
        let missing = apt::missing(&packages);
        if missing.is_empty() || apt::may_install() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "rustup could not download the target {TARGET}; Debian's packages do as well: {}",
            apt::line_to_run(&missing)
        )))
    }

    pub(crate) fn install_packages(&self, step: &mut Step) -> Result<Outcome, Failure> {
        let names = packages();
        let packages: Vec<&str> = names.iter().map(String::as_str).collect();
        let missing = apt::missing(&packages);
        if missing.is_empty() {
            return Ok(Outcome::UpToDate);
        }
        apt::install(step, &missing)
    }

    /// Builds `std` from Debian's sources and lays out the sysroot.
    pub(crate) fn build(&self, step: &mut Step) -> Result<Outcome, Failure> {
        let Some(compiler) = compiler() else {
            return Err(Failure::new(format!("{BIN}/rustc could not be run.")));
        };
        if self
            .minimum
            .is_some_and(|minimum| cargo::version(&compiler) < Some(minimum))
        {
            return Err(Failure::new(format!(
                "this distribution's rustc-web is too old ({}); run `rustup target add {TARGET}` \
                 where downloads work.",
                compiler.lines().next().unwrap_or_default()
            )));
        }
        let said = |error| Failure::file(&self.folder, &error);
        let _ = fs::remove_file(self.stamp());
        let seed = self.folder.join("seed");
        fs::create_dir_all(seed.join("src")).map_err(said)?;
        fs::write(seed.join("src/lib.rs"), "").map_err(said)?;
        fs::write(seed.join("Cargo.toml"), SEED_MANIFEST).map_err(said)?;

        let mut build = Command::new(Path::new(BIN).join("cargo"));
        cargo::clean(&mut build);
        build
            .current_dir(&seed)
            .env("RUSTC", Path::new(BIN).join("rustc"))
            .env("CARGO_TARGET_DIR", seed.join("target"))
            // `-Z build-std` is a nightly option; Debian's compiler is a release.
            .env("RUSTC_BOOTSTRAP", "1")
            // Without the bitcode no later build can optimise across `std`.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            .args([
                "build",
                "--release",
                "--target",
                TARGET,
                "-Z",
                "build-std=std,panic_abort",
            ]);
        step.run(&mut build)?;

        self.lay_out(
            &seed.join("target").join(TARGET).join("release/deps"),
            &compiler,
        )
        .map_err(said)?;
        let _ = fs::remove_dir_all(&seed);
        // What was compiled against another `std` fails to link with E0463.
        let _ = fs::remove_dir_all(&self.wasm_target);
        fs::write(self.stamp(), self.identity(&compiler)).map_err(said)?;
        Ok(Outcome::Done)
    }

    fn lay_out(&self, built: &Path, compiler: &str) -> std::io::Result<()> {
        let rustlib = self.sysroot().join("lib/rustlib");
        let _ = fs::remove_dir_all(self.sysroot());
        let wasm = rustlib.join(TARGET).join("lib");
        fs::create_dir_all(&wasm)?;
        for entry in fs::read_dir(built)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            let is_seed = name.to_string_lossy().starts_with("libsealgate_seed");
            if path
                .extension()
                .is_some_and(|extension| extension == "rlib")
                && !is_seed
            {
                fs::copy(&path, wasm.join(name))?;
            }
        }
        // Build scripts and macros need the host's `std`, which stays where Debian put it.
        if let Some(host) = compiler
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
        {
            symlink(Path::new("/usr/lib/rustlib").join(host), rustlib.join(host))?;
        }

        let bin = self.bin();
        let _ = fs::remove_dir_all(&bin);
        fs::create_dir_all(&bin)?;
        for name in ["cargo", "cargo-clippy"] {
            symlink(Path::new(BIN).join(name), bin.join(name))?;
        }
        let rustc = bin.join("rustc");
        fs::write(
            &rustc,
            format!(
                "#!/bin/sh\nexec {BIN}/rustc --sysroot '{}' \"$@\"\n",
                self.sysroot().display()
            ),
        )?;
        fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))
    }
}

/// `rustc -vV` of Debian's compiler.
fn compiler() -> Option<String> {
    Command::new(Path::new(BIN).join("rustc"))
        .arg("-vV")
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
}

const SEED_MANIFEST: &str = r#"# An empty crate: what counts is the `std` that is built for it.
[package]
name = "sealgate-seed"
version = "0.0.0"
edition = "2021"

[workspace]
"#;

/// Debian's packages for the second way.
fn packages() -> Vec<String> {
    ["cargo-web", "rustc-web", "rust-web-src", "rust-web-clippy"]
        .into_iter()
        .map(str::to_owned)
        .chain([format!("lld-{}", versions::DEBIAN_LLD)])
        .collect()
}
