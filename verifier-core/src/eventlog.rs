//! Boot event logs (TCG PC Client Platform Firmware Profile): what was measured, in which order.
//!
//! A log is nobody's word until it explains registers that a TPM has quoted: only a
//! replay that ends in the quoted values makes its events worth reading.

mod defect;

pub use self::defect::{Gap, LogDefect, ReplayMismatch};
