//! Every decision of Sealgate: is this token what it says, may it have this secret.
//!
//! Deterministic; no I/O, no clock, no randomness, no globals, no async. Time is an argument, and
//! a signature check is a value that the host may carry out with its own crypto.
//!
//! The pipeline, in the order in which a token is judged:
//! `parse → issuer → select key → check signature → time → audience → nonce → policy`.
//!
//! ```
//! use sealgate_core::{Issuer, Jwks, KeySource, UnixTime, Verifier};
//!
//! # fn main() -> Result<(), sealgate_core::Error> {
//! let keys = br#"{"keys": [{"kty": "RSA", "kid": "1", "n": "AQAB", "e": "AQAB"}]}"#;
//! let issuer = Issuer::new(
//!     "https://confidentialcomputing.googleapis.com",
//!     KeySource::Jwks(Jwks::parse(keys)?),
//! );
//! let audience = "https://gate.example/v1/secrets/db-password/release".to_owned();
//! let verifier = Verifier::new(issuer, vec![audience]);
//! let now = UnixTime::from_secs(1_757_060_300);
//! let refusal = verifier.verify("not a token", now).unwrap_err();
//! assert_eq!(refusal.code().as_str(), "token_malformed");
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

mod appraisal;
pub mod base64url;
mod cert;
mod code;
pub mod dangerous;
mod error;
mod eventlog;
mod evidence;
mod issuer;
mod json;
pub mod limits;
mod policy;
mod release;
mod time;
mod token;
mod tpm;

pub use appraisal::{Appraisal, Check, Keys, Unreadable};
pub use cert::{
    AkCertificate, InstanceInfo, InstanceInfoDefect, RootOrigin, VerifiedAkCertificate, VtpmRoots,
};
pub use code::{Code, exit};
pub use error::{
    ChainDefect, ClauseDefect, DiscoveryDefect, Error, FormDefect, JwksDefect, KeyDefect, Part,
};
pub use eventlog::{
    CanonicalLog, Certificate, ConfidentialTechnology, Database, DatabaseEntry, Description, Efi,
    Event, EventLog, EventType, ExplainedLog, Firmware, Gap, GpuMode, Grub, GrubFile, Guid, Launch,
    LaunchOutcome, LaunchedContainer, LinuxKernel, LogDefect, LogFormat, LogKind, MeasuredEvent,
    Platform, Replay, ReplayMismatch, RestartPolicy, SecureBoot, Separator, WellKnownCertificate,
};
pub use evidence::{
    AttestationKeyFacts, CertificateFacts, ContainerFacts, CosFacts, DatabaseFacts, EfiFacts,
    EventLogFacts, Evidence, EvidenceDefect, EvidenceOutcome, EvidenceVerifier, FactField,
    FactKind, GrubFacts, GrubFileFacts, InstanceFacts, KeyTrust, LinuxKernelFacts, Machine,
    PlatformFacts, ProcessorReport, QuoteFacts, SecureBootFacts, VerifiedEvidence, tee, wire,
};
pub use issuer::{
    Freshness, GOOGLE_ISSUER, GOOGLE_JWKS_URI, IssuerSetting, IssuerSettings, KeyTimes,
    discovery_url, jwks_uri, may_force_refresh, may_retry,
};
pub use json::{JsonDefect, parse_object};
pub use policy::{
    Binding, ClauseVerdict, ConditionDefect, EvidenceRule, Place, Policy, PolicyDefect,
};
pub use release::{
    Door, Origin, Owner, Owners, PlainHttp, Right, RootKeys, SealedValue, SecretName, admit,
    object_time, used_until,
};
pub use time::UnixTime;
pub use token::{
    Algorithm, AwsTags, Claims, ConfidentialSpace, Container, Facts, Gce, Header, ImageSignature,
    Issuer, Jwks, KeySource, NvidiaGpu, NvidiaGpus, Outcome, PublicKey, Roots, SignatureAnswer,
    SignatureCheck, SignedToken, Submods, Tdx, UnverifiedToken, Verification, VerifiedToken,
    Verifier,
};
pub use tpm::{
    AttestationKey, AttestationKeyDefect, ClockInfo, Digest, HashAlgorithm, PcrBank, PcrIndex,
    Quote, QuoteDefect, VerifiedQuote,
};
