//! A TPM has room for three keys, and nobody but its clients clears it.

use std::thread;
use std::time::Duration;

use sealgate_tests::agent::stderr;
use sealgate_tests::desk::{Desk, KeyAlgorithm, KeyKind};

use crate::booted::{Booted, NONCE};

fn loaded(desk: &Desk) -> String {
    let handles = desk
        .tool("tpm2_getcap", &["handles-transient"])
        .expect("handles");
    String::from_utf8(handles).expect("text")
}

#[test]
fn nothing_stays_in_the_tpm() {
    let booted = Booted::sound();
    let persistent = booted.desk.tool("tpm2_getcap", &["handles-persistent"]);
    for algorithm in KeyAlgorithm::ALL {
        booted.attest(algorithm);
        assert_eq!(loaded(&booted.desk), "", "{algorithm:?}");
    }
    assert_eq!(
        booted
            .desk
            .tool("tpm2_getcap", &["handles-persistent"])
            .ok(),
        persistent.ok()
    );
}

/// Killed at whatever moment, again and again: the next run works, or says what to do and that
/// works.
#[test]
fn a_killed_run_does_not_stop_the_next_one() {
    let booted = Booted::sound();
    for delay in (0..12).map(|step| Duration::from_millis(5 + 10 * step)) {
        let mut child = booted
            .agent
            .attest_command(&booted.desk, &["--nonce", NONCE, "--key", "gceAK"])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the agent runs");
        thread::sleep(delay);
        child.kill().expect("it is killed or gone");
        child.wait().expect("it ends");
    }
    works_or_says_how(&booted);
}

/// The same, for certain: somebody's keys take all the room there is.
#[test]
fn a_full_tpm_is_told_in_one_sentence() {
    let booted = Booted::sound();
    for _ in 0..3 {
        booted
            .desk
            .make_key(KeyAlgorithm::Ecc, KeyKind::Restricted, "somebody.context")
            .expect("a key");
    }
    assert_ne!(loaded(&booted.desk), "");
    works_or_says_how(&booted);
}

#[track_caller]
fn works_or_says_how(booted: &Booted) {
    let attest = || {
        booted
            .agent
            .attest_command(&booted.desk, &["--nonce", NONCE, "--key", "gceAK"])
            .output()
            .expect("the agent runs")
    };
    let output = attest();
    if output.status.success() {
        return;
    }
    let said = stderr(&output);
    assert!(matches!(output.status.code(), Some(3 | 4)), "{said}");
    assert!(said.contains("tpm2_flushcontext"), "{said}");
    booted
        .desk
        .tool("tpm2_flushcontext", &["--transient-object"])
        .expect("what it says can be done");
    let output = attest();
    assert!(output.status.success(), "{}", stderr(&output));
}
