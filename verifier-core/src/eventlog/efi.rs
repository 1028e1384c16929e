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

/// What every image's digest is a hash of begins with (Windows Authenticode Portable Executable
/// Signature Format: from the start of the file, which is `MZ`).
const IMAGE: &[u8] = b"MZ";

/// What EFI loaded before the operating system took over: the Authenticode digests of images, in
/// the bank's hash and the log's order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Efi {
    /// Applications: boot loaders, and kernels that a boot loader started as such.
    pub apps: Vec<Digest>,
    /// Drivers for the time before the operating system, before register 2's separator.
    pub boot_services_drivers: Vec<Digest>,
    /// Drivers that stay with the operating system, before register 2's separator.
    pub runtime_services_drivers: Vec<Digest>,
}

impl ExplainedLog<'_> {
    /// What EFI loaded before boot services ended; `None` when the log does not show that they
    /// did: whatever ran later could then have measured whatever it liked.
    ///
    /// No image can be hidden behind another type: in registers 2 and 4, whatever is not said to
    /// be one must be proved not to be by its data.
    ///
    /// # Errors
    ///
    /// [`Error::LogEventInvalid`] for a separator or an action that is none or is repeated, for an
    /// application before the boot option was called, and for what could be an image in disguise.
    pub fn efi(&self) -> Result<Option<Efi>, Error> {
        let bank = self.bank();
        let calling = bank.digest(&[CALLING.as_bytes()]);
        let invocation = bank.digest(&[INVOCATION.as_bytes()]);
        let mut efi = Efi::default();
        let mut called = false;
        let mut exited = false;
        let mut separated = [false; 2];
        for event in self.events() {
            let separated = match event.register.value() {
                APPLICATIONS => separated.first_mut(),
                EXIT_BOOT_SERVICES => separated.last_mut(),
                _ => continue,
            };
            let Some(separated) = separated else { continue };
            if event.is_of(APPLICATIONS) {
                if event.digest == calling {
                    check_action(event)?;
                    if called {
                        return Err(event.invalid(LogDefect::Repeated));
                    }
                    if *separated {
                        return Err(event.invalid(LogDefect::CallAfterSeparator));
                    }
                    called = true;
                }
                if event.event_type == EventType::EFI_BOOT_SERVICES_APPLICATION {
                    if !called {
                        return Err(event.invalid(LogDefect::ApplicationBeforeBoot));
                    }
                    efi.apps.push(event.digest);
                } else {
                    check_no_image(event)?;
                }
            } else if event.digest == invocation {
                check_action(event)?;
                exited = true;
                break;
            }
            if self.separators.select(event)?.is_some() {
                if *separated {
                    return Err(event.invalid(LogDefect::Repeated));
                }
                *separated = true;
            }
        }
        if !exited {
            return Ok(None);
        }
        for event in self.events_of(DRIVERS) {
            if self.separators.select(event)?.is_some() {
                break;
            }
            match event.event_type {
                EventType::EFI_BOOT_SERVICES_DRIVER => {
                    efi.boot_services_drivers.push(event.digest);
                }
                EventType::EFI_RUNTIME_SERVICES_DRIVER => {
                    efi.runtime_services_drivers.push(event.digest);
                }
                _ => check_no_image(event)?,
            }
        }
        Ok(Some(efi))
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
/// list. Its digest is a hash of bytes that begin with `MZ`: an event whose digest is that of
/// other data is none.
fn check_no_image(event: &MeasuredEvent<'_>) -> Result<(), Error> {
    if event.data.starts_with(IMAGE) {
        return Err(event.invalid(LogDefect::Disguised));
    }
    event.check_digest()
}
