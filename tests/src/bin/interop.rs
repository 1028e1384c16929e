//! Exchanges attestations with the real `gotpm`, both ways, in both formats, with both kinds of key.
//!
//! `cargo xtask interop` builds both programs and names them in `SEALGATE_GOTPM` and
//! `SEALGATE_AGENT`. With `--keep DIR`, what was exchanged is left there as files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use prost_reflect::ReflectMessage;
use sealgate_tests::agent::{Agent, stderr};
use sealgate_tests::desk::{Authority, Desk, KeyAlgorithm, Machine};
use sealgate_tests::gate::from_xtask;
use sealgate_tests::gotpm::{Gotpm, as_gotpm_says, machine_state, with_bank_of};
use sealgate_tests::tests_path;

/// Container-Optimized OS on AMD SEV: `gotpm` asks for no hardware report with it.
const LOG: &str = "vectors/evidence/logs/cos-85-amd-sev.bin";
const NONCE: &str = "5365616c6761746520696e7465726f70";
const FORMATS: [(&str, &str); 2] = [("binarypb", "pb"), ("textproto", "textproto")];

#[derive(Parser)]
struct Arguments {
    /// Leave what was exchanged in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(count) => {
            println!("{count} attestations exchanged, every one accepted.");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("interop: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<usize, Box<dyn std::error::Error>> {
    let exchange = Exchange::prepare(arguments.keep.as_deref())?;
    let mut count = 0;
    for algorithm in KeyAlgorithm::ALL {
        for format in FORMATS {
            for key in ["gceAK", "AK"] {
                let shown = format!("{}, {}, {key}", algorithm.name(), format.0);
                exchange.theirs(algorithm, format, key)?;
                println!("gotpm attest → cvm-agent: {shown}");
                exchange.ours(algorithm, format, key)?;
                println!("cvm-agent attest → gotpm: {shown}");
                count += 2;
            }
        }
    }
    Ok(count)
}

struct Exchange<'a> {
    desk: Desk,
    agent: Agent,
    gotpm: Gotpm,
    keep: Option<&'a Path>,
}

impl<'a> Exchange<'a> {
    fn prepare(keep: Option<&'a Path>) -> Result<Self, Box<dyn std::error::Error>> {
        if let Some(folder) = keep {
            fs::create_dir_all(folder)?;
            fs::write(folder.join("roots.pem"), Authority::Desk.pem())?;
        }
        Ok(Self {
            desk: Desk::start(&Machine::booted(fs::read(tests_path(LOG))?))?,
            agent: Agent::built()?,
            gotpm: Gotpm::new(from_xtask("SEALGATE_GOTPM")?),
            keep,
        })
    }

    /// What gotpm attests, verified by us.
    fn theirs(
        &self,
        algorithm: KeyAlgorithm,
        (format, extension): (&str, &str),
        key: &str,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let how = ["--key", key, "--algo", algorithm.name()];
        let said = ["--nonce", NONCE, "--format", format];
        let attestation = self.gotpm.attest(&self.desk, &[&said[..], &how].concat())?;
        let name = format!("gotpm-{key}-{}.{extension}", algorithm.name());
        self.keep(&name, &attestation)?;
        let theirs = self.gotpm.verify_debug(&attestation, &said)?;
        self.same(&attestation, format, &theirs)?;
        if key == "gceAK" {
            let roots = self.desk.folder().join("roots.pem");
            fs::write(&roots, Authority::Desk.pem())?;
            let roots = roots.to_str().ok_or("the folder's name is no text")?;
            let verdict = self.agent.appraise(&attestation, NONCE, &["--root", roots]);
            if verdict.document["verified"] != true {
                return Err(format!("verify evidence: {:#}", verdict.document).into());
            }
        }
        Ok(())
    }

    /// What we attest, verified by gotpm.
    fn ours(
        &self,
        algorithm: KeyAlgorithm,
        (format, extension): (&str, &str),
        key: &str,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let how = ["--key", key, "--algo", algorithm.name(), "--sha1"];
        let said = ["--nonce", NONCE, "--format", format];
        let output = self
            .agent
            .attest_command(&self.desk, &[&said[..], &how].concat())
            .output()?;
        if !output.status.success() {
            return Err(format!("attest: {}", stderr(&output)).into());
        }
        let name = format!("ours-{key}-{}.{extension}", algorithm.name());
        self.keep(&name, &output.stdout)?;
        let theirs = self.gotpm.verify_debug(&output.stdout, &said)?;
        self.keep(&format!("{name}.state"), theirs.as_bytes())?;
        self.same(&output.stdout, format, &theirs)
    }

    fn our_state(
        &self,
        attestation: &[u8],
        format: &str,
    ) -> Result<String, Box<dyn std::error::Error>> {
        let said = ["verify", "debug", "--nonce", NONCE, "--format", format];
        let output = self.agent.feed(&said, attestation)?;
        if !output.status.success() {
            return Err(format!("verify debug: {}", stderr(&output)).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn keep(&self, name: &str, content: &[u8]) -> std::io::Result<()> {
        match self.keep {
            Some(folder) => fs::write(folder.join(name), content),
            None => Ok(()),
        }
    }

    /// We read the attestation, and say the same of the machine in the bank that gotpm has read,
    /// but for what gotpm never says.
    fn same(
        &self,
        attestation: &[u8],
        format: &str,
        theirs: &str,
    ) -> Result<(), Box<dyn std::error::Error>> {
        self.our_state(attestation, format)?;
        let theirs = machine_state(theirs)?;
        let bank = with_bank_of(attestation, format, Some(&theirs))?;
        let ours = machine_state(&self.our_state(&bank, "binarypb")?)?;
        let ours = as_gotpm_says(ours, &theirs);
        if ours == theirs {
            return Ok(());
        }
        let different: Vec<_> = ours
            .descriptor()
            .fields()
            .filter(|field| ours.get_field(field) != theirs.get_field(field))
            .map(|field| field.name().to_owned())
            .collect();
        Err(format!("the states differ in: {}", different.join(", ")).into())
    }
}
