//! Secure boot: whether it was on, with which keys, and which of them allowed what was loaded.

use std::collections::BTreeSet;

use super::image::ImageLoad;
use super::signature_list::{Certificate, Database};
use super::variable::{self, Variable};
use super::{EventType, ExplainedLog, Gap, Guid, LogDefect, MeasuredEvent, Separator};
use crate::error::Error;
use crate::tpm::{HashAlgorithm, PcrIndex};

/// The register of secure boot.
const REGISTER: u8 = 7;
/// The register of drivers that do not come with the firmware.
const DRIVERS: u8 = 2;

/// What the firmware measures when a debugger is attached to it (TCG PC Client Platform Firmware
/// Profile 1.06, section 3.3.4.8).
const DEBUGGER: &[u8] = b"UEFI Debug Mode";
/// What Windows asks firmware to measure when memory is open to devices.
const DMA_PROTECTION_DISABLED: &[u8] = b"DMA Protection Disabled";

/// What shim measures as an authority though it is no key: its revocation level, and whether its
/// owner's own keys count.
const SHIM_STATES: [&str; 2] = ["SbatLevel", "MokListTrusted"];

/// Secure boot, as register 7 has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecureBoot {
    /// Whether it was on: `SecureBoot` is 1.
    pub enabled: bool,
    /// The platform key.
    pub pk: Database,
    /// The keys that may change `db` and `dbx`.
    pub kek: Database,
    /// What may be loaded.
    pub db: Database,
    /// What may not be loaded.
    pub dbx: Database,
    /// The keys that allowed what was loaded after the firmware, in order.
    pub authority: Database,
    /// Whether the firmware says that memory was open to devices.
    pub dma_protection_disabled: bool,
}

impl ExplainedLog<'_> {
    /// What register 7 says about secure boot. Everything in it must be of a known type and have
    /// the digest of its data, the configuration before the separator and its use after it.
    ///
    /// Not checked: that the keys are the right ones, and that the certificates are any.
    ///
    /// # Errors
    ///
    /// [`Error::LogEventInvalid`] for what does not belong there; [`Error::LogIncomplete`] when
    /// the log does not say whether secure boot was on, or has no separator.
    pub fn secure_boot(&self) -> Result<SecureBoot, Error> {
        self.check_drivers()?;
        let mut reading = Reading::default();
        for event in self.events_of(REGISTER) {
            reading.take(self, event)?;
        }
        reading.conclude()
    }

    /// Register 2: its separator, and drivers before it that can be read.
    fn check_drivers(&self) -> Result<(), Error> {
        let mut separated = false;
        for event in self.events_of(DRIVERS) {
            if event.event_type.name().is_none() && !event.inferred {
                return Err(event.invalid(LogDefect::Type));
            }
            match self.separators.select(event)? {
                Some(_) if separated => return Err(event.invalid(LogDefect::Repeated)),
                Some(Separator::Zeros) => separated = true,
                Some(Separator::Ones) => return Err(event.invalid(LogDefect::Separator)),
                None => {}
            }
            if event.event_type == EventType::EFI_BOOT_SERVICES_DRIVER
                && !separated
                && ImageLoad::parse(event.data).is_none()
            {
                return Err(event.invalid(LogDefect::Malformed));
            }
        }
        Ok(())
    }
}

/// Register 7 while it is read.
#[derive(Default)]
struct Reading {
    state: SecureBoot,
    seen: BTreeSet<(Guid, String)>,
    said: bool,
    separated: bool,
    authorised: bool,
    /// The last event, for what only the end can show.
    last: Option<(usize, u8)>,
}

impl Reading {
    fn take(&mut self, log: &ExplainedLog<'_>, event: &MeasuredEvent<'_>) -> Result<(), Error> {
        self.last = Some((event.number, event.register.value()));
        match log.separators.select(event)? {
            Some(_) if self.separated => return Err(event.invalid(LogDefect::Repeated)),
            Some(Separator::Ones) => return Err(event.invalid(LogDefect::Separator)),
            Some(Separator::Zeros) => {
                self.separated = true;
                return Ok(());
            }
            None => {}
        }
        match event.event_type {
            EventType::EFI_ACTION => self.take_action(event),
            EventType::EFI_VARIABLE_DRIVER_CONFIG => self.take_variable(event),
            EventType::EFI_VARIABLE_AUTHORITY => self.take_authority(log.bank(), event),
            _ => Err(event.invalid(LogDefect::Type)),
        }
    }

    fn take_action(&mut self, event: &MeasuredEvent<'_>) -> Result<(), Error> {
        if event.data == DEBUGGER {
            return Err(event.invalid(LogDefect::Debugger));
        }
        if event.data != DMA_PROTECTION_DISABLED {
            return Err(event.invalid(LogDefect::Type));
        }
        event.check_digest()?;
        self.state.dma_protection_disabled = true;
        Ok(())
    }

    fn take_variable(&mut self, event: &MeasuredEvent<'_>) -> Result<(), Error> {
        let malformed = || event.invalid(LogDefect::Malformed);
        let variable = Variable::parse(event.data)
            .filter(|variable| variable.excess == 0)
            .ok_or_else(malformed)?;
        if self.separated {
            return Err(event.invalid(LogDefect::VariableAfterSeparator));
        }
        event.check_digest()?;
        if !self.seen.insert((variable.vendor, variable.name.clone())) {
            return Err(event.invalid(LogDefect::Repeated));
        }
        if variable.is(variable::GLOBAL, "SecureBoot") {
            let [value] = variable.data else {
                return Err(event.invalid(LogDefect::SecureBootLength(variable.data.len())));
            };
            self.said = true;
            self.state.enabled = *value == 1;
            return Ok(());
        }
        let state = &mut self.state;
        let databases = [
            (variable::GLOBAL, "PK", &mut state.pk),
            (variable::GLOBAL, "KEK", &mut state.kek),
            (variable::IMAGE_SECURITY, "db", &mut state.db),
            (variable::IMAGE_SECURITY, "dbx", &mut state.dbx),
        ];
        for (vendor, name, database) in databases {
            if variable.is(vendor, name) {
                *database = Database::parse(variable.data).ok_or_else(malformed)?;
            }
        }
        Ok(())
    }

    fn take_authority(
        &mut self,
        bank: HashAlgorithm,
        event: &MeasuredEvent<'_>,
    ) -> Result<(), Error> {
        let variable =
            Variable::parse(event.data).ok_or_else(|| event.invalid(LogDefect::Malformed))?;
        self.authorised = true;
        if SHIM_STATES
            .iter()
            .any(|name| variable.is(variable::SHIM, name))
        {
            return event.check_digest();
        }
        let owned = variable.data.get(16..).and_then(Certificate::parse);
        let certificate = match owned {
            Some(certificate) => {
                event.check_digest()?;
                certificate
            }
            None => {
                let certificate = Certificate::parse(variable.data)
                    .ok_or_else(|| event.invalid(LogDefect::Authority))?;
                check_digest_of_old_shim(bank, event)?;
                certificate
            }
        };
        if !self.separated {
            return Err(event.invalid(LogDefect::AuthorityBeforeSeparator));
        }
        self.state.authority.certificates.push(certificate);
        Ok(())
    }

    fn conclude(self) -> Result<SecureBoot, Error> {
        let state = self.state;
        let (Some((number, register)), true) = (self.last, self.said) else {
            return Err(Error::LogIncomplete(Gap::NoSecureBoot));
        };
        if !self.separated {
            let gap = PcrIndex::new(u32::from(REGISTER)).map_or(Gap::Empty, Gap::NoSeparator);
            return Err(Error::LogIncomplete(gap));
        }
        let missing = [
            (!self.authorised, "a key that allowed anything"),
            (state.pk.is_empty(), "a platform key"),
            (state.kek.is_empty(), "a key exchange key"),
            (state.db.is_empty(), "a key or hash that allows anything"),
        ];
        match missing.into_iter().find(|(is_missing, _)| *is_missing) {
            Some((_, what)) if state.enabled => Err(Error::LogEventInvalid {
                number,
                register: u32::from(register),
                defect: LogDefect::SecureBootWithout(what),
            }),
            _ => Ok(state),
        }
    }
}

/// Versions of shim before 15.4 measure a certificate without its owner, and say that the event
/// has a byte more than was measured.
fn check_digest_of_old_shim(bank: HashAlgorithm, event: &MeasuredEvent<'_>) -> Result<(), Error> {
    let shorter = event.data.split_last().map(|(_, measured)| measured);
    if shorter.is_some_and(|measured| bank.digest(&[measured]) == event.digest) {
        return Ok(());
    }
    event.check_digest()
}
