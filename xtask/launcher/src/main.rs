//! Checks what must be on the machine before xtask can be compiled, then runs xtask.
//!
//! A missing or old prerequisite is named in one sentence, with the line that installs it. This
//! program is compiled by whatever cargo is there, so it keeps to the Rust of 2018 and to `std`.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, exit};

const NODE_MINIMUM: Version = Version(18, 0);
const RUSTUP: &str = "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh";

/// Major and minor: what the minimums are written in.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Version(u32, u32);

fn main() {
    if let Err(sentence) = check() {
        eprintln!("error: {}", sentence);
        exit(1);
    }
    let first = !Path::new("target/debug/xtask").exists();
    let mut xtask = Command::new(cargo());
    xtask.arg("run");
    if first {
        eprintln!("Compiling xtask, which does the rest (about a minute, this time only).");
    } else {
        xtask.arg("--quiet");
    }
    // Paths of the build are fixed, whatever the person has set for their own projects.
    xtask
        .args(&["--package", "xtask", "--target-dir", "target", "--"])
        .args(env::args_os().skip(1));
    // `exec` returns only when it failed.
    eprintln!("error: cargo could not be run: {}.", xtask.exec());
    exit(1);
}

fn check() -> Result<(), String> {
    let manifest = fs::read_to_string("Cargo.toml")
        .map_err(|_| "run `cargo xtask` in the root folder of Sealgate.".to_string())?;
    let rust = rust_version(&manifest)
        .ok_or_else(|| "the root Cargo.toml names no rust-version.".to_string())?;

    tool_version(&cargo(), "cargo", rust, &update_rust())?;
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    tool_version(&rustc, "rustc", rust, &update_rust())?;
    present("cc", "a C compiler (cc)", &apt("build-essential"))?;
    present("git", "git", &apt("git"))?;
    present("curl", "curl", &apt("curl"))?;
    tool_version("node", "Node.js", NODE_MINIMUM, &install_node())?;
    present("npm", "npm", &apt("npm"))
}

/// The `rust-version` of the workspace, read as text: an old cargo cannot parse the manifest.
fn rust_version(manifest: &str) -> Option<Version> {
    let line = manifest
        .lines()
        .find(|line| line.starts_with("rust-version"))?;
    first_version(line)
}

fn tool_version(program: &str, name: &str, minimum: Version, install: &str) -> Result<(), String> {
    let Version(major, minor) = minimum;
    let needs = if minor == 0 {
        format!("Sealgate needs {} or newer", major)
    } else {
        format!("Sealgate needs {}.{} or newer", major, minor)
    };
    let output = match Command::new(program).arg("--version").output() {
        Ok(ref output) if output.status.success() => {
            String::from_utf8_lossy(&output.stdout).into_owned()
        }
        _ => {
            return Err(format!(
                "{} is missing and {}; install it with: {}",
                name, needs, install
            ));
        }
    };
    match first_version(&output) {
        Some(found) if found >= minimum => Ok(()),
        _ => Err(format!(
            "{} is too old ({}) and {}; install it with: {}",
            name,
            output.trim(),
            needs,
            install
        )),
    }
}

fn present(program: &str, name: &str, install: &str) -> Result<(), String> {
    let found = env::var_os("PATH").map_or(false, |path| {
        env::split_paths(&path).any(|folder| folder.join(program).is_file())
    });
    if found {
        Ok(())
    } else {
        Err(format!("{} is missing; install it with: {}", name, install))
    }
}

/// The first `digits.digits` of a text: `cargo 1.63.0 (…)`, `v20.1.0`, `rust-version = "1.95"`.
fn first_version(text: &str) -> Option<Version> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut parts = text[start..].split(|c: char| !c.is_ascii_digit());
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?.parse().ok()?;
    Some(Version(major, minor))
}

/// The cargo that runs this program, or the one on the path.
fn cargo() -> String {
    env::var("CARGO").unwrap_or_else(|_| "cargo".into())
}

fn update_rust() -> String {
    match Command::new("rustup").arg("--version").output() {
        Ok(ref output) if output.status.success() => "rustup update stable".into(),
        _ => RUSTUP.into(),
    }
}

/// The distribution's Node.js where it is new enough, which Ubuntu 22.04's is not.
fn install_node() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if release.contains("VERSION_ID=\"22.04\"") {
        "curl -fsSL https://deb.nodesource.com/setup_22.x | sudo -E bash - && sudo apt-get install nodejs".into()
    } else {
        apt("nodejs npm")
    }
}

fn apt(packages: &str) -> String {
    // The owner of /proc/self is the user of this process; a root shell often has no sudo.
    let root = fs::metadata("/proc/self").map_or(false, |process| process.uid() == 0);
    format!(
        "{}apt-get install {}",
        if root { "" } else { "sudo " },
        packages
    )
}
