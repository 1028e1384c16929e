//! Why a command fails: one sentence, what to try, and an exit code.

use sealgate_core::{Code, exit};
use thiserror::Error;

use crate::printable::escape;
use crate::textproto::TextError;

/// Why a command fails.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Failure {
    #[error("this machine's clock is before 1970")]
    ClockBeforeEpoch,
    #[error("{what} {path} is larger than {limit} bytes")]
    FileTooLarge {
        what: &'static str,
        path: String,
        limit: usize,
    },
    #[error("{what} {path} cannot be read: {reason}")]
    FileUnreadable {
        what: &'static str,
        path: String,
        reason: String,
    },
    #[error("{path}: {error} ({})", .error.code())]
    FileUnusable {
        path: String,
        error: sealgate_core::Error,
    },
    /// A file that is well formed, and not of the kind that its option takes.
    #[error("{path} {reason}")]
    FileUnsuited {
        path: String,
        reason: &'static str,
        remedy: &'static str,
    },
    #[error("{path} cannot be written: {reason}")]
    FileUnwritable { path: String, reason: String },
    #[error("the keys of {issuer} could not be fetched: {reason} (issuer_unreachable)")]
    IssuerUnreachable { issuer: String, reason: String },
    /// This machine lacks what the command is about.
    #[cfg(feature = "tpm")]
    #[error("{message}")]
    Machine {
        message: String,
        remedy: &'static str,
    },
    #[error("the output could not be written: {reason}")]
    OutputFailed { reason: String },
    /// A machine's state was verified, and is not whole.
    #[error("{}", parts_unreadable(.parts))]
    PartsUnreadable {
        parts: Vec<(&'static str, sealgate_core::Error)>,
    },
    /// More than is read of a token, so how much there is of it is not known.
    #[error("{} ({})", text_too_large(*limit), Code::TokenTooLarge)]
    TextTooLarge { limit: usize },
    /// The core refuses the token. Its words may hold the token's, so they are escaped.
    #[error("{} ({})", escape(&.error.to_string()), .error.code())]
    Refused {
        error: sealgate_core::Error,
        remedy: Option<&'static str>,
    },
    #[error("the text is no attestation: {error} ({})", Code::EvidenceMalformed)]
    TextUnreadable {
        error: TextError,
        remedy: Option<&'static str>,
    },
    #[error("HTTPS cannot be used on this machine: {reason}")]
    TlsUnavailable { reason: String },
    #[cfg(not(feature = "tpm"))]
    #[error("this build of cvm-agent has no TPM support")]
    TpmNotBuilt,
    #[cfg(feature = "tpm")]
    #[error(transparent)]
    Tpm(#[from] crate::tpm::TpmFault),
    #[error("{message}")]
    Usage {
        message: String,
        remedy: &'static str,
    },
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>, remedy: &'static str) -> Self {
        Self::Usage {
            message: message.into(),
            remedy,
        }
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::ClockBeforeEpoch | Self::TlsUnavailable { .. } => exit::MACHINE,
            #[cfg(feature = "tpm")]
            Self::Machine { .. } => exit::MACHINE,
            #[cfg(not(feature = "tpm"))]
            Self::TpmNotBuilt => exit::MACHINE,
            // Whatever is wrong with a file beside the token: nothing was verified or refused.
            Self::FileTooLarge { .. }
            | Self::FileUnreadable { .. }
            | Self::FileUnsuited { .. }
            | Self::FileUnusable { .. }
            | Self::FileUnwritable { .. }
            | Self::OutputFailed { .. } => exit::OTHER,
            Self::IssuerUnreachable { .. } => Code::IssuerUnreachable.exit_code(),
            Self::PartsUnreadable { .. } => exit::NOT_VERIFIED,
            Self::Refused { error, .. } => error.code().exit_code(),
            Self::TextUnreadable { .. } => Code::EvidenceMalformed.exit_code(),
            Self::TextTooLarge { .. } => Code::TokenTooLarge.exit_code(),
            #[cfg(feature = "tpm")]
            Self::Tpm(fault) => fault.exit_code(),
            Self::Usage { .. } => exit::USAGE,
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(&self) -> Option<&str> {
        Some(match self {
            Self::ClockBeforeEpoch => "set the clock, or give the time with --at",
            Self::FileTooLarge { .. } => "check that it is the file you mean",
            Self::FileUnreadable {
                what: "the log",
                reason,
                ..
            } if reason.contains("denied") => {
                "sudo: the log of a running machine may be read by root only"
            }
            Self::FileUnreadable { .. } => {
                "check the path and its permissions; `-` reads standard input"
            }
            Self::FileUnsuited { remedy, .. } => remedy,
            Self::FileUnusable { error, .. } => error.code().remedy(),
            Self::IssuerUnreachable { .. } => {
                "check the URL and the way to it, or save the key set and give it with --jwks FILE"
            }
            Self::FileUnwritable { .. } => "check the directory and its permissions",
            #[cfg(feature = "tpm")]
            Self::Machine { remedy, .. } => remedy,
            #[cfg(not(feature = "tpm"))]
            Self::TpmNotBuilt => {
                "a build with the feature `tpm`, which is on by default and needs libtss2"
            }
            Self::OutputFailed { .. } => return None,
            Self::PartsUnreadable { .. } => {
                "the rest of the state is printed and holds; `cvm-agent eventlog` shows a log whole"
            }
            Self::TextUnreadable { remedy, .. } => {
                remedy.unwrap_or(Code::EvidenceMalformed.remedy())
            }
            Self::Refused { error, remedy } => remedy.unwrap_or(error.code().remedy()),
            Self::TextTooLarge { .. } => Code::TokenTooLarge.remedy(),
            Self::TlsUnavailable { .. } => {
                "install ca-certificates, name a bundle of CAs in SSL_CERT_FILE, \
                 or give the keys with --jwks FILE"
            }
            #[cfg(feature = "tpm")]
            Self::Tpm(fault) => fault.remedy(),
            Self::Usage { remedy, .. } => remedy,
        })
    }
}

/// What is wrong with a token's text that was not read to its end.
pub(crate) fn text_too_large(limit: usize) -> String {
    format!("the token's text has more than {limit} bytes, more than any real token")
}

fn parts_unreadable(parts: &[(&'static str, sealgate_core::Error)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|(part, error)| format!("{part}: {} ({})", escape(&error.to_string()), error.code()))
        .collect();
    format!("parts of the state cannot be read: {}", parts.join("; "))
}

impl From<sealgate_core::Error> for Failure {
    fn from(error: sealgate_core::Error) -> Self {
        Self::Refused {
            error,
            remedy: None,
        }
    }
}
