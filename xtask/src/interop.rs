//! `interop`: attestations exchanged with the real gotpm, both ways.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::build;
use crate::cargo;
use crate::child;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::programs::{self, Profile};
use crate::setup;
use crate::step::{Outcome, Step, Steps};
use crate::tpm::Need;
use crate::versions;

const NAME: &str = "interop";
const GOTPM: &str = "gotpm";
const PACKAGE: &str = "github.com/google/go-tpm-tools/cmd/gotpm";

/// What a person asked for.
pub(crate) struct Options {
    /// A gotpm that is there already.
    pub(crate) gotpm: Option<PathBuf>,
    /// Where what is exchanged is left.
    pub(crate) keep: Option<PathBuf>,
}

pub(crate) fn run(layout: &Layout, steps: &Steps, options: &Options) -> Result<(), Failure> {
    // Asked first: without it, nothing else is worth the wait.
    let gotpm = gotpm(layout, steps, options.gotpm.as_deref())?;
    let tools = setup::run(layout, steps, Need::Tests)?;
    eprintln!("Build:");
    steps.run("cvm-agent", |step| build::agent(layout, &tools, step))?;
    let program = programs::compile(layout, steps, NAME, Profile::Development)?;
    eprintln!();
    let mut command = Command::new(program);
    cargo::clean(&mut command);
    command
        .current_dir(&layout.root)
        .envs(programs::environment(layout, &tools))
        .env("SEALGATE_GOTPM", gotpm);
    if let Some(keep) = &options.keep {
        command.arg("--keep").arg(keep);
    }
    let status = child::run(&mut command, || {})
        .map_err(|error| Failure::new(format!("the {NAME} could not be run: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("the {NAME} failed ({status}).")))
}

/// The program that was named, the one on the path, or one that Go builds.
pub(crate) fn gotpm(
    layout: &Layout,
    steps: &Steps,
    named: Option<&Path>,
) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return fs::canonicalize(named).map_err(|error| Failure::file(named, &error));
    }
    if let Some(found) = found(layout) {
        return Ok(found);
    }
    if !go_is_here() {
        return Err(Failure::new(
            "interop needs gotpm: it is not on the path, and Go, which would build it, is not \
             installed. Name one with --gotpm PROGRAM.",
        ));
    }
    let folder = folder(layout);
    steps
        .run("gotpm", |step| compile(&folder, step))
        .map_err(|failure| {
            eprintln!("{failure}");
            Failure::new("Go could not build gotpm; name one with --gotpm PROGRAM.")
        })?;
    Ok(folder.join(GOTPM))
}

/// A gotpm that is there already: on the path, or built before.
pub(crate) fn found(layout: &Layout) -> Option<PathBuf> {
    let built = folder(layout).join(GOTPM);
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|folder| folder.join(GOTPM))
        .chain([built])
        .find(|program| program.is_file())
}

fn folder(layout: &Layout) -> PathBuf {
    layout.tools().join(format!("{GOTPM}-{}", versions::GOTPM))
}

fn go_is_here() -> bool {
    Command::new("go")
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success())
}

fn compile(folder: &Path, step: &mut Step) -> Result<Outcome, Failure> {
    step.run(
        Command::new("go")
            .env("GOBIN", folder)
            // A workspace or vendored modules of the person's own are none of this program's.
            .env("GOWORK", "off")
            .env("GOFLAGS", "")
            .arg("install")
            .arg(format!("{PACKAGE}@{}", versions::GOTPM)),
    )?;
    Ok(Outcome::Done)
}
