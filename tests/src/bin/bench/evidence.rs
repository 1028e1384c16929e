//! A machine's evidence: what its verification costs, beside gotpm's, and that the cost of a boot
//! log grows with its size and no faster.

use std::env;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use sealgate_core::{
    EventLog, Evidence, EvidenceVerifier, HashAlgorithm, KeyTrust, LogKind, UnixTime, VtpmRoots,
};
use sealgate_tests::desk::Boot;
use sealgate_tests::gate::from_xtask;
use sealgate_tests::tests_path;

use crate::{ROUNDS, median};

/// A real one of the empty nonce: three quotes, 45 records, a chain of two RSA signatures.
const ATTESTATION: &str = "vectors/evidence/attestations/gce-cos-85-no-nonce.pb";
const LOG: &str = "vectors/evidence/logs/cos-85-amd-sev.bin";
/// 2026-11-24.
const NOW: UnixTime = UnixTime::from_secs(1_795_478_400);
const CALLS: u32 = 50;
/// Log sizes, in KiB.
const SIZES: [usize; 3] = [64, 512, 2048];
/// How many times faster than gotpm a whole process should be.
const RATIO_TARGET: f64 = 3.0;

pub(crate) fn run() -> Result<(), String> {
    println!("One real attestation, three quotes, 45 records, medians of {ROUNDS} rounds:");
    let file = tests_path(ATTESTATION);
    let bytes = fs::read(&file).map_err(|error| error.to_string())?;
    println!(
        "  verify evidence, in process              {:8.1} µs",
        in_process(&bytes)?
    );
    processes(&file)?;
    println!("A boot log, made by repeating a real one, parsed and replayed in one bank:");
    let log = fs::read(tests_path(LOG)).map_err(|error| error.to_string())?;
    for size in SIZES {
        let log = repeated(&log, size * 1024)?;
        let (parse, replay) = (time_parse(&log)?, time_replay(&log)?);
        let kib = f64::from(u32::try_from(log.len()).map_err(|error| error.to_string())?) / 1024.0;
        println!(
            "  {kib:6.0} KiB   parse {parse:9.1} µs, {:6.3} per KiB   replay {replay:9.1} µs, {:6.3} per KiB",
            parse / kib,
            replay / kib
        );
    }
    Ok(())
}

fn in_process(bytes: &[u8]) -> Result<f64, String> {
    let verifier = EvidenceVerifier::new(KeyTrust::Roots(VtpmRoots::google()));
    timed(CALLS, || {
        let evidence = Evidence::parse(black_box(bytes))?;
        verifier.verify(&evidence, b"", NOW).map(drop)
    })
}

/// Both programs, one after the other in each round, so that whatever slows the machine slows both.
fn processes(file: &Path) -> Result<(), String> {
    let agent = from_xtask("SEALGATE_AGENT").map_err(|error| error.to_string())?;
    let gotpm = env::var_os("SEALGATE_GOTPM").map(PathBuf::from);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(process(&agent, file)?);
        if let Some(gotpm) = &gotpm {
            theirs.push(process(gotpm, file)?);
        }
    }
    let ours = median(ours);
    println!("  cvm-agent verify debug, whole process    {ours:8.1} µs");
    if theirs.is_empty() {
        println!(
            "  gotpm verify debug: skipped, there is no gotpm; `cargo xtask interop` builds it"
        );
        return Ok(());
    }
    let theirs = median(theirs);
    println!(
        "  gotpm verify debug, whole process        {theirs:8.1} µs   {:.2} × ours (target {RATIO_TARGET})",
        theirs / ours
    );
    Ok(())
}

/// `PROGRAM verify debug --input FILE`, in microseconds.
fn process(program: &Path, file: &Path) -> Result<f64, String> {
    let shown = |error: std::io::Error| format!("{}: {error}", program.display());
    let mut command = Command::new(program);
    command
        .args(["verify", "debug", "--input"])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let started = Instant::now();
    let status = command.status().map_err(shown)?;
    let time = started.elapsed().as_secs_f64() * 1e6;
    if status.success() {
        return Ok(time);
    }
    Err(format!("{} ended with {status}", program.display()))
}

fn time_parse(log: &[u8]) -> Result<f64, String> {
    timed(1, || {
        EventLog::parse(black_box(log), LogKind::Tpm).map(drop)
    })
}

fn time_replay(log: &[u8]) -> Result<f64, String> {
    let log = EventLog::parse(log, LogKind::Tpm).map_err(|error| error.to_string())?;
    timed(1, || {
        black_box(log.replay(HashAlgorithm::Sha256));
        Ok(())
    })
}

/// The records of a log again and again, up to a size.
fn repeated(log: &[u8], size: usize) -> Result<Vec<u8>, String> {
    let mut boot = Boot::parse(log).ok_or("the log is not whole")?;
    let records = boot.records.clone();
    let mut length = log.len();
    for record in records.iter().cycle() {
        let digests: usize = record
            .digests
            .iter()
            .map(|(_, digest)| 2 + digest.len())
            .sum();
        length += 16 + digests + record.data.len();
        if length > size {
            break;
        }
        boot.records.push(record.clone());
    }
    Ok(boot.to_bytes())
}

/// Median time of one call, in microseconds.
fn timed(
    calls: u32,
    mut call: impl FnMut() -> Result<(), sealgate_core::Error>,
) -> Result<f64, String> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..calls {
            call().map_err(|error| error.to_string())?;
        }
        times.push((started.elapsed() / calls).as_secs_f64() * 1e6);
    }
    Ok(median(times))
}
