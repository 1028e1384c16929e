//! Evidence after every check: the facts that it proves, and its state as gotpm writes it.

use std::collections::BTreeMap;

use super::attestation::{Evidence, ProcessorReport};
use super::machine::{
    AttestationKeyFacts, CosFacts, EfiFacts, EventLogFacts, GrubFacts, InstanceFacts,
    LinuxKernelFacts, Machine, PlatformFacts, QuoteFacts, SecureBootFacts,
};
use super::state;
use super::wire::attest::MachineState;
use crate::cert::VerifiedAkCertificate;
use crate::error::Error;
use crate::eventlog::{CanonicalLog, ExplainedLog, Firmware, Launch, Platform};
use crate::tpm::{HashAlgorithm, PcrBank, VerifiedQuote};

/// Evidence that was verified. Only an [`super::EvidenceVerifier`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedEvidence {
    certificate: Option<VerifiedAkCertificate>,
    machine: Machine,
    state: MachineState,
    complete: Result<(), Error>,
    unreadable: Vec<(&'static str, Error)>,
    processor_report: Option<ProcessorReport>,
}

/// What was verified before the log is read.
pub(super) struct Boot {
    pub(super) certificate: Option<VerifiedAkCertificate>,
    pub(super) quotes: Vec<VerifiedQuote>,
    /// The banks that the log explains.
    pub(super) banks: Vec<HashAlgorithm>,
}

impl VerifiedEvidence {
    pub(super) fn new(boot: Boot, log: &ExplainedLog<'_>, evidence: &Evidence) -> Self {
        let mut parts = Parts::default();
        let platform = parts.read("platform", log.platform());
        let secure_boot = parts.read("secure_boot", log.secure_boot());
        let efi = parts.read("efi", log.efi()).flatten();
        let grub = parts.read("grub", log.grub()).flatten();
        let linux_kernel = parts.read("linux_kernel", log.linux_kernel()).flatten();
        let launch = parts.launch(&evidence.canonical_log, log.pcrs());
        let complete = log.check_complete();
        let instance = boot
            .certificate
            .as_ref()
            .and_then(VerifiedAkCertificate::instance);
        let state = state::MachineParts {
            bank: log.bank(),
            events: log.events(),
            instance,
            platform: platform.as_ref(),
            secure_boot: secure_boot.as_ref(),
            efi: efi.as_ref(),
            grub: grub.as_ref(),
            linux_kernel: linux_kernel.as_ref(),
            launch: launch.as_ref(),
        }
        .to_message();
        let instance = instance.map(InstanceFacts::from);
        let machine = Machine {
            attestation_key: attestation_key(boot.certificate.as_ref()),
            quote: quote(&boot.quotes),
            pcrs: registers(&boot),
            event_log: EventLogFacts {
                bank: Some(log.bank().name().to_owned()),
                events: u64::try_from(log.events().len()).unwrap_or(u64::MAX),
                complete: complete.is_ok(),
            },
            platform: platform_facts(platform, instance),
            secure_boot: secure_boot.as_ref().map(SecureBootFacts::from),
            efi: efi.as_ref().map(EfiFacts::from),
            grub: grub.as_ref().map(GrubFacts::from),
            linux_kernel: linux_kernel.as_ref().map(LinuxKernelFacts::from),
            cos: launch.as_ref().map(CosFacts::from),
        };
        Self {
            certificate: boot.certificate,
            machine,
            state,
            complete,
            unreadable: parts.unreadable,
            processor_report: evidence.processor_report,
        }
    }

    /// What it proves about the machine.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The machine's state as `gotpm verify debug` writes it.
    ///
    /// A part that could not be read is absent. Processor reports are left out: nobody verified
    /// them.
    pub fn state(&self) -> &MachineState {
        &self.state
    }

    /// The certificate of the key that signed the quotes; none when the key was taken as it came.
    pub fn certificate(&self) -> Option<&VerifiedAkCertificate> {
        self.certificate.as_ref()
    }

    /// Whether the log leaves nothing open that a release needs to know.
    pub fn complete(&self) -> &Result<(), Error> {
        &self.complete
    }

    /// The parts that could not be read, by their names in `machine`, and why.
    pub fn unreadable(&self) -> &[(&'static str, Error)] {
        &self.unreadable
    }

    /// The processor's report that came along, which nobody has verified.
    pub fn processor_report(&self) -> Option<ProcessorReport> {
        self.processor_report
    }
}

/// Collects what cannot be read, part by part: one does not take the others with it.
#[derive(Default)]
struct Parts {
    unreadable: Vec<(&'static str, Error)>,
}

impl Parts {
    fn read<T>(&mut self, part: &'static str, result: Result<T, Error>) -> Option<T> {
        result
            .map_err(|error| self.unreadable.push((part, error)))
            .ok()
    }

    /// What a Confidential Space launched: its launcher keeps a log of its own.
    fn launch(&mut self, log: &[u8], pcrs: &PcrBank) -> Option<Launch> {
        if log.is_empty() {
            return None;
        }
        let launch = CanonicalLog::parse(log).and_then(|log| log.explain(pcrs));
        self.read("cos", launch)
    }
}

fn attestation_key(certificate: Option<&VerifiedAkCertificate>) -> AttestationKeyFacts {
    let Some(certificate) = certificate else {
        return AttestationKeyFacts::default();
    };
    AttestationKeyFacts {
        root: Some(certificate.root().name().to_owned()),
        root_sha256: Some(hex::encode(certificate.root_sha256())),
        certificate_sha256: Some(hex::encode(certificate.sha256())),
    }
}

/// The quotes are of one boot, so their counters agree; the clock is the last one's.
fn quote(quotes: &[VerifiedQuote]) -> QuoteFacts {
    let Some(last) = quotes.iter().max_by_key(|quote| quote.clock().clock) else {
        return QuoteFacts::default();
    };
    let clock = last.clock();
    QuoteFacts {
        clock: Some(clock.clock),
        reset_count: Some(clock.reset_count),
        restart_count: Some(clock.restart_count),
        safe: Some(quotes.iter().all(|quote| quote.clock().safe)),
        firmware_version: Some(last.firmware_version()),
    }
}

fn registers(boot: &Boot) -> BTreeMap<String, BTreeMap<String, String>> {
    boot.quotes
        .iter()
        .map(VerifiedQuote::pcrs)
        .filter(|bank| boot.banks.contains(&bank.algorithm()))
        .map(|bank| {
            let values = bank
                .iter()
                .map(|(index, value)| (index.to_string(), value.to_string()))
                .collect();
            (bank.algorithm().name().to_owned(), values)
        })
        .collect()
}

fn platform_facts(platform: Option<Platform>, instance: Option<InstanceFacts>) -> PlatformFacts {
    let mut facts = PlatformFacts {
        instance_info: instance,
        ..PlatformFacts::default()
    };
    if let Some(platform) = platform {
        facts.technology = platform
            .technology
            .map(|technology| technology.name().to_owned());
        match platform.firmware {
            Some(Firmware::GceVersion(version)) => facts.gce_version = Some(version),
            Some(Firmware::ScrtmVersion(bytes)) => {
                facts.scrtm_version_id = Some(hex::encode(bytes));
            }
            None => {}
        }
    }
    facts
}
