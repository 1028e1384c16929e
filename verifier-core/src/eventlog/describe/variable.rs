//! EFI variables for people: names, keys by their subjects, boot options.

use x509_cert::der::Decode;

use super::super::EventType;
use super::super::bytes::Bytes;
use super::super::signature_list::{Certificate, Database};
use super::super::variable::{GLOBAL, IMAGE_SECURITY, SHIM, Variable, utf16};
use super::Description;
use super::text::{ascii, text};

/// More certificates of a database are counted, not named.
const NAMED: usize = 16;

pub(super) fn describe(event_type: EventType, data: &[u8]) -> Option<Description> {
    let variable = Variable::parse(data)?;
    let mut parts = vec![
        ("vendor", variable.vendor.to_string()),
        ("name", variable.name.clone()),
    ];
    let what = if event_type == EventType::EFI_VARIABLE_AUTHORITY {
        authority(&variable, &mut parts)
    } else {
        content(&variable, &mut parts)
    };
    Some(Description::new(what, parts))
}

fn authority(variable: &Variable<'_>, parts: &mut Vec<(&'static str, String)>) -> &'static str {
    let owned = variable.data.get(16..).and_then(Certificate::parse);
    match owned.or_else(|| Certificate::parse(variable.data)) {
        Some(certificate) => parts.push(("certificate", subject(&certificate))),
        None if variable.vendor == SHIM => return content(variable, parts),
        None => {}
    }
    "allowed by"
}

fn content(variable: &Variable<'_>, parts: &mut Vec<(&'static str, String)>) -> &'static str {
    let data = variable.data;
    match (variable.vendor, variable.name.as_str()) {
        (GLOBAL, "SecureBoot") => {
            let value = match data {
                [0] => "off".to_owned(),
                [1] => "on".to_owned(),
                other => hex::encode(other.get(..8).unwrap_or(other)),
            };
            parts.push(("value", value));
            "secure boot"
        }
        (GLOBAL, "PK" | "KEK") | (IMAGE_SECURITY, "db" | "dbx") => {
            if let Some(database) = Database::parse(data) {
                database_parts(&database, parts);
            }
            "secure boot keys"
        }
        (GLOBAL, "BootOrder") => {
            let mut bytes = Bytes::new(data);
            let order: Vec<_> = core::iter::from_fn(|| bytes.u16())
                .map(|option| format!("{option:04X}"))
                .collect();
            parts.push(("order", order.join(", ")));
            "boot order"
        }
        (GLOBAL, name) if is_boot_option(name) => {
            if let Some(title) = boot_option_title(data) {
                parts.push(("title", title));
            }
            "boot option"
        }
        (SHIM, "SbatLevel") => {
            if let Some(level) = ascii(data) {
                parts.push(("level", level));
            }
            "shim's revocation level"
        }
        _ => {
            match (text(data), data.len()) {
                (Some(text), _) => parts.push(("text", text)),
                (None, 1..=8) => parts.push(("value", hex::encode(data))),
                (None, _) => {}
            }
            "EFI variable"
        }
    }
}

fn database_parts(database: &Database, parts: &mut Vec<(&'static str, String)>) {
    let certificates = database.certificates.iter().take(NAMED);
    parts.extend(certificates.map(|certificate| ("certificate", subject(certificate))));
    for (name, count) in [
        ("certificates", database.certificates.len()),
        ("hashes", database.hashes.len()),
        ("others", database.others.len()),
    ] {
        if count > 0 {
            parts.push((name, count.to_string()));
        }
    }
}

/// Its subject (RFC 4514), or its SHA-256 where it has none that can be read.
fn subject(certificate: &Certificate) -> String {
    x509_cert::Certificate::from_der(&certificate.der)
        .ok()
        .map(|certificate| certificate.tbs_certificate().subject().to_string())
        .filter(|subject| !subject.is_empty())
        .unwrap_or_else(|| {
            let digest = crate::tpm::HashAlgorithm::Sha256.digest(&[&certificate.der]);
            format!("sha256:{digest}")
        })
}

/// `Boot` and four hexadecimal digits (UEFI 2.10, section 3.3).
fn is_boot_option(name: &str) -> bool {
    name.strip_prefix("Boot").is_some_and(|number| {
        number.len() == 4 && number.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}

/// The title of an `EFI_LOAD_OPTION` (UEFI 2.10, section 3.1.3): after its attributes and the
/// length of its paths, up to a zero.
fn boot_option_title(data: &[u8]) -> Option<String> {
    let (_, rest) = data.split_at_checked(6)?;
    let (units, _) = rest.as_chunks::<2>();
    let title: Vec<u8> = units
        .iter()
        .take_while(|unit| **unit != [0, 0])
        .flatten()
        .copied()
        .collect();
    utf16(&title).filter(|title| !title.is_empty())
}
