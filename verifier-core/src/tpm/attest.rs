//! What a TPM says when it quotes (TPM 2.0 Library, Part 2, section 10.12: `TPMS_ATTEST`).

use tpm2_protocol::TpmUnmarshal;
use tpm2_protocol::data::{TpmsAttest, TpmsPcrSelection, TpmuAttest};

use super::{HashAlgorithm, QuoteDefect};

/// The clock of a TPM at the moment of a quote (Part 2, section 10.11.1).
///
/// No word about the time of day: it tells whether the machine was started again between two
/// quotes of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockInfo {
    /// Milliseconds that the TPM was powered; it goes on where it stopped.
    pub clock: u64,
    /// How often the TPM was reset: once per boot.
    pub reset_count: u32,
    /// How often it was restarted or resumed since its last reset.
    pub restart_count: u32,
    /// Whether the clock was never higher: false after a start that followed no orderly shutdown.
    pub safe: bool,
}

/// The parts of a `TPMS_ATTEST` of type `TPM_ST_ATTEST_QUOTE`.
#[derive(Debug)]
pub(super) struct Attest {
    pub(super) extra_data: Vec<u8>,
    pub(super) clock: ClockInfo,
    pub(super) firmware_version: u64,
    pub(super) selection: TpmsPcrSelection,
    pub(super) pcr_digest: Vec<u8>,
}

impl Attest {
    /// Reads a `TPMS_ATTEST` without its size. That it begins with `TPM_GENERATED_VALUE` is what
    /// sets it apart from data that the key signed for somebody.
    ///
    /// Not checked here: who signed it, the nonce, and what its registers hold.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, QuoteDefect> {
        let (attest, rest) = TpmsAttest::unmarshal(bytes).map_err(|_| QuoteDefect::Attest)?;
        if !rest.is_empty() {
            return Err(QuoteDefect::Attest);
        }
        let TpmuAttest::Quote(quote) = &attest.attested else {
            return Err(QuoteDefect::NotQuote);
        };
        let [selection] = &*quote.pcr_select else {
            return Err(QuoteDefect::Selection);
        };
        Ok(Self {
            extra_data: attest.extra_data.to_vec(),
            clock: ClockInfo {
                clock: attest.clock_info.clock.value(),
                reset_count: attest.clock_info.reset_count.value(),
                restart_count: attest.clock_info.restart_count.value(),
                safe: attest.clock_info.safe.into(),
            },
            firmware_version: attest.firmware_version.value(),
            selection: *selection,
            pcr_digest: quote.pcr_digest.to_vec(),
        })
    }

    /// The hash of the bank that was quoted, if it is a known one.
    pub(super) fn bank(&self) -> Option<HashAlgorithm> {
        HashAlgorithm::from_id(self.selection.hash.value())
    }

    /// The numbers of the quoted registers, ascending. A selection has room for more than a PC
    /// Client TPM has registers.
    pub(super) fn registers(&self) -> impl Iterator<Item = u32> {
        (0_u32..)
            .zip(self.selection.pcr_select.iter())
            .flat_map(|(octet, bits)| {
                (0..8)
                    .filter(move |bit| bits >> bit & 1 == 1)
                    .map(move |bit| octet.saturating_mul(8).saturating_add(bit))
            })
    }
}
