//! `cvm-agent`: attests this machine, and reads and verifies what Confidential VMs and their tokens
//! say.
//!
//! What a command is for goes to standard output, everything else to standard error. Exit codes
//! are those of [`sealgate_core::exit`].

mod archive;
mod attestation;
mod certificates;
mod claims;
mod cli;
mod clock;
mod cmd;
mod describe;
mod error;
#[cfg(feature = "tpm")]
mod event_log;
mod event_text;
mod evidence_report;
mod fetch;
mod input;
mod keys;
mod log_table;
mod machine;
#[cfg(feature = "tpm")]
mod metadata;
mod output;
mod printable;
mod report;
mod style;
mod table;
#[cfg(feature = "tpm")]
mod tee;
#[allow(dead_code)]
mod textproto;
#[cfg(feature = "tpm")]
mod tpm;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command, Verify};
use crate::error::Failure;
use crate::output::Destination;
use crate::style::{BOLD, FAILED, FAINT, WARNING};

/// What a command leaves: its output, and the failure it ends with, if it fails.
///
/// A refused token has both: the report on it, and the reason.
pub(crate) struct Outcome {
    output: Output,
    failure: Option<Failure>,
}

/// What a command is for.
pub(crate) enum Output {
    /// For people: styled when standard output is a terminal.
    Human(String),
    /// For programs: the same bytes everywhere.
    Json(String),
    /// A message, for a file or standard output.
    #[cfg_attr(not(feature = "tpm"), allow(dead_code))]
    Payload(Vec<u8>, Destination),
}

fn main() -> ExitCode {
    #[cfg(feature = "tpm")]
    tpm::silence_library();
    let result = match Cli::parse().command {
        #[cfg(feature = "tpm")]
        Command::Attest(arguments) => cmd::attest::run(&arguments),
        #[cfg(not(feature = "tpm"))]
        Command::Attest(_) => Err(Failure::TpmNotBuilt),
        Command::Decode(arguments) => cmd::decode::run(&arguments),
        Command::Eventlog(arguments) => cmd::eventlog::run(&arguments),
        Command::Verify(Verify::Debug(arguments)) => cmd::verify_debug::run(&arguments),
        Command::Verify(Verify::Evidence(arguments)) => cmd::verify_evidence::run(&arguments),
        Command::Verify(Verify::Token(arguments)) => cmd::verify_token::run(&arguments),
    };
    let failure = match result {
        Ok(Outcome { output, failure }) => print(&output).err().or(failure),
        Err(failure) => Some(failure),
    };
    let Some(failure) = failure else {
        return ExitCode::SUCCESS;
    };
    report(&failure);
    ExitCode::from(failure.exit_code())
}

fn print(output: &Output) -> Result<(), Failure> {
    match output {
        Output::Human(text) => output::written(anstream::stdout().write_all(text.as_bytes())),
        Output::Json(text) => Destination::Stdout.write(text.as_bytes()),
        Output::Payload(bytes, destination) => destination.write(bytes),
    }
}

fn report(failure: &Failure) {
    let message = failure.to_string();
    let mut text = format!("{FAILED}error:{FAILED:#} {message}\n");
    if let Some(remedy) = failure.remedy() {
        text.push_str(&format!("  {BOLD}try:{BOLD:#} {remedy}\n"));
    }
    // Nowhere is left to say that standard error cannot be written.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Says what is good to know.
pub(crate) fn note(message: &str) {
    let text = format!("{FAINT}note:{FAINT:#} {message}\n");
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Says something beside the matter.
pub(crate) fn warn(message: &str) {
    let text = format!("{WARNING}warning:{WARNING:#} {message}\n");
    let _ = anstream::stderr().write_all(text.as_bytes());
}
