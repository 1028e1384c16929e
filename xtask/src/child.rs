//! Child processes, none of which outlives xtask.
//!
//! Each child leads a process group of its own. When xtask is told to stop, every group gets
//! SIGTERM, and SIGKILL after a grace period: workerd with a stuck request ignores the first.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

const GRACE: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(50);
/// What shells add to the signal that ended a program.
const SIGNALLED_EXIT_BASE: i32 = 128;

static GROUPS: Mutex<Vec<Pid>> = Mutex::new(Vec::new());
static LEFTOVERS: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static STOPPING: AtomicBool = AtomicBool::new(false);

/// From here on an interrupt, a hang-up or SIGTERM ends the children before xtask itself.
pub(crate) fn end_with_xtask() -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            STOPPING.store(true, Ordering::SeqCst);
            end_all();
            remove_leftovers();
            eprintln!();
            std::process::exit(SIGNALLED_EXIT_BASE + signal);
        }
    });
    Ok(())
}

/// A folder that goes when xtask ends, also when it is interrupted.
pub(crate) fn remove_at_the_end(folder: &Path) {
    let mut leftovers = LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner);
    leftovers.push(folder.to_path_buf());
}

/// Removes what was registered so far.
pub(crate) fn remove_leftovers() {
    let mut leftovers = LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner);
    for folder in leftovers.drain(..) {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Starts a child and waits for it, calling `tick` every now and then.
pub(crate) fn run(command: &mut Command, mut tick: impl FnMut()) -> io::Result<ExitStatus> {
    let mut child = spawn(command)?;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        tick();
        thread::sleep(POLL);
    };
    forget(&child);
    // The child ended because xtask is ending: its exit status is nobody's failure.
    while STOPPING.load(Ordering::SeqCst) {
        thread::park();
    }
    Ok(status)
}

fn spawn(command: &mut Command) -> io::Result<Child> {
    // The lock is held over the start, so that no child can appear after `end_all` has looked.
    let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    let child = command.process_group(0).spawn()?;
    groups.extend(group(&child));
    Ok(child)
}

fn forget(child: &Child) {
    let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    groups.retain(|pid| Some(*pid) != group(child));
}

fn group(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

fn end_all() {
    let groups = GROUPS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    for group in &groups {
        // An error means that the group is gone already.
        let _ = kill_process_group(*group, Signal::TERM);
    }
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline {
        if groups
            .iter()
            .all(|group| test_kill_process_group(*group).is_err())
        {
            return;
        }
        thread::sleep(POLL);
    }
    for group in &groups {
        let _ = kill_process_group(*group, Signal::KILL);
    }
}
