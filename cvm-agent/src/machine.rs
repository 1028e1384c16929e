//! What evidence proves about a machine, as sections of a table.
//!
//! Rows are named as the conditions of a policy name the facts, below `machine.`.

use std::collections::BTreeMap;

use sealgate_core::wire::attest::MachineState;
use sealgate_core::wire::attest::certificate::Representation;
use sealgate_core::{
    AttestationKeyFacts, CosFacts, DatabaseFacts, EfiFacts, GrubFacts, HashAlgorithm,
    LinuxKernelFacts, Machine, PlatformFacts, QuoteFacts, SecureBootFacts,
};
use serde::Serialize;

use crate::certificates;
use crate::clock::duration;
use crate::printable::{escape, json_line};
use crate::table::{Row, Section};

/// Whose each certificate of Secure Boot is, by the certificate's SHA-256: the state has
/// certificates whole, and the facts do not.
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// Of the certificates in a machine's state.
    pub(crate) fn of(state: &MachineState) -> Self {
        let databases = state.secure_boot.iter().flat_map(|state| {
            [
                &state.pk,
                &state.kek,
                &state.db,
                &state.dbx,
                &state.authority,
            ]
        });
        let certificates = databases.flatten().flat_map(|database| &database.certs);
        let named = certificates.filter_map(|certificate| match &certificate.representation {
            Some(Representation::Der(der)) => {
                let sha256 = HashAlgorithm::Sha256.digest(&[der]).to_string();
                Some((sha256, certificates::subject(der)?))
            }
            _ => None,
        });
        Self(named.collect())
    }
}

/// Everything about the machine, or what is absent.
pub(crate) fn sections(machine: &Machine, names: &Names) -> Vec<Section> {
    let mut who = Vec::new();
    instance(&mut who, &machine.platform);
    key(&mut who, &machine.attestation_key);

    let mut booted = Vec::new();
    platform(&mut booted, &machine.platform);
    log(&mut booted, machine);
    efi(&mut booted, machine.efi.as_ref());
    grub(&mut booted, machine.grub.as_ref());
    kernel(&mut booted, machine.linux_kernel.as_ref());

    let mut sections = vec![
        section("who", "the machine, and who vouches for its TPM", who),
        section(
            "what booted",
            "as the boot log explains the quoted registers",
            booted,
        ),
        section(
            "secure boot",
            "which keys decide what may be started",
            secure_boot(machine.secure_boot.as_ref(), names),
        ),
    ];
    if let Some(cos) = &machine.cos {
        sections.push(section(
            "container",
            "what the launcher of Confidential Space measured",
            container(cos),
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

fn platform(rows: &mut Vec<Row>, platform: &PlatformFacts) {
    let name = |name| format!("platform.{name}");
    let version = platform.gce_version.as_ref();
    fact(rows, &name("gce_version"), "Google's firmware", version);
    let version = platform.scrtm_version_id.as_ref();
    fact(
        rows,
        &name("scrtm_version_id"),
        "version of the firmware",
        version,
    );
    match &platform.technology {
        Some(technology) => {
            let note = "confidential technology";
            rows.push(row(&name("technology"), note, json_line(technology)));
        }
        None => rows.push(absent(&name("technology"))),
    }
}

fn log(rows: &mut Vec<Row>, machine: &Machine) {
    let log = &machine.event_log;
    let name = |name| format!("event_log.{name}");
    fact(rows, &name("bank"), "bank of the replay", log.bank.as_ref());
    fact(
        rows,
        &name("events"),
        "events of the boot log",
        Some(&log.events),
    );
    fact(
        rows,
        &name("complete"),
        "whether it says all",
        Some(&log.complete),
    );
}

fn efi(rows: &mut Vec<Row>, efi: Option<&EfiFacts>) {
    let Some(efi) = efi else {
        rows.push(absent("efi"));
        return;
    };
    for (name, note, digests) in [
        ("apps", "program that was started", &efi.apps),
        (
            "boot_services_drivers",
            "driver for booting",
            &efi.boot_services_drivers,
        ),
        (
            "runtime_services_drivers",
            "driver that stays",
            &efi.runtime_services_drivers,
        ),
    ] {
        for (index, digest) in digests.iter().enumerate() {
            rows.push(row(&format!("efi.{name}[{index}]"), note, escape(digest)));
        }
    }
}

/// GRUB runs hundreds of commands; `--events` and `--json` have each.
fn grub(rows: &mut Vec<Row>, grub: Option<&GrubFacts>) {
    if let Some(grub) = grub {
        let (commands, files) = (grub.commands.len(), grub.files.len());
        rows.push(row(
            "grub.commands",
            "what GRUB ran",
            count(commands, "command", "commands"),
        ));
        rows.push(row(
            "grub.files",
            "what GRUB read",
            count(files, "file", "files"),
        ));
    }
}

fn kernel(rows: &mut Vec<Row>, kernel: Option<&LinuxKernelFacts>) {
    let line = kernel.map(|kernel| &kernel.command_line);
    fact(
        rows,
        "linux_kernel.command_line",
        "the kernel's command line",
        line,
    );
}

fn secure_boot(facts: Option<&SecureBootFacts>, names: &Names) -> Vec<Row> {
    let Some(facts) = facts else {
        return vec![absent("secure_boot")];
    };
    let mut rows = vec![row(
        "secure_boot.enabled",
        "whether it is enforced",
        if facts.enabled { "true" } else { "false" }.to_owned(),
    )];
    for (name, note, database) in [
        ("pk", "platform key", &facts.pk),
        ("kek", "may change db and dbx", &facts.kek),
        ("db", "may be started", &facts.db),
        ("dbx", "may not be started", &facts.dbx),
        ("authority", "allowed what started", &facts.authority),
    ] {
        database_rows(&mut rows, name, note, database, names);
    }
    rows
}

fn database_rows(
    rows: &mut Vec<Row>,
    name: &str,
    note: &'static str,
    database: &DatabaseFacts,
    names: &Names,
) {
    let before = rows.len();
    for (index, certificate) in database.certs.iter().enumerate() {
        let sha256 = &certificate.sha256;
        let mut value = match (&certificate.well_known, names.0.get(sha256)) {
            (Some(name), _) => format!("{}, ", escape(name)),
            // Escaped already. The quotes tell it from a name that is well known here.
            (None, Some(name)) => format!("\"{name}\", "),
            (None, None) => String::new(),
        };
        value.push_str(&format!("sha256 {}", escape(sha256)));
        rows.push(row(
            &format!("secure_boot.{name}.certs[{index}]"),
            note,
            value,
        ));
    }
    if !database.hashes.is_empty() {
        let hashes = count(database.hashes.len(), "SHA-256 hash", "SHA-256 hashes");
        rows.push(row(&format!("secure_boot.{name}.hashes"), note, hashes));
    }
    if database.others > 0 {
        let number = usize::try_from(database.others).unwrap_or(usize::MAX);
        let others = format!(
            "{}, not shown",
            count(number, "entry of another kind", "entries of other kinds")
        );
        rows.push(row(&format!("secure_boot.{name}.others"), note, others));
    }
    if rows.len() == before {
        rows.push(row(
            &format!("secure_boot.{name}"),
            note,
            "nothing".to_owned(),
        ));
    }
}

fn container(cos: &CosFacts) -> Vec<Row> {
    let mut rows = Vec::new();
    let facts = &cos.container;
    fact(
        &mut rows,
        "cos.launched",
        "whether it was started",
        Some(&cos.launched),
    );
    let name = |name| format!("cos.container.{name}");
    for (field, note, value) in [
        (
            "image_reference",
            "image as asked for",
            &facts.image_reference,
        ),
        ("image_digest", "image that was found", &facts.image_digest),
        ("image_id", "its configuration", &facts.image_id),
        (
            "restart_policy",
            "when to start it again",
            &facts.restart_policy,
        ),
    ] {
        fact(&mut rows, &name(field), note, value.as_ref());
    }
    for (field, note, arguments) in [
        ("args", "arguments", &facts.args),
        (
            "overridden_args",
            "set by the operator",
            &facts.overridden_args,
        ),
    ] {
        if !arguments.is_empty() {
            rows.push(row(&name(field), note, json_line(arguments)));
        }
    }
    for (field, note, variables) in [
        ("env_vars", "environment", &facts.env_vars),
        (
            "overridden_env_vars",
            "set by the operator",
            &facts.overridden_env_vars,
        ),
    ] {
        for (variable, value) in variables {
            let variable = format!("{}.{}", name(field), escape(variable));
            rows.push(row(&variable, note, json_line(value)));
        }
    }
    let monitored = cos.memory_monitored.as_ref();
    fact(
        &mut rows,
        "cos.memory_monitored",
        "memory is monitored",
        monitored,
    );
    let mode = cos.gpu_cc_mode.as_ref();
    fact(&mut rows, "cos.gpu_cc_mode", "confidential GPU mode", mode);
    rows
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
mod tests {
    use std::collections::BTreeMap;

    use sealgate_core::wire::attest::MachineState;
    use sealgate_core::{
        CertificateFacts, ContainerFacts, CosFacts, DatabaseFacts, InstanceFacts, LinuxKernelFacts,
        Machine, SecureBootFacts,
    };

    use super::{Names, sections};

    /// Names and values of a section.
    fn rows(machine: &Machine, title: &str) -> Vec<(String, String)> {
        let names = Names::of(&MachineState::default());
        let sections = sections(machine, &names);
        let section = sections.into_iter().find(|section| section.title == title);
        let rows = section.unwrap().rows.into_iter();
        rows.map(|row| (row.name, row.value)).collect()
    }

    fn has(rows: &[(String, String)], name: &str, value: &str) -> bool {
        rows.contains(&(name.to_owned(), value.to_owned()))
    }

    #[test]
    fn says_what_is_not_known_instead_of_a_default() {
        let nothing = Machine::default();
        let who = rows(&nothing, "who");
        let unknown = "not known: no certificate names it";
        assert!(has(&who, "platform.instance_info", unknown), "{who:?}");
        let booted = rows(&nothing, "what booted");
        let unknown = "not known: the boot log does not show it";
        assert!(has(&booted, "platform.technology", unknown), "{booted:?}");
        assert!(has(&booted, "event_log.complete", "false"), "{booted:?}");
        let keys = rows(&nothing, "secure boot");
        assert_eq!(keys.len(), 1);
        assert!(has(&keys, "secure_boot", unknown), "{keys:?}");
    }

    #[test]
    fn names_well_known_keys_and_counts_hashes() {
        let database = |well_known: Option<&str>, hashes: usize| DatabaseFacts {
            certs: vec![CertificateFacts {
                sha256: "00ff".to_owned(),
                well_known: well_known.map(str::to_owned),
            }],
            hashes: vec!["11".to_owned(); hashes],
            others: 2,
        };
        let machine = Machine {
            secure_boot: Some(SecureBootFacts {
                enabled: true,
                pk: database(Some("GCE_DEFAULT_PK"), 1),
                dbx: database(None, 77),
                ..SecureBootFacts::default()
            }),
            ..Machine::default()
        };
        let rows = rows(&machine, "secure boot");
        for (name, value) in [
            ("secure_boot.enabled", "true"),
            ("secure_boot.pk.certs[0]", "GCE_DEFAULT_PK, sha256 00ff"),
            ("secure_boot.pk.hashes", "1 SHA-256 hash"),
            ("secure_boot.dbx.certs[0]", "sha256 00ff"),
            ("secure_boot.dbx.hashes", "77 SHA-256 hashes"),
            (
                "secure_boot.dbx.others",
                "2 entries of other kinds, not shown",
            ),
            ("secure_boot.db", "nothing"),
        ] {
            assert!(has(&rows, name, value), "{name} {value} not in {rows:?}");
        }
    }

    /// A machine's owner writes its name, its kernel's command line, its environment.
    #[test]
    fn every_value_is_printable_ascii() {
        let hostile = || "\u{1b}[2J\u{202e}\r\n\u{9b}".to_owned();
        let map = || BTreeMap::from([(hostile(), hostile())]);
        let mut machine = Machine {
            linux_kernel: Some(LinuxKernelFacts {
                command_line: hostile(),
            }),
            cos: Some(CosFacts {
                container: ContainerFacts {
                    image_reference: Some(hostile()),
                    args: vec![hostile()],
                    env_vars: map(),
                    overridden_env_vars: map(),
                    ..ContainerFacts::default()
                },
                ..CosFacts::default()
            }),
            ..Machine::default()
        };
        machine.platform.technology = Some(hostile());
        machine.platform.instance_info = Some(InstanceFacts {
            zone: hostile(),
            instance_name: hostile(),
            ..InstanceFacts::default()
        });
        let names = Names::of(&MachineState::default());
        for section in sections(&machine, &names) {
            for row in section.rows {
                let text = format!("{}{}", row.name, row.value);
                assert!(
                    text.bytes().all(|byte| matches!(byte, b' '..=b'~')),
                    "{text:?}"
                );
            }
        }
        let container = rows(&machine, "container");
        assert!(container.len() >= 5, "{container:?}");
    }
}
