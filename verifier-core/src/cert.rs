//! Certificates of attestation keys: who vouches for a TPM, and for which instance.

mod defect;

pub use self::defect::InstanceInfoDefect;
