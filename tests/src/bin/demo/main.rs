//! The demonstration: real tokens verified, then a secret released by the gate, once.
//!
//! Nothing is made up for it: the verifier, the npm package and the gate are the built ones, the
//! clients are `curl`. The issuer of the Confidential VM's token stands on this desk, because a
//! real token lives one hour.

mod gate;
mod outcome;
mod screen;
mod tokens;
mod wasm;

use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use sealgate_tests::gate::Gate;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::outcome::Outcome;
use crate::screen::Screen;

/// What shells add to the signal that ended a program.
const SIGNALLED_EXIT_BASE: i32 = 128;

/// The gate, where a signal finds it: it must not outlive the demonstration.
static GATE: Mutex<Option<Gate>> = Mutex::new(None);

fn main() -> ExitCode {
    let ended = end_with_children().and_then(|()| run(&mut Screen::new()));
    drop(take_gate());
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("demo: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(screen: &mut Screen) -> Outcome<()> {
    screen.title("Sealgate: a real token in, a secret out");
    tokens::show(screen)?;
    gate::show(screen)?;
    screen.heading("What this showed");
    for line in [
        "Google's own tokens verify natively and in wasm, with one verdict: signature, issuer,",
        "time, audience, nonce. A token opens one door, once, and only while the policy's",
        "condition holds; a copy of a used token, or an edited one, opens nothing.",
    ] {
        screen.line(line);
    }
    screen.blank();
    screen.line("Next, with a token of your own in the file token.jwt:");
    screen.command("target/release/cvm-agent decode token.jwt");
    screen.command(
        "target/release/cvm-agent verify token token.jwt --audience YOUR-AUDIENCE \\\n    \
         --issuer https://confidentialcomputing.googleapis.com",
    );
    Ok(())
}

/// An interrupt ends the gate before the demonstration itself.
fn end_with_children() -> Outcome<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|error| format!("signals cannot be handled: {error}"))?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            drop(take_gate());
            std::process::exit(SIGNALLED_EXIT_BASE + signal);
        }
    });
    Ok(())
}

fn take_gate() -> Option<Gate> {
    GATE.lock().unwrap_or_else(PoisonError::into_inner).take()
}
