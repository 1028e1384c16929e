//! Reports of confidential hardware, through configfs-tsm (Linux's `Documentation/ABI/testing/
//! configfs-tsm-report`): AMD SEV-SNP and Intel TDX alike.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::attest::{REPORT_DATA_BYTES, TeeTechnology};
use crate::error::Failure;
use crate::input::{self, bounded};
use crate::printable::escape;

/// Bytes of a file that are read. SNP reports have 1184, TDX quotes 5 to 8 KB, certificates 5 KB.
const FILE_BYTES: usize = 128 * 1024;

/// What the hardware says of itself, as its kernel driver gave it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TeeReport {
    pub(crate) technology: TeeTechnology,
    /// `ATTESTATION_REPORT` of SEV-SNP, or a TDX quote.
    pub(crate) report: Vec<u8>,
    /// SEV-SNP's certificate table, where the host gave one.
    pub(crate) auxiliary: Vec<u8>,
}

/// Why there is no report.
#[derive(Debug)]
pub(crate) enum TeeFault {
    /// No such hardware, or a kernel that cannot ask it.
    Absent,
    NoPermission,
    /// There is hardware of another kind.
    Other(String),
    Failed(io::Error),
}

impl TeeFault {
    /// The failure of a command that needs a report of `technology`.
    pub(crate) fn required(self, technology: TeeTechnology) -> Failure {
        let name = match technology {
            TeeTechnology::SevSnp => "AMD SEV-SNP",
            TeeTechnology::Tdx => "Intel TDX",
        };
        let (message, remedy) = match self {
            Self::Absent => (
                format!("this machine gives no {name} reports"),
                "a Confidential VM of that kind with Linux 6.7 or newer and configfs mounted, \
                 or leave out --tee-technology",
            ),
            Self::NoPermission => (format!("only root may ask for {name} reports"), "sudo"),
            Self::Other(provider) => (
                format!("this machine's reports are no {name} ones: they come from {provider}"),
                "the other --tee-technology, or leave it out",
            ),
            Self::Failed(error) => (
                format!(
                    "the {name} report could not be made: {}",
                    input::reason(&error.to_string())
                ),
                "once more, or leave out --tee-technology",
            ),
        };
        Failure::Machine { message, remedy }
    }
}

impl fmt::Display for TeeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("this machine gives none"),
            Self::NoPermission => f.write_str("only root may ask for one"),
            Self::Other(provider) => write!(f, "it would come from {provider}"),
            Self::Failed(error) => f.write_str(&input::reason(&error.to_string())),
        }
    }
}

impl From<io::Error> for TeeFault {
    fn from(error: io::Error) -> Self {
        // ENXIO: the file system is there, and no driver behind it.
        const NO_DRIVER: i32 = 6;
        match error.kind() {
            io::ErrorKind::NotFound => Self::Absent,
            io::ErrorKind::PermissionDenied => Self::NoPermission,
            _ if error.raw_os_error() == Some(NO_DRIVER) => Self::Absent,
            _ => Self::Failed(error),
        }
    }
}

/// Asks for a report with `report_data` in it; of `technology`, if one is given.
pub(crate) fn collect(
    directory: &Path,
    report_data: &[u8; REPORT_DATA_BYTES],
    technology: Option<TeeTechnology>,
) -> Result<TeeReport, TeeFault> {
    let entry = format!("cvm-agent-{}", std::process::id());
    let configfs = Configfs {
        entry: directory.join(entry),
    };
    ask(&configfs, report_data, technology)
}

/// A directory that makes one report: attributes are files.
trait Entry {
    fn create(&self) -> io::Result<()>;
    fn write(&self, attribute: &str, bytes: &[u8]) -> io::Result<()>;
    fn read(&self, attribute: &str) -> io::Result<Vec<u8>>;
    fn remove(&self) -> io::Result<()>;
}

/// Removes the entry, whatever happened: the kernel keeps it otherwise.
struct Removed<'a, E: Entry>(&'a E);

impl<E: Entry> Drop for Removed<'_, E> {
    fn drop(&mut self) {
        // It costs the kernel a few bytes, and the next program of this number clears it.
        let _ = self.0.remove();
    }
}

fn ask(
    entry: &impl Entry,
    report_data: &[u8; REPORT_DATA_BYTES],
    technology: Option<TeeTechnology>,
) -> Result<TeeReport, TeeFault> {
    match entry.create() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Of a program that had this number and was killed.
            entry.remove()?;
            entry.create()?;
        }
        created => created?,
    }
    let _removed = Removed(entry);
    let provider = text(&entry.read("provider")?);
    let found = match provider.as_str() {
        "sev_guest" => TeeTechnology::SevSnp,
        "tdx_guest" => TeeTechnology::Tdx,
        _ => return Err(TeeFault::Other(provider)),
    };
    if technology.is_some_and(|technology| technology != found) {
        return Err(TeeFault::Other(provider));
    }
    let before = generation(entry)?;
    entry.write("inblob", report_data)?;
    let report = entry.read("outblob")?;
    // Only SEV-SNP has it, and only where the host gives certificates.
    let auxiliary = match found {
        TeeTechnology::SevSnp => entry.read("auxblob").unwrap_or_default(),
        TeeTechnology::Tdx => Vec::new(),
    };
    if generation(entry)?.checked_sub(before) != Some(1) {
        return Err(TeeFault::Failed(io::Error::other(
            "another program wrote to it meanwhile",
        )));
    }
    Ok(TeeReport {
        technology: found,
        report,
        auxiliary,
    })
}

/// How often an entry was written to.
fn generation(entry: &impl Entry) -> io::Result<u64> {
    text(&entry.read("generation")?)
        .parse()
        .map_err(|_| io::Error::other("its generation is no number"))
}

fn text(bytes: &[u8]) -> String {
    escape(String::from_utf8_lossy(bytes).trim())
}

/// An entry in the kernel's own file system.
struct Configfs {
    entry: PathBuf,
}

impl Entry for Configfs {
    fn create(&self) -> io::Result<()> {
        fs::create_dir(&self.entry)
    }

    fn write(&self, attribute: &str, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new()
            .write(true)
            .open(self.entry.join(attribute))?
            .write_all(bytes)
    }

    fn read(&self, attribute: &str) -> io::Result<Vec<u8>> {
        let bytes = bounded(File::open(self.entry.join(attribute))?, FILE_BYTES)?;
        if bytes.len() > FILE_BYTES {
            return Err(io::Error::other(format!("more than {FILE_BYTES} bytes")));
        }
        Ok(bytes)
    }

    fn remove(&self) -> io::Result<()> {
        fs::remove_dir(&self.entry)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io;

    use sealgate_core::exit;

    use super::{Entry, TeeFault, TeeReport, ask, collect};
    use crate::cli::attest::TeeTechnology::{SevSnp, Tdx};

    /// A kernel: what its entry holds, and where it fails.
    #[derive(Default)]
    struct Kernel {
        provider: &'static str,
        fails_at: Option<(&'static str, io::ErrorKind)>,
        writers: u32,
        state: RefCell<State>,
    }

    #[derive(Default)]
    struct State {
        is_there: bool,
        written: Vec<u8>,
        generation: u32,
    }

    impl Kernel {
        fn of(provider: &'static str) -> Self {
            Self {
                provider,
                writers: 1,
                ..Self::default()
            }
        }

        fn check(&self, what: &str) -> io::Result<()> {
            match self.fails_at {
                Some((at, kind)) if at == what => Err(kind.into()),
                _ => Ok(()),
            }
        }
    }

    impl Entry for Kernel {
        fn create(&self) -> io::Result<()> {
            self.check("create")?;
            if self.state.borrow().is_there {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            self.state.borrow_mut().is_there = true;
            Ok(())
        }

        fn write(&self, attribute: &str, bytes: &[u8]) -> io::Result<()> {
            self.check(attribute)?;
            let mut state = self.state.borrow_mut();
            state.written = bytes.to_vec();
            state.generation += self.writers;
            Ok(())
        }

        fn read(&self, attribute: &str) -> io::Result<Vec<u8>> {
            self.check(attribute)?;
            let state = self.state.borrow();
            Ok(match attribute {
                "provider" => format!("{}\n", self.provider).into_bytes(),
                "generation" => format!("{}\n", state.generation).into_bytes(),
                "outblob" => state.written.clone(),
                "auxblob" => b"certificates".to_vec(),
                _ => return Err(io::ErrorKind::NotFound.into()),
            })
        }

        fn remove(&self) -> io::Result<()> {
            self.state.borrow_mut().is_there = false;
            Ok(())
        }
    }

    const DATA: [u8; 64] = [7; 64];

    #[test]
    fn the_report_is_of_the_data_and_the_entry_gone() {
        for (provider, technology, auxiliary) in [
            ("sev_guest", SevSnp, &b"certificates"[..]),
            ("tdx_guest", Tdx, b""),
        ] {
            for asked in [None, Some(technology)] {
                let kernel = Kernel::of(provider);
                let report = ask(&kernel, &DATA, asked).unwrap();
                let expected = TeeReport {
                    technology,
                    report: DATA.to_vec(),
                    auxiliary: auxiliary.to_vec(),
                };
                assert_eq!(report, expected);
                assert!(!kernel.state.borrow().is_there);
            }
        }
    }

    #[test]
    fn the_entry_of_a_killed_program_is_replaced() {
        let kernel = Kernel::of("tdx_guest");
        kernel.create().unwrap();
        assert!(ask(&kernel, &DATA, None).is_ok());
        assert!(!kernel.state.borrow().is_there);
    }

    #[test]
    fn nothing_stays_behind_where_something_fails() {
        for at in ["provider", "generation", "inblob", "outblob"] {
            let kernel = Kernel {
                fails_at: Some((at, io::ErrorKind::ResourceBusy)),
                ..Kernel::of("sev_guest")
            };
            let fault = ask(&kernel, &DATA, None).unwrap_err();
            assert!(matches!(fault, TeeFault::Failed(_)), "{at}: {fault:?}");
            assert!(!kernel.state.borrow().is_there, "{at}");
        }
    }

    #[test]
    fn a_report_that_another_program_disturbed_is_not_taken() {
        let kernel = Kernel {
            writers: 2,
            ..Kernel::of("sev_guest")
        };
        let fault = ask(&kernel, &DATA, None).unwrap_err();
        assert!(matches!(fault, TeeFault::Failed(_)), "{fault:?}");
    }

    #[test]
    fn other_hardware_is_told_apart() {
        for (provider, asked) in [
            ("sev_guest", Some(Tdx)),
            ("tdx_guest", Some(SevSnp)),
            ("arm_cca_guest", None),
        ] {
            let kernel = Kernel::of(provider);
            match ask(&kernel, &DATA, asked).unwrap_err() {
                TeeFault::Other(name) => assert_eq!(name, provider),
                fault => panic!("{provider}: {fault:?}"),
            }
        }
    }

    #[test]
    fn a_machine_without_any_is_told_so() {
        let directory = tempfile::tempdir().unwrap();
        let absent = directory.path().join("report");
        let failure = collect(&absent, &DATA, Some(SevSnp))
            .unwrap_err()
            .required(SevSnp);
        assert_eq!(failure.exit_code(), exit::MACHINE);
        assert_eq!(
            failure.to_string(),
            "this machine gives no AMD SEV-SNP reports"
        );
    }
}
