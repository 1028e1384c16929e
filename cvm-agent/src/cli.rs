//! The command line: arguments and help, nothing else.

// A build without a TPM knows the arguments and reads none of them.
#[cfg_attr(not(feature = "tpm"), allow(dead_code))]
pub(crate) mod attest;
mod eventlog;
mod nonce;
mod verify_debug;
mod verify_evidence;

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand};

pub(crate) use self::attest::Attest;
pub(crate) use self::eventlog::Eventlog;
pub(crate) use self::verify_debug::VerifyDebug;
pub(crate) use self::verify_evidence::VerifyEvidence;
use crate::clock::At;

/// Attests this machine, and reads and verifies what Confidential VMs and their tokens say.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Attest(Attest),
    Decode(Decode),
    Eventlog(Eventlog),
    /// Verify a token, or a machine's own evidence.
    #[command(subcommand)]
    Verify(Verify),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verify {
    Token(VerifyToken),
    Evidence(VerifyEvidence),
    Debug(VerifyDebug),
}

/// Show what a token says. Nothing is verified.
#[derive(Debug, Args)]
#[command(after_help = DECODE_EXAMPLES)]
pub(crate) struct Decode {
    /// File with the token, or `-` for standard input
    #[arg(value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) token: String,

    /// Tell relative times as seen at TIME: RFC 3339, Unix seconds, or `issued`
    #[arg(long, value_name = "TIME", default_value = "now")]
    pub(crate) at: At,

    /// Print {header, payload, signature_bytes} as JSON; the signature itself is left out
    #[arg(long)]
    pub(crate) json: bool,
}

/// Verify a token and show each check.
///
/// Who is trusted is said here and never taken from the token: its issuer (--issuer), whether keys
/// come from a set (--jwks, or the built-in archive) or its certificates lead to a root (--root,
/// --pki), and whom it must be for (--audience).
#[derive(Debug, Args)]
#[command(
    // Clap does not know that `--audience` is required: it would not say why.
    override_usage = "cvm-agent verify token [OPTIONS] --audience <AUDIENCE> <FILE>",
    after_help = VERIFY_TOKEN_EXAMPLES,
    after_long_help = VERIFY_TOKEN_EXAMPLES_AND_EXITS
)]
pub(crate) struct VerifyToken {
    /// File with the token, or `-` for standard input
    #[arg(value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) token: String,

    /// Audience that the token must be for (required); repeat to allow one of several
    #[arg(
        long,
        value_name = "AUDIENCE",
        required_unless_present = "token",
        value_parser = NonEmptyStringValueParser::new()
    )]
    pub(crate) audience: Vec<String>,

    /// Nonce that the token must carry; repeat for each. No other may be in it
    #[arg(long, value_name = "NONCE", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) nonce: Vec<String>,

    /// Policy document (JSON) that the token must meet
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// Issuer to trust [default: Google Cloud Attestation, with the keys built in]. Given without
    /// keys, its present keys are fetched
    #[arg(long, value_name = "URL", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) issuer: Option<String>,

    /// The issuer's keys: a JWK set
    #[arg(long, value_name = "FILE", group = "keys")]
    pub(crate) jwks: Option<PathBuf>,

    /// Roots for a PKI token (one with `x5c`): certificates in PEM
    #[arg(long, value_name = "PEM", group = "keys")]
    pub(crate) root: Option<PathBuf>,

    /// Take the token as a PKI token of Google, under the built-in Confidential Space root
    #[arg(long, group = "keys")]
    pub(crate) pki: bool,

    /// Verify as of TIME: RFC 3339, Unix seconds, or `issued` for the time that the token names
    #[arg(long, value_name = "TIME", default_value = "now")]
    pub(crate) at: At,

    /// Never use the network
    #[arg(long)]
    pub(crate) offline: bool,

    /// Print the appraisal as JSON, verified or not
    #[arg(long)]
    pub(crate) json: bool,
}

const EXAMPLES: &str = "\
Examples:
  cvm-agent decode token.jwt
  cvm-agent verify evidence attestation.pb --nonce 3f6c…
  cvm-agent verify token token.jwt --at issued \\
      --audience https://gate.example/v1/secrets/db-password/release";

const DECODE_EXAMPLES: &str = "\
Examples:
  cvm-agent decode token.jwt
  cvm-agent decode - < token.jwt
  cvm-agent decode --json token.jwt | jq .payload.submods";

macro_rules! verify_token_examples {
    () => {
        "\
Examples:
  A token just made, with Google's present keys:
    cvm-agent verify token token.jwt \\
        --audience https://gate.example/v1/secrets/db-password/release \\
        --issuer https://confidentialcomputing.googleapis.com
  A saved one, at the time it was made, with the keys known then:
    cvm-agent verify token token.jwt --at issued \\
        --audience https://gate.example/v1/secrets/db-password/release
  A PKI token of Confidential Space:
    cvm-agent verify token token.jwt --pki \\
        --audience https://gate.example/v1/secrets/db-password/release
  Another issuer's, with its key set in a file and a policy:
    cvm-agent verify token token.jwt \\
        --audience https://gate.example/v1/secrets/db-password/release \\
        --issuer https://issuer.example --jwks keys.json --policy policy.json"
    };
}

const VERIFY_TOKEN_EXAMPLES: &str = verify_token_examples!();

const VERIFY_TOKEN_EXAMPLES_AND_EXITS: &str = concat!(
    verify_token_examples!(),
    "

Exit codes:
  0  verified
  1  a file cannot be read, or is not what its option takes
  2  the command was called wrongly
  3  this machine cannot use HTTPS
  4  the issuer's keys could not be fetched; try again later
  5  not verified
  6  verified as the issuer's, but refused by the policy"
);
