//! Cargo, in an environment that does not depend on how xtask was started.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::layout::Layout;

/// Native cargo, on the shared `target/` whatever the person has set for their own projects.
pub(crate) fn native(layout: &Layout) -> Command {
    let mut command = Command::new("cargo");
    clean(&mut command);
    command
        .current_dir(&layout.root)
        .env("CARGO_TARGET_DIR", layout.target());
    command
}

/// Removes what `cargo run` sets for xtask. Left in place it would reach build scripts, and a
/// build by xtask and one by hand would undo each other.
pub(crate) fn clean(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text == "CARGO"
            || text == "LD_LIBRARY_PATH"
            || text == "CARGO_PRIMARY_PACKAGE"
            || text.starts_with("CARGO_MANIFEST_")
            || text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_BIN_")
        {
            command.env_remove(&name);
        }
    }
}

/// Major and minor of the first version in a text such as `rustc 1.95.0 (…)`.
pub(crate) fn version(text: &str) -> Option<(u32, u32)> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let mut parts = text.get(start..)?.split(|c: char| !c.is_ascii_digit());
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The workspace's `rust-version`.
pub(crate) fn rust_version(root: &Path) -> Option<(u32, u32)> {
    let manifest = std::fs::read_to_string(root.join("Cargo.toml")).ok()?;
    manifest
        .lines()
        .find(|line| line.starts_with("rust-version"))
        .and_then(version)
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn reads_the_version_in_what_tools_and_manifests_say() {
        for (text, expected) in [
            ("rustc 1.95.0 (f2d3ce0bd 2026-03-21)", Some((1, 95))),
            ("rust-version = \"1.95\"", Some((1, 95))),
            ("v20.20.2\n", Some((20, 20))),
            ("no version", None),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
    }
}
