//! A machine's own evidence, end to end: the built agent on a software TPM that is dressed as
//! Google's and has booted what a real machine booted.
//!
//! `cargo xtask test` builds the agent, installs `swtpm` and `tpm2-tools`, and sets
//! `SEALGATE_AGENT`.

#![cfg(feature = "e2e")]

#[path = "evidence/accepted.rs"]
mod accepted;
#[path = "evidence/booted.rs"]
mod booted;
#[path = "evidence/certificate.rs"]
mod certificate;
#[path = "evidence/handles.rs"]
mod handles;
#[path = "evidence/log.rs"]
mod log;
#[path = "evidence/quote.rs"]
mod quote;
#[path = "evidence/tools.rs"]
mod tools;
#[path = "evidence/truncated.rs"]
mod truncated;
