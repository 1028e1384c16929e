//! Writes the token vectors, `docs/errors.md`, `docs/machine.md` and the wire messages, or checks
//! that they are what would be written.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::{fs, io};

use clap::Parser;
use sealgate_tests::{generate, repository, vectors};

/// Writes `tests/vectors/token/`, `docs/errors.md`, `docs/machine.md` and the wire messages.
#[derive(Parser)]
struct Arguments {
    /// Write nothing; fail when a file is not what would be written.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("generate: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(check: bool) -> io::Result<bool> {
    let made = generate::vectors();
    let mut differences = Vec::new();
    let mut stale: BTreeSet<_> = vectors::paths()?.into_iter().collect();
    for (path, vector) in &made {
        stale.remove(path);
        settle(
            &vectors::folder().join(path),
            vector.to_json().as_bytes(),
            check,
            &mut differences,
        )?;
    }
    for path in stale {
        differences.push(format!("vectors/token/{path}: nothing makes it"));
        if !check {
            fs::remove_file(vectors::folder().join(path))?;
        }
    }
    settle(
        &repository().join("docs/errors.md"),
        generate::errors_page().as_bytes(),
        check,
        &mut differences,
    )?;
    for (path, text) in generate::wire::rust()? {
        settle(
            &repository().join(path),
            text.as_bytes(),
            check,
            &mut differences,
        )?;
    }
    let (path, descriptors) = generate::wire::descriptors()?;
    settle(
        &repository().join(path),
        &descriptors,
        check,
        &mut differences,
    )?;
    settle(
        &repository().join("docs/machine.md"),
        generate::machine_page().as_bytes(),
        check,
        &mut differences,
    )?;
    for difference in differences.iter().take(20) {
        println!("{difference}");
    }
    if differences.len() > 20 {
        println!("… and {} more", differences.len() - 20);
    }
    println!("{} vectors, {} differences", made.len(), differences.len());
    if check && !differences.is_empty() {
        println!("Run `cargo run -p sealgate-tests --bin generate` and look at what changed.");
        return Ok(false);
    }
    Ok(true)
}

/// Makes `path` hold `content`, or notes that it does not.
fn settle(
    path: &Path,
    content: &[u8],
    check: bool,
    differences: &mut Vec<String>,
) -> io::Result<()> {
    let shown = path.strip_prefix(repository()).unwrap_or(path).display();
    match fs::read(path) {
        Ok(present) if present == content => return Ok(()),
        Ok(present) => {
            let line = present
                .split(|&byte| byte == b'\n')
                .zip(content.split(|&byte| byte == b'\n'))
                .take_while(|(a, b)| a == b)
                .count()
                + 1;
            differences.push(format!("{shown}: differs from line {line} on"));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            differences.push(format!("{shown}: missing"));
        }
        Err(error) => return Err(error),
    }
    if check {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}
