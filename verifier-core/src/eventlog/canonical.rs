//! Canonical event logs of Confidential Space (TCG Canonical Event Log Format, section 5, TLV form):
//! what its launcher measured before it started the container.

mod launch;
#[cfg(test)]
mod tests;
mod tlv;

use self::launch::LaunchEvent;
pub use self::launch::{GpuMode, Launch, LaunchOutcome, LaunchedContainer, RestartPolicy};
use self::tlv::Tlv;
use super::{LogDefect, ReplayMismatch};
use crate::error::Error;
use crate::limits::CANONICAL_LOG_BYTES;
use crate::tpm::{Digest, HashAlgorithm, PcrBank, PcrIndex};

/// The register of a TPM into which the launcher measures.
const LAUNCH_REGISTER: u8 = 13;

/// A canonical event log whose digests are those of its contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalLog {
    records: Vec<Record>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    register: Register,
    digests: Vec<(HashAlgorithm, Digest)>,
    event: LaunchEvent,
}

/// Where an event was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Register {
    /// A measurement register of the processor, as UEFI numbers them (UEFI 2.10, section 38.4.1).
    Ccmr(u8),
    /// A register of a TPM.
    Pcr(u8),
}

impl Register {
    fn number(self) -> u8 {
        match self {
            Self::Ccmr(number) | Self::Pcr(number) => number,
        }
    }
}

impl CanonicalLog {
    /// Reads a log: records numbered from 0 without a gap, each with a register, digests of its
    /// content under known hashes, and content of Confidential Space. Every digest is held against
    /// the content. No bytes are a log without records.
    ///
    /// Not checked here: that anything of it was measured, and what the events say.
    ///
    /// # Errors
    ///
    /// [`Error::LogMalformed`] for what is no record, [`Error::LogEventInvalid`] for a record that
    /// is not what it must be.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let malformed = |offset, number, defect| Error::LogMalformed {
            offset,
            number,
            defect,
        };
        if bytes.len() > CANONICAL_LOG_BYTES {
            return Err(malformed(0, 0, LogDefect::TooLarge));
        }
        let mut records = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let number = records.len();
            let offset = bytes.len().saturating_sub(rest.len());
            let fields = Fields::parse(&mut rest, number)
                .map_err(|defect| malformed(offset, number, defect))?;
            let record = fields.check().map_err(|defect| Error::LogEventInvalid {
                number,
                register: u32::from(fields.register.number()),
                defect,
            })?;
            records.push(record);
        }
        Ok(Self { records })
    }

    /// How many records there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// What was launched, once the log was found to explain register 13 of a quoted bank to its
    /// last event.
    ///
    /// # Errors
    ///
    /// [`Error::LogNotQuoted`] where the bank has no such register; [`Error::LogReplayFailed`];
    /// [`Error::LogEventInvalid`] for an event of another register, one without a digest of the
    /// bank, or one that cannot be there.
    pub fn explain(&self, bank: &PcrBank) -> Result<Launch, Error> {
        let index = u32::from(LAUNCH_REGISTER);
        let (register, quoted) = PcrIndex::new(index)
            .and_then(|register| Some((register, *bank.get(register)?)))
            .ok_or(Error::LogNotQuoted { register: index })?;
        let replay = self.replay(bank.algorithm())?;
        let computed = replay
            .last()
            .copied()
            .unwrap_or(Digest::zero(bank.algorithm()));
        if computed != quoted {
            let mismatch = ReplayMismatch {
                register,
                computed,
                quoted,
                events: self.records.len(),
                explained_by: replay.iter().rposition(|value| *value == quoted),
            };
            return Err(Error::LogReplayFailed {
                bank: bank.algorithm(),
                mismatches: vec![mismatch],
            });
        }
        Launch::of(self.records.iter().map(|record| &record.event)).map_err(|(number, defect)| {
            Error::LogEventInvalid {
                number,
                register: index,
                defect,
            }
        })
    }

    /// The register after each event.
    fn replay(&self, algorithm: HashAlgorithm) -> Result<Vec<Digest>, Error> {
        let mut value = Digest::zero(algorithm);
        let mut values = Vec::new();
        for (number, record) in self.records.iter().enumerate() {
            let invalid = |defect| Error::LogEventInvalid {
                number,
                register: u32::from(record.register.number()),
                defect,
            };
            match record.register {
                Register::Pcr(LAUNCH_REGISTER) => {}
                Register::Pcr(_) => return Err(invalid(LogDefect::Type)),
                Register::Ccmr(_) => return Err(invalid(LogDefect::NotTpm)),
            }
            let digest = record.digest(algorithm);
            let digest = digest.ok_or_else(|| invalid(LogDefect::DigestMissing(algorithm)))?;
            value = algorithm.digest(&[value.as_bytes(), digest.as_bytes()]);
            values.push(value);
        }
        Ok(values)
    }
}

impl Record {
    fn digest(&self, algorithm: HashAlgorithm) -> Option<&Digest> {
        let mut digests = self.digests.iter();
        let found = digests.find(|(of, _)| *of == algorithm)?;
        Some(&found.1)
    }
}

/// The four fields of a record.
struct Fields<'a> {
    register: Register,
    digests: &'a [u8],
    content: Tlv<'a>,
}

impl<'a> Fields<'a> {
    /// Takes one record off `rest`.
    fn parse(rest: &mut &'a [u8], number: usize) -> Result<Self, LogDefect> {
        let mut next = || Tlv::take(rest).ok_or(LogDefect::Truncated);
        let [counter, register, digests, content] = [next()?, next()?, next()?, next()?];
        let counter = match counter.kind {
            tlv::RECORD_NUMBER => <[u8; 8]>::try_from(counter.value).ok(),
            _ => None,
        };
        let counter = counter
            .map(u64::from_be_bytes)
            .ok_or(LogDefect::Malformed)?;
        if usize::try_from(counter) != Ok(number) {
            return Err(LogDefect::RecordNumber);
        }
        let register = match (register.kind, register.value) {
            (tlv::PCR, [index]) => Register::Pcr(*index),
            (tlv::CCMR, [index]) => Register::Ccmr(*index),
            _ => return Err(LogDefect::Malformed),
        };
        if digests.kind != tlv::DIGESTS {
            return Err(LogDefect::Malformed);
        }
        Ok(Self {
            register,
            digests: digests.value,
            content,
        })
    }

    fn check(&self) -> Result<Record, LogDefect> {
        // Types are not measured: what is not known cannot be passed over, or an event could be
        // hidden by giving it another type.
        if self.content.kind != tlv::CONFIDENTIAL_SPACE {
            return Err(LogDefect::Type);
        }
        Ok(Record {
            register: self.register,
            digests: self.checked_digests()?,
            event: LaunchEvent::parse(self.content.value)?,
        })
    }

    /// The digests, each held against the content as it stands in the log, type and length too.
    fn checked_digests(&self) -> Result<Vec<(HashAlgorithm, Digest)>, LogDefect> {
        let mut digests: Vec<(HashAlgorithm, Digest)> = Vec::new();
        let mut rest = self.digests;
        while !rest.is_empty() {
            let field = Tlv::take(&mut rest).ok_or(LogDefect::Malformed)?;
            let (algorithm, digest) = HashAlgorithm::from_id(u16::from(field.kind))
                .and_then(|algorithm| Some((algorithm, Digest::new(algorithm, field.value)?)))
                .ok_or(LogDefect::Malformed)?;
            if digests.iter().any(|(other, _)| *other == algorithm) {
                return Err(LogDefect::DigestRepeated);
            }
            if algorithm.digest(&[self.content.bytes]) != digest {
                return Err(LogDefect::Digest);
            }
            digests.push((algorithm, digest));
        }
        Ok(digests)
    }
}
