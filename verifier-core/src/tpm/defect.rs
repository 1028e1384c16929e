//! What can be wrong with a quote or the key that signed it, as data.

use thiserror::Error as ThisError;

/// Why a key's quotes prove nothing (TPM 2.0 Library, Part 1, section 31; Part 2, section 8.3).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum AttestationKeyDefect {
    /// It could leave its TPM: `fixedTPM` or `fixedParent` is clear.
    #[error("it is not fixed to its TPM")]
    NotFixed,
    /// It was not made by the TPM: `sensitiveDataOrigin` is clear.
    #[error("its private part was not made by the TPM")]
    NotFromTpm,
    /// It signs whatever it is given, forged quotes too: `restricted` is clear.
    #[error("it is not restricted, so it could sign a forged quote")]
    NotRestricted,
    /// It is not for signing, or is for decryption too.
    #[error("it is not for signing alone")]
    NotSigning,
    /// The public area is not a `TPMT_PUBLIC`, or has bytes after it.
    #[error("its public area is malformed")]
    Malformed,
    /// RSA of another size or exponent than 2048 to 4096 bits and 65537.
    #[error("its size or exponent is not accepted")]
    Size,
    /// Neither RSASSA nor ECDSA with SHA-256, SHA-384 or SHA-512, or none fixed.
    #[error("its scheme is not RSASSA or ECDSA with SHA-256, SHA-384 or SHA-512")]
    Scheme,
    /// Neither RSA nor P-256 or P-384.
    #[error("its type is not RSA, P-256 or P-384")]
    Type,
}

/// What is wrong with a quote's form.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum QuoteDefect {
    /// Two quotes of one bank.
    #[error("there is another one of the same bank")]
    Duplicate,
    /// Not a `TPMS_ATTEST` that its TPM made, or bytes after it.
    #[error("it is not a TPMS_ATTEST")]
    Attest,
    /// Attests something else than registers.
    #[error("it attests something else")]
    NotQuote,
    /// Another reset or restart count than the other quotes': registers of two boots are no state.
    #[error("it is of another boot than the other quotes")]
    OtherBoot,
    /// A register that does not exist, or a value of another length than the bank's.
    #[error("a register has no such number or length")]
    Register,
    /// Not exactly one selection.
    #[error("it does not select registers of exactly one bank")]
    Selection,
    /// Not a `TPMT_SIGNATURE`, or bytes after it.
    #[error("its signature is not a TPMT_SIGNATURE")]
    Signature,
    /// The signature's scheme or hash is not the key's, or not accepted.
    #[error("its signature is not of the key's scheme")]
    SignatureScheme,
}
