//! `cvm-agent eventlog`: what a boot event log says, vouched for by nobody.

use std::collections::BTreeMap;

use sealgate_core::limits::EVENT_LOG_BYTES;
use sealgate_core::{Error, Event, EventLog, HashAlgorithm, LogFormat, LogKind, base64url};
use serde::Serialize;

use crate::cli::Eventlog;
use crate::error::Failure;
use crate::printable::json_pretty;
use crate::style::{BOLD, FAILED};
use crate::{Outcome, Output, input, log_table, table, warn};

/// Data of an event that is printed as it is, in bytes.
const DATA_BYTES: usize = 4096;

/// The shape of `eventlog --json`.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    kind: &'static str,
    format: &'static str,
    algorithms: Vec<&'static str>,
    events: Vec<Record>,
    registers: BTreeMap<&'static str, BTreeMap<String, Option<String>>>,
    defect: Option<Defect>,
}

/// An event.
#[derive(Serialize)]
struct Record {
    number: usize,
    offset: usize,
    register: u32,
    r#type: u32,
    type_name: Option<&'static str>,
    digests: BTreeMap<&'static str, String>,
    data_bytes: usize,
    data_sha256: String,
    /// In base64url without padding; null when it is long.
    data: Option<String>,
    description: Said,
}

/// What an event says, decoded.
#[derive(Serialize)]
struct Said {
    what: &'static str,
    parts: Vec<SaidPart>,
}

/// A part of it. Names may come more than once.
#[derive(Serialize)]
struct SaidPart {
    name: &'static str,
    value: String,
}

/// Where reading ended, and why.
#[derive(Serialize)]
struct Defect {
    code: &'static str,
    offset: Option<usize>,
    record: Option<usize>,
    reason: String,
}

/// Runs the command.
pub(crate) fn run(arguments: &Eventlog) -> Result<Outcome, Failure> {
    // One byte more is read: what is too large is refused as a log, with a report.
    let bytes = input::start("the log", &arguments.log, EVENT_LOG_BYTES)?;
    if bytes.is_empty() {
        // As good a log as any: of a boot that measured nothing.
        warn("the log is empty; check that what writes it has not failed");
    }
    let (log, error) = EventLog::read(&bytes, LogKind::detect(&bytes));
    let output = if arguments.json {
        Output::Json(json_pretty(&document(&log, error.as_ref())) + "\n")
    } else {
        Output::Human(render(&log, bytes.len(), error.as_ref(), table::columns()))
    };
    Ok(Outcome {
        output,
        failure: error.map(Failure::from),
    })
}

fn render(
    log: &EventLog<'_>,
    bytes: usize,
    error: Option<&Error>,
    columns: Option<usize>,
) -> String {
    let mut text = format!(
        "{FAILED}READ, NOT VERIFIED{FAILED:#}: anybody can have written this; \
         {BOLD}cvm-agent verify evidence{BOLD:#} compares a log with quoted registers\n  {}\n",
        log_table::summary(log, bytes)
    );
    log_table::write_events(&mut text, log, columns);
    log_table::write_registers(&mut text, log, "replayed from these events");
    if let Some(error) = error {
        log_table::write_defect(&mut text, error);
    }
    text
}

fn document(log: &EventLog<'_>, error: Option<&Error>) -> Document {
    let registers = log.algorithms().iter().map(|bank| {
        let registers = log.replay(*bank).into_iter().map(|replay| {
            let value = replay.value.ok().map(|value| value.to_string());
            (replay.register.to_string(), value)
        });
        (bank.name(), registers.collect())
    });
    Document {
        schema: "sealgate.eventlog.v1",
        kind: match log.kind() {
            LogKind::Tpm => "tpm",
            LogKind::Ccel => "ccel",
        },
        format: match log.format() {
            LogFormat::Legacy => "legacy",
            LogFormat::CryptoAgile => "crypto_agile",
        },
        algorithms: log.algorithms().iter().map(|it| it.name()).collect(),
        events: log.events().iter().map(record).collect(),
        registers: registers.collect(),
        defect: error.map(defect),
    }
}

fn record(event: &Event<'_>) -> Record {
    let data = event.data();
    Record {
        number: event.number(),
        offset: event.offset(),
        register: event.register(),
        r#type: event.event_type().value(),
        type_name: event.event_type().name(),
        digests: event
            .digests()
            .iter()
            .map(|(algorithm, digest)| (algorithm.name(), digest.to_string()))
            .collect(),
        data_bytes: data.len(),
        data_sha256: HashAlgorithm::Sha256.digest(&[data]).to_string(),
        data: (data.len() <= DATA_BYTES).then(|| base64url::encode(data)),
        description: said(event),
    }
}

fn said(event: &Event<'_>) -> Said {
    let description = event.describe();
    let parts = description.parts.into_iter();
    Said {
        what: description.what,
        parts: parts
            .map(|(name, value)| SaidPart { name, value })
            .collect(),
    }
}

fn defect(error: &Error) -> Defect {
    let (offset, record) = match error {
        Error::LogMalformed { offset, number, .. } => (Some(*offset), Some(*number)),
        _ => (None, None),
    };
    Defect {
        code: error.code().as_str(),
        offset,
        record,
        reason: error.to_string(),
    }
}
