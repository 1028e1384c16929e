//! PKI tokens: the chain in `x5c` is exactly leaf, intermediate, pinned root.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use p256::pkcs8::{DecodePrivateKey, EncodePublicKey};
use rsa::signature::{SignatureEncoding, Signer};
use sealgate_core::{Code, base64url};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::{Cases, Draft};
use crate::certificate::{self, Draft as Certificate, pem, tlv};
use crate::keys;

const RULE: &str = "RFC 7515 §4.1.6, RFC 5280 §6";

pub(super) fn add(cases: &mut Cases) {
    modes(cases);
    strangers(cases);
    shapes(cases);
    dates(cases);
    encodings(cases);
    crafted(cases);
    algorithms(cases);
    usages(cases);
    thumbprints(cases);
}

fn leaf() -> Vec<u8> {
    certificate::LEAF.clone()
}

fn intermediate() -> Vec<u8> {
    certificate::INTERMEDIATE.clone()
}

fn root() -> Vec<u8> {
    certificate::ROOT.clone()
}

/// A PKI token with these certificates, signed by the leaf's key.
fn with_chain(chain: &[Vec<u8>]) -> Draft {
    let entries: Vec<_> = chain.iter().map(|der| STANDARD.encode(der)).collect();
    with_entries(json!(entries))
}

fn with_entries(entries: Value) -> Draft {
    Draft::good()
        .header("kid", "dGVzdC1vcGFxdWUta2lkLW9mLTQzLWNoYXJhY3RlcnM")
        .header("x5c", entries)
        .signed_by(&keys::LEAF)
        .roots(pem(&root()))
}

/// A PKI token with another leaf, of the same key.
fn with_leaf(leaf: Vec<u8>) -> Draft {
    with_chain(&[leaf, intermediate(), root()])
}

/// A PKI token with another intermediate, of the same key.
fn with_intermediate(edit: impl Fn(&mut Certificate)) -> Draft {
    let mut draft = Certificate::intermediate(&keys::INTERMEDIATE);
    edit(&mut draft);
    with_chain(&[leaf(), draft.signed_by(&keys::ROOT), root()])
}

fn leaf_with(edit: impl Fn(&mut Certificate)) -> Vec<u8> {
    let mut draft = Certificate::leaf(&keys::LEAF);
    edit(&mut draft);
    draft.signed_by(&keys::INTERMEDIATE)
}

fn modes(cases: &mut Cases) {
    let good = || with_leaf(leaf());
    cases.accepted("chain_good", "The good PKI token.", RULE, good());
    cases.accepted(
        "chain_among_roots",
        "The pinned root is the second of two.",
        RULE,
        good().roots(stranger_root_pem() + &pem(&root())),
    );
    cases.refused(
        "chain_missing",
        Code::ChainInvalid,
        "An OIDC token where roots are trusted: the mode is the caller's, not the token's.",
        "RFC 8725 §3.1",
        Draft::good().roots(pem(&root())),
    );
    cases.refused(
        "chain_in_oidc_mode",
        Code::KeyNotFound,
        "A PKI token where a key set is trusted.",
        "RFC 8725 §3.1",
        good().keys(json!([keys::ISSUER.jwk(super::draft::KEY_ID)])),
    );
    cases.refused(
        "chain_in_oidc_mode_known_kid",
        Code::SignatureInvalid,
        "A PKI token with the `kid` of a key of the set: the set's key counts, not the chain.",
        "RFC 8725 §3.1",
        good()
            .header("kid", super::draft::KEY_ID)
            .keys(json!([keys::ISSUER.jwk(super::draft::KEY_ID)])),
    );
    cases.accepted(
        "chain_beside_oidc",
        "An OIDC token with a chain beside it, which is not looked at.",
        "RFC 8725 §3.1",
        good()
            .header("kid", super::draft::KEY_ID)
            .signed_by(&keys::ISSUER)
            .keys(json!([keys::ISSUER.jwk(super::draft::KEY_ID)])),
    );
    cases.refused(
        "chain_other_signer",
        Code::SignatureInvalid,
        "The chain is sound, the signature is not by its leaf.",
        RULE,
        good().signed_by(&keys::STRANGER),
    );
    cases.refused(
        "chain_issuer_missing",
        Code::ClaimMissing,
        "Claims are checked as in OIDC tokens.",
        RULE,
        good().without("iss"),
    );
    cases.refused(
        "chain_audience_other",
        Code::AudienceMismatch,
        "Claims are checked as in OIDC tokens.",
        RULE,
        good().claim("aud", "https://other.example"),
    );
    cases.refused(
        "chain_roots_empty",
        Code::RootsInvalid,
        "No root is trusted.",
        RULE,
        good().roots(String::new()),
    );
    cases.refused(
        "chain_roots_broken",
        Code::RootsInvalid,
        "A root that is no certificate.",
        RULE,
        good().roots(pem(b"hello")),
    );
}

fn stranger_root() -> Vec<u8> {
    Certificate::root(&keys::STRANGER_ROOT).signed_by(&keys::STRANGER_ROOT)
}

fn stranger_root_pem() -> String {
    pem(&stranger_root())
}

fn strangers(cases: &mut Cases) {
    let evil_intermediate =
        Certificate::intermediate(&keys::STRANGER_INTERMEDIATE).signed_by(&keys::STRANGER_ROOT);
    let evil_leaf = Certificate::leaf(&keys::STRANGER).signed_by(&keys::STRANGER_INTERMEDIATE);
    let signed = |chain: &[Vec<u8>]| with_chain(chain).signed_by(&keys::STRANGER);
    cases.refused(
        "chain_stranger",
        Code::RootNotTrusted,
        "A stranger's chain with the same names.",
        "RFC 7515 §4.1.6",
        signed(&[
            evil_leaf.clone(),
            evil_intermediate.clone(),
            stranger_root(),
        ]),
    );
    cases.refused(
        "chain_stranger_real_root",
        Code::ChainInvalid,
        "A stranger's leaf and intermediate before the real root.",
        RULE,
        signed(&[evil_leaf.clone(), evil_intermediate, root()]),
    );
    cases.refused(
        "chain_stranger_leaf",
        Code::ChainInvalid,
        "A stranger's leaf before the real intermediate and root.",
        RULE,
        signed(&[evil_leaf, intermediate(), root()]),
    );
    let mut altered = leaf();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    cases.refused(
        "chain_leaf_bit_flipped",
        Code::ChainInvalid,
        "One bit of the leaf's signature is flipped.",
        RULE,
        with_leaf(altered),
    );
    let mut selfish = Certificate::leaf(&keys::STRANGER);
    selfish.issuer = selfish.subject;
    cases.refused(
        "chain_self_signed",
        Code::ChainInvalid,
        "One certificate that vouches for itself.",
        RULE,
        signed(&[selfish.signed_by(&keys::STRANGER)]),
    );
    cases.refused(
        "chain_root_reissued",
        Code::RootNotTrusted,
        "The root's key in another certificate of the same name: roots are compared byte for byte.",
        RULE,
        with_chain(&[leaf(), intermediate(), {
            let mut draft = Certificate::root(&keys::ROOT);
            draft.serial = vec![9];
            draft.signed_by(&keys::ROOT)
        }]),
    );
}

fn shapes(cases: &mut Cases) {
    let (leaf, intermediate, root) = (leaf, intermediate, root);
    let mut refused = |name: &str, code: Code, comment: &str, draft: Draft| {
        cases.refused(&format!("chain_{name}"), code, comment, RULE, draft);
    };
    refused(
        "reversed",
        Code::RootNotTrusted,
        "Root first.",
        with_chain(&[root(), intermediate(), leaf()]),
    );
    refused(
        "swapped",
        Code::ChainInvalid,
        "Intermediate first.",
        with_chain(&[intermediate(), leaf(), root()]),
    );
    refused(
        "no_intermediate",
        Code::ChainInvalid,
        "No intermediate.",
        with_chain(&[leaf(), root()]),
    );
    refused(
        "no_root",
        Code::ChainInvalid,
        "No root.",
        with_chain(&[leaf(), intermediate()]),
    );
    refused(
        "leaf_only",
        Code::ChainInvalid,
        "The leaf alone.",
        with_chain(&[leaf()]),
    );
    refused(
        "leaf_twice",
        Code::ChainInvalid,
        "The leaf twice.",
        with_chain(&[leaf(), leaf(), root()]),
    );
    refused(
        "root_twice",
        Code::ChainInvalid,
        "The root twice.",
        with_chain(&[leaf(), root(), root()]),
    );
    refused(
        "four",
        Code::ChainInvalid,
        "Four certificates.",
        with_chain(&[leaf(), intermediate(), root(), root()]),
    );
    refused(
        "six",
        Code::ChainInvalid,
        "Six certificates.",
        with_chain(&[leaf(), intermediate(), root(), root(), root(), root()]),
    );
    refused(
        "hundred",
        Code::ChainInvalid,
        "A hundred entries.",
        with_entries(json!(vec!["AAAA"; 100])),
    );
    refused(
        "empty",
        Code::ChainInvalid,
        "No certificate.",
        with_entries(json!([])),
    );
    refused(
        "string",
        Code::TokenMalformed,
        "`x5c` is an array.",
        with_entries(json!(STANDARD.encode(leaf()))),
    );
    refused(
        "null",
        Code::TokenMalformed,
        "`x5c` is an array.",
        with_entries(Value::Null),
    );
    refused(
        "numbers",
        Code::TokenMalformed,
        "`x5c` is an array of strings.",
        with_entries(json!([1, 2, 3])),
    );
}

fn dates(cases: &mut Cases) {
    let leaf_valid = |from: &'static str, to: &'static str| {
        with_leaf(leaf_with(|draft| draft.validity = (from, to)))
    };
    let intermediate_valid = |from: &'static str, to: &'static str| {
        with_intermediate(|draft| draft.validity = (from, to))
    };
    // Tokens are verified at 2026-09-21T14:23:20Z.
    let mut refused = |name: &str, code: Code, comment: &str, draft: Draft| {
        cases.refused(&format!("chain_{name}"), code, comment, RULE, draft);
    };
    refused(
        "leaf_expired",
        Code::CertificateExpired,
        "The leaf expired one second ago.",
        leaf_valid("260901000000Z", "260921142319Z"),
    );
    refused(
        "leaf_not_yet_valid",
        Code::CertificateNotYetValid,
        "The leaf is valid from the next second.",
        leaf_valid("260921142321Z", "261031000000Z"),
    );
    refused(
        "intermediate_expired",
        Code::CertificateExpired,
        "The intermediate expired one second ago.",
        intermediate_valid("260101000000Z", "260921142319Z"),
    );
    refused(
        "intermediate_not_yet_valid",
        Code::CertificateNotYetValid,
        "The intermediate is valid from the next second.",
        intermediate_valid("260921142321Z", "280101000000Z"),
    );
    let with_root = |from: &'static str, to: &'static str| {
        let mut draft = Certificate::root(&keys::ROOT);
        draft.validity = (from, to);
        let root = draft.signed_by(&keys::ROOT);
        with_chain(&[leaf(), intermediate(), root.clone()]).roots(pem(&root))
    };
    refused(
        "root_expired",
        Code::CertificateExpired,
        "The pinned root expired one second ago.",
        with_root("240101000000Z", "260921142319Z"),
    );
    refused(
        "root_not_yet_valid",
        Code::CertificateNotYetValid,
        "The pinned root is valid from the next second.",
        with_root("260921142321Z", "340101000000Z"),
    );
    for (name, comment, draft) in [
        (
            "leaf_last_second",
            "The last second of the leaf.",
            leaf_valid("260901000000Z", "260921142320Z"),
        ),
        (
            "leaf_first_second",
            "The first second of the leaf.",
            leaf_valid("260921142320Z", "261031000000Z"),
        ),
    ] {
        cases.accepted(&format!("chain_{name}"), comment, RULE, draft);
    }
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
    let crafted: [(&str, &str, String); 8] = [
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
        with_intermediate(|draft| draft.extensions = vec![certificate::end_entity()]),
    );
    refused(
        "intermediate_no_constraints",
        "An intermediate that does not say that it is an authority.",
        with_intermediate(|draft| draft.extensions.clear()),
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
        "intermediate_server_auth",
        "An intermediate for TLS servers only.",
        with_intermediate(|draft| {
            draft.extensions = vec![certificate::authority(Some(0)), certificate::server_auth()];
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
