//! Named steps: a spinner on a terminal, plain lines elsewhere, and the tools' output in a log.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::child;
use crate::failure::Failure;

const REDRAW: Duration = Duration::from_millis(120);
/// A step that takes longer is announced on a plain output, and then says now and then that it is
/// still at work.
const ANNOUNCED_AFTER: Duration = Duration::from_secs(2);
const STILL_AT_WORK: Duration = Duration::from_secs(30);
/// Before each command in a log.
const COMMAND: &str = "$ ";
const LAST_LINE_WINDOW: i64 = 2048;
const LAST_LINE_SHOWN: usize = 100;

/// How a step ended well.
pub(crate) enum Outcome {
    Done,
    /// Done, with something worth reading in a few words.
    Noted(String),
    UpToDate,
}

/// Runs steps one after the other and shows them.
pub(crate) struct Steps {
    logs: PathBuf,
    terminal: bool,
}

impl Steps {
    pub(crate) fn new(logs: PathBuf) -> Result<Self, Failure> {
        fs::create_dir_all(&logs).map_err(|error| Failure::file(&logs, &error))?;
        Ok(Self {
            logs,
            terminal: io::stderr().is_terminal(),
        })
    }

    pub(crate) fn run(
        &self,
        name: &str,
        work: impl FnOnce(&mut Step) -> Result<Outcome, Failure>,
    ) -> Result<(), Failure> {
        let mut step = Step::begin(name, &self.logs, self.terminal)?;
        let outcome = work(&mut step);
        step.end(&outcome);
        outcome.map(|_| ())
    }
}

/// One step while it runs.
pub(crate) struct Step {
    name: String,
    log: PathBuf,
    started: Instant,
    display: Display,
}

enum Display {
    Lines { next: Instant },
    Spinner(ProgressBar),
}

impl Step {
    fn begin(name: &str, logs: &Path, terminal: bool) -> Result<Self, Failure> {
        let log = logs.join(format!("{}.log", file_name(name)));
        File::create(&log).map_err(|error| Failure::file(&log, &error))?;
        let started = Instant::now();
        let display = if terminal {
            let bar = ProgressBar::new_spinner();
            let style =
                ProgressStyle::with_template("  {spinner} {prefix} {elapsed} {wide_msg:.dim}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner());
            bar.set_style(style);
            bar.set_prefix(name.to_owned());
            bar.enable_steady_tick(REDRAW);
            Display::Spinner(bar)
        } else {
            Display::Lines {
                next: started + ANNOUNCED_AFTER,
            }
        };
        Ok(Self {
            name: name.to_owned(),
            log,
            started,
            display,
        })
    }

    fn end(self, outcome: &Result<Outcome, Failure>) {
        let seconds = self.started.elapsed().as_secs_f64();
        let word = match outcome {
            Ok(Outcome::Done) => format!("done in {seconds:.1} s"),
            Ok(Outcome::Noted(note)) => format!("{note} ({seconds:.1} s)"),
            Ok(Outcome::UpToDate) => "up to date".to_owned(),
            Err(_) => format!("failed after {seconds:.1} s"),
        };
        if let Display::Spinner(bar) = self.display {
            bar.finish_and_clear();
        }
        eprintln!("  {} ... {word}", self.name);
    }

    /// Runs a tool with its output in the step's log. Its failure is the step's.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<(), Failure> {
        let status = self.try_run(command)?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::with_log(
            format!("{}: {} failed ({status}).", self.name, program(command)),
            &self.log,
        ))
    }

    /// Like [`Step::run`], for a tool whose failure has a remedy.
    pub(crate) fn try_run(
        &mut self,
        command: &mut Command,
    ) -> Result<std::process::ExitStatus, Failure> {
        let mut log = OpenOptions::new()
            .append(true)
            .open(&self.log)
            .map_err(|error| Failure::file(&self.log, &error))?;
        let errors = writeln!(log, "{COMMAND}{}", line(command))
            .and_then(|()| log.try_clone())
            .map_err(|error| Failure::file(&self.log, &error))?;
        command
            // A log is read as text: rustfmt colours a file as well.
            .env("TERM", "dumb")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        child::run(command, || self.tick()).map_err(|error| {
            Failure::new(format!("{} could not be run: {error}", program(command)))
        })
    }

    /// What the tools of this step have said so far.
    pub(crate) fn read_log(&self) -> String {
        fs::read(&self.log).map_or_else(
            |_| String::new(),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    fn tick(&mut self) {
        match &mut self.display {
            Display::Spinner(bar) => bar.set_message(last_line(&self.log).unwrap_or_default()),
            Display::Lines { next } if *next <= Instant::now() => {
                let seconds = self.started.elapsed().as_secs();
                if seconds < STILL_AT_WORK.as_secs() {
                    eprintln!("  {} ...", self.name);
                } else {
                    let line = last_line(&self.log).unwrap_or_default();
                    eprintln!("  {} ... {seconds} s: {line}", self.name);
                }
                *next = Instant::now() + STILL_AT_WORK;
            }
            Display::Lines { .. } => {}
        }
    }
}

fn program(command: &Command) -> String {
    Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program())
        .to_string_lossy()
        .into_owned()
}

/// The command as a person would type it, without the variables that are set for it.
fn line(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn file_name(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect()
}

fn last_line(log: &Path) -> Option<String> {
    let mut file = File::open(log).ok()?;
    let length = i64::try_from(file.metadata().ok()?.len()).ok()?;
    file.seek(SeekFrom::End(-length.min(LAST_LINE_WINDOW)))
        .ok()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let line = text
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with(COMMAND))?;
    Some(
        line.chars()
            .filter(|c| !c.is_control())
            .take(LAST_LINE_SHOWN)
            .collect(),
    )
}
