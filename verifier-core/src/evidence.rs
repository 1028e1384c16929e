//! A machine's own evidence: quotes, boot log and certificate, and what they prove together.
//!
//! `read → chain → attestation key → quotes → one boot → log → replay → complete → policy`.

mod attestation;
mod defect;
mod fact;
mod facts;
mod judgement;
mod machine;
mod state;
pub mod tee;
mod verified;
mod verifier;
pub mod wire;

pub use self::attestation::{Evidence, ProcessorReport};
pub use self::defect::EvidenceDefect;
pub use self::fact::{FactField, FactKind};
pub use self::machine::{
    AttestationKeyFacts, CertificateFacts, ContainerFacts, CosFacts, DatabaseFacts, EfiFacts,
    EventLogFacts, GrubFacts, GrubFileFacts, InstanceFacts, LinuxKernelFacts, Machine,
    PlatformFacts, QuoteFacts, SecureBootFacts,
};
pub use self::verified::VerifiedEvidence;
pub use self::verifier::{EvidenceOutcome, EvidenceVerifier, KeyTrust};
