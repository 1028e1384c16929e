//! The built agent, run as a person runs it.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread;

use serde_json::Value;

use crate::desk::{Desk, KeyAlgorithm};
use crate::gate::from_xtask;

/// A moment at which the certificates of a sound desk are valid.
pub const AT: &str = "2026-11-01T00:00:00Z";

/// `cvm-agent`.
#[derive(Clone, Debug)]
pub struct Agent(PathBuf);

impl Agent {
    /// The program that xtask built.
    ///
    /// # Errors
    ///
    /// Without `SEALGATE_AGENT` in the environment.
    pub fn built() -> io::Result<Self> {
        from_xtask("SEALGATE_AGENT").map(Self)
    }

    /// A command, without anything of the person's own machine.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        command
            .env_clear()
            // Nobody answers there, at once.
            .env("GCE_METADATA_HOST", "127.0.0.1:1")
            // libtss2 writes to standard error by itself.
            .env("TSS2_LOG", "all+NONE")
            .args(arguments);
        command
    }

    /// `attest` on a desk, with arguments beside the desk's own.
    pub fn attest_command(&self, desk: &Desk, arguments: &[&str]) -> Command {
        let mut command = self.command(&["attest"]);
        desk.lend(&mut command);
        command.arg("--event-log").arg(desk.event_log());
        command.args(arguments);
        command
    }

    /// The attestation of a desk's own key by Google's template, every bank, in binary.
    ///
    /// # Panics
    ///
    /// When `attest` fails, with what it said.
    #[track_caller]
    pub fn attest(&self, desk: &Desk, nonce: &str, algorithm: KeyAlgorithm) -> Vec<u8> {
        let arguments = [
            "--nonce",
            nonce,
            "--key",
            "gceAK",
            "--algo",
            algorithm.name(),
            "--sha1",
        ];
        let output = self
            .attest_command(desk, &arguments)
            .output()
            .expect("the agent runs");
        assert!(output.status.success(), "{}", stderr(&output));
        output.stdout
    }

    /// Runs a command with `input` on its standard input.
    ///
    /// # Errors
    ///
    /// When the program cannot be run.
    pub fn feed(&self, arguments: &[impl AsRef<OsStr>], input: &[u8]) -> io::Result<Output> {
        let mut command = self.command(&[]);
        command.args(arguments);
        feed(&mut command, input)
    }

    /// `verify evidence --json` as of [`AT`].
    ///
    /// # Panics
    ///
    /// When no appraisal is printed.
    #[track_caller]
    pub fn appraise(&self, evidence: &[u8], nonce: &str, arguments: &[&str]) -> Appraisal {
        let mut all = vec!["verify", "evidence", "-", "--json", "--nonce", nonce];
        if !arguments.contains(&"--at") {
            all.extend(["--at", AT]);
        }
        all.extend(arguments);
        let output = self.feed(&all, evidence).expect("the agent runs");
        Appraisal {
            exit: output.status.code(),
            document: serde_json::from_slice(&output.stdout)
                .unwrap_or_else(|_| panic!("no appraisal: {}", stderr(&output))),
        }
    }
}

/// Runs a command with `input` on its standard input.
///
/// # Errors
///
/// When the program cannot be run.
pub fn feed(command: &mut Command, input: &[u8]) -> io::Result<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let writer = child.stdin.take().map(|mut stdin| {
        let input = input.to_vec();
        // A program that refuses early does not read to the end.
        thread::spawn(move || stdin.write_all(&input))
    });
    let output = child.wait_with_output();
    if let Some(writer) = writer {
        let _ = writer.join();
    }
    output
}

/// What a program said on standard error.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An appraisal, and how the command that printed it ended.
#[derive(Debug)]
pub struct Appraisal {
    /// The exit code.
    pub exit: Option<i32>,
    /// The document.
    pub document: Value,
}

impl Appraisal {
    /// Asserts that the evidence was verified; the facts about the machine.
    ///
    /// # Panics
    ///
    /// When it was not.
    #[track_caller]
    pub fn verified(&self) -> &Value {
        assert_eq!(self.document["verified"], true, "{:#}", self.document);
        assert_eq!(self.document["code"], Value::Null, "{:#}", self.document);
        assert_eq!(self.exit, Some(0));
        &self.document["machine"]
    }

    /// Asserts that the evidence was refused with exactly this code.
    ///
    /// # Panics
    ///
    /// When it was not.
    #[track_caller]
    pub fn refused(&self, code: &str) {
        assert_eq!(self.document["verified"], false, "{:#}", self.document);
        assert_eq!(self.document["code"], code, "{:#}", self.document);
        assert_eq!(self.exit, Some(5));
    }
}
