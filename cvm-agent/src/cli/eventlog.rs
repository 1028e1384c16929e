//! Arguments of `eventlog`.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

/// Show a boot event log and what it makes of the registers. Nothing is verified.
///
/// Takes a TPM's log, crypto-agile or of SHA-1 alone, and the log of a TDX machine (CCEL). Whether
/// it is the log of a real boot only quoted registers can say: `cvm-agent verify evidence`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES_AND_EXITS)]
pub(crate) struct Eventlog {
    /// File with the log, or `-` for standard input
    #[arg(value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) log: String,

    /// Print events, registers and defect as JSON (`sealgate.eventlog.v1`)
    #[arg(long)]
    pub(crate) json: bool,
}

macro_rules! examples {
    () => {
        "\
Examples:
  sudo cvm-agent eventlog /sys/kernel/security/tpm0/binary_bios_measurements
  cvm-agent eventlog --json log.bin | jq '.registers.sha256'"
    };
}

const EXAMPLES: &str = examples!();

const EXAMPLES_AND_EXITS: &str = concat!(
    examples!(),
    "

Exit codes:
  0  the whole log was read
  1  the file cannot be read
  2  the command was called wrongly
  5  a part of the log cannot be read; what was read is printed"
);
