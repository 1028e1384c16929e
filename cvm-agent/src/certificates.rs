//! Certificates of strangers, in one line each.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use sealgate_core::UnixTime;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::time::Time;

use crate::printable::{escape, json_line};

/// Whose certificate an entry of `x5c` is and when it is valid, by its own word.
pub(crate) fn describe(entry: &str) -> String {
    let Some(certificate) = parse(entry) else {
        return format!("{} characters, not a certificate", entry.chars().count());
    };
    let body = certificate.tbs_certificate();
    let validity = body.validity();
    format!(
        "{}; {} to {}",
        escape(&body.subject().to_string()),
        moment(&validity.not_before),
        moment(&validity.not_after)
    )
}

/// Whose certificate `der` is, by its own word: its common name, or all of its name, as a JSON
/// string. None when it is no certificate.
pub(crate) fn subject(der: &[u8]) -> Option<String> {
    let certificate = Certificate::from_der(der).ok()?;
    let subject = certificate.tbs_certificate().subject();
    Some(match subject.common_name() {
        Ok(Some(name)) => json_line(&name.value()),
        _ => json_line(&subject.to_string()),
    })
}

/// When the certificate `der` is valid, by its own word; none when it is no certificate.
pub(crate) fn validity(der: &[u8]) -> Option<String> {
    let certificate = Certificate::from_der(der).ok()?;
    let validity = certificate.tbs_certificate().validity();
    let (from, to) = (moment(&validity.not_before), moment(&validity.not_after));
    Some(format!("{from} to {to}"))
}

/// Base64 of DER (RFC 7515 §4.1.6), or PEM as in Google's tokens of 2024.
fn parse(entry: &str) -> Option<Certificate> {
    let der = match STANDARD.decode(entry) {
        Ok(der) => der,
        Err(_) => CertificateDer::from_pem_slice(entry.as_bytes())
            .ok()?
            .to_vec(),
    };
    Certificate::from_der(&der).ok()
}

fn moment(time: &Time) -> UnixTime {
    UnixTime::from_secs(time.to_unix_duration().as_secs())
}
