//! Replaying a log: what its events make of the registers.

use std::collections::BTreeMap;

use super::{Event, EventLog, EventType, LogDefect};
use crate::error::Error;
use crate::tpm::{Digest, HashAlgorithm};

/// What the event that names the starting locality begins with (TCG PC Client Platform Firmware
/// Profile 1.06, section 10.4.5.3).
pub(super) const STARTUP_LOCALITY: &[u8] = b"StartupLocality\0";
/// The localities that a TPM can be started from (TPM 2.0 Library, Part 3, section 9.3.1: 4 after
/// a measured root of trust).
const LOCALITIES: [u8; 3] = [0, 3, 4];

/// What a log makes of one register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// The register, as [`Event::register`] has it.
    pub register: u32,
    /// How many events were measured into it.
    pub events: usize,
    /// The value after the last of them; or [`Error::LogEventInvalid`] for the first of them that
    /// has no digest of the bank.
    pub value: Result<Digest, Error>,
}

impl EventLog<'_> {
    /// What the log makes of each register that it has measured events of, in ascending order, in
    /// one bank. Cost: one hash an event.
    ///
    /// Register 0 of a TPM starts from the locality that an event names before its first
    /// measurement, every other one from zero.
    pub fn replay(&self, bank: HashAlgorithm) -> Vec<Replay> {
        let mut registers = Registers::new(bank);
        for event in self.events() {
            registers.measure(event);
        }
        registers
            .running
            .into_iter()
            .filter(|(_, running)| running.events > 0)
            .map(|(register, running)| Replay {
                register,
                events: running.events,
                value: running.value,
            })
            .collect()
    }
}

/// Registers while a log is replayed.
pub(super) struct Registers {
    bank: HashAlgorithm,
    running: BTreeMap<u32, Running>,
}

pub(super) struct Running {
    pub(super) events: usize,
    pub(super) value: Result<Digest, Error>,
}

impl Registers {
    pub(super) fn new(bank: HashAlgorithm) -> Self {
        Self {
            bank,
            running: BTreeMap::new(),
        }
    }

    pub(super) fn get(&self, register: u32) -> Option<&Running> {
        self.running.get(&register)
    }

    /// Takes one event; the register's new state, if it was measured.
    pub(super) fn measure(&mut self, event: &Event<'_>) -> Option<&Running> {
        let bank = self.bank;
        let running = self
            .running
            .entry(event.register)
            .or_insert_with(|| Running {
                events: 0,
                value: Ok(Digest::zero(bank)),
            });
        if event.event_type == EventType::NO_ACTION {
            if let (0, 0, Some(locality)) = (
                event.register,
                running.events,
                startup_locality(event.data).filter(|locality| LOCALITIES.contains(locality)),
            ) {
                running.value = Ok(start(bank, locality));
            }
            return None;
        }
        running.events = running.events.saturating_add(1);
        running.value = match (&running.value, event.digest(bank)) {
            (Ok(value), Some(digest)) => Ok(extend(bank, value, digest)),
            (Err(error), _) => Err(error.clone()),
            (Ok(_), None) => Err(Error::LogEventInvalid {
                number: event.number,
                register: event.register,
                defect: LogDefect::DigestMissing(bank),
            }),
        };
        Some(running)
    }
}

/// The new value of a register (TPM 2.0 Library, Part 1, section 17.4).
pub(super) fn extend(bank: HashAlgorithm, value: &Digest, digest: &Digest) -> Digest {
    bank.digest(&[value.as_bytes(), digest.as_bytes()])
}

/// The locality that an event names, if it names one.
pub(super) fn startup_locality(data: &[u8]) -> Option<u8> {
    match data.strip_prefix(STARTUP_LOCALITY) {
        Some([locality]) => Some(*locality),
        _ => None,
    }
}

/// Register 0 of a TPM that was started from a locality: zero but for the last byte.
fn start(bank: HashAlgorithm, locality: u8) -> Digest {
    let mut bytes = vec![0; bank.digest_bytes()];
    if let Some(last) = bytes.last_mut() {
        *last = locality;
    }
    Digest::new(bank, &bytes).unwrap_or_else(|| Digest::zero(bank))
}
