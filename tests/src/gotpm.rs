//! `gotpm` of google/go-tpm-tools, run on a desk as on a machine of its own.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use prost_reflect::prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, Value};
use sealgate_core::wire;

use crate::agent::{feed, stderr};
use crate::desk::Desk;

static MESSAGES: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let descriptors = include_bytes!("../../cvm-agent/src/textproto/descriptors.bin");
    DescriptorPool::decode(&descriptors[..]).expect("generated descriptors")
});

/// An `AttestedCosState` with an empty container: older versions write it for any machine.
const NO_CONTAINER: [u8; 2] = [0x0a, 0];

/// The program.
#[derive(Clone, Debug)]
pub struct Gotpm(PathBuf);

impl Gotpm {
    /// The program at a path.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self(program.into())
    }

    /// `gotpm attest` on a desk. The program finds the TPM in `/dev` and the log in securityfs, in a
    /// mount namespace of its own.
    ///
    /// # Errors
    ///
    /// What it said when it failed.
    pub fn attest(&self, desk: &Desk, arguments: &[&str]) -> io::Result<Vec<u8>> {
        let mut command = desk.inside(&self.0);
        command
            .env("GCE_METADATA_HOST", desk.metadata()?)
            .arg("attest")
            .args(arguments);
        run(&mut command, b"")
    }

    /// `gotpm verify debug`; the text that it prints.
    ///
    /// # Errors
    ///
    /// What it said when it failed.
    pub fn verify_debug(&self, attestation: &[u8], arguments: &[&str]) -> io::Result<String> {
        let mut command = Command::new(&self.0);
        command.args(["verify", "debug"]).args(arguments);
        let text = run(&mut command, attestation)?;
        String::from_utf8(text).map_err(io::Error::other)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

fn run(command: &mut Command, input: &[u8]) -> io::Result<Vec<u8>> {
    let output = feed(command, input)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(io::Error::other(format!("gotpm: {}", stderr(&output))))
}

/// Reads an `attest.MachineState` in protobuf's text format. Texts are compared as messages: Go
/// varies the white space.
///
/// # Errors
///
/// What is wrong with the text.
pub fn machine_state(text: &str) -> Result<DynamicMessage, String> {
    let mut state = parse("attest.MachineState", text)?;
    let launched = state
        .get_field_by_name("cos")
        .and_then(|cos| cos.as_message().map(DynamicMessage::encode_to_vec));
    if launched.as_deref() == Some(&NO_CONTAINER) {
        state.clear_field_by_name("cos");
    }
    Ok(state)
}

/// Takes an `attest.MachineState` in binary.
///
/// # Errors
///
/// What is wrong with the bytes.
pub fn of_state(bytes: &[u8]) -> Result<DynamicMessage, String> {
    DynamicMessage::decode(message("attest.MachineState")?, bytes)
        .map_err(|error| error.to_string())
}

fn message(name: &str) -> Result<MessageDescriptor, &'static str> {
    MESSAGES
        .get_message_by_name(name)
        .ok_or("the descriptors lack it")
}

fn parse(name: &str, text: &str) -> Result<DynamicMessage, String> {
    DynamicMessage::parse_text_format(message(name)?, text).map_err(|error| error.to_string())
}

/// An attestation in binary, whatever its format; with a state, only with the quote of the bank
/// that the state is of: versions of gotpm differ in which they read.
///
/// # Errors
///
/// What is wrong with the attestation.
pub fn with_bank_of(
    attestation: &[u8],
    format: &str,
    state: Option<&DynamicMessage>,
) -> Result<Vec<u8>, String> {
    let bytes = if format == "textproto" {
        let text = str::from_utf8(attestation).map_err(|error| error.to_string())?;
        parse("attest.Attestation", text)?.encode_to_vec()
    } else {
        attestation.to_vec()
    };
    let Some(state) = state else {
        return Ok(bytes);
    };
    let bank = state
        .get_field_by_name("hash")
        .and_then(|bank| bank.as_enum_number());
    let mut message = wire::decode_attestation(&bytes).map_err(|error| error.to_string())?;
    message
        .quotes
        .retain(|quote| quote.pcrs.as_ref().map(|pcrs| pcrs.hash) == bank);
    Ok(wire::encode(&message))
}

/// Our state without those of its parts that `theirs` leaves out and may: what the boot loader did
/// (gotpm reads no loader's events), what allowed each program to start (it computes that and drops
/// it), and, in older versions, the keys above the databases.
#[must_use]
pub fn as_gotpm_says(mut ours: DynamicMessage, theirs: &DynamicMessage) -> DynamicMessage {
    for part in ["grub", "linux_kernel"] {
        if !theirs.has_field_by_name(part) {
            ours.clear_field_by_name(part);
        }
    }
    let theirs = theirs.get_field_by_name("secure_boot");
    let theirs = theirs.as_deref().and_then(Value::as_message);
    if ours.has_field_by_name("secure_boot")
        && let Some(secure_boot) = ours
            .get_field_by_name_mut("secure_boot")
            .and_then(Value::as_message_mut)
    {
        for part in ["authority", "pk", "kek"] {
            if theirs.is_some_and(|theirs| !theirs.has_field_by_name(part)) {
                secure_boot.clear_field_by_name(part);
            }
        }
    }
    ours
}
