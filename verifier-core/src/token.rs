//! Attestation tokens: from text to verified claims, one type per step.
//!
//! [`UnverifiedToken`] has the form of a token and nothing more. A signature that holds turns it
//! into a [`SignedToken`], whose claims are the issuer's words but not yet about us. Only
//! [`Verifier`] makes a [`VerifiedToken`].

mod algorithm;
mod checks;
mod claims;
mod header;
mod jwks;
mod jws;
mod key;
mod pki;
mod signature;
mod verification;
mod verified;
mod verifier;

pub use algorithm::Algorithm;
pub use claims::{
    AwsTags, Claims, ConfidentialSpace, Container, Gce, ImageSignature, NvidiaGpu, NvidiaGpus,
    Submods, Tdx,
};
pub use header::Header;
pub use jwks::Jwks;
pub use jws::UnverifiedToken;
pub use key::PublicKey;
pub use pki::Roots;
pub use signature::{SignatureAnswer, SignatureCheck};
pub use verification::{Outcome, Verification};
pub use verified::{Facts, SignedToken, VerifiedToken};
pub use verifier::{Issuer, KeySource, Verifier};

pub(crate) use jws::split;
