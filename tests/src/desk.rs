//! A Confidential VM on the desk: a software TPM dressed as Google's, with a real machine's boot
//! in its registers.
//!
//! Below the agent everything is real: `swtpm` is a whole TPM 2.0, and the keys, certificates and
//! templates are written with `tpm2-tools`. Only the certificate authority is the desk's own.

mod authority;
mod boot;
mod dress;
mod folder;
mod metadata;
mod paper;
mod relay;
mod swtpm;
mod tools;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use self::authority::{Authority, Instance, KeyCertificate, Usage};
pub use self::boot::{Boot, Record};
pub use self::dress::{KeyAlgorithm, KeyKind};
pub use self::paper::{ATTRIBUTES, Paper, UNRESTRICTED};

use self::folder::Folder;
use self::relay::Relay;
use self::swtpm::Swtpm;

/// The boot log's name in the folder, as the kernel has it.
const EVENT_LOG: &str = "binary_bios_measurements";
const SOCKET: &str = "tpmrm0";

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
    relay: Relay,
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
        let folder = Folder::new()?;
        dress::unpack(folder.path())?;
        let boot = Boot::of(machine)?;
        let swtpm = Swtpm::start(folder.path(), boot.as_ref().map_or(0, Boot::locality))?;
        let tools = swtpm.tools();
        dress::dress(tools, folder.path(), machine.key, &machine.certificate)?;
        Self::boot(boot, swtpm, folder, machine)
    }

    /// Ends a machine and starts it again with the same TPM.
    ///
    /// # Errors
    ///
    /// As for [`Self::start`].
    pub fn start_again(self, machine: &Machine) -> io::Result<Self> {
        let Self {
            relay,
            swtpm,
            folder,
        } = self;
        drop((relay, swtpm));
        fs::remove_file(folder.path().join(SOCKET))?;
        let boot = Boot::of(machine)?;
        let swtpm = Swtpm::start(folder.path(), boot.as_ref().map_or(0, Boot::locality))?;
        Self::boot(boot, swtpm, folder, machine)
    }

    fn boot(
        boot: Option<Boot>,
        swtpm: Swtpm,
        folder: Folder,
        machine: &Machine,
    ) -> io::Result<Self> {
        if let Some(boot) = boot {
            boot.extend(swtpm.tools())?;
        }
        fs::write(folder.path().join(EVENT_LOG), &machine.log)?;
        let relay = Relay::start(folder.path().join(SOCKET), swtpm.port())?;
        Ok(Self {
            relay,
            swtpm,
            folder,
        })
    }

    /// How libtss2, and so the agent's `--tcti`, reaches the TPM.
    pub fn tcti(&self) -> &str {
        self.swtpm.tools().tcti()
    }

    /// Starts the machine's metadata server, which answers until the program ends: its address for
    /// `GCE_METADATA_HOST`.
    ///
    /// # Errors
    ///
    /// Without a free port.
    pub fn metadata(&self) -> io::Result<String> {
        metadata::serve(Instance::default()).map(|address| address.to_string())
    }

    /// A command that finds the machine where Linux has it: the TPM at `/dev/tpmrm0`, the boot log
    /// in securityfs. Nobody else sees either, and nothing stays: both are in a mount namespace
    /// that ends with the command.
    pub fn inside(&self, program: &Path) -> Command {
        const MOUNT: &str = "set -e
            mount -t tmpfs tmpfs /dev
            ln -s \"$1\" /dev/tpmrm0
            mount -t tmpfs tmpfs /sys/kernel/security
            mkdir /sys/kernel/security/tpm0
            cp \"$2\" /sys/kernel/security/tpm0/binary_bios_measurements
            shift 2
            exec \"$@\"";
        let mut command = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command
            .args(["--mount", "--propagation", "private"])
            .args(["sh", "-c", MOUNT, "sh"])
            .arg(self.relay.path())
            .arg(self.event_log())
            .arg(program);
        command
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

    /// Makes an attestation key by `tpm2-tools`, kept as `context` in the folder. It stays loaded.
    ///
    /// # Errors
    ///
    /// As for [`Self::tool`].
    pub fn make_key(
        &self,
        algorithm: KeyAlgorithm,
        kind: KeyKind,
        context: &str,
    ) -> io::Result<()> {
        dress::make_key(self.swtpm.tools(), algorithm, kind, context)
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
