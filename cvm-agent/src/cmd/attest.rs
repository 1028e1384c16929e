//! `cvm-agent attest`: what this machine can prove, signed by its TPM.

use crate::Outcome;
use crate::cli::Attest;
use crate::error::Failure;

/// Runs the command.
pub(crate) fn run(_arguments: &Attest) -> Result<Outcome, Failure> {
    Err(Failure::Machine {
        message: "this build of cvm-agent has no TPM support".to_owned(),
        remedy: "a build with the feature `tpm`, which is on by default and needs libtss2",
    })
}
