//! Messages within the limits, and beyond each of them.
//!
//! Longer than usual: it is a table, a case for each limit.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::attest::attestation::TeeAttestation;
use super::attest::{Attestation, GceInstanceInfo};
use super::sevsnp::{CertificateChain, Report, SevProduct};
use super::tdx::{
    CertificationData, Ecdsa256BitQuoteV4AuthData, EnclaveReport, Header, PckCertificateChainData,
    QeAuthData, QeReportCertificationData, QuoteV4, TdQuoteBody,
};
use super::tpm::{HashAlgo, PcRs, Quote};
use super::{decode_attestation, encode, sevsnp};
use crate::error::Error;
use crate::evidence::EvidenceDefect;
use crate::limits;

const REAL: &[u8] =
    include_bytes!("../../../../tests/vectors/evidence/attestations/gce-cos-85-no-nonce.pb");

#[test]
fn reads_a_real_attestation() {
    let attestation = decode_attestation(REAL).unwrap();
    assert_eq!(attestation.ak_pub.len(), 280);
    assert_eq!(attestation.ak_cert.len(), 1340);
    assert_eq!(attestation.event_log.len(), 23_970);
    assert_eq!(attestation.instance_info, None);
    let hashes: Vec<_> = attestation
        .quotes
        .iter()
        .map(|quote| quote.pcrs.as_ref().unwrap())
        .map(|pcrs| (pcrs.hash(), pcrs.pcrs.len()))
        .collect();
    assert_eq!(
        hashes,
        [
            (HashAlgo::Sha1, 24),
            (HashAlgo::Sha256, 24),
            (HashAlgo::Sha384, 24)
        ]
    );
    assert_eq!(decode_attestation(&encode(&attestation)), Ok(attestation));
}

#[test]
fn an_empty_message_is_an_attestation_of_nothing() {
    assert_eq!(decode_attestation(&[]), Ok(Attestation::default()));
}

#[test]
fn an_unknown_field_is_ignored_and_an_unknown_hash_is_kept() {
    // Field 1000: a number, four bytes, eight bytes, text.
    let unknown = b"\xC0\x3E\x01\xC5\x3E1234\xC1\x3E12345678\xC2\x3E\x03abc";
    // A quote whose PCRs are of the hash 0x27.
    let bytes = [&unknown[..], b"\x12\x04\x1A\x02\x08\x27"].concat();
    let attestation = decode_attestation(&bytes).unwrap();
    assert_eq!(attestation.quotes[0].pcrs.as_ref().unwrap().hash, 0x27);
}

#[track_caller]
fn refused(bytes: &[u8], defect: EvidenceDefect) {
    assert_eq!(
        decode_attestation(bytes),
        Err(Error::EvidenceMalformed(defect))
    );
}

#[test]
fn refuses_bytes_that_are_no_message() {
    for length in [1, 2, 1000, REAL.len() - 1] {
        refused(&REAL[..length], EvidenceDefect::Encoding);
    }
    for (what, bytes) in [
        ("field number 0", &b"\x02\x00"[..]),
        ("a group", b"\x0B\x0C"),
        ("wire type 6", b"\x0E"),
        ("wire type 7", b"\x0F"),
        ("a number of eleven bytes", &[0xFF; 11]),
        ("a length beyond the end", b"\x0A\x02a"),
        (
            "a length of 2^64-1",
            b"\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01",
        ),
        ("a number where bytes belong", b"\x08\x01"),
        ("a zone that is no UTF-8", b"\x22\x03\x0A\x01\xFF"),
        ("a quote that is no message", b"\x12\x01\xFF"),
    ] {
        assert_eq!(
            decode_attestation(bytes),
            Err(Error::EvidenceMalformed(EvidenceDefect::Encoding)),
            "{what}"
        );
    }
}

#[test]
fn refuses_what_is_too_large() {
    // One unknown field, as long as can be, is fine.
    let mut bytes = vec![0; limits::EVIDENCE_BYTES];
    bytes[..6].copy_from_slice(b"\xC2\x3E\xFA\xFF\xFF\x01");
    assert_eq!(decode_attestation(&bytes), Ok(Attestation::default()));
    bytes.push(0);
    refused(&bytes, EvidenceDefect::TooLarge);
}

/// At the limit it is read; one above it is refused, and the field named.
#[track_caller]
fn bounded(name: &'static str, limit: usize, make: impl Fn(usize) -> Attestation) {
    let good = make(limit);
    assert_eq!(decode_attestation(&encode(&good)), Ok(good), "{name}");
    refused(&encode(&make(limit + 1)), EvidenceDefect::Limit(name));
}

#[test]
fn lengths_are_bounded() {
    bounded("ak_pub", limits::PUBLIC_AREA_BYTES, |n| Attestation {
        ak_pub: vec![1; n],
        ..Default::default()
    });
    bounded("event_log", limits::EVENT_LOG_BYTES, |n| Attestation {
        event_log: vec![1; n],
        ..Default::default()
    });
    bounded("canonical_event_log", limits::CANONICAL_LOG_BYTES, |n| {
        Attestation {
            canonical_event_log: vec![1; n],
            ..Default::default()
        }
    });
    bounded("ak_cert", limits::CERTIFICATE_BYTES, |n| Attestation {
        ak_cert: vec![1; n],
        ..Default::default()
    });
    bounded("intermediate_certs", limits::CERTIFICATE_BYTES, |n| {
        Attestation {
            intermediate_certs: vec![vec![1; n]],
            ..Default::default()
        }
    });
    bounded("quotes.quote", limits::QUOTE_BYTES, |n| {
        quoted(Quote {
            quote: vec![1; n],
            ..Default::default()
        })
    });
    bounded("quotes.raw_sig", limits::QUOTE_BYTES, |n| {
        quoted(Quote {
            raw_sig: vec![1; n],
            ..Default::default()
        })
    });
    bounded("quotes.pcrs.pcrs", limits::DIGEST_BYTES, |n| {
        registers([(0, vec![1; n])])
    });
    bounded("instance_info.zone", limits::INSTANCE_NAME_BYTES, |n| {
        Attestation {
            instance_info: Some(GceInstanceInfo {
                zone: "z".repeat(n),
                ..Default::default()
            }),
            ..Default::default()
        }
    });
    bounded(
        "instance_info.project_id",
        limits::INSTANCE_NAME_BYTES,
        |n| Attestation {
            instance_info: Some(GceInstanceInfo {
                project_id: "p".repeat(n),
                ..Default::default()
            }),
            ..Default::default()
        },
    );
    bounded(
        "instance_info.instance_name",
        limits::INSTANCE_NAME_BYTES,
        |n| Attestation {
            instance_info: Some(GceInstanceInfo {
                instance_name: "i".repeat(n),
                ..Default::default()
            }),
            ..Default::default()
        },
    );
}

#[test]
fn lengths_in_reports_of_processors_are_bounded() {
    bounded("sev_snp_attestation.report", limits::TEE_FIELD_BYTES, |n| {
        snp(|attestation| {
            attestation.report = Some(Report {
                signature: vec![1; n],
                ..Default::default()
            });
        })
    });
    let chain = "sev_snp_attestation.certificate_chain";
    bounded(chain, limits::CERTIFICATE_BYTES, |n| {
        chained(CertificateChain {
            vlek_cert: vec![1; n],
            ..Default::default()
        })
    });
    let extras = "sev_snp_attestation.certificate_chain.extras";
    bounded(extras, limits::CERTIFICATE_BYTES, |n| {
        chained(CertificateChain {
            extras: [("x".to_owned(), vec![1; n])].into(),
            ..Default::default()
        })
    });
    bounded(extras, limits::TEE_FIELD_BYTES, |n| {
        chained(CertificateChain {
            extras: [("x".repeat(n), vec![])].into(),
            ..Default::default()
        })
    });
    bounded(
        "tdx_attestation.extra_bytes",
        limits::TEE_CHAIN_BYTES,
        |n| {
            tdx(QuoteV4 {
                extra_bytes: vec![1; n],
                ..Default::default()
            })
        },
    );
    bounded(
        "tdx_attestation.td_quote_body",
        limits::TEE_FIELD_BYTES,
        |n| {
            tdx(QuoteV4 {
                header: Some(Header {
                    user_data: vec![1; n],
                    ..Default::default()
                }),
                ..Default::default()
            })
        },
    );
    bounded(
        "tdx_attestation.signed_data",
        limits::TEE_CHAIN_BYTES,
        |n| {
            certified(QeReportCertificationData {
                pck_certificate_chain_data: Some(PckCertificateChainData {
                    pck_cert_chain: vec![1; n],
                    ..Default::default()
                }),
                ..Default::default()
            })
        },
    );
    bounded(
        "tdx_attestation.signed_data",
        limits::TEE_FIELD_BYTES,
        |n| {
            certified(QeReportCertificationData {
                qe_auth_data: Some(QeAuthData {
                    data: vec![1; n],
                    ..Default::default()
                }),
                ..Default::default()
            })
        },
    );
}

#[test]
fn counts_are_bounded() {
    bounded("quotes", limits::QUOTES, |n| Attestation {
        quotes: vec![Quote::default(); n],
        ..Default::default()
    });
    bounded("intermediate_certs", limits::INTERMEDIATES, |n| {
        Attestation {
            intermediate_certs: vec![vec![]; n],
            ..Default::default()
        }
    });
    bounded("quotes.pcrs.pcrs", limits::PCRS, |n| {
        registers((0..).map(|index| (index, vec![])).take(n))
    });
    bounded(
        "sev_snp_attestation.certificate_chain.extras",
        limits::TEE_EXTRAS,
        |n| {
            chained(CertificateChain {
                extras: (0..n).map(|entry| (entry.to_string(), vec![])).collect(),
                ..Default::default()
            })
        },
    );
    bounded(
        "tdx_attestation.td_quote_body.rtmrs",
        limits::RUNTIME_REGISTERS,
        |n| {
            tdx(QuoteV4 {
                td_quote_body: Some(TdQuoteBody {
                    rtmrs: vec![vec![]; n],
                    ..Default::default()
                }),
                ..Default::default()
            })
        },
    );
}

#[test]
fn a_field_that_is_there_once_comes_once() {
    // Readers differ in which of two they take, and messages of two parts add up.
    for (name, bytes) in [
        ("ak_pub", &b"\x0A\x00\x0A\x00"[..]),
        ("instance_info", b"\x22\x00\x22\x00"),
        ("sev_snp_attestation", b"\x42\x00\x42\x00"),
        ("quotes.pcrs", b"\x12\x04\x1A\x00\x1A\x00"),
    ] {
        refused(bytes, EvidenceDefect::Limit(name));
    }
}

#[test]
fn millions_of_empty_messages_are_refused_before_they_take_memory() {
    let quotes = b"\x12\x00".repeat(limits::EVIDENCE_BYTES / 2);
    refused(&quotes, EvidenceDefect::Limit("quotes"));
}

fn quoted(quote: Quote) -> Attestation {
    Attestation {
        quotes: vec![quote],
        ..Default::default()
    }
}

fn registers(pcrs: impl IntoIterator<Item = (u32, Vec<u8>)>) -> Attestation {
    quoted(Quote {
        pcrs: Some(PcRs {
            pcrs: pcrs.into_iter().collect(),
            ..Default::default()
        }),
        ..Default::default()
    })
}

fn snp(fill: impl FnOnce(&mut sevsnp::Attestation)) -> Attestation {
    let mut attestation = sevsnp::Attestation::default();
    fill(&mut attestation);
    Attestation {
        tee_attestation: Some(TeeAttestation::SevSnpAttestation(attestation)),
        ..Default::default()
    }
}

fn chained(chain: CertificateChain) -> Attestation {
    snp(|attestation| attestation.certificate_chain = Some(chain))
}

fn tdx(quote: QuoteV4) -> Attestation {
    Attestation {
        tee_attestation: Some(TeeAttestation::TdxAttestation(quote)),
        ..Default::default()
    }
}

fn certified(data: QeReportCertificationData) -> Attestation {
    tdx(QuoteV4 {
        signed_data: Some(Ecdsa256BitQuoteV4AuthData {
            certification_data: Some(CertificationData {
                qe_report_certification_data: Some(data),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    })
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..64)
}

fn quote() -> impl Strategy<Value = Quote> {
    let pcrs = (any::<i32>(), btree_map(any::<u32>(), bytes(), 0..24));
    let pcrs = proptest::option::of(pcrs.prop_map(|(hash, pcrs)| PcRs { hash, pcrs }));
    (bytes(), bytes(), pcrs).prop_map(|(quote, raw_sig, pcrs)| Quote {
        quote,
        raw_sig,
        pcrs,
    })
}

fn instance_info() -> impl Strategy<Value = GceInstanceInfo> {
    (
        "\\PC{0,9}",
        "\\PC{0,9}",
        any::<u64>(),
        "\\PC{0,9}",
        any::<u64>(),
    )
        .prop_map(
            |(zone, project_id, project_number, instance_name, instance_id)| GceInstanceInfo {
                zone,
                project_id,
                project_number,
                instance_name,
                instance_id,
            },
        )
}

fn tee() -> impl Strategy<Value = TeeAttestation> {
    let extras = btree_map("\\PC{0,9}", bytes(), 0..8);
    let snp = (bytes(), any::<u64>(), extras, any::<Option<u32>>()).prop_map(
        |(signature, policy, extras, machine_stepping)| {
            TeeAttestation::SevSnpAttestation(sevsnp::Attestation {
                report: Some(Report {
                    policy,
                    signature,
                    ..Default::default()
                }),
                certificate_chain: Some(CertificateChain {
                    extras,
                    ..Default::default()
                }),
                product: Some(SevProduct {
                    machine_stepping,
                    ..Default::default()
                }),
            })
        },
    );
    let tdx = (bytes(), vec(bytes(), 0..4), any::<u32>()).prop_map(|(mr_td, rtmrs, isv_svn)| {
        let mut made = certified(QeReportCertificationData {
            qe_report: Some(EnclaveReport {
                isv_svn,
                ..Default::default()
            }),
            ..Default::default()
        });
        let Some(TeeAttestation::TdxAttestation(mut quote)) = made.tee_attestation.take() else {
            unreachable!("made above");
        };
        quote.td_quote_body = Some(TdQuoteBody {
            mr_td,
            rtmrs,
            ..Default::default()
        });
        TeeAttestation::TdxAttestation(quote)
    });
    prop_oneof![snp, tdx]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_it_was(
        parts in (bytes(), bytes(), bytes(), bytes()),
        quotes in vec(quote(), 0..4),
        instance_info in proptest::option::of(instance_info()),
        intermediate_certs in vec(bytes(), 0..4),
        tee_attestation in proptest::option::of(tee()),
    ) {
        let (ak_pub, event_log, canonical_event_log, ak_cert) = parts;
        let attestation = Attestation {
            ak_pub,
            quotes,
            event_log,
            instance_info,
            canonical_event_log,
            ak_cert,
            intermediate_certs,
            tee_attestation,
        };
        prop_assert_eq!(decode_attestation(&encode(&attestation)), Ok(attestation));
    }

    #[test]
    fn a_real_one_with_a_byte_changed_never_panics(at in 0..REAL.len(), byte in any::<u8>()) {
        let mut bytes = REAL.to_vec();
        bytes[at] = byte;
        let _ = decode_attestation(&bytes);
    }
}
