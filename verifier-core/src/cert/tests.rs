//! Certificates of attestation keys, real ones and made ones.

mod instance;
mod real;
