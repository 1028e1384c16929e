//! Quotes: the registers of each bank, signed over a nonce.

use sealgate_core::{Code, HashAlgorithm, PcrBank, Quote};
use tss_esapi::structures::{Data, SignatureScheme};
use tss_esapi::traits::Marshall as _;

use super::fault::{Command, is_nonce_too_long, is_password};
use super::pcr::Bank;
use super::{Key, Tpm, TpmFault};

/// Times that a bank is quoted at most, when its registers change between quote and reading.
const ATTEMPTS: u32 = 5;

/// Which banks to quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Banks {
    All,
    AllButSha1,
}

/// A quote, and the registers it is about, as this machine has them.
pub(crate) struct SignedQuote {
    /// `TPMS_ATTEST`.
    pub(crate) attest: Vec<u8>,
    /// `TPMT_SIGNATURE`.
    pub(crate) signature: Vec<u8>,
    pub(crate) registers: PcrBank,
}

impl Tpm {
    /// Quotes every bank that has registers, in the TPM's order, each over the nonce as it is.
    ///
    /// What comes back has been verified as a verifier will.
    pub(crate) fn quote(
        &mut self,
        key: &Key,
        nonce: &[u8],
        which: Banks,
    ) -> Result<Vec<SignedQuote>, TpmFault> {
        let mut banks = self.banks()?;
        if banks.is_empty() {
            return Err(TpmFault::NoBank);
        }
        if which == Banks::AllButSha1 {
            banks.retain(|bank| bank.algorithm != HashAlgorithm::Sha1);
            if banks.is_empty() {
                return Err(TpmFault::OnlySha1);
            }
        }
        banks
            .iter()
            .map(|bank| self.quote_bank(key, nonce, bank))
            .collect()
    }

    /// A register may be extended between the quote and the reading, which shows as a quote of
    /// other values: then both are done again.
    fn quote_bank(
        &mut self,
        key: &Key,
        nonce: &[u8],
        bank: &Bank,
    ) -> Result<SignedQuote, TpmFault> {
        for _ in 0..ATTEMPTS {
            let (attest, signature) = self.sign(key, nonce, bank)?;
            let registers = self.registers(bank)?;
            let quote = Quote::new(attest.clone(), signature.clone(), registers.clone());
            match quote.verify(&key.public, nonce) {
                Ok(_) => {
                    return Ok(SignedQuote {
                        attest,
                        signature,
                        registers,
                    });
                }
                Err(error) if error.code() == Code::QuotePcrsMismatch => {}
                Err(error) => return Err(TpmFault::QuoteUnfit { error }),
            }
        }
        Err(TpmFault::RegistersMoved {
            bank: bank.algorithm,
            attempts: ATTEMPTS,
        })
    }

    fn sign(
        &mut self,
        key: &Key,
        nonce: &[u8],
        bank: &Bank,
    ) -> Result<(Vec<u8>, Vec<u8>), TpmFault> {
        let too_long = TpmFault::NonceTooLong { bytes: nonce.len() };
        let data = Data::try_from(nonce).map_err(|_| too_long.clone())?;
        // The key's own scheme: a restricted key has exactly one.
        let (attest, signature) = self
            .authorized(|context| {
                context.quote(
                    key.handle,
                    data,
                    SignatureScheme::Null,
                    bank.selection.clone(),
                )
            })
            .map_err(|error| match key.persistent {
                _ if is_nonce_too_long(error) => too_long,
                Some(handle) if is_password(error) => TpmFault::KeyPasswordSet { handle },
                _ => TpmFault::new(Command::Quote, error),
            })?;
        attest
            .marshall()
            .and_then(|attest| Ok((attest, signature.marshall()?)))
            .map_err(|_| TpmFault::Senseless {
                command: Command::Quote,
            })
    }
}
