//! Secure Boot's keys by name.

use std::collections::BTreeMap;

use sealgate_core::wire::attest::MachineState;
use sealgate_core::wire::attest::certificate::Representation;
use sealgate_core::{DatabaseFacts, HashAlgorithm, SecureBootFacts};

use super::{absent, count, row};
use crate::certificates;
use crate::printable::escape;
use crate::table::Row;

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

/// What Secure Boot is and which keys decide.
pub(super) fn rows(facts: Option<&SecureBootFacts>, names: &Names) -> Vec<Row> {
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
            // A JSON string: its quotes tell it from a name that is well known here.
            (None, Some(name)) => format!("{name}, "),
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
