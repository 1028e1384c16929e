//! Certificates that are not quite right, each in an otherwise sound chain.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use p256::pkcs8::{DecodePrivateKey, EncodePublicKey};
use rsa::signature::{SignatureEncoding, Signer};
use sealgate_core::{Code, base64url};
use serde_json::json;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::{
    intermediate, leaf, leaf_with, root, with_chain, with_entries, with_intermediate, with_leaf,
};
use crate::certificate::{self, Draft as Certificate, pem, tlv};
use crate::generate::{Cases, Draft};
use crate::keys;

/// `keyUsage`: keyCertSign and cRLSign.
const CERT_SIGN: u8 = 0b0000_0110;

pub(super) fn add(cases: &mut Cases) {
    encodings(cases);
    crafted(cases);
    algorithms(cases);
    usages(cases);
    thumbprints(cases);
}

fn encodings(cases: &mut Cases) {
    // Long enough a serial number that the base64 of the leaf has padding, `+` and `/`.
    let leaf = (0..64)
        .map(|byte| leaf_with(|draft| draft.serial = vec![0x01, byte]))
        .find(|der| {
            let text = STANDARD.encode(der);
            text.ends_with('=') && text.contains('+') && text.contains('/')
        })
        .expect("one of these has all three");
    let entry = STANDARD.encode(&leaf);
    let with_entry = |entry: String| {
        with_entries(json!([
            entry,
            STANDARD.encode(intermediate()),
            STANDARD.encode(root())
        ]))
    };
    cases.accepted(
        "chain_pem",
        "PEM text in `x5c`, as Google's tokens of November 2024 have it.",
        "RFC 7515 §4.1.6 forbids it; genuine tokens have it",
        with_entries(json!([pem(&leaf), pem(&intermediate()), pem(&root())])),
    );
    let crafted: [(&str, &str, String); 9] = [
        (
            "base64url",
            "The alphabet of base64url.",
            entry.replace('+', "-").replace('/', "_"),
        ),
        (
            "unpadded",
            "Base64 without padding.",
            STANDARD_NO_PAD.encode(&leaf),
        ),
        (
            "space",
            "A space inside the base64.",
            format!("{} {}", &entry[..64], &entry[64..]),
        ),
        (
            "newline",
            "A line break after the base64.",
            format!("{entry}\n"),
        ),
        (
            "pem_two",
            "Two PEM certificates in one entry.",
            pem(&leaf) + &pem(&leaf),
        ),
        (
            "pem_trailing",
            "Something after the PEM certificate.",
            pem(&leaf) + "hello",
        ),
        (
            "pem_cut",
            "PEM without its end.",
            pem(&leaf).replace("-----END CERTIFICATE-----\n", ""),
        ),
        (
            "data_url",
            "Something before the base64.",
            format!("data:,{entry}"),
        ),
        ("empty_entry", "An empty entry.", String::new()),
    ];
    for (name, comment, entry) in crafted {
        cases.refused(
            &format!("chain_{name}"),
            Code::ChainInvalid,
            comment,
            "RFC 7515 §4.1.6",
            with_entry(entry),
        );
    }
}

fn crafted(cases: &mut Cases) {
    let rule = "RFC 5280 §4.1 and §4.2";
    let mut trailing = leaf();
    trailing.extend([0, 0]);
    let inner = leaf();
    let indefinite = [&[0x30, 0x80][..], &inner[4..], &[0, 0]].concat();
    let leaves = [
        ("der_trailing", "Bytes after the certificate.", trailing),
        (
            "der_indefinite",
            "An indefinite length, as BER has it.",
            indefinite,
        ),
        (
            "der_not_a_certificate",
            "Something else in DER.",
            tlv(0x30, b"hello"),
        ),
        (
            "negative_serial",
            "A negative serial number.",
            leaf_with(|draft| draft.serial = vec![0x80]),
        ),
        (
            "duplicate_extension",
            "One extension twice.",
            leaf_with(|draft| {
                draft.extensions.push(certificate::end_entity());
            }),
        ),
        (
            "unknown_critical",
            "A critical extension that nobody knows.",
            leaf_with(|draft| {
                draft.extensions.push(certificate::unknown_critical());
            }),
        ),
    ];
    for (name, comment, leaf) in leaves {
        cases.refused(
            &format!("chain_{name}"),
            Code::ChainInvalid,
            comment,
            rule,
            with_leaf(leaf),
        );
    }
}

fn algorithms(cases: &mut Cases) {
    let rule = "RFC 5280 §4.1.1.2";
    let sha1 = |message: &[u8]| {
        rsa::pkcs1v15::SigningKey::<Sha1>::new(keys::INTERMEDIATE.private())
            .sign(message)
            .to_vec()
    };
    let mut weak = Certificate::leaf(&keys::LEAF);
    weak.inner_algorithm = certificate::rsa_sha1();
    weak.outer_algorithm = certificate::rsa_sha1();
    let mut mismatched = Certificate::leaf(&keys::LEAF);
    mismatched.inner_algorithm = certificate::rsa_sha1();
    let mut refused = |name: &str, comment: &str, draft: Draft| {
        cases.refused(
            &format!("chain_{name}"),
            Code::ChainInvalid,
            comment,
            rule,
            draft,
        );
    };
    refused(
        "sha1",
        "A leaf signed with SHA-1.",
        with_leaf(weak.signed(sha1)),
    );
    refused(
        "algorithm_mismatch",
        "Another algorithm inside the signed part than beside the signature.",
        with_leaf(mismatched.signed_by(&keys::INTERMEDIATE)),
    );
    let ec = p256::SecretKey::from_pkcs8_pem(keys::P256_PEM).expect("a test key");
    let spki = ec
        .public_key()
        .to_public_key_der()
        .expect("a public key")
        .into_vec();
    refused(
        "leaf_ec",
        "A leaf with an elliptic-curve key.",
        with_leaf(leaf_with(|draft| draft.key.clone_from(&spki))),
    );
    refused(
        "leaf_1024",
        "A leaf with a key of 1024 bits, which signed the token.",
        with_leaf(leaf_with(|draft| draft.key = keys::RSA_1024.spki())).signed_by(&keys::RSA_1024),
    );
    refused(
        "leaf_e3",
        "A leaf with a key of exponent 3, which signed the token.",
        with_leaf(leaf_with(|draft| draft.key = keys::RSA_E3.spki())).signed_by(&keys::RSA_E3),
    );
    refused(
        "leaf_pss",
        "A leaf whose key is for RSASSA-PSS only.",
        with_leaf(leaf_with(|draft| {
            draft.key = certificate::pss_spki(&keys::LEAF)
        })),
    );
}

fn usages(cases: &mut Cases) {
    let rule = "RFC 5280 §4.2.1";
    let mut refused = |name: &str, comment: &str, draft: Draft| {
        cases.refused(
            &format!("chain_{name}"),
            Code::ChainInvalid,
            comment,
            rule,
            draft,
        );
    };
    refused(
        "intermediate_no_ca",
        "An end entity's certificate as intermediate.",
        with_intermediate(|draft| {
            draft.extensions = vec![certificate::key_usage(CERT_SIGN), certificate::end_entity()];
        }),
    );
    refused(
        "intermediate_no_constraints",
        "An intermediate that does not say that it is an authority.",
        with_intermediate(|draft| draft.extensions = vec![certificate::key_usage(CERT_SIGN)]),
    );
    refused(
        "intermediate_no_cert_sign",
        "An intermediate whose key usage does not allow certificates.",
        with_intermediate(|draft| {
            draft.extensions = vec![
                certificate::key_usage(0x80),
                certificate::authority(Some(0)),
            ];
        }),
    );
    refused(
        "intermediate_no_key_usage",
        "An intermediate that does not say what its key may sign.",
        with_intermediate(|draft| {
            draft.extensions = vec![
                certificate::ek_certificate(),
                certificate::authority(Some(0)),
            ];
        }),
    );
    refused(
        "intermediate_not_on_path",
        "A leaf that the root itself issued, with an intermediate that did nothing.",
        with_leaf({
            let mut draft = Certificate::leaf(&keys::LEAF);
            draft.issuer = Certificate::root(&keys::ROOT).subject;
            draft.signed_by(&keys::ROOT)
        }),
    );
    refused(
        "intermediate_server_auth",
        "An intermediate for TLS servers only.",
        with_intermediate(|draft| {
            draft.extensions = vec![
                certificate::key_usage(CERT_SIGN),
                certificate::authority(Some(0)),
                certificate::server_auth(),
            ];
        }),
    );
    refused(
        "intermediate_name_constraints",
        "An intermediate that must not issue for the leaf's organization.",
        with_intermediate(|draft| {
            draft
                .extensions
                .push(certificate::excluded_organization("Sealgate Tests"));
        }),
    );
    refused(
        "leaf_issued_by_leaf",
        "A real leaf that issues certificates.",
        with_chain(&[
            {
                let mut draft = Certificate::leaf(&keys::STRANGER);
                draft.issuer = Certificate::leaf(&keys::LEAF).subject;
                draft.signed_by(&keys::LEAF)
            },
            leaf(),
            root(),
        ])
        .signed_by(&keys::STRANGER),
    );
    refused(
        "leaf_is_ca",
        "An authority's certificate as leaf.",
        with_leaf(leaf_with(|draft| {
            draft.extensions = vec![certificate::authority(None)]
        })),
    );
    refused(
        "leaf_key_encipherment",
        "A leaf whose key usage allows no signatures.",
        with_leaf(leaf_with(|draft| {
            draft.extensions.push(certificate::key_usage(0x20))
        })),
    );
    refused(
        "leaf_server_auth",
        "A leaf for TLS servers only.",
        with_leaf(leaf_with(|draft| {
            draft.extensions.push(certificate::server_auth())
        })),
    );
    cases.accepted(
        "chain_leaf_digital_signature",
        "A leaf whose key usage allows signatures.",
        rule,
        with_leaf(leaf_with(|draft| {
            draft.extensions.push(certificate::key_usage(0x80))
        })),
    );
}

fn thumbprints(cases: &mut Cases) {
    let rule = "RFC 7515 §4.1.7 and §4.1.8";
    let right = base64url::encode(&Sha256::digest(leaf()));
    let wrong = base64url::encode(&Sha256::digest(intermediate()));
    cases.accepted(
        "chain_x5t_s256",
        "The leaf's SHA-256 thumbprint.",
        rule,
        with_leaf(leaf()).header("x5t#S256", right),
    );
    cases.refused(
        "chain_x5t_s256_other",
        Code::ChainInvalid,
        "The thumbprint of another certificate.",
        rule,
        with_leaf(leaf()).header("x5t#S256", wrong),
    );
    cases.refused(
        "chain_x5t",
        Code::ChainInvalid,
        "A SHA-1 thumbprint, which proves nothing; also when it is the leaf's.",
        rule,
        with_leaf(leaf()).header("x5t", base64url::encode(&Sha1::digest(leaf()))),
    );
}
