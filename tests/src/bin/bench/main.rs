//! The benchmark: one real token verified natively and in wasm, a machine's evidence, and what the
//! modules weigh.
//!
//! It measures and never fails over a number; the targets stand beside what was measured.

mod evidence;

use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use sealgate_tests::gate::{from_xtask, npm_package};
use sealgate_tests::tests_path;
use sealgate_tests::vectors::{self, Vector};
use serde_json::Value;

/// A real OIDC token with audience and nonce.
const VECTOR: &str = "real/oidc_flare.json";
const ROUNDS: usize = 21;
const CALLS: usize = 200;
/// Full verification in Node.js, as a multiple of bare `node:crypto`.
const RATIO_TARGET: f64 = 1.6;
const NPM_TARGET_KB: usize = 200;
const WORKER_TARGET_KB: usize = 450;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let vector = vectors::load()
        .map_err(|error| error.to_string())?
        .remove(VECTOR)
        .ok_or("the vector is missing")?;
    println!("One real OIDC token, every check, medians of {ROUNDS} rounds of {CALLS}:");
    let native = native(&vector)?;
    println!("  native, RustCrypto                       {native:8.1} µs");
    let node = node(&vector)?;
    let time = |name: &str| node[name].as_f64().ok_or(format!("no time for {name}"));
    let (bare, host, pure) = (time("bare")?, time("host")?, time("pure")?);
    let version = node["node"].as_str().unwrap_or_default();
    println!("  node:crypto alone, {version:<22}{bare:8.1} µs");
    println!(
        "  npm package, signature by node:crypto    {host:8.1} µs   {:.2} × bare (target {RATIO_TARGET})",
        host / bare
    );
    println!(
        "  npm package, signature in wasm           {pure:8.1} µs   {:.2} × bare",
        pure / bare
    );
    evidence::run()?;
    println!("Modules, gzip -9, 1 KB = 1000 bytes:");
    let npm = npm_package().map_err(|error| error.to_string())?;
    weigh(
        "npm package",
        &npm.join("wasm/sealgate_wasm_bg.wasm"),
        NPM_TARGET_KB,
    )?;
    let target = from_xtask("SEALGATE_TARGET").map_err(|error| error.to_string())?;
    weigh(
        "Worker",
        &target.join("worker/bundle/index_bg.wasm"),
        WORKER_TARGET_KB,
    )
}

/// Median time of one full verification, in microseconds.
fn native(vector: &Vector) -> Result<f64, String> {
    let verifier = vector.verifier().map_err(|error| error.to_string())?;
    let (token, now) = (vector.token.to_text(), vector.now());
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..CALLS {
            black_box(verifier.verify(black_box(&token), now))
                .map_err(|error| error.to_string())?;
        }
        let calls = u32::try_from(CALLS).map_err(|error| error.to_string())?;
        times.push((started.elapsed() / calls).as_secs_f64() * 1e6);
    }
    Ok(median(times))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Medians of the npm package and of bare `node:crypto`, in microseconds.
fn node(vector: &Vector) -> Result<Value, String> {
    let text = |error: std::io::Error| format!("Node.js: {error}");
    let mut child = Command::new(from_xtask("SEALGATE_NODE").map_err(text)?)
        .arg(tests_path("bench/verify.mjs"))
        .arg(npm_package().map_err(text)?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(text)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(vector.to_json().as_bytes()).map_err(text)?;
    }
    let output = child.wait_with_output().map_err(text)?;
    if !output.status.success() {
        return Err(format!("Node.js ended with {}", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

fn weigh(name: &str, module: &Path, target_kb: usize) -> Result<(), String> {
    let shown = |error: std::io::Error| format!("{}: {error}", module.display());
    let bytes = fs::metadata(module).map_err(shown)?.len();
    let gzipped = Command::new("gzip")
        .args(["-9", "-c"])
        .arg(module)
        .output()
        .map_err(shown)?;
    if !gzipped.status.success() {
        return Err(format!("gzip ended with {}", gzipped.status));
    }
    println!(
        "  {name:<12} {:>5} KB, {:>4} KB gzipped (target {target_kb})",
        bytes.div_ceil(1000),
        gzipped.stdout.len().div_ceil(1000)
    );
    Ok(())
}
