//! The report on a machine's evidence, for people.

use std::fmt::Write as _;

use sealgate_core::{
    Appraisal, Error, EventLog, Evidence, HashAlgorithm, LogKind, ProcessorReport, ReplayMismatch,
    VerifiedEvidence,
};

use crate::cli::VerifyEvidence;
use crate::machine::Names;
use crate::printable::escape;
use crate::style::{BOLD, WARNING};
use crate::table::Row;
use crate::{log_table, machine, report, table};

/// What is told to people.
pub(crate) struct EvidenceReport<'a> {
    pub(crate) arguments: &'a VerifyEvidence,
    /// Whether the policy lets anybody's machine pass.
    pub(crate) pins_nothing: bool,
    pub(crate) appraisal: &'a Appraisal,
    pub(crate) evidence: Option<&'a Evidence>,
    pub(crate) proved: Option<&'a VerifiedEvidence>,
    /// When the key's certificate is valid.
    pub(crate) certificate: Option<String>,
    /// Why it is refused.
    pub(crate) error: Option<&'a Error>,
}

impl EvidenceReport<'_> {
    /// The whole report, for a screen of `columns` or without a limit.
    pub(crate) fn render(self, columns: Option<usize>) -> String {
        let mut text = String::new();
        report::verdict(&mut text, self.appraisal, "");
        report::checks(&mut text, &without_registers(self.appraisal));
        match self.proved {
            Some(proved) => {
                let names = Names::of(proved.state());
                let mut sections = machine::sections(proved.machine(), &names);
                if let (Some(who), Some(value)) = (sections.first_mut(), self.certificate) {
                    who.rows.push(Row {
                        name: "(certificate)".to_owned(),
                        note: "when it is valid",
                        value,
                    });
                }
                table::write(&mut text, &sections, columns);
            }
            None => {
                table::heading(&mut text, "machine", "");
                text.push_str("  not shown: nothing proves it\n");
            }
        }
        if let Some(Error::LogReplayFailed { bank, mismatches }) = self.error {
            table::heading(
                &mut text,
                "not explained",
                "registers that the boot log does not lead to",
            );
            for mismatch in mismatches {
                _ = writeln!(text, "  {}", unexplained(*bank, mismatch));
            }
        }
        unreadable(&mut text, self.appraisal);
        if let Some(evidence) = self.evidence.filter(|_| self.arguments.events) {
            events(&mut text, evidence, self.proved.is_some(), columns);
        }
        text.push_str(&not_proved(self.arguments, self.evidence));
        text.push_str(not_asked(self.arguments, self.pins_nothing));
        text
    }
}

/// The appraisal without the registers of a failed replay, which have a heading of their own.
fn without_registers(appraisal: &Appraisal) -> Appraisal {
    let mut appraisal = appraisal.clone();
    for check in &mut appraisal.checks {
        if let Some(members) = check.actual.as_object_mut()
            && check.check == "replay"
        {
            members.remove("registers");
        }
    }
    appraisal
}

/// A register that the boot log does not lead to: what it leads to, what was quoted, and how far the
/// log holds.
pub(crate) fn unexplained(bank: HashAlgorithm, mismatch: &ReplayMismatch) -> String {
    let ReplayMismatch {
        register,
        computed,
        quoted,
        events,
        explained_by,
    } = mismatch;
    let mut line = format!("PCR {register} of {bank}: quoted {quoted}, replayed {computed}");
    match (explained_by, events) {
        (Some(number), _) => _ = write!(line, "; explained up to event {number}, not beyond"),
        (None, 0) => line.push_str("; the log has no event of it"),
        (None, _) => line.push_str("; explained by no event"),
    }
    line
}

/// What of the machine's state the log does not tell, part by part.
fn unreadable(text: &mut String, appraisal: &Appraisal) {
    if appraisal.unreadable.is_empty() {
        return;
    }
    table::heading(text, "not read", "parts of the log that are no facts");
    for part in &appraisal.unreadable {
        let (name, reason) = (part.part, escape(&part.reason));
        _ = writeln!(text, "  {BOLD}{name}{BOLD:#}: {reason} ({})", part.code);
    }
}

/// The boot log as a table: facts when it explains the quoted registers, else the evidence's word.
fn events(text: &mut String, evidence: &Evidence, explained: bool, columns: Option<usize>) {
    let bytes = evidence.event_log();
    let (log, error) = EventLog::read(bytes, LogKind::Tpm);
    table::heading(
        text,
        "boot log",
        if explained {
            "explains the quoted registers"
        } else {
            "not verified: anybody can have written this"
        },
    );
    _ = writeln!(text, "  {}", log_table::summary(&log, bytes.len()));
    log_table::write_events(text, &log, columns);
    log_table::write_registers(text, &log, "replayed from these events");
    if let Some(error) = error {
        log_table::write_defect(text, &error);
    }
}

/// What people could take for proved and is not, and what nobody asked for.
fn not_proved(arguments: &VerifyEvidence, evidence: Option<&Evidence>) -> String {
    let mut text = String::new();
    let report = evidence.and_then(Evidence::processor_report);
    if let Some(report) = report.map(processor) {
        _ = writeln!(
            text,
            "\n{WARNING}not proved:{WARNING:#} what the processor says in the report that comes \
             along ({report}): nothing here verifies it yet"
        );
    }
    if arguments.no_nonce {
        _ = writeln!(
            text,
            "\n{WARNING}not proved:{WARNING:#} that the machine is in this state now: the evidence \
             was made for no nonce"
        );
    }
    text
}

fn not_asked(arguments: &VerifyEvidence, pins_nothing: bool) -> &'static str {
    if arguments.policy.is_none() {
        "\nnot asked: whether it is the right machine (--policy)\n"
    } else if pins_nothing {
        "\nnot asked: whose machine it is (the policy pins no project and no instance)\n"
    } else {
        ""
    }
}

fn processor(report: ProcessorReport) -> &'static str {
    match report {
        ProcessorReport::SevSnp => "AMD SEV-SNP",
        ProcessorReport::Tdx => "Intel TDX",
    }
}
