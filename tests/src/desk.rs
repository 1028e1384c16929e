//! A Confidential VM on the desk: a software TPM dressed as Google's, with a real machine's boot
//! in its registers.
//!
//! Below the agent everything is real: `swtpm` is a whole TPM 2.0, and the keys, certificates and
//! templates are written with `tpm2-tools`. Only the certificate authority is the desk's own.

mod authority;
mod boot;
mod dress;
mod folder;
mod swtpm;
mod tools;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use self::authority::{Authority, Instance, KeyCertificate, Usage};
pub use self::boot::{Boot, Record};
pub use self::dress::{KeyAlgorithm, KeyKind};

use self::folder::Folder;
use self::swtpm::Swtpm;

/// The boot log's name in the folder, as the kernel has it.
const EVENT_LOG: &str = "binary_bios_measurements";

/// How a machine is made. The default is a sound one that has not booted.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// The boot log that its registers are extended by.
    pub log: Vec<u8>,
    /// What its attestation keys may sign.
    pub key: KeyKind,
    /// The certificates of its attestation keys.
    pub certificate: KeyCertificate,
}

impl Machine {
    /// A sound machine that booted as `log` says.
    pub fn booted(log: Vec<u8>) -> Self {
        Self {
            log,
            ..Self::default()
        }
    }
}

/// A machine on the desk. Its TPM ends and its folder goes when it is dropped.
pub struct Desk {
    // Before the folder: fields are dropped in order, and the process writes there.
    swtpm: Swtpm,
    folder: Folder,
}

impl Desk {
    /// Starts a machine.
    ///
    /// # Errors
    ///
    /// A program that is not installed, or what it said.
    pub fn start(machine: &Machine) -> io::Result<Self> {
        let boot = if machine.log.is_empty() {
            None
        } else {
            Some(Boot::parse(&machine.log).ok_or_else(|| io::Error::other("no boot log"))?)
        };
        let folder = Folder::new()?;
        dress::unpack(folder.path())?;
        let locality = boot.as_ref().map_or(0, Boot::locality);
        let swtpm = Swtpm::start(folder.path(), locality)?;
        dress::dress(
            swtpm.tools(),
            folder.path(),
            machine.key,
            &machine.certificate,
        )?;
        if let Some(boot) = boot {
            boot.extend(swtpm.tools())?;
        }
        fs::write(folder.path().join(EVENT_LOG), &machine.log)?;
        Ok(Self { swtpm, folder })
    }

    /// How libtss2, and so the agent's `--tcti`, reaches the TPM.
    pub fn tcti(&self) -> &str {
        self.swtpm.tools().tcti()
    }

    /// The port that takes raw commands on the loopback address.
    pub fn port(&self) -> u16 {
        self.swtpm.port()
    }

    /// The boot log's file.
    pub fn event_log(&self) -> PathBuf {
        self.folder.path().join(EVENT_LOG)
    }

    /// A folder for a test's own files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Gives a command the machine as its own: TPM for libtss2, TPM for `tpm2-tools`.
    pub fn lend(&self, command: &mut Command) {
        command
            .env("TCTI", self.tcti())
            .env("TPM2TOOLS_TCTI", self.tcti());
    }

    /// Runs a command of `tpm2-tools` in the machine's folder; what it printed.
    ///
    /// # Errors
    ///
    /// A command that is not installed or fails, with what it said.
    pub fn tool(&self, program: &str, arguments: &[&str]) -> io::Result<Vec<u8>> {
        self.swtpm.tools().run(program, arguments)
    }

    /// Measures one more record, without a word in the log.
    ///
    /// # Errors
    ///
    /// As for [`Self::tool`].
    pub fn extend(&self, record: &Record) -> io::Result<()> {
        self.tool("tpm2_pcrextend", &[&record.to_argument()])
            .map(|_| ())
    }

    /// The values of a bank's registers, as the TPM has them.
    ///
    /// # Errors
    ///
    /// As for [`Self::tool`].
    pub fn registers(&self, bank: &str) -> io::Result<Vec<Vec<u8>>> {
        self.tool(
            "tpm2_pcrread",
            &["-Q", "-o", "registers", &format!("{bank}:all")],
        )?;
        let values = fs::read(self.folder.path().join("registers"))?;
        let size = values.len() / 24;
        Ok(values.chunks(size.max(1)).map(<[u8]>::to_vec).collect())
    }

    /// The `SubjectPublicKeyInfo` of an attestation key, in DER.
    ///
    /// # Errors
    ///
    /// As for [`Self::start`].
    pub fn key(algorithm: KeyAlgorithm, kind: KeyKind) -> io::Result<&'static [u8]> {
        dress::key(algorithm, kind)
    }
}
