//! Reports of confidential processors, taken apart into messages and put together again.
//!
//! NOTHING is verified here: not a signature, not a certificate, not whose machine it is. What these
//! messages say is a stranger's word.

mod certificate_table;
mod defect;
mod fields;
mod snp;
mod tdx;
#[cfg(test)]
mod tests;

pub use self::defect::TeeDefect;

use super::EvidenceDefect;
use super::wire::{sevsnp, tdx as tdx_wire};
use crate::error::Error;

/// Takes apart an AMD SEV-SNP report and the certificate table that came with it.
///
/// `report` is an `ATTESTATION_REPORT` of version 2 to 5 (AMD 56860, 1184 bytes); `certificates` is
/// the table of an extended request (AMD 56421, `SNP Extended Guest Request`; Linux's `auxblob`),
/// or empty. The product is named where the report has the processor's model (version 3 on).
///
/// NOT checked: the signature, the certificates, which may be any bytes, and every value.
///
/// # Errors
/// [`Error::EvidenceMalformed`]: another length or version, reserved bytes that are not zero, or a
/// table whose entries are not inside it or too many.
pub fn snp_attestation(report: &[u8], certificates: &[u8]) -> Result<sevsnp::Attestation, Error> {
    let report = snp::report(report).map_err(malformed)?;
    Ok(sevsnp::Attestation {
        product: snp::product(&report),
        certificate_chain: certificate_table::chain(certificates).map_err(malformed)?,
        report: Some(report),
    })
}

/// The bytes of a report: those that are signed, and the signature.
///
/// # Errors
/// [`Error::EvidenceMalformed`]: a field that does not have its length, or is too large for it.
pub fn snp_report_bytes(report: &sevsnp::Report) -> Result<Vec<u8>, Error> {
    snp::bytes(report).map_err(malformed)
}

/// Takes apart an Intel TDX quote of version 4, signed with ECDSA P-256 and certified by a PCK
/// chain in PEM (Intel "TDX DCAP Quoting Library API", appendix 3).
///
/// NOT checked: signatures, certificates, which may be any bytes, and every value.
///
/// # Errors
/// [`Error::EvidenceMalformed`]: another version or kind, or lengths that disagree.
pub fn tdx_quote(quote: &[u8]) -> Result<tdx_wire::QuoteV4, Error> {
    tdx::quote(quote).map_err(malformed)
}

/// The bytes of a quote.
///
/// # Errors
/// [`Error::EvidenceMalformed`]: a part that is absent, a field that does not have its length, or
/// a length that is not that of what it counts.
pub fn tdx_quote_bytes(quote: &tdx_wire::QuoteV4) -> Result<Vec<u8>, Error> {
    tdx::bytes(quote).map_err(malformed)
}

fn malformed(defect: TeeDefect) -> Error {
    Error::EvidenceMalformed(EvidenceDefect::Tee(defect))
}
