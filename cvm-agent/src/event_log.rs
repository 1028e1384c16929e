//! The firmware's log of what it measured, as the kernel hands it out.

use std::fs::File;
use std::io;
use std::path::Path;

use sealgate_core::limits::EVENT_LOG_BYTES;

use crate::error::Failure;
use crate::input::{self, bounded};
use crate::printable::escape;

/// Reads the log, to its end: a file of securityfs says that it has no bytes.
///
/// Nothing in it is looked at: what it is worth, a verifier says.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let name = escape(&path.display().to_string());
    let failure = |message: String, remedy| Failure::Machine { message, remedy };
    let log = File::open(path)
        .and_then(|file| bounded(file, EVENT_LOG_BYTES))
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => failure(
                format!("this machine has no boot event log at {name}"),
                "mount securityfs, boot with UEFI and a TPM, or name the log with --event-log PATH",
            ),
            io::ErrorKind::PermissionDenied => failure(
                format!("the boot event log {name} may be read by root only"),
                "sudo, or a copy of the log that root made: --event-log PATH",
            ),
            _ => failure(
                format!(
                    "the boot event log {name} cannot be read: {}",
                    input::reason(&error.to_string())
                ),
                "name the log with --event-log PATH",
            ),
        })?;
    if log.len() > EVENT_LOG_BYTES {
        return Err(failure(
            format!("the boot event log {name} has more than {EVENT_LOG_BYTES} bytes"),
            "check that it is the log: no verifier reads so much",
        ));
    }
    Ok(log)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::path::Path;

    use sealgate_core::exit;
    use sealgate_core::limits::EVENT_LOG_BYTES;

    use super::read;

    #[test]
    fn a_log_is_read_to_its_end_and_no_further_than_its_limit() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(read(file.path()).unwrap(), b"");
        file.write_all(&vec![7; EVENT_LOG_BYTES]).unwrap();
        assert_eq!(read(file.path()).unwrap().len(), EVENT_LOG_BYTES);
        file.write_all(&[7]).unwrap();
        let failure = read(file.path()).unwrap_err();
        assert_eq!(failure.exit_code(), exit::MACHINE);
        assert!(failure.to_string().contains("2097152"), "{failure}");
    }

    #[test]
    fn an_absent_log_is_named() {
        let failure = read(Path::new("/there/is/no/log")).unwrap_err();
        assert_eq!(failure.exit_code(), exit::MACHINE);
        assert!(
            failure.to_string().contains("/there/is/no/log"),
            "{failure}"
        );
    }
}
