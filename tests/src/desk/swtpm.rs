//! One `swtpm` process: its own state and ports, gone when dropped.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::tools::{Tools, missing};

/// How long the process may take to listen, or to end.
const PATIENCE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(2);
/// Another process may take a port between the search and the start.
const ATTEMPTS: usize = 20;
const PID_FILE: &str = "pid";

/// `CMD_SET_LOCALITY` of swtpm's control channel.
const SET_LOCALITY: u32 = 5;
/// `TPM2_Startup(TPM_SU_CLEAR)`.
const STARTUP_CLEAR: [u8; 12] = [0x80, 1, 0, 0, 0, 12, 0, 0, 1, 0x44, 0, 0];

/// A running software TPM.
pub(super) struct Swtpm {
    child: Child,
    port: u16,
    tools: Tools,
}

impl Swtpm {
    /// Makes the state of a new TPM with banks of SHA-1, SHA-256 and SHA-384 in an empty folder.
    pub(super) fn manufacture(state: &Path) -> io::Result<()> {
        let output = Command::new("swtpm_setup")
            .args(["--tpm2", "--overwrite", "--tpmstate"])
            .arg(state)
            .args(["--pcr-banks", "sha1,sha256,sha384"])
            .output()
            .map_err(|error| missing("swtpm_setup", &error))?;
        if output.status.success() {
            return Ok(());
        }
        Err(io::Error::other(format!(
            "swtpm_setup: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )))
    }

    /// Starts the TPM whose state is in `state`, at a locality.
    ///
    /// libtss2 expects the control channel on the port after that of the commands.
    pub(super) fn start(state: &Path, locality: u8) -> io::Result<Self> {
        let mut refusal = String::new();
        for _ in 0..ATTEMPTS {
            let port = free_pair()?;
            let mut swtpm = Self {
                child: spawn(state, port, locality)?,
                port,
                tools: Tools::new(port, state),
            };
            if swtpm.listens(&state.join(PID_FILE))? {
                swtpm.start_up(locality)?;
                return Ok(swtpm);
            }
            refusal.clear();
            if let Some(stderr) = &mut swtpm.child.stderr {
                stderr.read_to_string(&mut refusal)?;
            }
        }
        Err(io::Error::other(format!("swtpm does not start: {refusal}")))
    }

    /// The port of the commands.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The clients of `tpm2-tools`, pointed at this TPM.
    pub(super) fn tools(&self) -> &Tools {
        &self.tools
    }

    /// Whether this process listens. Its pid file is written after both ports are bound, so that
    /// another program's port is never taken for ours.
    fn listens(&mut self, pid_file: &Path) -> io::Result<bool> {
        let started = Instant::now();
        while self.child.try_wait()?.is_none() {
            let id = fs::read_to_string(pid_file).unwrap_or_default();
            if id.trim() == self.child.id().to_string() {
                return Ok(true);
            }
            if started.elapsed() > PATIENCE {
                return Err(io::Error::other("swtpm does not listen"));
            }
            std::thread::sleep(POLL);
        }
        Ok(false)
    }

    /// `TPM2_Startup` from another locality than 0, as firmware sends it that says so in its log.
    fn start_up(&self, locality: u8) -> io::Result<()> {
        if locality == 0 {
            return Ok(());
        }
        self.set_locality(locality)?;
        let mut commands = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        commands.write_all(&STARTUP_CLEAR)?;
        let mut response = [0; 10];
        commands.read_exact(&mut response)?;
        if response[6..] != [0; 4] {
            return Err(io::Error::other(format!("TPM2_Startup: {response:02x?}")));
        }
        self.set_locality(0)
    }

    fn set_locality(&self, locality: u8) -> io::Result<()> {
        let mut control = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port + 1))?;
        control.write_all(&[&SET_LOCALITY.to_be_bytes()[..], &[locality]].concat())?;
        let mut response = [0; 4];
        control.read_exact(&mut response)?;
        if response != [0; 4] {
            return Err(io::Error::other(format!("set locality: {response:02x?}")));
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        // Without it the next start counts as a failed attempt at every key that is protected
        // against guessing, and a few of those lock the TPM.
        let _ = self.tools.run("tpm2_shutdown", &["--clear"]);
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)?;
        }
        let started = Instant::now();
        while self.child.try_wait()?.is_none() {
            if started.elapsed() > PATIENCE {
                return Err(io::Error::other("swtpm does not end"));
            }
            std::thread::sleep(POLL);
        }
        Ok(())
    }
}

impl Drop for Swtpm {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) && self.end().is_err() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Under `setpriv`, so that it does not outlive a test program that is killed.
fn spawn(state: &Path, port: u16, locality: u8) -> io::Result<Child> {
    let startup = match locality {
        0 => "not-need-init,startup-clear",
        _ => "not-need-init,startup-none",
    };
    let pid_file = state.join(PID_FILE);
    let _ = fs::remove_file(&pid_file);
    Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "swtpm", "socket", "--tpm2"])
        .arg("--tpmstate")
        .arg(argument("dir", state))
        .arg("--server")
        .arg(format!("type=tcp,port={port},disconnect"))
        .arg("--ctrl")
        .arg(format!("type=tcp,port={}", port + 1))
        .args(["--flags", startup])
        .arg("--pid")
        .arg(argument("file", &pid_file))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| missing("swtpm", &error))
}

fn argument(name: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(format!("{name}="));
    argument.push(PathBuf::from(path));
    argument
}

/// Two ports in a row of the loopback address that nobody listens on; the first of them.
fn free_pair() -> io::Result<u16> {
    loop {
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = first.local_addr()?.port();
        let Some(next) = port.checked_add(1) else {
            continue;
        };
        if TcpListener::bind((Ipv4Addr::LOCALHOST, next)).is_ok() {
            return Ok(port);
        }
    }
}
