//! What a TPM signs: quotes, the keys that sign them, and the registers they are about.
//!
//! Structures are those of "TPM 2.0 Library, Part 2: Structures"; the parser is a kept library's,
//! and what it leaves open (trailing bytes, attributes, schemes) is checked here.

mod algorithm;
mod attest;
mod defect;
mod pcr;
mod public;
mod quote;
mod signature;
#[cfg(test)]
mod tests;

pub use self::algorithm::{Digest, HashAlgorithm};
pub use self::attest::ClockInfo;
pub use self::defect::{AttestationKeyDefect, QuoteDefect};
pub use self::pcr::{PcrBank, PcrIndex};
pub use self::public::AttestationKey;
pub use self::quote::{Quote, VerifiedQuote};
