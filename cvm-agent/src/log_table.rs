//! A boot event log as a table: its events, and what they make of the registers.

use std::fmt::Write as _;

use sealgate_core::{Error, Event, EventLog, HashAlgorithm, LogFormat, LogKind};

use crate::event_text::describe;
use crate::printable::escape;
use crate::style::{BOLD, FAILED, FAINT};
use crate::table;

/// Digits of a digest that a line of the table shows.
const DIGITS: usize = 8;
/// Columns that a description must have beside the others; with fewer, it goes below.
const DESCRIPTION_COLUMNS: usize = 40;

/// What the log is, in a line.
pub(crate) fn summary(log: &EventLog<'_>, bytes: usize) -> String {
    let kind = match log.kind() {
        LogKind::Tpm => "a TPM's log",
        LogKind::Ccel => "a confidential machine's own log (CCEL)",
    };
    let format = match log.format() {
        LogFormat::Legacy => "SHA-1 alone",
        LogFormat::CryptoAgile => "crypto-agile",
    };
    let events = match log.events().len() {
        // Nothing tells its kind.
        0 => return format!("no events, {bytes} bytes"),
        1 => "1 event".to_owned(),
        events => format!("{events} events"),
    };
    let hashes = names(log.algorithms()).join(", ");
    format!("{kind}, {format} ({hashes}): {events}, {bytes} bytes")
}

/// The name of the registers: TPMs and TDX number them differently.
fn register_name(log: &EventLog<'_>) -> &'static str {
    match log.kind() {
        LogKind::Tpm => "PCR",
        LogKind::Ccel => "MR",
    }
}

fn names(algorithms: &[HashAlgorithm]) -> Vec<&'static str> {
    algorithms
        .iter()
        .map(|algorithm| algorithm.name())
        .collect()
}

/// Writes the events, for a screen of `columns` or without a limit.
pub(crate) fn write_events(text: &mut String, log: &EventLog<'_>, columns: Option<usize>) {
    table::heading(
        text,
        "events",
        "digests by their first digits; --json has them whole",
    );
    if log.events().is_empty() {
        text.push_str("  none\n");
        return;
    }
    let widths = Widths::of(log);
    let indent = widths.fixed();
    let room = columns.map(|columns| columns.saturating_sub(indent));
    let beside = room.is_none_or(|room| room >= DESCRIPTION_COLUMNS);
    let (start, width) = if beside {
        (indent, room)
    } else {
        (
            widths.number + 4,
            columns.map(|columns| columns.saturating_sub(widths.number + 4)),
        )
    };
    widths.heading(text, register_name(log), beside);
    for event in log.events() {
        widths.event(text, event);
        let description = describe(event);
        if description.is_empty() {
            // No blanks at the end of a line.
            text.truncate(text.trim_end().len());
            text.push('\n');
            continue;
        }
        if !beside {
            text.truncate(text.trim_end().len());
            _ = write!(text, "\n{:start$}", "");
        }
        let lines = table::wrap(&description, width.map(|width| width.max(20)));
        _ = writeln!(text, "{}", lines.join(&format!("\n{:start$}", "")));
    }
}

/// Columns of a table's fields.
struct Widths {
    number: usize,
    register: usize,
    event_type: usize,
    algorithms: Vec<HashAlgorithm>,
}

impl Widths {
    fn of(log: &EventLog<'_>) -> Self {
        let widest = |width: fn(&Event<'_>) -> usize| log.events().iter().map(width).max();
        Self {
            number: widest(|event| event.number().to_string().len()).unwrap_or(0),
            register: widest(|event| register(event).len()).unwrap_or(0).max(3),
            event_type: widest(|event| event.event_type().to_string().len()).unwrap_or(0),
            algorithms: log.algorithms().to_vec(),
        }
    }

    /// Columns before the description.
    fn fixed(&self) -> usize {
        let digests = self.algorithms.len() * (DIGITS + 2);
        2 + self.number + 2 + self.register + 2 + self.event_type + 2 + digests
    }

    fn heading(&self, text: &mut String, registers: &str, beside: bool) {
        let (number, register, event_type) = (self.number, self.register, self.event_type);
        _ = write!(
            text,
            "{FAINT}  {:>number$}  {registers:>register$}  {:<event_type$}  ",
            "#", "type"
        );
        for algorithm in &self.algorithms {
            _ = write!(text, "{:<DIGITS$}  ", algorithm.name());
        }
        if beside {
            text.push_str("about");
        }
        text.truncate(text.trim_end().len());
        _ = writeln!(text, "{FAINT:#}");
    }

    fn event(&self, text: &mut String, event: &Event<'_>) {
        let (number, width, event_type) = (self.number, self.register, self.event_type);
        _ = write!(
            text,
            "  {:>number$}  {:>width$}  {BOLD}{:<event_type$}{BOLD:#}  ",
            event.number(),
            register(event),
            event.event_type().to_string(),
        );
        for algorithm in &self.algorithms {
            let digest = event.digest(*algorithm).map(ToString::to_string);
            let shown = digest.as_deref().map_or("-", |digest| &digest[..DIGITS]);
            _ = write!(text, "{shown:<DIGITS$}  ");
        }
    }
}

/// The register of an event; a dash for what was measured into none.
fn register(event: &Event<'_>) -> String {
    match event.register() {
        u32::MAX => "-".to_owned(),
        register => register.to_string(),
    }
}

/// Writes what the events make of the registers, bank by bank.
pub(crate) fn write_registers(text: &mut String, log: &EventLog<'_>, note: &'static str) {
    table::heading(text, "registers", note);
    let name = register_name(log);
    for algorithm in log.algorithms() {
        let registers = log.replay(*algorithm);
        _ = writeln!(text, "  {BOLD}{algorithm}{BOLD:#}");
        if registers.is_empty() {
            text.push_str("    none\n");
        }
        for replay in registers {
            let events = match replay.events {
                1 => "1 event".to_owned(),
                events => format!("{events} events"),
            };
            let value = match &replay.value {
                Ok(value) => value.to_string(),
                Err(error) => format!("not known: {error}"),
            };
            let register = replay.register;
            _ = writeln!(text, "    {name} {register:<2}  {events:<10}  {value}");
        }
    }
}

/// Writes where reading the log ended, and why.
pub(crate) fn write_defect(text: &mut String, error: &Error) {
    table::heading(text, "not read", "");
    let error = escape(&error.to_string());
    _ = writeln!(text, "  {FAILED}{error}{FAILED:#}");
}
