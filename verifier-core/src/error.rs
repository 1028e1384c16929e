//! The one error type of the core: what is wrong with the input, as data.
//!
//! Variants carry what was compared, never free text of an attacker's choosing from an unsigned
//! token. Programs match on [`Error::code`]; the display text is for people and may change.
//!
//! Longer than usual: it is one enum, and its table of codes stands beside it.

use thiserror::Error as ThisError;

use crate::cert::InstanceInfoDefect;
use crate::code::Code;
use crate::eventlog::{Gap, LogDefect, ReplayMismatch};
use crate::evidence::EvidenceDefect;
use crate::json::JsonDefect;
use crate::policy::PolicyDefect;
use crate::time::UnixTime;
use crate::tpm::{AttestationKeyDefect, HashAlgorithm, QuoteDefect};

/// What is wrong with an input of the core.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum Error {
    /// `alg` is not among the accepted ones (RFC 8725 §3.1).
    #[error("the token's algorithm is not accepted here")]
    AlgorithmNotAllowed,
    /// `ak_pub` is not the key of the certificate.
    #[error("the attestation key is not the one in its certificate")]
    AttestationKeyMismatch,
    /// A key whose quotes prove nothing.
    #[error("the attestation key cannot be used: {0}")]
    AttestationKeyNotAllowed(AttestationKeyDefect),
    /// `aud` is not exactly the audience expected.
    #[error("the token is for another audience: {}", list(.actual))]
    AudienceMismatch {
        /// The audiences that would do.
        expected: Vec<String>,
        /// What the signed token says.
        actual: Vec<String>,
    },
    /// A policy asks for a binding that is not offered.
    #[error("the policy's binding is not offered; only an explicit \"bearer\" is")]
    BindingNotSupported,
    /// A certificate's `notAfter` has passed.
    #[error("a certificate of the chain expired at {not_after}")]
    CertificateExpired {
        /// The time of verification.
        now: UnixTime,
        /// The last moment of the certificate.
        not_after: UnixTime,
    },
    /// Evidence without a certificate, where one is needed.
    #[error("the evidence has no certificate for its attestation key")]
    CertificateMissing,
    /// A certificate's `notBefore` is to come.
    #[error("a certificate of the chain is not valid before {not_before}")]
    CertificateNotYetValid {
        /// The time of verification.
        now: UnixTime,
        /// The first moment of the certificate.
        not_before: UnixTime,
    },
    /// A certificate chain does not hold.
    #[error("the certificate chain does not hold: {0}")]
    ChainInvalid(ChainDefect),
    /// A claim has a type or value that it cannot have.
    #[error("the claim `{claim}` is not {expected}")]
    ClaimInvalid {
        /// The claim's path, such as `submods.gce.zone`.
        claim: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A claim that is needed is absent.
    #[error("the claim `{claim}` is missing")]
    ClaimMissing {
        /// The claim's path.
        claim: String,
    },
    /// A clause of the condition is false, or cannot be evaluated.
    #[error("the condition does not hold: clause {} {reason}", clause.saturating_add(1))]
    ConditionNotMet {
        /// Index of the clause among the condition's `&&` parts.
        clause: usize,
        /// False, or why it has no value.
        reason: ClauseDefect,
    },
    /// The bound on the evaluation's cost over this token exceeds the limit.
    #[error("evaluating the condition over this token would cost too much")]
    ConditionTooCostly,
    /// An issuer's discovery document cannot be used.
    #[error("the issuer's discovery document cannot be used: {0}")]
    DiscoveryInvalid(DiscoveryDefect),
    /// Not an attestation within the limits.
    #[error("the evidence cannot be read: {0}")]
    EvidenceMalformed(EvidenceDefect),
    /// A policy asks for evidence that is not evaluated.
    #[error("the policy requires evidence, which is not evaluated here")]
    EvidenceNotSupported,
    /// Only SHA-1 would do.
    #[error("only the SHA-1 bank can be verified, and SHA-1 is not accepted")]
    HashNotAllowed,
    /// A header parameter changes the meaning of the token.
    #[error("the token's header must not have `{parameter}` as it has it")]
    HeaderNotAllowed {
        /// The parameter's registered name.
        parameter: &'static str,
    },
    /// The instance information of a certificate cannot be used.
    #[error("the certificate's instance information cannot be used: {0}")]
    InstanceInfoInvalid(InstanceInfoDefect),
    /// `iss` is not exactly an issuer that is trusted.
    #[error("the token's issuer is not trusted here")]
    IssuerNotTrusted,
    /// Not a usable JWK set.
    #[error("the key set cannot be used: {0}")]
    JwksInvalid(JwksDefect),
    /// Two keys of the set have the token's `kid`.
    #[error("two keys of the set have the token's key id")]
    KeyAmbiguous,
    /// No key of the set has the token's `kid`, or the token has none.
    #[error("no key of the issuer has the token's key id")]
    KeyNotFound,
    /// The key with the token's `kid` may not verify the token.
    #[error("the key with the token's key id may not be used: {0}")]
    KeyNotUsable(KeyDefect),
    /// An event is not what its place and digest require.
    #[error("event {number} of the log, of register {register}, is not valid: {defect}")]
    LogEventInvalid {
        /// Its number in the log, from 0.
        number: usize,
        /// The register it was measured into.
        register: u32,
        /// What is wrong.
        defect: LogDefect,
    },
    /// The log or the quote leaves open what a release needs to know.
    #[error("{0}")]
    LogIncomplete(Gap),
    /// The log cannot be read.
    #[error("the log cannot be read at byte {offset}, record {number}: {defect}")]
    LogMalformed {
        /// Where the record begins, in bytes.
        offset: usize,
        /// The record's number, from 0.
        number: usize,
        /// What is wrong.
        defect: LogDefect,
    },
    /// Events of a register that the quote is not about.
    #[error("the log has events of register {register}, which was not quoted")]
    LogNotQuoted {
        /// The register.
        register: u32,
    },
    /// The log does not lead to the quoted values.
    #[error("the log does not explain these registers of the bank {bank}: {}", registers(.mismatches))]
    LogReplayFailed {
        /// The bank.
        bank: HashAlgorithm,
        /// Each register whose value was not explained.
        mismatches: Vec<ReplayMismatch>,
    },
    /// A secret's name is not one.
    #[error("a secret's name is 1 to 64 of A-Z a-z 0-9 - _ . and starts with a letter or digit")]
    NameInvalid,
    /// `eat_nonce` is not exactly what was expected.
    #[error("the token's nonce is not the one expected")]
    NonceMismatch {
        /// How many nonces were expected.
        expected: usize,
        /// How many nonces the token has.
        actual: usize,
    },
    /// The caller is no owner, or not one who may do this.
    #[error("not an owner who may do this")]
    NotAuthorized,
    /// A policy document is malformed.
    #[error("the policy is not valid: {0}")]
    PolicyInvalid(PolicyDefect),
    /// A condition would let any customer of the issuer in.
    #[error("the condition pins no project, instance, image digest or service account")]
    PolicyTooOpen,
    /// A quote, its signature or its registers are malformed.
    #[error("the quote of the bank {bank} is malformed: {defect}")]
    QuoteMalformed {
        /// The bank that it says it is of.
        bank: HashAlgorithm,
        /// What is wrong.
        defect: QuoteDefect,
    },
    /// No quote of a usable bank.
    #[error("the evidence has no quote of a usable bank")]
    QuoteMissing,
    /// The quote answers another nonce.
    #[error("the quote of the bank {bank} was not made for this nonce")]
    QuoteNonceMismatch {
        /// The bank.
        bank: HashAlgorithm,
    },
    /// The registers are not those of the quote.
    #[error("the registers of the bank {bank} are not those that were quoted")]
    QuotePcrsMismatch {
        /// The bank.
        bank: HashAlgorithm,
    },
    /// The signature of a quote does not verify.
    #[error("the signature of the quote of the bank {bank} does not verify")]
    QuoteSignatureInvalid {
        /// The bank.
        bank: HashAlgorithm,
    },
    /// The chain does not lead to a trusted root.
    #[error("the certificate chain does not lead to a trusted root")]
    RootNotTrusted,
    /// Trusted roots that are not certificates.
    #[error("the trusted roots are not 1 to 16 certificates in PEM")]
    RootsInvalid,
    /// A setting is wrong.
    #[error("the setting {setting} is wrong: {defect}")]
    SettingInvalid {
        /// The variable's name.
        setting: &'static str,
        /// What is wrong with it.
        defect: &'static str,
    },
    /// The signature does not verify.
    #[error("the signature does not verify")]
    SignatureInvalid,
    /// `exp` has passed.
    #[error("the token expired at {not_after}")]
    TokenExpired {
        /// The time of verification.
        now: UnixTime,
        /// The first moment at which the token no longer counts, without skew.
        not_after: UnixTime,
    },
    /// `exp - iat` exceeds the cap.
    #[error("the token claims to live {lifetime} s, more than {limit} s")]
    TokenLifetimeTooLong {
        /// `exp - iat` in seconds.
        lifetime: u64,
        /// The cap in seconds.
        limit: u64,
    },
    /// Not a JWT in strict compact form.
    #[error("the token's {part} is malformed: {defect}")]
    TokenMalformed {
        /// Where.
        part: Part,
        /// What.
        defect: FormDefect,
    },
    /// `nbf` or `iat` is to come.
    #[error("the token is not valid before {not_before}")]
    TokenNotYetValid {
        /// The time of verification.
        now: UnixTime,
        /// The first moment at which the token counts, without skew.
        not_before: UnixTime,
    },
    /// Larger than [`crate::limits::TOKEN_BYTES`].
    #[error("the token has {bytes} bytes, more than any real one")]
    TokenTooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// A part of a token in compact form (RFC 7515 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum Part {
    /// The whole text.
    #[error("text")]
    Compact,
    /// The protected header.
    #[error("header")]
    Header,
    /// The payload.
    #[error("payload")]
    Payload,
    /// The signature.
    #[error("signature")]
    Signature,
}

/// What is wrong with a token's form.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum FormDefect {
    /// Not base64url without padding, or not its one spelling.
    #[error("it is not base64url without padding")]
    Base64,
    /// Nothing there.
    #[error("it is empty")]
    Empty,
    /// Not acceptable JSON.
    #[error("{0}")]
    Json(JsonDefect),
    /// `alg` or another parameter has a type or length that it cannot have.
    #[error("the parameter `{0}` is missing or has the wrong type")]
    Parameter(&'static str),
    /// Not three parts with two dots between them.
    #[error("it is not three parts with dots between them")]
    PartCount,
}

/// What is wrong with a discovery document (OpenID Connect Discovery 1.0 §4.3).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum DiscoveryDefect {
    /// It names another issuer.
    #[error("it names another issuer")]
    Issuer,
    /// Not acceptable JSON.
    #[error("{0}")]
    Json(JsonDefect),
    /// No `jwks_uri`, or one that is not on the issuer's own host.
    #[error("its jwks_uri is not on the issuer's own host")]
    JwksUri,
    /// Larger than 64 KiB.
    #[error("it is too large")]
    TooLarge,
}

/// What is wrong with a JWK set as a whole.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum JwksDefect {
    /// Not acceptable JSON.
    #[error("{0}")]
    Json(JsonDefect),
    /// No array `keys`, or something in it that is no object.
    #[error("it has no array `keys` of objects")]
    Keys,
    /// No keys at all: never what an issuer means.
    #[error("it has no key")]
    NoKey,
    /// Larger than 256 KiB.
    #[error("it is too large")]
    TooLarge,
    /// More than 64 keys.
    #[error("it has too many keys")]
    TooManyKeys,
}

/// Why a key may not verify a token (RFC 7517 §4, RFC 7518 §6.3).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum KeyDefect {
    /// `alg` of the key is not the token's.
    #[error("it is for another algorithm")]
    Algorithm,
    /// A member is missing, not base64url in its one spelling, or has leading zero octets.
    #[error("a member is missing or not minimal base64url")]
    Encoding,
    /// The exponent is even, below 65537 or above 32 bits.
    #[error("its exponent is not odd and between 65537 and 2^32")]
    Exponent,
    /// `kty` (and `crv`) do not fit the algorithm.
    #[error("its type does not fit the algorithm")]
    KeyType,
    /// The modulus is even, or not 2048 to 4096 bits.
    #[error("its modulus is not odd and of 2048 to 4096 bits")]
    Modulus,
    /// Private members were published.
    #[error("its private part was published")]
    PrivateMembers,
    /// `use` or `key_ops` does not allow verification.
    #[error("it is not for verifying signatures")]
    Use,
}

/// Why a certificate chain does not hold (RFC 5280 §6, RFC 7515 §4.1.6).
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum ChainDefect {
    /// A certificate is not DER of RFC 5280.
    #[error("a certificate is malformed")]
    Certificate,
    /// Not leaf, intermediate, root.
    #[error("it is not leaf, intermediate, root")]
    Count,
    /// An entry is neither padded base64 of DER nor one PEM certificate.
    #[error("an entry is not base64 of a certificate")]
    Encoding,
    /// The leaf's key is not RSA of 2048 to 4096 bits; a token's must be, an attestation key may also
    /// be P-256 or P-384.
    #[error("the leaf's key is not of an accepted type and size")]
    LeafKey,
    /// The leaf's `keyUsage` forbids signatures.
    #[error("the leaf's key usage does not allow signatures")]
    LeafUsage,
    /// The header has no `x5c`.
    #[error("the header has no x5c")]
    Missing,
    /// A link does not verify: signature, CA flag, path length, name constraints, extensions.
    #[error("a certificate was not issued by the next one")]
    Path,
    /// Too many certificates for an attestation, or one too large to be real.
    #[error("it has too many certificates, or one that is too large")]
    Size,
    /// `x5t#S256` (or an `x5t`, which is SHA-1) does not name the leaf.
    #[error("the thumbprint in the header is not the leaf's")]
    Thumbprint,
}

/// Why a clause does not hold.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum ClauseDefect {
    /// It is false.
    #[error("is false")]
    False,
    /// It has a value that is not a truth value.
    #[error("is not a truth value")]
    NotBoolean,
    /// It cannot be evaluated: wrong types, index out of range, overflow.
    #[error("cannot be evaluated")]
    NotEvaluable,
}

impl Error {
    /// The stable code.
    pub const fn code(&self) -> Code {
        match self {
            Self::AlgorithmNotAllowed => Code::AlgorithmNotAllowed,
            Self::AttestationKeyMismatch => Code::AttestationKeyMismatch,
            Self::AttestationKeyNotAllowed(_) => Code::AttestationKeyNotAllowed,
            Self::AudienceMismatch { .. } => Code::AudienceMismatch,
            Self::BindingNotSupported => Code::BindingNotSupported,
            Self::CertificateExpired { .. } => Code::CertificateExpired,
            Self::CertificateMissing => Code::CertificateMissing,
            Self::CertificateNotYetValid { .. } => Code::CertificateNotYetValid,
            Self::ChainInvalid(_) => Code::ChainInvalid,
            Self::ClaimInvalid { .. } => Code::ClaimInvalid,
            Self::ClaimMissing { .. } => Code::ClaimMissing,
            Self::ConditionNotMet { .. } => Code::ConditionNotMet,
            Self::ConditionTooCostly => Code::ConditionTooCostly,
            Self::DiscoveryInvalid(_) => Code::IssuerUnreachable,
            Self::EvidenceMalformed(_) => Code::EvidenceMalformed,
            Self::EvidenceNotSupported => Code::EvidenceNotSupported,
            Self::HashNotAllowed => Code::HashNotAllowed,
            Self::HeaderNotAllowed { .. } => Code::HeaderNotAllowed,
            Self::InstanceInfoInvalid(_) => Code::InstanceInfoInvalid,
            Self::IssuerNotTrusted => Code::IssuerNotTrusted,
            Self::JwksInvalid(_) => Code::JwksInvalid,
            Self::KeyAmbiguous => Code::KeyAmbiguous,
            Self::KeyNotFound => Code::KeyNotFound,
            Self::KeyNotUsable(_) => Code::KeyNotUsable,
            Self::LogEventInvalid { .. } => Code::LogEventInvalid,
            Self::LogIncomplete(_) => Code::LogIncomplete,
            Self::LogMalformed { .. } => Code::LogMalformed,
            Self::LogNotQuoted { .. } => Code::LogNotQuoted,
            Self::LogReplayFailed { .. } => Code::LogReplayFailed,
            Self::NameInvalid => Code::NameInvalid,
            Self::NonceMismatch { .. } => Code::NonceMismatch,
            Self::NotAuthorized => Code::NotAuthorized,
            Self::PolicyInvalid(_) => Code::PolicyInvalid,
            Self::PolicyTooOpen => Code::PolicyTooOpen,
            Self::QuoteMalformed { .. } => Code::QuoteMalformed,
            Self::QuoteMissing => Code::QuoteMissing,
            Self::QuoteNonceMismatch { .. } => Code::QuoteNonceMismatch,
            Self::QuotePcrsMismatch { .. } => Code::QuotePcrsMismatch,
            Self::QuoteSignatureInvalid { .. } => Code::QuoteSignatureInvalid,
            Self::RootNotTrusted => Code::RootNotTrusted,
            Self::RootsInvalid => Code::RootsInvalid,
            Self::SettingInvalid { .. } => Code::Misconfigured,
            Self::SignatureInvalid => Code::SignatureInvalid,
            Self::TokenExpired { .. } => Code::TokenExpired,
            Self::TokenLifetimeTooLong { .. } => Code::TokenLifetimeTooLong,
            Self::TokenMalformed { .. } => Code::TokenMalformed,
            Self::TokenNotYetValid { .. } => Code::TokenNotYetValid,
            Self::TokenTooLarge { .. } => Code::TokenTooLarge,
        }
    }

    /// The claim that the error is about, if it is about one.
    pub fn claim(&self) -> Option<&str> {
        Some(match self {
            Self::AudienceMismatch { .. } => "aud",
            Self::ClaimInvalid { claim, .. } | Self::ClaimMissing { claim } => claim,
            Self::IssuerNotTrusted => "iss",
            Self::NonceMismatch { .. } => "eat_nonce",
            Self::TokenExpired { .. } | Self::TokenLifetimeTooLong { .. } => "exp",
            Self::TokenNotYetValid { .. } => "nbf",
            _ => return None,
        })
    }
}

fn list(values: &[String]) -> String {
    match values {
        [] => "none".to_owned(),
        values => values.join(", "),
    }
}

fn registers(mismatches: &[ReplayMismatch]) -> String {
    let registers: Vec<_> = mismatches
        .iter()
        .map(|mismatch| mismatch.register.to_string())
        .collect();
    registers.join(", ")
}
