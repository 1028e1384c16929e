//! Quotes and attestation keys, real ones and made ones.

mod desk;
mod public;
mod quote;
mod real;
