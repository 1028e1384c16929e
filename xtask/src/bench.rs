//! `bench`: how long verifications take, natively, in wasm and beside gotpm where there is one, and
//! what the modules weigh.

use crate::build;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::programs::{self, Profile};
use crate::setup;
use crate::step::Steps;
use crate::tpm::Need;

const NAME: &str = "bench";

pub(crate) fn run(layout: &Layout, steps: &Steps) -> Result<(), Failure> {
    let tools = setup::run(layout, steps, Need::Build)?;
    build::run(layout, steps, &tools)?;
    let program = programs::compile(layout, steps, NAME, Profile::Release)?;
    eprintln!();
    programs::run(layout, &tools, NAME, &program)
}
