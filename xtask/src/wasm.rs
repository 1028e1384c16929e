//! A compiler that can make `wasm32-unknown-unknown`, and the one environment in which it does.
//!
//! Ordinarily that is the active toolchain with its wasm target added by rustup. Where rustup
//! cannot download, Debian's packages bring a current compiler and the sources of `std`, from
//! which the wasm `std` is built once.

pub(crate) mod debian;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::debian::Sysroot;
use crate::cargo;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::step::{Outcome, Step};
use crate::versions;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Long enough for the one archive that rustup fetches, short enough to be told soon that it
/// cannot.
const RUSTUP_SECONDS: &str = "120";

/// A compiler that has the target.
pub(crate) enum Toolchain {
    /// The one that compiles everything else.
    Active,
    /// Debian's, behind the programs in this folder.
    Debian { bin: PathBuf },
}

impl Toolchain {
    /// The toolchain that setup left, or that was there before it.
    pub(crate) fn find(layout: &Layout) -> Option<Self> {
        if active_has_target() {
            return Some(Self::Active);
        }
        let debian = Sysroot::new(layout);
        debian
            .is_current()
            .then(|| Self::Debian { bin: debian.bin() })
    }

    /// Cargo for wasm: every wasm build goes through here, so that all share one target folder and
    /// one set of compiled dependencies.
    fn cargo(&self, layout: &Layout) -> Command {
        self.command(layout, "cargo")
    }

    /// Compiles a package of the workspace and returns its module.
    ///
    /// As a `cdylib` alone, whatever else the package can be: that is what worker-build does, and
    /// a library beside it would have cargo compile every dependency a second time, with machine
    /// code next to the bitcode.
    pub(crate) fn compile(
        &self,
        layout: &Layout,
        step: &mut Step,
        package: &str,
    ) -> Result<PathBuf, Failure> {
        step.run(
            self.cargo(layout)
                .current_dir(&layout.root)
                .args(["rustc", "--release", "--lib", "--crate-type", "cdylib"])
                .args(["--target", TARGET, "--package", package]),
        )?;
        Ok(module(layout, package))
    }

    /// Clippy for wasm, for the same compiler as [`Toolchain::cargo`].
    pub(crate) fn clippy(&self, layout: &Layout) -> Command {
        // Not `cargo clippy`: cargo would find rustup's clippy before Debian's.
        let mut command = self.command(layout, "cargo-clippy");
        command.arg("clippy");
        command
    }

    /// Any program that calls cargo and rustc by their names.
    pub(crate) fn command(&self, layout: &Layout, program: &str) -> Command {
        let program = match self {
            Self::Debian { bin } if bin.join(program).exists() => bin.join(program),
            _ => PathBuf::from(program),
        };
        let mut command = Command::new(program);
        cargo::clean(&mut command);
        command.envs(self.environment(layout));
        if matches!(self, Self::Debian { .. }) {
            command.env_remove("RUSTUP_TOOLCHAIN");
        }
        command
    }

    fn environment(&self, layout: &Layout) -> Vec<(&'static str, OsString)> {
        let mut variables: Vec<(&'static str, OsString)> = vec![
            ("CARGO_TARGET_DIR", layout.wasm_target().into()),
            // Small before fast: the sizes in ARCHITECTURE.md were measured with these.
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z".into()),
            ("CARGO_PROFILE_RELEASE_LTO", "fat".into()),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1".into()),
            // "symbols" would drop the `target_features` section that wasm-bindgen reads.
            ("CARGO_PROFILE_RELEASE_STRIP", "debuginfo".into()),
            // worker-build sets it. Macros read it unseen by cargo, so it must never differ
            // between two builds that share dependencies.
            ("WASM_BINDGEN_USE_JS_SYS", "1".into()),
        ];
        variables.extend(remapped(layout).map(|flags| (FLAGS, flags.into())));
        if let Self::Debian { bin } = self {
            let path = env::var_os("PATH").unwrap_or_default();
            let mut folders = vec![bin.clone()];
            folders.extend(env::split_paths(&path));
            let path = env::join_paths(folders).unwrap_or(path);
            variables.extend([
                ("PATH", path),
                ("RUSTC", bin.join("rustc").into()),
                ("CARGO", Path::new(debian::BIN).join("cargo").into()),
                // Clippy's driver takes the sysroot from here.
                ("SYSROOT", Sysroot::new(layout).sysroot().into()),
                (
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
                    format!("wasm-ld-{}", versions::DEBIAN_LLD).into(),
                ),
            ]);
        }
        variables
    }
}

/// Flags that keep the folders of whoever builds out of the modules, where panic messages would
/// name them. Flags are split at spaces, so a folder that has one stays.
fn remapped(layout: &Layout) -> Option<String> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = env::var_os("HOME")?;
        Some(Path::new(&home).join(".cargo"))
    })?;
    let (home, root) = (home.to_str()?, layout.root.to_str()?);
    let flags = format!("--remap-path-prefix={home}=cargo --remap-path-prefix={root}=sealgate");
    (flags.matches(' ').count() == 1).then_some(flags)
}

/// Where cargo leaves the module of a package.
pub(crate) fn module(layout: &Layout, package: &str) -> PathBuf {
    layout
        .wasm_target()
        .join(TARGET)
        .join("release")
        .join(format!("{}.wasm", package.replace('-', "_")))
}

fn active_has_target() -> bool {
    let mut rustc = Command::new("rustc");
    cargo::clean(&mut rustc);
    rustc
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|folder| fs::read_dir(folder.trim()).ok())
        .is_some_and(|files| {
            files.filter_map(Result::ok).any(|file| {
                let name = file.file_name();
                name.to_string_lossy().starts_with("libcore-")
            })
        })
}

/// The ordinary way. `false` means that rustup is not there or could not download.
pub(crate) fn add_by_rustup(step: &mut Step) -> Result<Outcome, Failure> {
    let there = Command::new("rustup")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !there {
        return Ok(Outcome::Noted("no rustup here".to_owned()));
    }
    let mut rustup = Command::new("timeout");
    rustup.args([RUSTUP_SECONDS, "rustup", "target", "add", TARGET]);
    if step.try_run(&mut rustup)?.success() && active_has_target() {
        return Ok(Outcome::Done);
    }
    Ok(Outcome::Noted("rustup could not download it".to_owned()))
}
