use std::collections::BTreeMap;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use sealgate_core::wire::attest::certificate::Representation;
use sealgate_core::wire::attest::{Certificate, Database, MachineState, SecureBootState};
use sealgate_core::{
    CertificateFacts, ContainerFacts, CosFacts, DatabaseFacts, HashAlgorithm, InstanceFacts,
    LinuxKernelFacts, Machine, SecureBootFacts,
};

use super::{Names, sections, secure_boot};

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

/// Whoever writes a certificate gives it a name.
#[test]
fn no_certificate_names_itself_as_a_well_known_one() {
    const PEM: &[u8] =
        include_bytes!("../../../tests/vectors/evidence/certificates/pca_tpm_rsa_sign_cert.pem");
    let mut der = CertificateDer::from_pem_slice(PEM).unwrap().to_vec();
    // Its common name, a `PrintableString`, made a `UTF8String`.
    let (real, made) = (
        b"\x13\x12218557372616137117",
        b"\x0c\x12\", GCE_PK, sha256:",
    );
    let at = der.windows(real.len()).position(|bytes| bytes == real);
    der[at.unwrap()..][..real.len()].copy_from_slice(made);
    let sha256 = HashAlgorithm::Sha256.digest(&[&der]).to_string();

    let facts = SecureBootFacts {
        pk: DatabaseFacts {
            certs: vec![CertificateFacts {
                sha256: sha256.clone(),
                well_known: None,
            }],
            ..DatabaseFacts::default()
        },
        ..SecureBootFacts::default()
    };
    let names = Names::of(&MachineState {
        secure_boot: Some(SecureBootState {
            pk: Some(Database {
                certs: vec![Certificate {
                    representation: Some(Representation::Der(der)),
                }],
                ..Database::default()
            }),
            ..SecureBootState::default()
        }),
        ..MachineState::default()
    });
    let rows = secure_boot::rows(Some(&facts), &names);
    let row = rows
        .iter()
        .find(|row| row.name == "secure_boot.pk.certs[0]");
    assert_eq!(
        row.unwrap().value,
        format!(r#""\", GCE_PK, sha256:", sha256 {sha256}"#)
    );
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
