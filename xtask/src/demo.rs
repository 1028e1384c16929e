//! `demo`: set-up, build, and the path from a real token to a secret, on this machine.

use crate::build;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::programs::{self, Profile};
use crate::setup;
use crate::step::Steps;
use crate::tpm::Need;

const NAME: &str = "demo";

pub(crate) fn run(layout: &Layout, steps: &Steps, lock: Lock) -> Result<(), Failure> {
    let tools = setup::run(layout, steps, Need::Build)?;
    build::run(layout, steps, &tools)?;
    let program = programs::compile(layout, steps, NAME, Profile::Development)?;
    drop(lock);
    eprintln!();
    programs::run(layout, &tools, NAME, &program)
}
