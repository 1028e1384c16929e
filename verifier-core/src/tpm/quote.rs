//! Quotes: registers that a TPM has vouched for (TPM 2.0 Library, Part 3, section 18.4).

use subtle::ConstantTimeEq;

use super::attest::{Attest, ClockInfo};
use super::{AttestationKey, HashAlgorithm, PcrBank, PcrIndex, QuoteDefect, signature};
use crate::error::Error;
use crate::limits::QUOTE_BYTES;

/// A quote as it was sent, with the registers that it is said to be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    attest: Vec<u8>,
    signature: Vec<u8>,
    pcrs: PcrBank,
}

impl Quote {
    /// The parts: a `TPMS_ATTEST` and a `TPMT_SIGNATURE`, both without their sizes, and registers.
    ///
    /// Nothing is checked here.
    pub fn new(attest: Vec<u8>, signature: Vec<u8>, pcrs: PcrBank) -> Self {
        Self {
            attest,
            signature,
            pcrs,
        }
    }

    /// The bank that it says it is of.
    pub fn bank(&self) -> HashAlgorithm {
        self.pcrs.algorithm()
    }

    /// The registers as they were sent.
    pub fn pcrs(&self) -> &PcrBank {
        &self.pcrs
    }

    /// The registers, once `key` was found to have signed that they have these values, for `nonce`.
    ///
    /// Not checked here: whose key it is, and what the bank's hash is worth. A SHA-1 bank passes, a
    /// SHA-1 signature never does.
    ///
    /// # Errors
    ///
    /// In this order: [`Error::QuoteMalformed`] for the signature's form, scheme and hash;
    /// [`Error::QuoteSignatureInvalid`]; [`Error::QuoteMalformed`] for what was signed;
    /// [`Error::QuoteNonceMismatch`]; [`Error::QuotePcrsMismatch`].
    pub fn verify(&self, key: &AttestationKey, nonce: &[u8]) -> Result<VerifiedQuote, Error> {
        let bank = self.bank();
        let malformed = |defect| Error::QuoteMalformed { bank, defect };
        if self.signature.len() > QUOTE_BYTES {
            return Err(malformed(QuoteDefect::Signature));
        }
        if self.attest.len() > QUOTE_BYTES {
            return Err(malformed(QuoteDefect::Attest));
        }
        let signature = signature::parse(&self.signature, key).map_err(malformed)?;
        key.subject_public_key()
            .verify(key.hash(), &self.attest, &signature)
            .ok_or(Error::QuoteSignatureInvalid { bank })?;
        let attest = Attest::parse(&self.attest).map_err(malformed)?;
        if !bool::from(attest.extra_data.ct_eq(nonce)) {
            return Err(Error::QuoteNonceMismatch { bank });
        }
        self.check_registers(key.hash(), &attest)?;
        Ok(VerifiedQuote {
            pcrs: self.pcrs.clone(),
            clock: attest.clock,
            firmware_version: attest.firmware_version,
        })
    }

    /// The digest is of the values alone: bank and numbers must be those of the selection, or the
    /// same values could be given out as other registers'.
    fn check_registers(&self, hash: HashAlgorithm, attest: &Attest) -> Result<(), Error> {
        let bank = self.bank();
        let registers = self
            .pcrs
            .iter()
            .map(|(index, _)| u32::from(PcrIndex::value(index)));
        let values: Vec<_> = self
            .pcrs
            .iter()
            .map(|(_, value)| value.as_bytes())
            .collect();
        let quoted = attest.bank() == Some(bank)
            && attest.registers().eq(registers)
            && attest.pcr_digest == hash.digest(&values).as_bytes();
        quoted
            .then_some(())
            .ok_or(Error::QuotePcrsMismatch { bank })
    }
}

/// Registers that a key's TPM has quoted. Only [`Quote::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedQuote {
    pcrs: PcrBank,
    clock: ClockInfo,
    firmware_version: u64,
}

impl VerifiedQuote {
    /// The bank with the quoted registers.
    pub fn pcrs(&self) -> &PcrBank {
        &self.pcrs
    }

    /// The TPM's clock and counters.
    pub fn clock(&self) -> ClockInfo {
        self.clock
    }

    /// The version of the TPM's firmware, in its vendor's numbering.
    pub fn firmware_version(&self) -> u64 {
        self.firmware_version
    }
}
