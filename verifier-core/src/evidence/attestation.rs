//! An attestation as it was given: read and bounded, nothing of it believed.

use sha2::{Digest as _, Sha256};

use super::wire::{self, attest, tpm};
use crate::error::Error;
use crate::tpm::{HashAlgorithm, PcrBank, PcrIndex, Quote, QuoteDefect};

/// Evidence of a machine, read and bounded. Nothing of it is verified.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub(super) sha256: [u8; 32],
    pub(super) public_area: Vec<u8>,
    pub(super) quotes: Vec<Quote>,
    pub(super) event_log: Vec<u8>,
    pub(super) canonical_log: Vec<u8>,
    pub(super) certificate: Vec<u8>,
    pub(super) intermediates: Vec<Vec<u8>>,
    pub(super) processor_report: Option<ProcessorReport>,
}

/// A report that the processor signed about the machine, which is carried and not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProcessorReport {
    /// AMD SEV-SNP.
    SevSnp,
    /// Intel TDX.
    Tdx,
}

impl Evidence {
    /// Reads an `attest.Attestation` in protobuf's binary form.
    ///
    /// Checked: sizes, counts, the form of every quote's registers. Not checked: anything that is
    /// signed, and the logs' form.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(wire::decode_attestation(bytes)?, bytes)
    }

    /// Takes a message that was read from another form. `given` is that form, for its digest.
    ///
    /// Checked and not checked as by [`Self::parse`]: the message is bounded as bytes.
    pub fn from_message(message: &attest::Attestation, given: &[u8]) -> Result<Self, Error> {
        Self::read(wire::decode_attestation(&wire::encode(message))?, given)
    }

    /// SHA-256 of the evidence as it was given.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The boot log as it was given.
    pub fn event_log(&self) -> &[u8] {
        &self.event_log
    }

    /// The processor's report that comes along, which nobody has verified.
    pub fn processor_report(&self) -> Option<ProcessorReport> {
        self.processor_report
    }

    fn read(message: attest::Attestation, given: &[u8]) -> Result<Self, Error> {
        let mut quotes = Vec::new();
        for quote in message.quotes {
            quotes.extend(read_quote(quote)?);
        }
        Ok(Self {
            sha256: Sha256::digest(given).into(),
            public_area: message.ak_pub,
            quotes,
            event_log: message.event_log,
            canonical_log: message.canonical_event_log,
            certificate: message.ak_cert,
            intermediates: message.intermediate_certs,
            processor_report: message.tee_attestation.map(|report| match report {
                attest::attestation::TeeAttestation::SevSnpAttestation(_) => {
                    ProcessorReport::SevSnp
                }
                attest::attestation::TeeAttestation::TdxAttestation(_) => ProcessorReport::Tdx,
            }),
        })
    }
}

/// A quote with its registers; none when its bank's hash is not known here (SM3, say): nothing is
/// ever read from such a bank.
fn read_quote(quote: tpm::Quote) -> Result<Option<Quote>, Error> {
    let pcrs = quote.pcrs.unwrap_or_default();
    let Some(bank) = u16::try_from(pcrs.hash)
        .ok()
        .and_then(HashAlgorithm::from_id)
    else {
        return Ok(None);
    };
    let defect = || Error::QuoteMalformed {
        bank,
        defect: QuoteDefect::Register,
    };
    let mut registers = PcrBank::new(bank);
    for (index, value) in pcrs.pcrs {
        let index = PcrIndex::new(index).ok_or_else(defect)?;
        registers.insert(index, &value).ok_or_else(defect)?;
    }
    Ok(Some(Quote::new(quote.quote, quote.raw_sig, registers)))
}
