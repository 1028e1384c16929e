//! What a TPM refuses, in words: one sentence, what to do, an exit code.
//!
//! The texts of `tss-esapi` say little, and the same for a missing device, a forbidden one and a
//! dead one. So response codes are read here (TPM 2.0 Library, Part 2, section 6.6), and devices
//! are looked at before libtss2 opens them.

use sealgate_core::{HashAlgorithm, exit};
use thiserror::Error;
use tss_esapi::constants::response_code::Tss2ResponseCode;

use crate::printable::escape;

/// `TPM_RC_LOCKOUT`.
const LOCKOUT: u32 = 0x921;
/// `TPM_RC_OBJECT_MEMORY`.
const OBJECT_MEMORY: u32 = 0x902;
/// `TPM_RC_OBJECT_HANDLES`.
const OBJECT_HANDLES: u32 = 0x906;
/// `TPM_RC_RETRY`, `TPM_RC_YIELDED`, `TPM_RC_TESTING`: libtss2 has asked again some times already.
const BUSY: [u32; 3] = [0x922, 0x908, 0x90A];
/// `TPM_RC_INITIALIZE`.
const INITIALIZE: u32 = 0x100;
/// `TPM_RC_FAILURE`.
const FAILURE: u32 = 0x101;
/// `TPM_RC_COMMAND_CODE`.
const COMMAND_CODE: u32 = 0x143;
/// `TPM_RC_NV_UNINITIALIZED`.
const NV_UNINITIALIZED: u32 = 0x14A;
/// `TPM_RC_SIZE` of the first parameter, which a quote's nonce is.
const NONCE_SIZE: u32 = 0x1D5;
/// Codes of format one, without what they are about.
const VALUE: u32 = 0x084;
const HIERARCHY: u32 = 0x085;
const KEY_SIZE: u32 = 0x087;
const TYPE: u32 = 0x08A;
const HANDLE: u32 = 0x08B;
const AUTH_FAIL: u32 = 0x08E;
const SCHEME: u32 = 0x092;
const ASYMMETRIC: u32 = 0x081;
const BAD_AUTH: u32 = 0x0A2;
const CURVE: u32 = 0x0A6;

/// Why the TPM cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum TpmFault {
    #[error("this machine has no TPM: there is no {}", escape(path))]
    NoDevice { path: String },
    #[error("this user may not use the TPM at {}", escape(path))]
    NoPermission { path: String },
    #[error("the TPM at {} is in use by another program", escape(path))]
    InUse { path: String },
    #[error("{} cannot be used as a TPM: {reason}", escape(path))]
    DeviceUnusable { path: String, reason: String },
    #[error("no TPM answers at {}", escape(tcti))]
    NoAnswer { tcti: String },
    #[error("`{}` names no way to a TPM", escape(tcti))]
    TctiInvalid { tcti: String },
    #[error("the TPM is busy")]
    Busy,
    #[error("the TPM has failed its own tests and takes no commands")]
    Failed,
    #[error("the TPM has not been started")]
    NotStarted,
    #[error("the TPM is in lock-out: too many authorisations failed, or it was switched off hard")]
    LockedOut,
    #[error("the TPM has no room for another key: programs that were killed have left theirs")]
    OutOfSlots,
    #[error("the TPM's {hierarchy} hierarchy has a password")]
    PasswordSet { hierarchy: &'static str },
    #[error("the TPM's {hierarchy} hierarchy is disabled")]
    HierarchyDisabled { hierarchy: &'static str },
    #[error("the attestation key at {handle:#010x} has a password")]
    KeyPasswordSet { handle: u32 },
    #[error(
        "this VM has no attestation key: Shielded VM/vTPM off or not Google Cloud \
         (the TPM has nothing at {index:#010x})"
    )]
    KeyMissing { index: u32 },
    #[error("the template of this VM's attestation key, at {index:#010x}, cannot be read")]
    TemplateUnreadable { index: u32 },
    #[error("this TPM makes no {algorithm} attestation keys")]
    KeyNotSupported { algorithm: &'static str },
    #[error("the TPM's key cannot attest: {error} ({})", .error.code())]
    KeyUnfit { error: sealgate_core::Error },
    #[error("the attestation key's certificate, at {index:#010x}: {error} ({})", .error.code())]
    CertificateUnfit {
        index: u32,
        error: sealgate_core::Error,
    },
    #[error("the nonce is too long for this TPM: it has {bytes} bytes")]
    NonceTooLong { bytes: usize },
    #[error("the TPM has registers of no other hash than SHA-1")]
    OnlySha1,
    #[error("the TPM has no registers of SHA-1, SHA-256, SHA-384 or SHA-512")]
    NoBank,
    #[error("the TPM's {bank} registers changed during each of {attempts} quotes")]
    RegistersMoved { bank: HashAlgorithm, attempts: u32 },
    #[error("the TPM's own quote does not hold: {error} ({})", .error.code())]
    QuoteUnfit { error: sealgate_core::Error },
    #[error("the TPM refused {command} with {code:#x}")]
    Refused { command: Command, code: u32 },
    #[error("the TPM's answer to {command} makes no sense")]
    Senseless { command: Command },
}

impl TpmFault {
    /// What a failed command means, where its code alone tells.
    pub(super) fn new(command: Command, error: tss_esapi::Error) -> Self {
        let Some(code) = code(error) else {
            return Self::Senseless { command };
        };
        match code {
            LOCKOUT => Self::LockedOut,
            OBJECT_MEMORY | OBJECT_HANDLES => Self::OutOfSlots,
            INITIALIZE => Self::NotStarted,
            FAILURE => Self::Failed,
            code if BUSY.contains(&code) => Self::Busy,
            code => Self::Refused { command, code },
        }
    }

    /// What a failed command means that the empty password of a hierarchy was to authorise.
    pub(super) fn in_hierarchy(
        command: Command,
        hierarchy: &'static str,
        error: tss_esapi::Error,
    ) -> Self {
        match code(error).map(kind) {
            Some(BAD_AUTH | AUTH_FAIL) => Self::PasswordSet { hierarchy },
            Some(HIERARCHY) => Self::HierarchyDisabled { hierarchy },
            _ => Self::new(command, error),
        }
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::TctiInvalid { .. } | Self::NonceTooLong { .. } => exit::USAGE,
            Self::Busy | Self::InUse { .. } | Self::RegistersMoved { .. } => exit::TRY_LATER,
            _ => exit::MACHINE,
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(&self) -> &'static str {
        match self {
            Self::NoDevice { .. } => {
                "turn the VM's vTPM on, load the kernel's TPM driver, or name the TPM with --tcti"
            }
            Self::NoPermission { .. } => "sudo, or a user of the group `tss`",
            Self::InUse { .. } => {
                "device:/dev/tpmrm0, which many can use, or stop the program \
                 (`fuser -v /dev/tpm0` names it)"
            }
            Self::DeviceUnusable { .. } | Self::NoAnswer { .. } => {
                "check that a TPM is there, or name another with --tcti"
            }
            Self::TctiInvalid { .. } => {
                "device:/dev/tpmrm0, swtpm:host=127.0.0.1,port=2321, mssim:host=…,port=… or tabrmd"
            }
            Self::Busy => "once more, a little later",
            Self::Failed | Self::NotStarted => "restart the machine",
            Self::LockedOut => {
                "`tpm2_dictionarylockout -c` (tpm2-tools), or wait until the TPM lifts it by itself"
            }
            Self::OutOfSlots => {
                "device:/dev/tpmrm0, which cleans up after programs, or, while no other program \
                 uses the TPM, `tpm2_flushcontext -t` (tpm2-tools)"
            }
            Self::PasswordSet { .. } => {
                "take the password off with `tpm2_changeauth` (tpm2-tools): \
                 keys for attestation are made without one"
            }
            Self::HierarchyDisabled { .. } => "restart the machine, which enables it again",
            Self::KeyPasswordSet { .. } => "--key gceAK, or the other --algo",
            Self::KeyMissing { .. } => {
                "turn Shielded VM's vTPM on, or use --key AK, which any TPM can make"
            }
            Self::TemplateUnreadable { .. } => "--key AK, which any TPM can make",
            Self::KeyNotSupported { .. } => "the other --algo",
            Self::KeyUnfit { .. } => "--key AK or the other --algo",
            Self::CertificateUnfit { .. } => "--key AK, which needs no certificate",
            Self::NonceTooLong { .. } => {
                "the nonce's SHA-256, if the verifier agrees: every TPM takes 32 bytes"
            }
            Self::OnlySha1 => "--sha1, and a verifier that takes SHA-1",
            Self::NoBank => "enable the SHA-256 bank (`tpm2_pcrallocate sha256:all`), and restart",
            Self::RegistersMoved { .. } => "once more, when nothing measures into them",
            Self::QuoteUnfit { .. } => "check that a genuine TPM answers at the address given",
            Self::Refused { .. } => "`tpm2_rc_decode CODE` (tpm2-tools) says what the code means",
            Self::Senseless { .. } => "check that a TPM answers at the address given",
        }
    }
}

/// The commands that are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    CreatePrimary,
    GetCapability,
    NvRead,
    PcrRead,
    Quote,
    ReadPublic,
}

impl std::fmt::Display for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::CreatePrimary => "TPM2_CreatePrimary",
            Self::GetCapability => "TPM2_GetCapability",
            Self::NvRead => "TPM2_NV_Read",
            Self::PcrRead => "TPM2_PCR_Read",
            Self::Quote => "TPM2_Quote",
            Self::ReadPublic => "TPM2_ReadPublic",
        })
    }
}

/// Whether an index or a handle is simply not there, or was never written.
pub(super) fn is_absent(error: tss_esapi::Error) -> bool {
    match code(error) {
        Some(NV_UNINITIALIZED) => true,
        Some(code) => kind(code) == HANDLE,
        None => false,
    }
}

/// Whether the TPM does not know an algorithm or a size that it was given.
pub(super) fn is_unsupported(error: tss_esapi::Error) -> bool {
    code(error).is_some_and(|code| {
        code == COMMAND_CODE
            || [ASYMMETRIC, CURVE, KEY_SIZE, SCHEME, TYPE, VALUE].contains(&kind(code))
    })
}

/// Whether a quote's nonce was too long.
pub(super) fn is_nonce_too_long(error: tss_esapi::Error) -> bool {
    code(error) == Some(NONCE_SIZE)
}

/// Whether a key wants another password than the empty one.
pub(super) fn is_password(error: tss_esapi::Error) -> bool {
    matches!(code(error).map(kind), Some(AUTH_FAIL | BAD_AUTH))
}

/// The response code, without the layer where it is the TPM's own or its resource manager's.
fn code(error: tss_esapi::Error) -> Option<u32> {
    const RESOURCE_MANAGERS: [u32; 2] = [11, 12];
    let tss_esapi::Error::Tss2Error(code) = error else {
        return None;
    };
    // The number is private; its text is not.
    let text = match code {
        Tss2ResponseCode::Success => return None,
        Tss2ResponseCode::FormatZero(code) => code.to_string(),
        Tss2ResponseCode::FormatOne(code) => code.to_string(),
    };
    let (_, digits) = text.rsplit_once("0x")?;
    let code = u32::from_str_radix(digits, 16).ok()?;
    Some(if RESOURCE_MANAGERS.contains(&(code >> 16)) {
        code & 0xFFFF
    } else {
        code
    })
}

/// A code of format one without the number of the parameter, handle or session that it is about.
fn kind(code: u32) -> u32 {
    const FORMAT_ONE: u32 = 0x080;
    if code < 0x1000 && code & FORMAT_ONE != 0 {
        code & 0x0BF
    } else {
        code
    }
}

#[cfg(test)]
mod tests {
    use tss_esapi::structures::Public;
    use tss_esapi::traits::UnMarshall as _;

    use super::{AUTH_FAIL, BAD_AUTH, CURVE, HANDLE, VALUE, code, kind};

    #[test]
    fn a_code_is_read_out_of_the_librarys_error() {
        // `TSS2_MU_RC_INSUFFICIENT_BUFFER`.
        let error = Public::unmarshall(&[0]).unwrap_err();
        assert_eq!(code(error), Some(0x9_0006));
    }

    #[test]
    fn codes_are_told_apart_whatever_they_are_about() {
        for (code, expected) in [
            (0x18B, HANDLE),
            (0x28B, HANDLE),
            (0x9A2, BAD_AUTH),
            (0x98E, AUTH_FAIL),
            (0x2C4, VALUE),
            (0x2E6, CURVE),
            // Of format zero, and of another layer.
            (0x921, 0x921),
            (0x14A, 0x14A),
            (0xA_000A, 0xA_000A),
            (0x9_0095, 0x9_0095),
        ] {
            assert_eq!(kind(code), expected, "{code:#x}");
        }
    }
}
