//! Whether a log and the registers leave nothing open that a release needs to know.

use super::{ExplainedLog, Gap, LogDefect};
use crate::error::Error;
use crate::tpm::PcrIndex;

/// The registers that must be quoted: those of firmware, boot loader and operating system.
const QUOTED: u32 = 16;
/// The first so many have a separator (TCG PC Client Platform Firmware Profile 1.06, section
/// 3.3.2).
const SEPARATED: u32 = 8;
/// The first so many must be empty, or explained by events.
const EXPLAINED: u32 = 10;

impl ExplainedLog<'_> {
    /// Whether the log leaves nothing open: it has events, registers 0 to 15 are quoted, 0 to 7
    /// have exactly one separator each, and those of 0 to 9 that are not zero have events.
    ///
    /// # Errors
    ///
    /// [`Error::LogIncomplete`] with the first gap; [`Error::LogEventInvalid`] for a separator
    /// that is none, is disguised as something else, or is the second one.
    pub fn check_complete(&self) -> Result<(), Error> {
        if self.events().is_empty() {
            return Err(Error::LogIncomplete(Gap::Empty));
        }
        for register in first(QUOTED) {
            if self.pcrs().get(register).is_none() {
                return Err(Error::LogIncomplete(Gap::NotQuoted(register)));
            }
        }
        for register in first(EXPLAINED) {
            let empty = self
                .pcrs()
                .get(register)
                .is_some_and(|value| value.is_zero());
            if !empty && self.events_of(register.value()).next().is_none() {
                return Err(Error::LogIncomplete(Gap::Unexplained(register)));
            }
        }
        first(SEPARATED).try_for_each(|register| self.check_separator(register))
    }

    fn check_separator(&self, register: PcrIndex) -> Result<(), Error> {
        let mut separated = false;
        for event in self.events_of(register.value()) {
            if self.separators.select(event)?.is_some() {
                if separated {
                    return Err(event.invalid(LogDefect::Repeated));
                }
                separated = true;
            }
        }
        if separated {
            Ok(())
        } else {
            Err(Error::LogIncomplete(Gap::NoSeparator(register)))
        }
    }
}

fn first(count: u32) -> impl Iterator<Item = PcrIndex> {
    (0..count).filter_map(PcrIndex::new)
}
