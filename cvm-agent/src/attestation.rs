//! Reading an attestation in either of its forms.

use sealgate_core::wire::{attest::Attestation, decode_attestation};
use sealgate_core::{Error, EvidenceDefect};

use crate::cli::attest::Format;
use crate::error::Failure;
use crate::input;
use crate::textproto::{self, TEXT_BYTES, TextError};

/// An attestation as it was given, and as it was read.
pub(crate) struct Given {
    pub(crate) bytes: Vec<u8>,
    pub(crate) message: Result<Attestation, Unread>,
}

/// Why an attestation cannot be read.
#[derive(Clone, Debug)]
pub(crate) struct Unread {
    /// In the words of the core.
    pub(crate) error: Error,
    /// More exactly, for text.
    pub(crate) text: Option<TextError>,
    /// What helps, where it is the form that is wrong.
    pub(crate) remedy: Option<&'static str>,
}

impl Unread {
    /// The failure of the command.
    pub(crate) fn failure(self) -> Failure {
        match self.text {
            Some(error) => Failure::TextUnreadable {
                error,
                remedy: self.remedy,
            },
            None => Failure::Refused {
                error: self.error,
                remedy: self.remedy,
            },
        }
    }
}

/// Reads an attestation from a file or standard input (`-`), in `format` or in the one that it seems
/// to have.
pub(crate) fn read(path: &str, format: Option<Format>) -> Result<Given, Failure> {
    // One byte more is read: what is too large is refused as evidence, with a report.
    let bytes = input::start("the attestation", path, TEXT_BYTES)?;
    let seeming = seeming(&bytes);
    if bytes.is_empty() {
        // As protobuf reads it, nothing is an attestation without any field.
        let message = Err(Unread {
            error: Error::EvidenceMalformed(EvidenceDefect::Encoding),
            text: None,
            remedy: Some("the input is empty; check that what writes it has not failed"),
        });
        return Ok(Given { bytes, message });
    }
    let message = match format.unwrap_or(seeming) {
        Format::Binarypb => decode_attestation(&bytes).map_err(|error| Unread {
            error,
            text: None,
            remedy: (seeming == Format::Textproto)
                .then_some("this is text: --format textproto reads it"),
        }),
        Format::Textproto => textproto::read(&bytes).map_err(|text| Unread {
            error: in_core(&text),
            text: Some(text),
            remedy: (seeming == Format::Binarypb)
                .then_some("this is no text: --format binarypb reads it"),
        }),
    };
    Ok(Given { bytes, message })
}

/// Text is UTF-8 without a zero byte, and not blank; a binary attestation is never without zero
/// bytes, since a key's public area has some.
fn seeming(bytes: &[u8]) -> Format {
    if bytes.contains(&0) || bytes.trim_ascii().is_empty() || str::from_utf8(bytes).is_err() {
        Format::Binarypb
    } else {
        Format::Textproto
    }
}

fn in_core(error: &TextError) -> Error {
    match error {
        TextError::Attestation(error) => error.clone(),
        TextError::TooLarge { .. } => Error::EvidenceMalformed(EvidenceDefect::TooLarge),
        TextError::NotText
        | TextError::Syntax { .. }
        | TextError::TooDeep { .. }
        | TextError::TooManyFields { .. } => Error::EvidenceMalformed(EvidenceDefect::Encoding),
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, seeming};

    #[test]
    fn tells_text_from_bytes() {
        for text in ["ak_pub: \"\\001\"", "# nothing\n", "\u{e9}"] {
            assert_eq!(seeming(text.as_bytes()), Format::Textproto, "{text:?}");
        }
        for bytes in [&b"\n\x03a\0b"[..], b"", b" \n", b"\n\x03a\xffb"] {
            assert_eq!(seeming(bytes), Format::Binarypb, "{bytes:?}");
        }
    }
}
