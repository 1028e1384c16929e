use super::{TeeDefect, snp_attestation, snp_report_bytes, tdx_quote, tdx_quote_bytes};
use crate::error::Error;
use crate::evidence::EvidenceDefect;
use crate::evidence::wire::attest::attestation::TeeAttestation;
use crate::evidence::wire::sevsnp::SevProduct;
use crate::evidence::wire::{attest, decode_attestation, encode};
use crate::limits;

const SNP: &[u8] = include_bytes!("../../../../tests/vectors/evidence/tee/snp-milan.report");
const TDX: &[u8] = include_bytes!("../../../../tests/vectors/evidence/tee/tdx-v4.quote");

/// Where the certified part of the real quote begins, and where its chain's type is.
const CERTIFICATION: usize = 636 + 128;
const CHAIN: usize = CERTIFICATION + 6 + 384 + 64 + 2 + 32;

fn refusal(defect: TeeDefect) -> Error {
    Error::EvidenceMalformed(EvidenceDefect::Tee(defect))
}

/// `bytes` with those at `at` replaced.
fn with(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

#[test]
fn a_real_snp_report_comes_apart_and_together() {
    let attestation = snp_attestation(SNP, &[]).unwrap();
    assert_eq!(attestation.product, None);
    assert_eq!(attestation.certificate_chain, None);
    let report = attestation.report.clone().unwrap();
    assert_eq!((report.version, report.signature_algo), (2, 1));
    assert_eq!(report.policy, 0xB_0000);
    assert_eq!(report.current_tcb, 0x4405_0000_0000_0002);
    assert_eq!(report.report_data[..6], [1, 2, 3, 4, 5, 0]);
    assert_eq!(
        (
            report.current_build,
            report.current_minor,
            report.current_major
        ),
        (3, 49, 1)
    );
    assert_eq!(snp_report_bytes(&report).as_deref(), Ok(SNP));
    carried(TeeAttestation::SevSnpAttestation(attestation));
}

#[test]
fn a_real_tdx_quote_comes_apart_and_together() {
    let quote = tdx_quote(TDX).unwrap();
    assert_eq!(quote.signed_data_size, 4299);
    assert_eq!(quote.extra_bytes.len(), 39);
    let body = quote.td_quote_body.as_ref().unwrap();
    assert_eq!(body.rtmrs.len(), 4);
    let signed = quote.signed_data.as_ref().unwrap();
    let certification = signed.certification_data.as_ref().unwrap();
    let certification = certification.qe_report_certification_data.as_ref().unwrap();
    let chain = certification.pck_certificate_chain_data.as_ref().unwrap();
    assert!(
        chain
            .pck_cert_chain
            .starts_with(b"-----BEGIN CERTIFICATE-----\n")
    );
    assert_eq!(tdx_quote_bytes(&quote).as_deref(), Ok(TDX));
    carried(TeeAttestation::TdxAttestation(quote));
}

/// What was taken apart fits into an attestation.
#[track_caller]
fn carried(tee: TeeAttestation) {
    let attestation = attest::Attestation {
        tee_attestation: Some(tee),
        ..Default::default()
    };
    assert_eq!(decode_attestation(&encode(&attestation)), Ok(attestation));
}

#[test]
fn newer_reports_name_their_processor() {
    for (model, product) in [
        ([0x19, 0x01, 1], Some(1)),
        ([0x19, 0x11, 1], Some(2)),
        ([0x19, 0xA0, 2], Some(2)),
        ([0x1A, 0x02, 1], Some(3)),
        ([0x1A, 0x50, 1], None),
        ([0x06, 0x8F, 3], None),
        ([0xFF, 0xFF, 0xF], None),
    ] {
        for version in 3..=5 {
            let bytes = with(&with(SNP, 0, &[version]), 0x188, &model);
            let attestation = snp_attestation(&bytes, &[]).unwrap();
            let expected = product.map(|name| SevProduct {
                name,
                machine_stepping: Some(model[2].into()),
                ..Default::default()
            });
            assert_eq!(attestation.product, expected, "{model:?}");
            let report = attestation.report.unwrap();
            assert_eq!(snp_report_bytes(&report), Ok(bytes), "{model:?}");
        }
    }
    // Genoa as CPUID has it.
    let bytes = with(&with(SNP, 0, &[3]), 0x188, &[0x19, 0x11, 1]);
    let report = snp_attestation(&bytes, &[]).unwrap().report.unwrap();
    assert_eq!(report.cpuid1eax_fms, 0x00A1_0F11);
}

#[test]
fn mitigations_are_those_of_version_5() {
    let vectors = [&[1; 8][..], &[2; 8]].concat();
    let used = with(SNP, 0x1F8, &vectors);
    for version in 2..=4 {
        assert_eq!(
            snp_attestation(&with(&used, 0, &[version]), &[]),
            Err(refusal(TeeDefect::Reserved))
        );
    }
    let bytes = with(&used, 0, &[5]);
    let report = snp_attestation(&bytes, &[]).unwrap().report.unwrap();
    assert_eq!(report.launch_mit_vector, 0x0101_0101_0101_0101);
    assert_eq!(report.current_mit_vector, 0x0202_0202_0202_0202);
    assert_eq!(snp_report_bytes(&report), Ok(bytes));
}

#[test]
fn refuses_what_is_no_report() {
    for version in [0, 1, 6, 255] {
        let unsupported = TeeDefect::Unsupported {
            what: "version",
            value: version.into(),
        };
        let bytes = with(SNP, 0, &[version]);
        assert_eq!(snp_attestation(&bytes, &[]), Err(refusal(unsupported)));
    }
    let longer = [SNP, &[0]].concat();
    for bytes in [&SNP[..SNP.len() - 1], &longer, &[]] {
        assert_eq!(snp_attestation(bytes, &[]), Err(refusal(TeeDefect::Length)));
    }
    for reserved in [0x4C, 0x188, 0x19F, 0x1EB, 0x1EF, 0x1F8, 0x29F] {
        let bytes = with(SNP, reserved, &[1]);
        let expected = Err(refusal(TeeDefect::Reserved));
        assert_eq!(snp_attestation(&bytes, &[]), expected, "{reserved:#x}");
    }
    let stepping = with(&with(SNP, 0, &[3]), 0x18A, &[16]);
    assert_eq!(
        snp_attestation(&stepping, &[]),
        Err(refusal(TeeDefect::Reserved))
    );
}

#[test]
fn a_report_of_other_lengths_is_not_put_together() {
    let good = snp_attestation(SNP, &[]).unwrap().report.unwrap();
    let field = |name| Err(refusal(TeeDefect::Field(name)));
    let mut report = good.clone();
    report.signature.pop();
    assert_eq!(snp_report_bytes(&report), field("signature"));
    let mut report = good.clone();
    report.measurement.push(0);
    assert_eq!(snp_report_bytes(&report), field("measurement"));
    let mut report = good.clone();
    report.current_build = 256;
    assert_eq!(snp_report_bytes(&report), field("current_build"));
    let mut report = good.clone();
    report.cpuid1eax_fms = 1;
    assert_eq!(snp_report_bytes(&report), field("cpuid1eax_fms"));
    report.version = 3;
    assert!(snp_report_bytes(&report).is_ok());
    for lost in [1 << 12, 1 << 28, 1 << 20, 0xFFFF_FFFF] {
        report.cpuid1eax_fms = lost;
        assert_eq!(snp_report_bytes(&report), field("cpuid1eax_fms"));
    }
    let mut report = good;
    report.current_mit_vector = 1;
    assert_eq!(snp_report_bytes(&report), field("launch_mit_vector"));
}

const VCEK: &str = "63da758de6644564adc5f4b93be8accd";
const VLEK: &str = "a8074bc2a25a483eaae639c045a0b8a1";
const ASK: &str = "4ab7b379bbac4fe4a02f05aef327c782";
const ARK: &str = "c0b406a4a803495297433fb6014cd0ae";
const REVOKED: &str = "92f81bc358114d3d97ffd19f88dc67ea";

/// A table of these entries, and contents after it.
fn table(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut offset = 24 * (entries.len() + 1);
    let mut table = Vec::new();
    for (guid, content) in entries {
        table.extend(hex::decode(guid).unwrap());
        table.extend(u32::try_from(offset).unwrap().to_le_bytes());
        table.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
        offset += content.len();
    }
    table.extend([0; 24]);
    for (_, content) in entries {
        table.extend(*content);
    }
    table
}

#[test]
fn certificates_are_told_apart_by_their_guids() {
    let mut table = table(&[
        (ARK, b"ark"),
        (REVOKED, b"crl"),
        (VCEK, b"vcek"),
        (ASK, b"ask"),
        (VLEK, b""),
    ]);
    // The host gives whole pages.
    table.resize(4096, 0);
    let chain = snp_attestation(SNP, &table)
        .unwrap()
        .certificate_chain
        .unwrap();
    assert_eq!(chain.vcek_cert, b"vcek");
    assert_eq!(chain.ask_cert, b"ask");
    assert_eq!(chain.ark_cert, b"ark");
    assert_eq!(chain.vlek_cert, b"");
    let guid = "92f81bc3-5811-4d3d-97ff-d19f88dc67ea".to_owned();
    assert_eq!(chain.extras, [(guid, b"crl".to_vec())].into());
    // A host without certificates.
    let empty = snp_attestation(SNP, &[0; 4096]).unwrap();
    assert_eq!(empty.certificate_chain, None);
}

#[test]
fn refuses_what_is_no_certificate_table() {
    let good = table(&[(VCEK, b"vcek"), (ASK, b"ask")]);
    assert!(snp_attestation(SNP, &good).is_ok());
    let longest = vec![1; limits::CERTIFICATE_BYTES];
    assert!(snp_attestation(SNP, &table(&[(VCEK, &longest)])).is_ok());
    let too_long = vec![1; limits::CERTIFICATE_BYTES + 1];
    let others: Vec<_> = (0..=limits::TEE_EXTRAS)
        .map(|index| format!("{index:02}{}", &REVOKED[2..]))
        .collect();
    let others: Vec<_> = others
        .iter()
        .map(|guid| (guid.as_str(), &b""[..]))
        .collect();
    assert!(snp_attestation(SNP, &table(&others[1..])).is_ok());
    for (what, bytes) in [
        ("no end", &good[..48]),
        ("half an entry", &good[..23]),
        ("cut", &good[..good.len() - 1]),
        ("offset", &with(&good, 16, &[0xFF; 4])),
        ("length", &with(&good, 20, &[0xFF; 4])),
        ("twice", &table(&[(VCEK, b"1"), (VCEK, b"2")])),
        ("too long", &table(&[(VCEK, &too_long)])),
        ("too many", &table(&others)),
    ] {
        assert_eq!(
            snp_attestation(SNP, bytes),
            Err(refusal(TeeDefect::CertificateTable)),
            "{what}"
        );
    }
}

#[test]
fn refuses_quotes_of_other_kinds() {
    for (at, new, what, value) in [
        (0, &[5, 0][..], "version", 5),
        (2, &[3, 0], "attestation key type", 3),
        (4, &[0, 0, 0, 0], "TEE type", 0),
        (CERTIFICATION, &[5, 0], "certification data type", 5),
        (CHAIN, &[1, 0], "certificate data type", 1),
    ] {
        let unsupported = TeeDefect::Unsupported { what, value };
        let bytes = with(TDX, at, new);
        assert_eq!(tdx_quote(&bytes), Err(refusal(unsupported)), "{what}");
    }
}

#[test]
fn refuses_quotes_whose_lengths_disagree() {
    let longest = [TDX, &[0; limits::TEE_CHAIN_BYTES - 39]].concat();
    assert!(tdx_quote(&longest).is_ok());
    let too_long = [&longest[..], &[0]].concat();
    for (what, bytes) in [
        ("nothing", &[][..]),
        ("cut", &TDX[..4934]),
        ("too long", &too_long),
        (
            "signed data, less",
            &with(TDX, 632, &4298_u32.to_le_bytes()),
        ),
        (
            "signed data, more",
            &with(TDX, 632, &4300_u32.to_le_bytes()),
        ),
        ("signed data, all", &with(TDX, 632, &[0xFF; 4])),
        (
            "certification",
            &with(TDX, CERTIFICATION + 2, &4164_u32.to_le_bytes()),
        ),
        (
            "chain, less",
            &with(TDX, CHAIN + 2, &3676_u32.to_le_bytes()),
        ),
        (
            "chain, more",
            &with(TDX, CHAIN + 2, &3678_u32.to_le_bytes()),
        ),
    ] {
        assert_eq!(tdx_quote(bytes), Err(refusal(TeeDefect::Length)), "{what}");
    }
}

#[test]
fn a_quote_of_other_lengths_is_not_put_together() {
    let good = tdx_quote(TDX).unwrap();
    let field = |name| Err(refusal(TeeDefect::Field(name)));
    let mut quote = good.clone();
    quote.header = None;
    assert_eq!(tdx_quote_bytes(&quote), field("header"));
    let mut quote = good.clone();
    quote.signed_data_size += 1;
    assert_eq!(tdx_quote_bytes(&quote), field("signed_data_size"));
    let mut quote = good.clone();
    quote.td_quote_body.as_mut().unwrap().rtmrs.pop();
    assert_eq!(tdx_quote_bytes(&quote), field("rtmrs"));
    let mut quote = good.clone();
    quote.td_quote_body.as_mut().unwrap().mr_td.push(0);
    assert_eq!(tdx_quote_bytes(&quote), field("mr_td"));
    let mut quote = good;
    quote.header.as_mut().unwrap().version = 5;
    let unsupported = TeeDefect::Unsupported {
        what: "version",
        value: 5,
    };
    assert_eq!(tdx_quote_bytes(&quote), Err(refusal(unsupported)));
}

#[test]
fn cut_or_changed_anywhere_nothing_panics() {
    for length in (0..TDX.len()).step_by(7) {
        let _ = tdx_quote(&TDX[..length]);
        let _ = tdx_quote(&with(TDX, length, &[0xFF]));
    }
    for length in 0..SNP.len() {
        assert!(snp_attestation(&SNP[..length], &[]).is_err());
        let _ = snp_attestation(&with(SNP, length, &[0xFF]), &SNP[length..]);
    }
}
