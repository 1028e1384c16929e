//! Ways to a TPM (TSS 2.0 TCTI), and what is told when one leads nowhere.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileTypeExt as _;
use std::str::FromStr as _;

use tss_esapi::Context;
use tss_esapi::constants::CapabilityType;
use tss_esapi::tcti_ldr::TctiNameConf;

use super::{Tpm, TpmFault};
use crate::input;

/// The kernel's resource manager, which many programs can use at once and which cleans up after
/// those that were killed; and the bare device.
const DEVICES: [&str; 2] = ["/dev/tpmrm0", "/dev/tpm0"];
const DEVICE: &str = "device";

impl Tpm {
    /// Opens the TPM that `tcti` leads to, or the machine's own.
    pub(crate) fn open(tcti: Option<&str>) -> Result<Self, TpmFault> {
        match tcti {
            Some(tcti) => Self::at(tcti),
            None => {
                let [managed, bare] = DEVICES;
                match Self::device(managed) {
                    Err(TpmFault::NoDevice { .. }) => match Self::device(bare) {
                        Err(TpmFault::NoDevice { .. }) => Err(TpmFault::NoDevice {
                            path: format!("{managed} and no {bare}"),
                        }),
                        opened => opened,
                    },
                    opened => opened,
                }
            }
        }
    }

    fn at(tcti: &str) -> Result<Self, TpmFault> {
        let invalid = || TpmFault::TctiInvalid {
            tcti: tcti.to_owned(),
        };
        let (name, configuration) = tcti.split_once(':').unwrap_or((tcti, ""));
        match name {
            DEVICE if !configuration.is_empty() => Self::device(configuration),
            // `path=` and whatever else is not known would mean the default address without a word.
            "swtpm" | "mssim" if is_address(configuration) => Self::connect(tcti),
            "tabrmd" => Self::connect(tcti),
            _ => Err(invalid()),
        }
    }

    /// Opens a device, after a look at it: libtss2 tells nothing apart.
    fn device(path: &str) -> Result<Self, TpmFault> {
        let path = || path.to_owned();
        let unusable = |reason: &str| TpmFault::DeviceUnusable {
            path: path(),
            reason: reason.to_owned(),
        };
        // The bare device takes one program at a time: what was opened here is closed again.
        let opened = OpenOptions::new().read(true).write(true).open(path());
        let file_type = opened.and_then(|file| Ok(file.metadata()?.file_type()));
        match file_type {
            Ok(file_type) if !file_type.is_char_device() => Err(unusable("it is not a device")),
            Ok(_) => Self::connect(&format!("{DEVICE}:{}", path())),
            Err(error) => Err(match error.kind() {
                io::ErrorKind::NotFound => TpmFault::NoDevice { path: path() },
                io::ErrorKind::PermissionDenied => TpmFault::NoPermission { path: path() },
                io::ErrorKind::ResourceBusy => TpmFault::InUse { path: path() },
                _ => unusable(&input::reason(&error.to_string())),
            }),
        }
    }

    fn connect(tcti: &str) -> Result<Self, TpmFault> {
        let tcti = tcti.to_owned();
        let Ok(name) = TctiNameConf::from_str(&tcti) else {
            return Err(TpmFault::TctiInvalid { tcti });
        };
        let Ok(mut context) = Context::new(name) else {
            return Err(TpmFault::NoAnswer { tcti });
        };
        // The first thing that a TPM must be able to say: whoever does not is none.
        match context.get_capability(CapabilityType::AssignedPcr, 0, 1) {
            Ok(_) => Ok(Self { context, tcti }),
            Err(error) => Err(
                match TpmFault::new(super::fault::Command::GetCapability, error) {
                    fault @ (TpmFault::Busy | TpmFault::Failed | TpmFault::NotStarted) => fault,
                    _ => TpmFault::NoAnswer { tcti },
                },
            ),
        }
    }
}

/// Whether a configuration has nothing but `host=` and `port=`.
fn is_address(configuration: &str) -> bool {
    configuration.is_empty()
        || configuration
            .split(',')
            .all(|setting| setting.starts_with("host=") || setting.starts_with("port="))
}

#[cfg(test)]
mod tests {
    use sealgate_core::exit;

    use super::{Tpm, TpmFault};

    fn fault(tcti: &str) -> TpmFault {
        match Tpm::open(Some(tcti)) {
            Ok(_) => panic!("{tcti} opens"),
            Err(fault) => fault,
        }
    }

    #[test]
    fn a_way_that_would_mean_another_is_refused() {
        for tcti in [
            "",
            "device",
            "device:",
            "swtpm:path=/run/tpm",
            "swtpm:host=127.0.0.1,prt=1",
            "swtpm:port=many",
            "mssim:path=/run/tpm",
            "cmd:sh",
            "/dev/tpmrm0",
            "libtss2-tcti-device.so:/dev/tpmrm0",
        ] {
            let fault = fault(tcti);
            assert!(
                matches!(fault, TpmFault::TctiInvalid { .. }),
                "{tcti}: {fault}"
            );
            assert_eq!(fault.exit_code(), exit::USAGE);
        }
    }

    #[test]
    fn what_is_no_tpm_is_told_apart() {
        let absent = fault("device:/dev/there-is-no-tpm-here");
        assert!(matches!(absent, TpmFault::NoDevice { .. }), "{absent}");
        let file = tempfile::NamedTempFile::new().unwrap();
        let file = fault(&format!("device:{}", file.path().display()));
        assert!(matches!(file, TpmFault::DeviceUnusable { .. }), "{file}");
        // A device, but not one that answers.
        let null = fault("device:/dev/null");
        assert!(matches!(null, TpmFault::NoAnswer { .. }), "{null}");
    }
}
