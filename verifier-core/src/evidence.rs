//! A machine's own evidence: quotes, boot log and certificate, and what they prove together.

mod defect;

pub use self::defect::EvidenceDefect;
