//! The kernel's way to a report (Linux, `Documentation/ABI/testing/configfs-tsm-report`).

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::TeeFault;
use crate::cli::attest::{REPORT_DATA_BYTES, TeeTechnology};
use crate::input::bounded;
use crate::printable::escape;

/// Bytes of a file that are read. SNP reports have 1184, TDX quotes 5 to 8 KB, certificates 5 KB.
const FILE_BYTES: usize = 128 * 1024;

/// What the hardware says of itself, as its kernel driver gave it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) technology: TeeTechnology,
    /// `ATTESTATION_REPORT` of SEV-SNP, or a TDX quote.
    pub(super) report: Vec<u8>,
    /// SEV-SNP's certificate table, where the host gave one.
    pub(super) auxiliary: Vec<u8>,
}

/// Asks for a report with `report_data` in it; of `technology`, if one is given.
pub(super) fn report(
    directory: &Path,
    report_data: &[u8; REPORT_DATA_BYTES],
    technology: Option<TeeTechnology>,
) -> Result<Report, TeeFault> {
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
) -> Result<Report, TeeFault> {
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
    Ok(Report {
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

    use super::{Entry, Report, TeeFault, ask};
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
                let expected = Report {
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
}
