//! Arguments of `verify evidence`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::attest::Format;
use super::nonce::ExpectedNonce;
use crate::clock::At;

/// Verify a machine's evidence: whose TPM it is, and what the machine has booted.
///
/// Takes what `cvm-agent attest` or `gotpm attest` wrote. Who is trusted is said here and never taken
/// from the evidence: the key's certificate must lead to one of Google's vTPM roots, which are built
/// in, or to a root given with --root.
#[derive(Debug, Args)]
#[command(
    // Clap does not know that one of the two is required: it would not say why.
    override_usage = "cvm-agent verify evidence [OPTIONS] --nonce <HEX> <FILE>",
    after_help = EXAMPLES,
    after_long_help = EXAMPLES_AND_EXITS
)]
pub(crate) struct VerifyEvidence {
    /// File with the evidence, or `-` for standard input
    #[arg(value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) evidence: String,

    /// Nonce that the evidence must be made for, in hexadecimal (required, or --no-nonce)
    #[arg(long, value_name = "HEX", required_unless_present_any = ["evidence", "no_nonce"])]
    pub(crate) nonce: Option<ExpectedNonce>,

    /// Take evidence that was made for no nonce: anybody who has it may show it, at any time
    #[arg(long, conflicts_with = "nonce")]
    pub(crate) no_nonce: bool,

    /// Format of the evidence [default: text when the file is text, else binary]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,

    /// Roots to trust beside Google's: a file of certificates in PEM; repeat for more
    #[arg(long, value_name = "PEM")]
    pub(crate) root: Vec<PathBuf>,

    /// Policy document (JSON, with `"evidence": "required"`) that the machine must meet
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// Verify as of TIME: RFC 3339, or Unix seconds
    #[arg(long, value_name = "TIME", default_value = "now", value_parser = moment)]
    pub(crate) at: At,

    /// Believe a SHA-1 bank too: its values can be forged
    #[arg(long)]
    pub(crate) allow_sha1: bool,

    /// Show the boot log too, event by event, and the registers
    #[arg(long, conflicts_with = "json")]
    pub(crate) events: bool,

    /// Print the appraisal as JSON, verified or not
    #[arg(long)]
    pub(crate) json: bool,
}

/// Evidence has no time of its own: the clock in a quote counts from the making of the TPM.
fn moment(text: &str) -> Result<At, &'static str> {
    match text.parse() {
        Ok(At::Issued) => Err(
            "evidence does not say when it was made, so there is no such time; \
             write the time itself, such as 2025-09-05T08:17:30Z",
        ),
        Ok(at) => Ok(at),
        Err(_) => Err("not a time; write 2025-09-05T08:17:30Z, or Unix seconds such as 1757060250"),
    }
}

macro_rules! examples {
    () => {
        "\
Examples:
  cvm-agent verify evidence attestation.pb --nonce 3f6c…
  cvm-agent verify evidence attestation.pb --nonce 3f6c… --policy policy.json --json
  cvm-agent verify evidence attestation.pb --nonce 3f6c… --root my-ca.pem --events"
    };
}

const EXAMPLES: &str = examples!();

const EXAMPLES_AND_EXITS: &str = concat!(
    examples!(),
    "

Exit codes:
  0  verified
  1  a file cannot be read, or is not what its option takes
  2  the command was called wrongly
  5  not verified, or the policy reads a fact that is absent
  6  verified, but refused by the policy"
);
