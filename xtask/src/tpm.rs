//! What has to do with TPMs: the library that the agent links, and the software TPM of the tests.

use std::process::Command;

use crate::apt;
use crate::failure::Failure;
use crate::step::Steps;

/// The C library of the agent's TPM commands, as pkg-config names its parts.
const LIBRARY: [&str; 4] = ["tss2-sys", "tss2-esys", "tss2-tctildr", "tss2-mu"];
const LIBRARY_PACKAGES: [&str; 2] = ["libtss2-dev", "pkg-config"];

/// The programs that make and run a Confidential VM on the desk, each with its package.
const DESK: [(&str, &str); 3] = [
    ("swtpm", "swtpm"),
    ("swtpm_setup", "swtpm-tools"),
    ("tpm2_quote", "tpm2-tools"),
];

/// What a command of xtask cannot do without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Nothing of it: without the library, the agent is built without its TPM commands.
    Build,
    /// Nothing of it either, but the library and the software TPM are wanted.
    Setup,
    /// The library and the software TPM.
    Tests,
}

/// Whether the agent can be built with its TPM commands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Library {
    Absent,
    Present,
}

/// The packages that are missing for `need`, empty where everything is there.
pub(crate) fn missing(need: Need) -> Vec<&'static str> {
    let mut packages = Vec::new();
    if library() == Library::Absent {
        packages.extend(LIBRARY_PACKAGES);
    }
    if need != Need::Build {
        for (program, package) in DESK {
            if !is_on_path(program) {
                packages.push(package);
            }
        }
    }
    packages
}

/// Installs `packages` where that is possible, and says what to do where it is not.
pub(crate) fn install(
    steps: &Steps,
    need: Need,
    packages: &[&'static str],
) -> Result<Library, Failure> {
    if !packages.is_empty() && apt::is_here() && apt::may_install() {
        let installed = steps.run("Debian's packages for TPMs", |step| {
            apt::install(step, packages)
        });
        if need == Need::Tests {
            installed?;
        }
    }
    let missing = missing(need);
    if missing.is_empty() {
        return Ok(Library::Present);
    }
    match need {
        Need::Build => {
            eprintln!(
                "  cvm-agent is built without its TPM commands (attest), for which {}.",
                remedy(&missing)
            );
            Ok(Library::Absent)
        }
        Need::Setup => {
            eprintln!(
                "  For the tests, and for cvm-agent's TPM commands, {}.",
                remedy(&missing)
            );
            Ok(library())
        }
        Need::Tests => Err(Failure::new(format!(
            "the tests run on a software TPM; {}.",
            remedy(&missing)
        ))),
    }
}

fn remedy(packages: &[&str]) -> String {
    if apt::is_here() {
        return format!("run: {}", apt::line_to_run(packages));
    }
    format!(
        "install what Debian calls {} (the TPM 2.0 software stack)",
        packages.join(", ")
    )
}

fn library() -> Library {
    let found = Command::new("pkg-config")
        .arg("--exists")
        .args(LIBRARY)
        .output()
        .is_ok_and(|output| output.status.success());
    if found {
        Library::Present
    } else {
        Library::Absent
    }
}

fn is_on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}
