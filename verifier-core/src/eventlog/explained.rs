//! A log that explains quoted registers: from here on its events may be interpreted.

use std::collections::BTreeMap;

use super::exit_boot_services::missing_events;
use super::replay::Registers;
use super::separator::SeparatorDigests;
use super::{EventLog, EventType, LogDefect, LogKind, ReplayMismatch};
use crate::error::Error;
use crate::tpm::{Digest, HashAlgorithm, PcrBank, PcrIndex};

/// One event whose digest is part of a quoted register.
///
/// Only its register and its digest are proved, and its place among the register's events. Its
/// type is not; its data is where the digest is verified.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasuredEvent<'a> {
    /// Its number in the log, from 0; inferred events are counted on from the last.
    pub number: usize,
    /// The register.
    pub register: PcrIndex,
    /// What the log says it is.
    pub event_type: EventType,
    /// What was measured.
    pub digest: Digest,
    /// What the log says about it.
    pub data: &'a [u8],
    /// Whether the digest is that of the data.
    pub digest_verified: bool,
    /// Whether the log lacks it, and only the quoted value shows that it was measured: firmware
    /// closes its log before the last of its own measurements. Its type is then 0.
    pub inferred: bool,
}

impl MeasuredEvent<'_> {
    pub(super) fn invalid(&self, defect: LogDefect) -> Error {
        Error::LogEventInvalid {
            number: self.number,
            register: u32::from(self.register.value()),
            defect,
        }
    }

    pub(super) fn check_digest(&self) -> Result<(), Error> {
        if self.digest_verified {
            Ok(())
        } else {
            Err(self.invalid(LogDefect::Digest))
        }
    }

    pub(super) fn is_of(&self, register: u8) -> bool {
        self.register.value() == register
    }
}

/// A log whose replay ends in the values of a bank of registers.
///
/// It proves as much as the bank does: the caller must have verified the bank's quote. Each part
/// of it is read on its own, so that one that cannot be read leaves the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedLog<'a> {
    pcrs: PcrBank,
    events: Vec<MeasuredEvent<'a>>,
    pub(super) separators: SeparatorDigests,
}

impl<'a> EventLog<'a> {
    /// Replays the log against a bank: every register with events must end in its quoted value.
    ///
    /// Firmware may close its log before it has measured the end of boot services into register
    /// 5. Where only those events are missing, they are inferred and marked as such.
    ///
    /// Not checked: that registers without events hold nothing; see
    /// [`ExplainedLog::check_complete`]. An empty log explains any bank.
    ///
    /// # Errors
    ///
    /// [`Error::LogNotQuoted`], [`Error::LogReplayFailed`]; [`Error::LogEventInvalid`] for an
    /// event without a digest of the bank; [`Error::LogMalformed`] for a log that is no TPM's.
    pub fn explain(&self, pcrs: &PcrBank) -> Result<ExplainedLog<'a>, Error> {
        if self.kind() != LogKind::Tpm {
            return Err(Error::LogMalformed {
                offset: 0,
                number: 0,
                defect: LogDefect::NotTpm,
            });
        }
        let bank = pcrs.algorithm();
        let mut registers = Registers::new(bank);
        let mut explained_by = BTreeMap::new();
        let mut events = Vec::new();
        for event in self.events().iter().filter(|event| event.is_measured()) {
            let Some(register) =
                PcrIndex::new(event.register()).filter(|register| pcrs.get(*register).is_some())
            else {
                return Err(Error::LogNotQuoted {
                    register: event.register(),
                });
            };
            let digest = *event.digest(bank).ok_or(Error::LogEventInvalid {
                number: event.number(),
                register: event.register(),
                defect: LogDefect::DigestMissing(bank),
            })?;
            events.push(MeasuredEvent {
                number: event.number(),
                register,
                event_type: event.event_type(),
                digest,
                data: event.data(),
                digest_verified: bank.digest(&[event.data()]) == digest,
                inferred: false,
            });
        }
        for event in self.events() {
            let running = registers.measure(event);
            let register = PcrIndex::new(event.register());
            if let (Some(running), Some(register)) = (running, register)
                && running.value.as_ref().ok() == pcrs.get(register)
            {
                explained_by.insert(register, event.number());
            }
        }
        let mut mismatches = Vec::new();
        for (register, quoted) in pcrs.iter() {
            let Some(running) = registers.get(u32::from(register.value())) else {
                continue;
            };
            let computed = running.value.clone()?;
            if running.events == 0 || computed == *quoted {
                continue;
            }
            if let Some(missing) = missing_events(bank, register, &computed, quoted) {
                let first = self.events().len();
                events.extend(
                    missing
                        .iter()
                        .zip(first..)
                        .map(|(text, number)| MeasuredEvent {
                            number,
                            register,
                            event_type: EventType::new(0),
                            digest: bank.digest(&[text.as_bytes()]),
                            data: text.as_bytes(),
                            digest_verified: true,
                            inferred: true,
                        }),
                );
                continue;
            }
            mismatches.push(ReplayMismatch {
                register,
                computed,
                quoted: *quoted,
                events: running.events,
                explained_by: explained_by.get(&register).copied(),
            });
        }
        if !mismatches.is_empty() {
            return Err(Error::LogReplayFailed { bank, mismatches });
        }
        Ok(ExplainedLog {
            pcrs: pcrs.clone(),
            events,
            separators: SeparatorDigests::new(bank),
        })
    }
}

impl<'a> ExplainedLog<'a> {
    /// The bank's hash.
    pub fn bank(&self) -> HashAlgorithm {
        self.pcrs.algorithm()
    }

    /// The registers that it explains.
    pub fn pcrs(&self) -> &PcrBank {
        &self.pcrs
    }

    /// The events measured into registers, in the log's order, inferred ones last.
    pub fn events(&self) -> &[MeasuredEvent<'a>] {
        &self.events
    }

    /// The events of one register.
    pub(super) fn events_of(&self, register: u8) -> impl Iterator<Item = &MeasuredEvent<'a>> {
        self.events
            .iter()
            .filter(move |event| event.is_of(register))
    }
}
