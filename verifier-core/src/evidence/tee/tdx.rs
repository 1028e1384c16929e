//! Quote v4 with TD report, ECDSA P-256 (Intel "TDX DCAP Quoting Library API", appendix 3).

use super::TeeDefect;
use super::fields::{Reader, Writer};
use crate::evidence::wire::tdx::{
    CertificationData, Ecdsa256BitQuoteV4AuthData, EnclaveReport, Header, PckCertificateChainData,
    QeAuthData, QeReportCertificationData, QuoteV4, TdQuoteBody,
};
use crate::limits::{RUNTIME_REGISTERS, TEE_CHAIN_BYTES, TEE_FIELD_BYTES};

const VERSION: u32 = 4;
/// ECDSA P-256 with SHA-256.
const KEY_TYPE: u32 = 2;
const TEE_TYPE: u32 = 0x81;
/// A report of the quoting enclave with what certifies it.
const QE_REPORT: u32 = 6;
/// A PCK chain in PEM.
const PCK_CHAIN: u32 = 5;
/// Bytes of signed data: its fixed parts and the longest chain and data in it.
const SIGNED_BYTES: usize = 2 * TEE_CHAIN_BYTES;

/// Takes a quote apart.
pub(super) fn quote(bytes: &[u8]) -> Result<QuoteV4, TeeDefect> {
    let mut from = Reader::new(bytes);
    let header = header(&mut from)?;
    let body = body(&mut from)?;
    let signed_data_size = from.u32()?;
    let signed = from.sized(signed_data_size, SIGNED_BYTES)?;
    let extra = from.rest();
    if extra.len() > TEE_CHAIN_BYTES {
        return Err(TeeDefect::Length);
    }
    Ok(QuoteV4 {
        header: Some(header),
        td_quote_body: Some(body),
        signed_data_size,
        signed_data: Some(signed_data(signed)?),
        extra_bytes: extra.to_vec(),
    })
}

fn header(from: &mut Reader<'_>) -> Result<Header, TeeDefect> {
    let version = known("version", from.u16()?, VERSION)?;
    let attestation_key_type = known("attestation key type", from.u16()?, KEY_TYPE)?;
    let tee_type = known("TEE type", from.u32()?, TEE_TYPE)?;
    // The order in which gotpm's messages have the two: Intel reserves these bytes in version 4.
    let pce_svn = from.bytes(2)?;
    Ok(Header {
        version,
        attestation_key_type,
        tee_type,
        pce_svn,
        qe_svn: from.bytes(2)?,
        qe_vendor_id: from.bytes(16)?,
        user_data: from.bytes(20)?,
    })
}

fn body(from: &mut Reader<'_>) -> Result<TdQuoteBody, TeeDefect> {
    Ok(TdQuoteBody {
        tee_tcb_svn: from.bytes(16)?,
        mr_seam: from.bytes(48)?,
        mr_signer_seam: from.bytes(48)?,
        seam_attributes: from.bytes(8)?,
        td_attributes: from.bytes(8)?,
        xfam: from.bytes(8)?,
        mr_td: from.bytes(48)?,
        mr_config_id: from.bytes(48)?,
        mr_owner: from.bytes(48)?,
        mr_owner_config: from.bytes(48)?,
        rtmrs: (0..RUNTIME_REGISTERS)
            .map(|_| from.bytes(48))
            .collect::<Result<_, _>>()?,
        report_data: from.bytes(64)?,
    })
}

fn signed_data(bytes: &[u8]) -> Result<Ecdsa256BitQuoteV4AuthData, TeeDefect> {
    let mut from = Reader::new(bytes);
    let signature = from.bytes(64)?;
    let ecdsa_attestation_key = from.bytes(64)?;
    let certificate_data_type = known("certification data type", from.u16()?, QE_REPORT)?;
    let size = from.u32()?;
    let certification = from.sized(size, SIGNED_BYTES)?;
    from.end()?;
    Ok(Ecdsa256BitQuoteV4AuthData {
        signature,
        ecdsa_attestation_key,
        certification_data: Some(CertificationData {
            certificate_data_type,
            size,
            qe_report_certification_data: Some(qe_certification(certification)?),
        }),
    })
}

fn qe_certification(bytes: &[u8]) -> Result<QeReportCertificationData, TeeDefect> {
    let mut from = Reader::new(bytes);
    let qe_report = enclave_report(&mut from)?;
    let qe_report_signature = from.bytes(64)?;
    let parsed_data_size = from.u16()?;
    let data = from.sized(parsed_data_size, TEE_FIELD_BYTES)?.to_vec();
    let certificate_data_type = known("certificate data type", from.u16()?, PCK_CHAIN)?;
    let size = from.u32()?;
    let pck_cert_chain = from.sized(size, TEE_CHAIN_BYTES)?.to_vec();
    from.end()?;
    Ok(QeReportCertificationData {
        qe_report: Some(qe_report),
        qe_report_signature,
        qe_auth_data: Some(QeAuthData {
            parsed_data_size,
            data,
        }),
        pck_certificate_chain_data: Some(PckCertificateChainData {
            certificate_data_type,
            size,
            pck_cert_chain,
        }),
    })
}

fn enclave_report(from: &mut Reader<'_>) -> Result<EnclaveReport, TeeDefect> {
    Ok(EnclaveReport {
        cpu_svn: from.bytes(16)?,
        misc_select: from.u32()?,
        reserved1: from.bytes(28)?,
        attributes: from.bytes(16)?,
        mr_enclave: from.bytes(32)?,
        reserved2: from.bytes(32)?,
        mr_signer: from.bytes(32)?,
        reserved3: from.bytes(96)?,
        isv_prod_id: from.u16()?,
        isv_svn: from.u16()?,
        reserved4: from.bytes(60)?,
        report_data: from.bytes(64)?,
    })
}

/// Puts a quote together.
pub(super) fn bytes(quote: &QuoteV4) -> Result<Vec<u8>, TeeDefect> {
    let mut to = Writer::default();
    write_header(&mut to, present("header", &quote.header)?)?;
    write_body(&mut to, present("td_quote_body", &quote.td_quote_body)?)?;
    let signed = signed_bytes(present("signed_data", &quote.signed_data)?)?;
    counted("signed_data_size", quote.signed_data_size, &signed)?;
    to.u32(quote.signed_data_size);
    to.0.extend(signed);
    to.0.extend(&quote.extra_bytes);
    Ok(to.0)
}

fn write_header(to: &mut Writer, header: &Header) -> Result<(), TeeDefect> {
    to.u16("version", known("version", header.version, VERSION)?)?;
    let key_type = known(
        "attestation key type",
        header.attestation_key_type,
        KEY_TYPE,
    )?;
    to.u16("attestation_key_type", key_type)?;
    to.u32(known("TEE type", header.tee_type, TEE_TYPE)?);
    to.bytes("pce_svn", &header.pce_svn, 2)?;
    to.bytes("qe_svn", &header.qe_svn, 2)?;
    to.bytes("qe_vendor_id", &header.qe_vendor_id, 16)?;
    to.bytes("user_data", &header.user_data, 20)
}

fn write_body(to: &mut Writer, body: &TdQuoteBody) -> Result<(), TeeDefect> {
    to.bytes("tee_tcb_svn", &body.tee_tcb_svn, 16)?;
    to.bytes("mr_seam", &body.mr_seam, 48)?;
    to.bytes("mr_signer_seam", &body.mr_signer_seam, 48)?;
    to.bytes("seam_attributes", &body.seam_attributes, 8)?;
    to.bytes("td_attributes", &body.td_attributes, 8)?;
    to.bytes("xfam", &body.xfam, 8)?;
    to.bytes("mr_td", &body.mr_td, 48)?;
    to.bytes("mr_config_id", &body.mr_config_id, 48)?;
    to.bytes("mr_owner", &body.mr_owner, 48)?;
    to.bytes("mr_owner_config", &body.mr_owner_config, 48)?;
    if body.rtmrs.len() != RUNTIME_REGISTERS {
        return Err(TeeDefect::Field("rtmrs"));
    }
    for register in &body.rtmrs {
        to.bytes("rtmrs", register, 48)?;
    }
    to.bytes("report_data", &body.report_data, 64)
}

fn signed_bytes(signed: &Ecdsa256BitQuoteV4AuthData) -> Result<Vec<u8>, TeeDefect> {
    let mut to = Writer::default();
    to.bytes("signature", &signed.signature, 64)?;
    to.bytes("ecdsa_attestation_key", &signed.ecdsa_attestation_key, 64)?;
    let data = present("certification_data", &signed.certification_data)?;
    let kind = known(
        "certification data type",
        data.certificate_data_type,
        QE_REPORT,
    )?;
    to.u16("certificate_data_type", kind)?;
    let certification = present(
        "qe_report_certification_data",
        &data.qe_report_certification_data,
    )?;
    let certification = certification_bytes(certification)?;
    counted("size", data.size, &certification)?;
    to.u32(data.size);
    to.0.extend(certification);
    Ok(to.0)
}

fn certification_bytes(data: &QeReportCertificationData) -> Result<Vec<u8>, TeeDefect> {
    let mut to = Writer::default();
    write_enclave_report(&mut to, present("qe_report", &data.qe_report)?)?;
    to.bytes("qe_report_signature", &data.qe_report_signature, 64)?;
    let auth = present("qe_auth_data", &data.qe_auth_data)?;
    counted("parsed_data_size", auth.parsed_data_size, &auth.data)?;
    to.u16("parsed_data_size", auth.parsed_data_size)?;
    to.0.extend(&auth.data);
    let chain = present(
        "pck_certificate_chain_data",
        &data.pck_certificate_chain_data,
    )?;
    let kind = known(
        "certificate data type",
        chain.certificate_data_type,
        PCK_CHAIN,
    )?;
    to.u16("certificate_data_type", kind)?;
    counted("size", chain.size, &chain.pck_cert_chain)?;
    to.u32(chain.size);
    to.0.extend(&chain.pck_cert_chain);
    Ok(to.0)
}

fn write_enclave_report(to: &mut Writer, report: &EnclaveReport) -> Result<(), TeeDefect> {
    to.bytes("cpu_svn", &report.cpu_svn, 16)?;
    to.u32(report.misc_select);
    to.bytes("reserved1", &report.reserved1, 28)?;
    to.bytes("attributes", &report.attributes, 16)?;
    to.bytes("mr_enclave", &report.mr_enclave, 32)?;
    to.bytes("reserved2", &report.reserved2, 32)?;
    to.bytes("mr_signer", &report.mr_signer, 32)?;
    to.bytes("reserved3", &report.reserved3, 96)?;
    to.u16("isv_prod_id", report.isv_prod_id)?;
    to.u16("isv_svn", report.isv_svn)?;
    to.bytes("reserved4", &report.reserved4, 60)?;
    to.bytes("report_data", &report.report_data, 64)
}

/// The one value that is known.
fn known(what: &'static str, value: u32, expected: u32) -> Result<u32, TeeDefect> {
    if value == expected {
        Ok(value)
    } else {
        Err(TeeDefect::Unsupported { what, value })
    }
}

fn present<'a, T>(name: &'static str, part: &'a Option<T>) -> Result<&'a T, TeeDefect> {
    part.as_ref().ok_or(TeeDefect::Field(name))
}

/// A length is that of what it counts.
fn counted(name: &'static str, count: u32, counted: &[u8]) -> Result<(), TeeDefect> {
    match usize::try_from(count) {
        Ok(count) if count == counted.len() => Ok(()),
        _ => Err(TeeDefect::Field(name)),
    }
}
