//! The programs of `tests/`: what they are given, and how they are run in the foreground.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo;
use crate::child;
use crate::failure::Failure;
use crate::interop;
use crate::layout::Layout;
use crate::setup::Tools;
use crate::step::{Outcome, Steps};

const PACKAGE: &str = "sealgate-tests";

/// What demo, benchmark and tests find in their environment.
pub(crate) fn environment(layout: &Layout, tools: &Tools) -> Vec<(&'static str, OsString)> {
    let mut environment: Vec<(&str, OsString)> = vec![
        ("SEALGATE_TARGET", layout.sealgate().into()),
        ("SEALGATE_AGENT", layout.agent().into()),
        ("SEALGATE_NODE", tools.npm.node().into()),
        ("SEALGATE_WORKERD", tools.npm.workerd().into()),
        ("SEALGATE_WRANGLER", tools.npm.wrangler().into()),
        ("SEALGATE_NODE_MODULES", tools.npm.modules().into()),
    ];
    if let Some(gotpm) = interop::found(layout) {
        environment.push(("SEALGATE_GOTPM", gotpm.into()));
    }
    environment
}

/// How much the compiler does for the program.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Development,
    Release,
}

/// Compiles a program of `tests/` and returns where it is.
pub(crate) fn compile(
    layout: &Layout,
    steps: &Steps,
    name: &str,
    profile: Profile,
) -> Result<PathBuf, Failure> {
    let folder = match profile {
        Profile::Development => "debug",
        Profile::Release => "release",
    };
    steps.run(&format!("{name} program"), |step| {
        let mut build = cargo::native(layout);
        build.args(["build", "--package", PACKAGE, "--bin", name]);
        if matches!(profile, Profile::Release) {
            build.arg("--release");
        }
        step.run(&mut build)?;
        Ok(Outcome::Done)
    })?;
    Ok(layout.target().join(folder).join(name))
}

/// Runs a program on this terminal.
pub(crate) fn run(
    layout: &Layout,
    tools: &Tools,
    name: &str,
    program: &Path,
) -> Result<(), Failure> {
    let mut command = Command::new(program);
    cargo::clean(&mut command);
    command
        .current_dir(&layout.root)
        .envs(environment(layout, tools));
    let status = child::run(&mut command, || {})
        .map_err(|error| Failure::new(format!("the {name} could not be run: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("the {name} failed ({status}).")))
}
