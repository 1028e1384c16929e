//! Protobuf's text format, as gotpm writes and reads it.

mod bound;
mod print;

use std::sync::LazyLock;

use miette::Diagnostic as _;
use prost_reflect::prost::Message as _;
use prost_reflect::text_format::ParseError;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use sealgate_core::limits::EVIDENCE_BYTES;
use sealgate_core::wire;
use sealgate_core::wire::attest::{Attestation, MachineState};
use thiserror::Error;

use crate::printable::escape;

/// A text, in bytes: of an attestation all of whose bytes are escaped as `\001`.
pub(crate) const TEXT_BYTES: usize = 4 * EVIDENCE_BYTES;

/// Characters of a parser's reason that are shown: it may quote the text.
const REASON_CHARACTERS: usize = 200;

/// What the messages are made of, in protobuf's own description. Generated.
static MESSAGES: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(&include_bytes!("textproto/descriptors.bin")[..])
        .expect("the generated descriptors can be read")
});

/// Why a text is no attestation.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum TextError {
    #[error("{}", escape(&.0.to_string()))]
    Attestation(sealgate_core::Error),
    #[error("it is no UTF-8: it may be an attestation in binary form")]
    NotText,
    #[error("line {line}, column {column}: {reason}")]
    Syntax {
        line: usize,
        column: usize,
        reason: String,
    },
    #[error("its brackets nest deeper than {limit}, deeper than those of any real attestation")]
    TooDeep { limit: usize },
    #[error("it has more than {limit} bytes, more than any real attestation")]
    TooLarge { limit: usize },
    #[error("it has more than {limit} fields, more than any real attestation")]
    TooManyFields { limit: usize },
}

/// Reads an attestation. The core's limits hold for it as for its binary form.
pub(crate) fn read(text: &[u8]) -> Result<Attestation, TextError> {
    if text.len() > TEXT_BYTES {
        return Err(TextError::TooLarge { limit: TEXT_BYTES });
    }
    let text = str::from_utf8(text).map_err(|_| TextError::NotText)?;
    bound::check(text)?;
    let message = DynamicMessage::parse_text_format(message("attest.Attestation"), text)
        .map_err(|error| syntax(text, &error))?;
    wire::decode_attestation(&message.encode_to_vec()).map_err(TextError::Attestation)
}

/// Writes an attestation.
pub(crate) fn attestation(attestation: &Attestation) -> String {
    text("attest.Attestation", &wire::encode(attestation))
}

/// Writes a machine's state.
pub(crate) fn machine_state(state: &MachineState) -> String {
    text("attest.MachineState", &wire::encode(state))
}

fn text(name: &str, bytes: &[u8]) -> String {
    let message = DynamicMessage::decode(message(name), bytes)
        .expect("messages and descriptors are generated from the same files");
    print::message(&message)
}

fn message(name: &str) -> MessageDescriptor {
    MESSAGES
        .get_message_by_name(name)
        .expect("the generated descriptors have the message")
}

/// Where the parser stopped, and why, counting both from 1, columns in characters.
fn syntax(text: &str, error: &ParseError) -> TextError {
    let offset = error
        .labels()
        .and_then(|mut labels| labels.next())
        // Without a place, it is the end that came too early.
        .map_or(text.len(), |label| label.offset());
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rfind('\n').map_or(before, |at| &before[at + 1..]);
    TextError::Syntax {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        reason: escape(&error.to_string())
            .chars()
            .take(REASON_CHARACTERS)
            .collect(),
    }
}

#[cfg(test)]
mod tests;
