//! What evidence proves about a machine, as sections of a table.
//!
//! Rows are named as the conditions of a policy name the facts, below `machine.`.

mod booted;
mod container;
mod secure_boot;

use sealgate_core::{AttestationKeyFacts, Machine, PlatformFacts, QuoteFacts};
use serde::Serialize;

pub(crate) use self::secure_boot::Names;
use crate::clock::duration;
use crate::printable::{escape, json_line};
use crate::table::{Row, Section};

/// Everything about the machine, or what is absent.
pub(crate) fn sections(machine: &Machine, names: &Names) -> Vec<Section> {
    let mut who = Vec::new();
    instance(&mut who, &machine.platform);
    key(&mut who, &machine.attestation_key);

    let mut sections = vec![
        section("who", "the machine, and who vouches for its TPM", who),
        section(
            "what booted",
            "as the boot log explains the quoted registers",
            booted::rows(machine),
        ),
        section(
            "secure boot",
            "which keys decide what may be started",
            secure_boot::rows(machine.secure_boot.as_ref(), names),
        ),
    ];
    if let Some(cos) = &machine.cos {
        sections.push(section(
            "container",
            "what the launcher of Confidential Space measured",
            container::rows(cos),
        ));
    }
    sections.push(section("TPM", "what it says about itself", tpm(machine)));
    sections
}

fn section(title: &str, note: &'static str, rows: Vec<Row>) -> Section {
    Section {
        title: title.to_owned(),
        note,
        rows,
    }
}

fn row(name: &str, note: &'static str, value: String) -> Row {
    Row {
        name: name.to_owned(),
        note,
        value,
    }
}

/// A row for a fact, if there is one.
fn fact<T: Serialize>(rows: &mut Vec<Row>, name: &str, note: &'static str, value: Option<&T>) {
    if let Some(value) = value {
        rows.push(row(name, note, json_line(value)));
    }
}

fn absent(name: &str) -> Row {
    row(
        name,
        "",
        "not known: the boot log does not show it".to_owned(),
    )
}

fn instance(rows: &mut Vec<Row>, platform: &PlatformFacts) {
    let Some(info) = &platform.instance_info else {
        rows.push(row(
            "platform.instance_info",
            "the instance",
            "not known: no certificate names it".to_owned(),
        ));
        return;
    };
    for (name, note, value) in [
        ("instance_name", "its name", json_line(&info.instance_name)),
        ("instance_id", "its number", info.instance_id.to_string()),
        ("project_id", "its project", json_line(&info.project_id)),
        (
            "project_number",
            "its project's number",
            info.project_number.to_string(),
        ),
        ("zone", "where it runs", json_line(&info.zone)),
    ] {
        rows.push(row(&format!("platform.instance_info.{name}"), note, value));
    }
}

fn key(rows: &mut Vec<Row>, key: &AttestationKeyFacts) {
    let name = |name| format!("attestation_key.{name}");
    fact(
        rows,
        &name("root"),
        "whose root it leads to",
        key.root.as_ref(),
    );
    fact(
        rows,
        &name("root_sha256"),
        "that root",
        key.root_sha256.as_ref(),
    );
    let certificate = key.certificate_sha256.as_ref();
    fact(
        rows,
        &name("certificate_sha256"),
        "the key's certificate",
        certificate,
    );
}

fn tpm(machine: &Machine) -> Vec<Row> {
    let mut rows = Vec::new();
    quote(&mut rows, &machine.quote);
    for (bank, registers) in &machine.pcrs {
        let name = format!("pcrs.{}", escape(bank));
        rows.push(row(
            &name,
            "quoted",
            count(registers.len(), "register", "registers"),
        ));
    }
    rows
}

fn quote(rows: &mut Vec<Row>, quote: &QuoteFacts) {
    let name = |name| format!("quote.{name}");
    if let Some(clock) = quote.clock {
        let value = format!("{clock} ms = {}", duration(clock / 1000));
        rows.push(row(&name("clock"), "how long it was powered", value));
    }
    let count = quote.reset_count.as_ref();
    fact(rows, &name("reset_count"), "how often it was reset", count);
    let count = quote.restart_count.as_ref();
    fact(rows, &name("restart_count"), "suspended since", count);
    fact(
        rows,
        &name("safe"),
        "clock never goes back",
        quote.safe.as_ref(),
    );
    let version = quote.firmware_version.as_ref();
    fact(
        rows,
        &name("firmware_version"),
        "version of its firmware",
        version,
    );
}

fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

#[cfg(test)]
mod tests;
