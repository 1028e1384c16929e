//! The commands of `tpm2-tools`: another implementation's clients of the same TPM.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `tpm2-tools`, pointed at one TPM, with a folder for the files that they leave.
pub(super) struct Tools {
    tcti: String,
    folder: PathBuf,
}

impl Tools {
    pub(super) fn new(port: u16, folder: &Path) -> Self {
        Self {
            tcti: format!("swtpm:host=127.0.0.1,port={port}"),
            folder: folder.to_owned(),
        }
    }

    /// Where relative paths of arguments lie.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// How libtss2 reaches this TPM.
    pub(super) fn tcti(&self) -> &str {
        &self.tcti
    }

    /// Runs a command in the folder; what it printed.
    pub(super) fn run(&self, program: &str, arguments: &[&str]) -> io::Result<Vec<u8>> {
        let output = Command::new(program)
            .current_dir(&self.folder)
            .env("TPM2TOOLS_TCTI", &self.tcti)
            .args(arguments)
            .output()
            .map_err(|error| missing(program, &error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(io::Error::other(format!(
            "{program} {}: {}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )))
    }
}

/// A program that could not be run, with what to do about it.
pub(super) fn missing(program: &str, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("{program}: {error}; `cargo xtask setup` says what to install"),
    )
}
