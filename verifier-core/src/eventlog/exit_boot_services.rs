//! The end of boot services, which a log may end before.

use super::replay::extend;
use crate::tpm::{Digest, HashAlgorithm, PcrIndex};

/// What is measured when the operating system takes over, and how that went (TCG PC Client
/// Platform Firmware Profile 1.06, section 3.3.4.6).
pub(super) const INVOCATION: &str = "Exit Boot Services Invocation";
const SUCCESS: &str = "Exit Boot Services Returned with Success";
const FAILURE: &str = "Exit Boot Services Returned with Failure";

/// The register that it is measured into.
pub(super) const REGISTER: u8 = 5;

/// What can be missing. A failed attempt may be repeated.
const ENDINGS: [&[&str]; 3] = [
    &[INVOCATION, SUCCESS],
    &[INVOCATION, FAILURE],
    &[INVOCATION, FAILURE, SUCCESS],
];

/// The events that lead from the `computed` value of a register to the `quoted` one, if it is the
/// register of boot services and it is one of their endings that is missing.
pub(super) fn missing_events(
    bank: HashAlgorithm,
    register: PcrIndex,
    computed: &Digest,
    quoted: &Digest,
) -> Option<&'static [&'static str]> {
    if register.value() != REGISTER {
        return None;
    }
    ENDINGS.into_iter().find(|ending| {
        let end = ending.iter().fold(*computed, |value, text| {
            extend(bank, &value, &bank.digest(&[text.as_bytes()]))
        });
        end == *quoted
    })
}
