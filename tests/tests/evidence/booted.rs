//! Machines that have booted, and what they attest.

use std::fs;
use std::path::PathBuf;

use sealgate_core::wire;
use sealgate_core::wire::attest::Attestation;
use sealgate_tests::agent::{Agent, Appraisal};
use sealgate_tests::desk::{Authority, Boot, Desk, KeyAlgorithm, Machine};
use sealgate_tests::tests_path;

pub(crate) const NONCE: &str = "00112233445566778899aabbccddeeff";
/// Container-Optimized OS on AMD SEV: 45 records.
pub(crate) const LOG: &str = "cos-85-amd-sev.bin";

pub(crate) fn log(file: &str) -> Vec<u8> {
    fs::read(tests_path("vectors/evidence/logs").join(file)).expect("a log")
}

/// A machine that has booted, with the agent on it.
pub(crate) struct Booted {
    pub(crate) desk: Desk,
    pub(crate) agent: Agent,
    roots: PathBuf,
}

impl Booted {
    pub(crate) fn start(machine: &Machine) -> Self {
        let desk = Desk::start(machine).expect("a desk");
        let roots = desk.folder().join("roots.pem");
        fs::write(&roots, Authority::Desk.pem()).expect("a file");
        Self {
            desk,
            agent: Agent::built().expect("a built agent"),
            roots,
        }
    }

    /// A sound machine.
    pub(crate) fn sound() -> Self {
        Self::start(&Machine::booted(log(LOG)))
    }

    pub(crate) fn attest(&self, algorithm: KeyAlgorithm) -> Vec<u8> {
        self.agent.attest(&self.desk, NONCE, algorithm)
    }

    /// What it attests with its RSA key, to be altered.
    pub(crate) fn message(&self) -> Attestation {
        read(&self.attest(KeyAlgorithm::Rsa))
    }

    /// The verdict on evidence for [`NONCE`], with the desk's authority trusted.
    #[track_caller]
    pub(crate) fn appraise(&self, evidence: &[u8]) -> Appraisal {
        self.appraise_with(evidence, &[])
    }

    #[track_caller]
    pub(crate) fn appraise_with(&self, evidence: &[u8], arguments: &[&str]) -> Appraisal {
        let roots = self.roots.to_str().expect("a path in UTF-8");
        let arguments = [&["--root", roots], arguments].concat();
        self.agent.appraise(evidence, NONCE, &arguments)
    }

    #[track_caller]
    pub(crate) fn appraise_message(&self, message: &Attestation) -> Appraisal {
        self.appraise(&wire::encode(message))
    }
}

pub(crate) fn read(evidence: &[u8]) -> Attestation {
    wire::decode_attestation(evidence).expect("an attestation")
}

/// The log of `message`, taken apart.
pub(crate) fn boot(message: &Attestation) -> Boot {
    Boot::parse(&message.event_log).expect("a log")
}
