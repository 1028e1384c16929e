//! Separators: where the firmware's own measurements end.

use super::{EventType, LogDefect, MeasuredEvent};
use crate::error::Error;
use crate::tpm::{Digest, HashAlgorithm};

/// What a separator may hold (TCG PC Client Platform Firmware Profile 1.06, section 10.4.1,
/// `EV_SEPARATOR`). `00000001` says that an error occurred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Separator {
    /// `00000000`: no error, and the usual one.
    Zeros,
    /// `FFFFFFFF`: no error.
    Ones,
}

impl Separator {
    const ALL: [Self; 2] = [Self::Zeros, Self::Ones];

    /// The separator with exactly that data.
    pub fn from_data(data: &[u8]) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|separator| separator.data() == data)
    }

    /// Its data.
    pub const fn data(self) -> &'static [u8] {
        match self {
            Self::Zeros => &[0; 4],
            Self::Ones => &[0xFF; 4],
        }
    }
}

/// The digests that only separators have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SeparatorDigests([Digest; 2]);

impl SeparatorDigests {
    pub(super) fn new(bank: HashAlgorithm) -> Self {
        Self(Separator::ALL.map(|separator| bank.digest(&[separator.data()])))
    }

    /// Whether an event is a separator.
    ///
    /// An event's type is not measured. So whatever says that it is a separator, or has the digest
    /// of one, must be a whole one: else moving the type elsewhere would move the line between
    /// what the firmware measured and what came after it.
    pub(super) fn select(&self, event: &MeasuredEvent<'_>) -> Result<Option<Separator>, Error> {
        let says_so = event.event_type == EventType::SEPARATOR;
        match (says_so, self.0.contains(&event.digest)) {
            (false, false) => Ok(None),
            (false, true) => Err(event.invalid(LogDefect::Disguised)),
            (true, _) => {
                let separator = Separator::from_data(event.data)
                    .ok_or_else(|| event.invalid(LogDefect::Separator))?;
                event.check_digest()?;
                Ok(Some(separator))
            }
        }
    }
}
