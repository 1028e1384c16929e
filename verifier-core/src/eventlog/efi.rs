//! What EFI loaded: applications and drivers.

use super::exit_boot_services::{INVOCATION, REGISTER as EXIT_BOOT_SERVICES};
use super::{EventType, ExplainedLog, LogDefect, MeasuredEvent};
use crate::error::Error;
use crate::tpm::Digest;

/// The register of boot loaders and what else the boot manager starts.
const APPLICATIONS: u8 = 4;
/// The register of drivers that do not come with the firmware.
const DRIVERS: u8 = 2;

/// What the firmware measures before it starts a boot option (TCG PC Client Platform Firmware
/// Profile 1.06, section 3.3.4.5).
const CALLING: &str = "Calling EFI Application from Boot Option";

/// What EFI loaded before the operating system took over: the Authenticode digests of images, in
/// the bank's hash and the log's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Efi {
    /// Applications: boot loaders, and kernels that a boot loader started as such.
    pub apps: Vec<Digest>,
    /// Drivers for the time before the operating system. Which kind a driver is, is the log's word.
    pub boot_services_drivers: Vec<Digest>,
    /// Drivers that stay with the operating system.
    pub runtime_services_drivers: Vec<Digest>,
}

impl ExplainedLog<'_> {
    /// What EFI loaded; `None` when the log does not show that boot services ended.
    ///
    /// Nothing here depends on the order of events of different registers, which no replay proves.
    /// No image can be hidden behind another type: in registers 2 and 4, whatever is not said to be
    /// one must be proved by its data to be a separator or a text. What runs later can add to the
    /// end of each list.
    ///
    /// # Errors
    ///
    /// [`Error::LogEventInvalid`] for a separator or an action that is none or is repeated, for an
    /// application before the boot option was called, and for what could be an image in disguise.
    pub fn efi(&self) -> Result<Option<Efi>, Error> {
        let mut efi = Efi::default();
        self.read_applications(&mut efi)?;
        self.read_drivers(&mut efi)?;
        Ok(self.have_boot_services_ended()?.then_some(efi))
    }

    fn have_boot_services_ended(&self) -> Result<bool, Error> {
        let invocation = self.bank().digest(&[INVOCATION.as_bytes()]);
        let mut separated = false;
        for event in self.events_of(EXIT_BOOT_SERVICES) {
            if event.digest == invocation {
                check_action(event)?;
                return Ok(true);
            }
            self.check_separator_once(event, &mut separated)?;
        }
        Ok(false)
    }

    fn read_applications(&self, efi: &mut Efi) -> Result<(), Error> {
        let calling = self.bank().digest(&[CALLING.as_bytes()]);
        let mut called = false;
        let mut separated = false;
        for event in self.events_of(APPLICATIONS) {
            if self.check_separator_once(event, &mut separated)? {
                continue;
            }
            if event.digest == calling {
                check_action(event)?;
                if called {
                    return Err(event.invalid(LogDefect::Repeated));
                }
                if separated {
                    return Err(event.invalid(LogDefect::CallAfterSeparator));
                }
                called = true;
            } else if event.event_type == EventType::EFI_BOOT_SERVICES_APPLICATION {
                if !called {
                    return Err(event.invalid(LogDefect::ApplicationBeforeBoot));
                }
                efi.apps.push(event.digest);
            } else {
                check_text(event)?;
            }
        }
        Ok(())
    }

    /// Drivers are measured whenever they are loaded, also by a boot loader after the separator.
    fn read_drivers(&self, efi: &mut Efi) -> Result<(), Error> {
        let mut separated = false;
        for event in self.events_of(DRIVERS) {
            if self.check_separator_once(event, &mut separated)? {
                continue;
            }
            match event.event_type {
                EventType::EFI_BOOT_SERVICES_DRIVER => {
                    efi.boot_services_drivers.push(event.digest);
                }
                EventType::EFI_RUNTIME_SERVICES_DRIVER => {
                    efi.runtime_services_drivers.push(event.digest);
                }
                _ => check_text(event)?,
            }
        }
        Ok(())
    }

    /// Whether an event is the separator, of which a register has one.
    fn check_separator_once(
        &self,
        event: &MeasuredEvent<'_>,
        separated: &mut bool,
    ) -> Result<bool, Error> {
        if self.separators.select(event)?.is_none() {
            return Ok(false);
        }
        if *separated {
            return Err(event.invalid(LogDefect::Repeated));
        }
        *separated = true;
        Ok(true)
    }
}

/// An event with the digest of an action must be that action. An inferred one is.
fn check_action(event: &MeasuredEvent<'_>) -> Result<(), Error> {
    if event.event_type != EventType::EFI_ACTION && !event.inferred {
        return Err(event.invalid(LogDefect::Disguised));
    }
    event.check_digest()
}

/// An event's type is not measured, so an image could be called something else to keep it off the
/// list. Whatever begins an image, it is not printable ASCII to its end.
fn check_text(event: &MeasuredEvent<'_>) -> Result<(), Error> {
    event.check_digest()?;
    if event.data.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        Ok(())
    } else {
        Err(event.invalid(LogDefect::Disguised))
    }
}
