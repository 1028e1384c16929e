//! Debian's and Ubuntu's packages.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::step::{Outcome, Step};

/// Another apt (a desktop's updater, cloud-init) may hold the locks for a while.
const LOCK_WAIT: Duration = Duration::from_secs(300);
const LOCK_POLL: Duration = Duration::from_secs(3);

/// Whether packages come from apt on this machine.
pub(crate) fn is_here() -> bool {
    Command::new("apt-get")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Those of `packages` that are not installed.
pub(crate) fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages
        .iter()
        .copied()
        .filter(|package| {
            !Command::new("dpkg-query")
                .args(["-W", "-f", "${db:Status-Status}", package])
                .output()
                .is_ok_and(|output| output.stdout == b"installed")
        })
        .collect()
}

/// Whether this process may install packages: the owner of `/proc/self` is its user.
pub(crate) fn may_install() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// The line that a person runs where xtask may not.
pub(crate) fn line_to_run(packages: &[&str]) -> String {
    format!(
        "sudo apt-get update && sudo apt-get install --no-install-recommends {}",
        packages.join(" ")
    )
}

pub(crate) fn install(step: &mut Step, packages: &[&str]) -> Result<Outcome, Failure> {
    update(step)?;
    step.run(
        apt_get()
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages),
    )?;
    Ok(Outcome::Done)
}

/// A failed update is not fatal (one broken third-party source is enough for it): what counts is
/// whether the packages can be installed. `DPkg::Lock::Timeout` does not cover the lock on the
/// lists, so that one is waited for here.
fn update(step: &mut Step) -> Result<(), Failure> {
    let deadline = Instant::now() + LOCK_WAIT;
    loop {
        let before = step.read_log().len();
        let status = step.try_run(apt_get().arg("update"))?;
        let said = step.read_log().split_off(before);
        if status.success() || !said.contains("Could not get lock") || Instant::now() > deadline {
            return Ok(());
        }
        thread::sleep(LOCK_POLL);
    }
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("LC_ALL", "C.UTF-8")
        .args([
            "-o",
            &format!("DPkg::Lock::Timeout={}", LOCK_WAIT.as_secs()),
        ]);
    command
}
