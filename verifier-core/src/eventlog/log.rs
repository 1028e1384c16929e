//! A log as a whole: its records, one after the other.

use super::bytes::Bytes;
use super::spec_id::SpecId;
use super::{Event, EventType, LogDefect};
use crate::error::Error;
use crate::limits::{EVENT_LOG_BYTES, LOG_EVENTS};
use crate::tpm::{Digest, HashAlgorithm};

/// The register of records that belong to none: padding, or an `EV_NO_ACTION` of an old firmware.
const NO_REGISTER: u32 = u32::MAX;
/// What the unused end of a TDX machine's log is filled with.
const PADDING: u8 = 0xFF;

/// Whose registers a log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogKind {
    /// A TPM's: registers are PCRs.
    Tpm,
    /// A confidential machine's own (UEFI 2.10, section 38.4.3): on TDX the registers are 0 for
    /// MRTD and 1 to 4 for RTMR 0 to 3. The log is a region of memory whose unused end is filled
    /// with `FF`.
    Ccel,
}

impl LogKind {
    /// What a log seems to be. The first record of a TPM's log is of register 0; on TDX it is of
    /// register 1, and the end is padding.
    pub fn detect(bytes: &[u8]) -> Self {
        let of_first_register = bytes.starts_with(&[0; 4]);
        let padded = bytes.ends_with(&[PADDING; 8]);
        if bytes.is_empty() || (of_first_register && !padded) {
            Self::Tpm
        } else {
            Self::Ccel
        }
    }
}

/// The form of a log's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One digest of SHA-1 a record (`TCG_PCR_EVENT`). An empty log counts as one.
    Legacy,
    /// A digest a record for each hash that the header names (`TCG_PCR_EVENT2`).
    CryptoAgile,
}

/// A boot event log (TCG PC Client Platform Firmware Profile 1.06, section 10).
///
/// What it says is nobody's word: see [`EventLog::explain`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLog<'a> {
    kind: LogKind,
    format: LogFormat,
    algorithms: Vec<HashAlgorithm>,
    events: Vec<Event<'a>>,
}

impl<'a> EventLog<'a> {
    /// Reads a log. An empty one has no events and is no error.
    ///
    /// Not checked: digests against data and registers, and that types belong where they are.
    ///
    /// # Errors
    ///
    /// [`Error::LogMalformed`] with the place of the first record that cannot be read.
    pub fn parse(bytes: &'a [u8], kind: LogKind) -> Result<Self, Error> {
        match Self::read(bytes, kind) {
            (log, None) => Ok(log),
            (_, Some(error)) => Err(error),
        }
    }

    /// Reads as much of a log as can be read, for showing it: the events before the first defect,
    /// and the defect, with which [`Self::parse`] would have refused the log.
    pub fn read(bytes: &'a [u8], kind: LogKind) -> (Self, Option<Error>) {
        let mut log = Self {
            kind,
            format: LogFormat::Legacy,
            algorithms: vec![HashAlgorithm::Sha1],
            events: Vec::new(),
        };
        let mut rest = Bytes::new(bytes);
        let malformed = |defect, rest: &Bytes<'_>, number| {
            Some(Error::LogMalformed {
                offset: bytes.len().saturating_sub(rest.rest().len()),
                number,
                defect,
            })
        };
        if bytes.len() > EVENT_LOG_BYTES {
            return (log, malformed(LogDefect::TooLarge, &rest, 0));
        }
        let mut header = None;
        while !rest.is_empty() {
            let number = log.events.len();
            let before = rest;
            let offset = bytes.len().saturating_sub(before.rest().len());
            let record = match padding(rest.rest(), kind) {
                Err(defect) => Err(defect),
                Ok(true) => break,
                Ok(false) if number >= LOG_EVENTS => Err(LogDefect::TooManyEvents),
                Ok(false) => record(&mut rest, header.as_ref(), number, offset),
            };
            let event = match record {
                Ok(event) => event,
                Err(defect) => return (log, malformed(defect, &before, number)),
            };
            if number == 0 {
                match SpecId::parse(&event) {
                    Ok(Some(spec_id)) => {
                        log.format = LogFormat::CryptoAgile;
                        log.algorithms = spec_id.known().collect();
                        header = Some(spec_id);
                    }
                    Ok(None) => {}
                    Err(defect) => return (log, malformed(defect, &before, number)),
                }
            }
            log.events.push(event);
        }
        (log, None)
    }

    /// Whose registers it is about.
    pub fn kind(&self) -> LogKind {
        self.kind
    }

    /// The form of its records.
    pub fn format(&self) -> LogFormat {
        self.format
    }

    /// The hashes known here that its header names; SHA-1 for a legacy log.
    pub fn algorithms(&self) -> &[HashAlgorithm] {
        &self.algorithms
    }

    /// Its events, with its header and what else is measured into no register.
    pub fn events(&self) -> &[Event<'a>] {
        &self.events
    }
}

/// Whether nothing but padding is left. Padding is a log's last part and has no other end than
/// the log's: what stood behind it would be hidden.
fn padding(rest: &[u8], kind: LogKind) -> Result<bool, LogDefect> {
    let marker = [PADDING; 8];
    let starts = rest.starts_with(&marker) || (rest.len() < 8 && marker.starts_with(rest));
    match kind {
        _ if !starts => Ok(false),
        LogKind::Ccel if rest.iter().all(|byte| *byte == PADDING) => Ok(true),
        LogKind::Ccel | LogKind::Tpm => Err(LogDefect::Padding),
    }
}

fn record<'a>(
    rest: &mut Bytes<'a>,
    header: Option<&SpecId>,
    number: usize,
    offset: usize,
) -> Result<Event<'a>, LogDefect> {
    let register = rest.u32().ok_or(LogDefect::Truncated)?;
    let event_type = EventType::new(rest.u32().ok_or(LogDefect::Truncated)?);
    if register == NO_REGISTER && event_type != EventType::NO_ACTION {
        return Err(LogDefect::Padding);
    }
    let digests = match header {
        None => legacy_digest(rest)?,
        Some(header) => digests(rest, header)?,
    };
    let data = rest.sized_u32().ok_or(LogDefect::Truncated)?;
    Ok(Event {
        number,
        offset,
        register,
        event_type,
        digests,
        data,
    })
}

fn legacy_digest(rest: &mut Bytes<'_>) -> Result<Vec<(HashAlgorithm, Digest)>, LogDefect> {
    let algorithm = HashAlgorithm::Sha1;
    let digest = rest
        .take(algorithm.digest_bytes())
        .and_then(|bytes| Digest::new(algorithm, bytes))
        .ok_or(LogDefect::Truncated)?;
    Ok(vec![(algorithm, digest)])
}

/// The digests of a record: at most one of each hash that the header names. Those of hashes not
/// known here are passed over.
fn digests(
    rest: &mut Bytes<'_>,
    header: &SpecId,
) -> Result<Vec<(HashAlgorithm, Digest)>, LogDefect> {
    let count = rest.u32().ok_or(LogDefect::Truncated)?;
    let count = usize::try_from(count).map_err(|_| LogDefect::DigestCount)?;
    if count > header.count() {
        return Err(LogDefect::DigestCount);
    }
    let mut seen = Vec::with_capacity(count);
    let mut digests = Vec::with_capacity(count);
    for _ in 0..count {
        let id = rest.u16().ok_or(LogDefect::Truncated)?;
        let length = header.digest_bytes(id).ok_or(LogDefect::Algorithm(id))?;
        let bytes = rest.take(length).ok_or(LogDefect::Truncated)?;
        if seen.contains(&id) {
            return Err(LogDefect::DigestRepeated);
        }
        seen.push(id);
        if let Some(algorithm) = HashAlgorithm::from_id(id) {
            let digest = Digest::new(algorithm, bytes).ok_or(LogDefect::Truncated)?;
            digests.push((algorithm, digest));
        }
    }
    Ok(digests)
}
