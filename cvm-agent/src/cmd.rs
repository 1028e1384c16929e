//! One room for each command.

#[cfg(feature = "tpm")]
pub(crate) mod attest;
pub(crate) mod decode;
pub(crate) mod eventlog;
pub(crate) mod verify_debug;
pub(crate) mod verify_evidence;
pub(crate) mod verify_token;
