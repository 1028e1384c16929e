//! A boot log as a row of raw records: to extend a TPM by, and to alter.
//!
//! Read by the layouts of the TCG PC Client Platform Firmware Profile, section 10, and apart from
//! the core's reader, which is under test here.

use std::fmt::Write as _;
use std::io;

use super::Machine;
use super::tools::Tools;

/// `EV_NO_ACTION`: recorded and not measured.
const NO_ACTION: u32 = 3;
const SPEC_ID: &[u8] = b"Spec ID Event03\0";
const STARTUP_LOCALITY: &[u8] = b"StartupLocality\0";
const SHA1: (u16, usize) = (0x0004, 20);
/// The banks of the desk's TPM, as `tpm2-tools` name them.
const BANKS: [(u16, &str); 3] = [(0x0004, "sha1"), (0x000B, "sha256"), (0x000C, "sha384")];
/// Records per `tpm2_pcrextend`.
const BATCH: usize = 64;

/// One record of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The register.
    pub pcr: u32,
    /// The event's type.
    pub kind: u32,
    /// Algorithm and digest of each bank.
    pub digests: Vec<(u16, Vec<u8>)>,
    /// The event's data.
    pub data: Vec<u8>,
}

/// A boot log, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boot {
    /// The `Spec ID` record as it stands; a legacy log has none.
    header: Option<Vec<u8>>,
    /// The records after it.
    pub records: Vec<Record>,
}

impl Boot {
    /// A machine's log; none for one that has not booted.
    pub(super) fn of(machine: &Machine) -> io::Result<Option<Self>> {
        if machine.log.is_empty() {
            return Ok(None);
        }
        let boot = Self::parse(&machine.log);
        boot.map(Some)
            .ok_or_else(|| io::Error::other("the machine's boot log is not whole"))
    }

    /// Takes a log apart; `None` for one that is not whole.
    pub fn parse(log: &[u8]) -> Option<Self> {
        let mut rest = log;
        let first = legacy(&mut rest)?;
        if first.kind != NO_ACTION || !first.data.starts_with(SPEC_ID) {
            let mut records = vec![first];
            while !rest.is_empty() {
                records.push(legacy(&mut rest)?);
            }
            let header = None;
            return Some(Self { header, records });
        }
        let header = log[..log.len() - rest.len()].to_vec();
        let mut list = first.data.get(24..)?;
        let count = u32_of(&mut list)?;
        let algorithms: Option<Vec<_>> = (0..count)
            .map(|_| Some((u16_of(&mut list)?, usize::from(u16_of(&mut list)?))))
            .collect();
        let algorithms = algorithms?;
        let mut records = Vec::new();
        while !rest.is_empty() {
            records.push(agile(&mut rest, &algorithms)?);
        }
        let header = Some(header);
        Some(Self { header, records })
    }

    /// The log again.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut log = self.header.clone().unwrap_or_default();
        for record in &self.records {
            log.extend(record.pcr.to_le_bytes());
            log.extend(record.kind.to_le_bytes());
            if self.header.is_some() {
                log.extend(length(record.digests.len()).to_le_bytes());
            }
            for (algorithm, digest) in &record.digests {
                if self.header.is_some() {
                    log.extend(algorithm.to_le_bytes());
                }
                log.extend(digest);
            }
            log.extend(length(record.data.len()).to_le_bytes());
            log.extend(&record.data);
        }
        log
    }

    /// The locality that the log says the TPM was started from.
    pub fn locality(&self) -> u8 {
        self.records
            .iter()
            .filter(|record| record.kind == NO_ACTION && record.pcr == 0)
            .find_map(|record| record.data.strip_prefix(STARTUP_LOCALITY)?.first().copied())
            .unwrap_or(0)
    }

    /// Measures every record into a TPM, one `TPM2_PCR_Extend` each with the digests of all banks.
    pub(super) fn extend(&self, tools: &Tools) -> io::Result<()> {
        let measured: Vec<_> = self
            .records
            .iter()
            .filter(|record| record.kind != NO_ACTION)
            .map(Record::to_argument)
            .collect();
        for batch in measured.chunks(BATCH) {
            let arguments: Vec<_> = batch.iter().map(String::as_str).collect();
            tools.run("tpm2_pcrextend", &arguments)?;
        }
        Ok(())
    }
}

impl Record {
    /// `PCR:BANK=DIGEST,…`, as `tpm2_pcrextend` takes it.
    pub(super) fn to_argument(&self) -> String {
        let mut argument = format!("{}:", self.pcr);
        for (id, bank) in BANKS {
            if let Some((_, digest)) = self.digests.iter().find(|(other, _)| *other == id) {
                let comma = if argument.ends_with(':') { "" } else { "," };
                let _ = write!(argument, "{comma}{bank}={}", hex::encode(digest));
            }
        }
        argument
    }
}

fn legacy(rest: &mut &[u8]) -> Option<Record> {
    let (pcr, kind) = (u32_of(rest)?, u32_of(rest)?);
    let digest = take(rest, SHA1.1)?.to_vec();
    let size = usize::try_from(u32_of(rest)?).ok()?;
    Some(Record {
        pcr,
        kind,
        digests: vec![(SHA1.0, digest)],
        data: take(rest, size)?.to_vec(),
    })
}

fn agile(rest: &mut &[u8], algorithms: &[(u16, usize)]) -> Option<Record> {
    let (pcr, kind, count) = (u32_of(rest)?, u32_of(rest)?, u32_of(rest)?);
    let digests: Option<Vec<_>> = (0..count)
        .map(|_| {
            let id = u16_of(rest)?;
            let (_, size) = algorithms.iter().find(|(other, _)| *other == id)?;
            Some((id, take(rest, *size)?.to_vec()))
        })
        .collect();
    let size = usize::try_from(u32_of(rest)?).ok()?;
    Some(Record {
        pcr,
        kind,
        digests: digests?,
        data: take(rest, size)?.to_vec(),
    })
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(count)?;
    *rest = after;
    Some(taken)
}

fn u16_of(rest: &mut &[u8]) -> Option<u16> {
    Some(u16::from_le_bytes(take(rest, 2)?.try_into().ok()?))
}

fn u32_of(rest: &mut &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(take(rest, 4)?.try_into().ok()?))
}

fn length(length: usize) -> u32 {
    u32::try_from(length).expect("a log is smaller than 4 GiB")
}
