//! `test`: set-up, build, then every check that a change must pass, the first failure ends it.

use std::process::Command;

use crate::build;
use crate::cargo;
use crate::core_only;
use crate::failure::Failure;
use crate::layout::Layout;
use crate::package;
use crate::programs;
use crate::setup::{self, Tools};
use crate::step::{Outcome, Step, Steps};
use crate::tpm::Need;
use crate::wasm;
use crate::wasm_module;
use crate::worker;

/// Packages for this machine. The workspace's default members are fewer: what they need is Rust
/// alone, and the agent links libtss2 by default.
const NATIVE: [&str; 8] = [
    "--package",
    "sealgate-core",
    "--package",
    "cvm-agent",
    "--package",
    "sealgate-tests",
    "--package",
    "xtask",
];

/// The tests that need the built gate and agent, and a software TPM.
const END_TO_END: &str = "sealgate-tests/e2e";

/// Packages that exist for wasm; the lints of the wasm target apply to them.
const WASM_PACKAGES: [&str; 3] = ["sealgate-wasm", "sealgate-worker", "sealgate-core-only"];

pub(crate) fn run(layout: &Layout, steps: &Steps) -> Result<(), Failure> {
    let tools = setup::run(layout, steps, Need::Tests)?;
    build::run(layout, steps, &tools)?;

    eprintln!("Test:");
    let mut tally = Tally::default();
    steps.run("format", |step| format(layout, step))?;
    steps.run("lints", |step| lints(layout, step))?;
    steps.run("lints for wasm", |step| wasm_lints(layout, &tools, step))?;
    steps.run("documentation", |step| documentation(layout, step))?;
    steps.run("core without imports", |step| {
        core_only::check(layout, &tools, step)
    })?;
    steps.run("weight of the npm wasm", |_| {
        weight(&package::module(layout))
    })?;
    steps.run("weight of the Worker wasm", |_| {
        weight(&worker::module(layout))
    })?;
    steps.run("Rust tests", |step| {
        rust_tests(layout, &tools, step)?;
        tally.rust(&step.read_log())
    })?;
    steps.run("generated files", |step| generated(layout, step))?;
    for node in nodes(&tools)? {
        steps.run(&format!("npm package in Node {}", node.version), |step| {
            node_tests(layout, &tools, step, &node)?;
            tally.node(&step.read_log())
        })?;
    }
    steps.run("cargo deny", |step| deny(layout, step))?;
    println!(
        "{} passed, 0 failed, {} skipped",
        tally.passed, tally.skipped
    );
    Ok(())
}

fn format(layout: &Layout, step: &mut Step) -> Result<Outcome, Failure> {
    step.run(cargo::native(layout).args(["fmt", "--all", "--check"]))?;
    step.run(cargo::native(layout).args([
        "fmt",
        "--check",
        "--manifest-path",
        "xtask/launcher/Cargo.toml",
    ]))?;
    Ok(Outcome::Done)
}

fn lints(layout: &Layout, step: &mut Step) -> Result<Outcome, Failure> {
    step.run(
        cargo::native(layout)
            .args(["clippy", "--locked", "--all-targets"])
            .args(NATIVE)
            .args(["--features", END_TO_END, "--", "-D", "warnings"]),
    )?;
    step.run(
        cargo::native(layout)
            .args(["clippy", "--locked", "--all-targets"])
            .args(["--package", "cvm-agent", "--no-default-features"])
            .args(["--", "-D", "warnings"]),
    )?;
    Ok(Outcome::Done)
}

fn wasm_lints(layout: &Layout, tools: &Tools, step: &mut Step) -> Result<Outcome, Failure> {
    // One package at a time: together they would compile with each other's features.
    for package in WASM_PACKAGES {
        step.run(
            tools
                .wasm
                .clippy(layout)
                .current_dir(&layout.root)
                // As the build does it: macros and build scripts are compiled already.
                .args(["--locked", "--release", "--lib", "--target", wasm::TARGET])
                .args(["--package", package, "--", "-D", "warnings"]),
        )?;
    }
    Ok(Outcome::Done)
}

fn documentation(layout: &Layout, step: &mut Step) -> Result<Outcome, Failure> {
    step.run(
        cargo::native(layout)
            .env("RUSTDOCFLAGS", "-D warnings")
            .args(["doc", "--locked", "--no-deps", "--document-private-items"])
            .args(NATIVE),
    )?;
    Ok(Outcome::Done)
}

fn weight(module: &std::path::Path) -> Result<Outcome, Failure> {
    wasm_module::weight(module).map(Outcome::Noted)
}

/// By the program that the tests have built: a build of its own would have other features, and
/// compile half of the dependencies once more.
fn generated(layout: &Layout, step: &mut Step) -> Result<Outcome, Failure> {
    let program = layout.target().join("debug/generate");
    step.run(
        Command::new(program)
            .current_dir(&layout.root)
            .arg("--check"),
    )?;
    Ok(Outcome::Done)
}

/// Unit tests, vectors, and end to end: the built gate under workerd, the built agent on a
/// software TPM.
fn rust_tests(layout: &Layout, tools: &Tools, step: &mut Step) -> Result<(), Failure> {
    step.run(
        cargo::native(layout)
            .envs(programs::environment(layout, tools))
            .args(["test", "--locked"])
            .args(NATIVE)
            .args(["--features", END_TO_END]),
    )
}

/// A Node.js that the npm package is tested in.
struct Node {
    program: std::path::PathBuf,
    version: String,
}

/// The pinned one and, where it is another, the person's own: the package promises Node 18.
fn nodes(tools: &Tools) -> Result<Vec<Node>, Failure> {
    let mut nodes: Vec<Node> = Vec::new();
    for program in [tools.npm.node(), "node".into()] {
        let output = Command::new(&program)
            .arg("--version")
            .output()
            .map_err(|error| Failure::new(format!("node could not be run: {error}")))?;
        let version = String::from_utf8_lossy(&output.stdout)
            .trim()
            .trim_start_matches('v')
            .to_owned();
        if nodes.iter().all(|node| node.version != version) {
            nodes.push(Node { program, version });
        }
    }
    Ok(nodes)
}

/// With the reporter that tells the failures at the end. From inside the folder, where `--test`
/// finds every `*.test.js`: a folder or a pattern as its argument means something else in each
/// major version.
fn node_tests(layout: &Layout, tools: &Tools, step: &mut Step, node: &Node) -> Result<(), Failure> {
    step.run(
        Command::new(&node.program)
            .current_dir(layout.root.join("verifier-wasm/js-tests"))
            .envs(programs::environment(layout, tools))
            .args(["--test", "--test-reporter=spec"]),
    )
}

fn deny(layout: &Layout, step: &mut Step) -> Result<Outcome, Failure> {
    let installed = cargo::native(layout)
        .args(["deny", "--version"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !installed {
        return Ok(Outcome::Noted(
            "skipped, cargo-deny is not installed".to_owned(),
        ));
    }
    step.run(cargo::native(layout).args(["deny", "--locked", "check"]))?;
    Ok(Outcome::Done)
}

/// How many tests the runners said they ran.
#[derive(Default)]
struct Tally {
    passed: u64,
    skipped: u64,
}

impl Tally {
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; …`, one line per test program.
    fn rust(&mut self, log: &str) -> Result<Outcome, Failure> {
        let results = log.lines().filter(|line| line.starts_with("test result:"));
        let (mut passed, mut skipped) = (0, 0);
        for line in results {
            passed += number_before(line, " passed");
            skipped += number_before(line, " ignored");
        }
        self.add(passed, skipped)
    }

    /// `ℹ pass 12` and `ℹ skipped 0`, at the end.
    fn node(&mut self, log: &str) -> Result<Outcome, Failure> {
        let number = |word: &str| {
            log.lines()
                .filter_map(|line| line.strip_prefix(word))
                .filter_map(|rest| rest.trim().parse::<u64>().ok())
                .sum()
        };
        self.add(number("ℹ pass"), number("ℹ skipped"))
    }

    /// A runner that ran nothing has not passed.
    fn add(&mut self, passed: u64, skipped: u64) -> Result<Outcome, Failure> {
        if passed == 0 {
            return Err(Failure::new("no test was run."));
        }
        self.passed += passed;
        self.skipped += skipped;
        Ok(Outcome::Noted(format!("{passed} passed")))
    }
}

fn number_before(line: &str, word: &str) -> u64 {
    line.split_once(word)
        .and_then(|(before, _)| before.rsplit(' ').next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUST: &str = "running 3 tests\n\
        test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s\n\
        test result: ok. 30 passed; 0 failed; 0 ignored; 0 measured; 2 filtered out; finished in 1.11s\n";
    const NODE: &str = "ℹ tests 9\nℹ suites 0\nℹ pass 8\nℹ fail 0\nℹ cancelled 0\nℹ skipped 1\n";

    #[test]
    fn counts_what_both_runners_report() {
        let mut tally = Tally::default();
        tally.rust(RUST).expect("tests ran");
        tally.node(NODE).expect("tests ran");
        assert_eq!((tally.passed, tally.skipped), (50, 2));
    }

    #[test]
    fn a_runner_that_ran_nothing_has_not_passed() {
        assert!(
            Tally::default()
                .rust("test result: ok. 0 passed; 0 failed;")
                .is_err()
        );
        assert!(Tally::default().node("").is_err());
    }
}
