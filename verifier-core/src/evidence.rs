//! A machine's own evidence: quotes, boot log and certificate, and what they prove together.

mod defect;
mod fact;
mod machine;
pub mod wire;

pub use self::defect::EvidenceDefect;
pub use self::fact::{FactField, FactKind};
pub use self::machine::{
    AttestationKeyFacts, CertificateFacts, ContainerFacts, CosFacts, DatabaseFacts, EfiFacts,
    EventLogFacts, GrubFacts, GrubFileFacts, InstanceFacts, LinuxKernelFacts, Machine,
    PlatformFacts, QuoteFacts, SecureBootFacts,
};
