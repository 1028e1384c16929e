//! Certificates of attestation keys: who vouches for a TPM, and for which instance.

mod ak_certificate;
pub(crate) mod chain;
mod defect;
mod instance_info;
mod public_key;
mod roots;
mod signature;
#[cfg(test)]
mod tests;

pub use self::ak_certificate::{AkCertificate, VerifiedAkCertificate};
pub use self::defect::InstanceInfoDefect;
pub use self::instance_info::InstanceInfo;
pub(crate) use self::public_key::{RSA_ENCRYPTION, SubjectPublicKey, rsa_public_key};
pub use self::roots::{RootOrigin, VtpmRoots};
pub(crate) use self::signature::RsaSha256;
