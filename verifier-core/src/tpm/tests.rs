//! Quotes and attestation keys, real ones and made ones.

mod real;
