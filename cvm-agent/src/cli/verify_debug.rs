//! Arguments of `verify debug`: those of `gotpm verify debug`, and ours.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::attest::{Format, ReportData};
use super::nonce::ExpectedNonce;

/// Print the machine's state that an attestation proves, if its key is a TPM's.
///
/// Takes what `cvm-agent attest` or `gotpm attest` wrote, checks quotes and boot log, and prints an
/// `attest.MachineState` in Protocol Buffers' text format. The key that signed is taken as it comes:
/// nobody vouches for it, so this is for debugging. `cvm-agent verify evidence` asks whose key it is.
#[derive(Debug, Args)]
#[command(
    override_usage = "cvm-agent verify debug [OPTIONS]",
    after_help = EXAMPLES,
    after_long_help = EXAMPLES_AND_EXITS
)]
pub(crate) struct VerifyDebug {
    /// Nonce that the quotes must carry, in hexadecimal [default: none]
    #[arg(
        long,
        value_name = "HEX",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) nonce: ExpectedNonce,

    /// REPORTDATA of the hardware's report, in hexadecimal: 64 bytes. No report is verified yet
    #[arg(long, value_name = "HEX")]
    pub(crate) tee_nonce: Option<ReportData>,

    /// Format of the attestation
    #[arg(long, value_name = "FORMAT", default_value = "binarypb")]
    pub(crate) format: Format,

    /// File with the attestation [default: standard input]
    #[arg(
        long,
        value_name = "FILE",
        default_value = "-",
        hide_default_value = true,
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(crate) input: String,

    /// File to write, whole or not at all [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Believe a SHA-1 bank too: its values can be forged
    #[arg(long)]
    pub(crate) allow_sha1: bool,

    /// Leave out notes and warnings
    #[arg(long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Say on standard error which checks were made
    #[arg(long)]
    pub(crate) verbose: bool,
}

macro_rules! examples {
    () => {
        "\
Examples:
  cvm-agent verify debug --nonce 3f6c… < attestation.pb
  cvm-agent verify debug --nonce 3f6c… --format textproto --input attestation.textproto"
    };
}

const EXAMPLES: &str = examples!();

const EXAMPLES_AND_EXITS: &str = concat!(
    examples!(),
    "

Exit codes:
  0  the quotes hold and the whole state is printed
  1  a file cannot be read or written
  2  the command was called wrongly
  5  not verified, or a part of the state cannot be read; the rest of it is printed"
);
