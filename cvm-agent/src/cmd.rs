//! One room for each command.

pub(crate) mod attest;
pub(crate) mod decode;
pub(crate) mod verify_token;
