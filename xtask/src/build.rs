//! `build`: everything that people install, deploy or open, in the order that it needs.

use crate::cargo;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::package;
use crate::setup::Tools;
use crate::site;
use crate::step::{Outcome, Step, Steps};
use crate::tpm::Library;
use crate::worker;

pub(crate) fn run(layout: &Layout, steps: &Steps, tools: &Tools) -> Result<(), Failure> {
    eprintln!("Build:");
    steps.run("cvm-agent", |step| agent(layout, tools, step))?;
    steps.run("verifier in wasm", |step| {
        package::compile(layout, tools, step)
    })?;
    steps.run("npm package", |step| package::assemble(layout, tools, step))?;
    steps.run("token page", |_| site::assemble(layout))?;
    steps.run("worker in wasm", |step| {
        worker::compile(layout, tools, step)
    })?;
    steps.run("worker bundle", |step| worker::bundle(layout, tools, step))
}

/// Says what was left where, as paths that can be copied.
pub(crate) fn report() {
    eprintln!(
        "Built: target/release/cvm-agent, target/sealgate/npm, target/sealgate/worker, \
         target/sealgate/www."
    );
}

pub(crate) fn agent(layout: &Layout, tools: &Tools, step: &mut Step) -> Result<Outcome, Failure> {
    let mut build = cargo::native(layout);
    build.args(["build", "--release", "--package", "cvm-agent"]);
    let outcome = match tools.tpm {
        Library::Present => Outcome::Done,
        Library::Absent => {
            build.arg("--no-default-features");
            Outcome::Noted("done, without TPM commands".to_owned())
        }
    };
    step.run(&mut build)?;
    Ok(outcome)
}
