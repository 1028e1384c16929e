//! A compiler that can make `wasm32-unknown-unknown`, and the one environment in which it does.
//!
//! Ordinarily that is the active toolchain with its wasm target added by rustup. Where rustup
//! cannot download, Debian's packages bring a current compiler and the sources of `std`, from
//! which the wasm `std` is built once into a sysroot of our own below `target/tools`: nothing is
//! copied into `/usr`. A small `rustc` in front of Debian's names that sysroot, because tools such
//! as worker-build ask `rustc` on the path whether the target is there.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::apt;
use crate::cargo;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::step::{Outcome, Step};
use crate::versions;

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

const DEBIAN_BIN: &str = "/usr/bin";
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
        let debian = DebianSysroot::new(layout);
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
        if let Self::Debian { bin } = self {
            let path = env::var_os("PATH").unwrap_or_default();
            let mut folders = vec![bin.clone()];
            folders.extend(env::split_paths(&path));
            let path = env::join_paths(folders).unwrap_or(path);
            variables.extend([
                ("PATH", path),
                ("RUSTC", bin.join("rustc").into()),
                ("CARGO", Path::new(DEBIAN_BIN).join("cargo").into()),
                // Clippy's driver takes the sysroot from here.
                ("SYSROOT", DebianSysroot::new(layout).sysroot().into()),
                (
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER",
                    format!("wasm-ld-{}", versions::DEBIAN_LLD).into(),
                ),
            ]);
        }
        variables
    }
}

/// Where cargo leaves the module of a package.
pub(crate) fn module(layout: &Layout, package: &str) -> PathBuf {
    layout
        .wasm_target()
        .join(TARGET)
        .join("release")
        .join(format!("{}.wasm", package.replace('-', "_")))
}

/// Debian's packages for the second way.
pub(crate) fn debian_packages() -> Vec<String> {
    ["cargo-web", "rustc-web", "rust-web-src", "rust-web-clippy"]
        .into_iter()
        .map(str::to_owned)
        .chain([format!("lld-{}", versions::DEBIAN_LLD)])
        .collect()
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

/// The wasm `std` of Debian's compiler, below `target/tools`.
pub(crate) struct DebianSysroot {
    folder: PathBuf,
    wasm_target: PathBuf,
    minimum: Option<(u32, u32)>,
}

impl DebianSysroot {
    pub(crate) fn new(layout: &Layout) -> Self {
        Self {
            folder: layout.tools().join("rust-web"),
            wasm_target: layout.wasm_target(),
            minimum: cargo::rust_version(&layout.root),
        }
    }

    fn bin(&self) -> PathBuf {
        self.folder.join("bin")
    }

    fn sysroot(&self) -> PathBuf {
        self.folder.join("sysroot")
    }

    fn stamp(&self) -> PathBuf {
        self.folder.join("built-with")
    }

    /// Whether it was built, and by the compiler that is installed now.
    fn is_current(&self) -> bool {
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
        let names = debian_packages();
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
        let names = debian_packages();
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
            return Err(Failure::new(format!(
                "{DEBIAN_BIN}/rustc could not be run."
            )));
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

        let mut build = Command::new(Path::new(DEBIAN_BIN).join("cargo"));
        cargo::clean(&mut build);
        build
            .current_dir(&seed)
            .env("RUSTC", Path::new(DEBIAN_BIN).join("rustc"))
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
            std::os::unix::fs::symlink(
                Path::new("/usr/lib/rustlib").join(host),
                rustlib.join(host),
            )?;
        }

        let bin = self.bin();
        let _ = fs::remove_dir_all(&bin);
        fs::create_dir_all(&bin)?;
        for name in ["cargo", "cargo-clippy"] {
            std::os::unix::fs::symlink(Path::new(DEBIAN_BIN).join(name), bin.join(name))?;
        }
        let rustc = bin.join("rustc");
        fs::write(
            &rustc,
            format!(
                "#!/bin/sh\nexec {DEBIAN_BIN}/rustc --sysroot '{}' \"$@\"\n",
                self.sysroot().display()
            ),
        )?;
        fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))
    }
}

/// `rustc -vV` of Debian's compiler.
fn compiler() -> Option<String> {
    Command::new(Path::new(DEBIAN_BIN).join("rustc"))
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
