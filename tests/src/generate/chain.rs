//! PKI tokens: the chain in `x5c` is exactly leaf, intermediate, pinned root.
//!
//! Long because it is a table, a case per row.

mod crafted;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sealgate_core::Code;
use serde_json::{Value, json};

use super::{Cases, Draft};
use crate::certificate::{self, Draft as Certificate, pem};
use crate::keys;

const RULE: &str = "RFC 7515 §4.1.6, RFC 5280 §6";

pub(super) fn add(cases: &mut Cases) {
    modes(cases);
    strangers(cases);
    shapes(cases);
    dates(cases);
    crafted::add(cases);
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
    let trusting = |edit: fn(&mut Certificate)| {
        let mut draft = Certificate::root(&keys::ROOT);
        edit(&mut draft);
        let root = draft.signed_by(&keys::ROOT);
        with_chain(&[leaf(), intermediate(), root.clone()]).roots(pem(&root))
    };
    cases.refused(
        "chain_roots_no_ca",
        Code::RootsInvalid,
        "A trusted root that is no authority.",
        RULE,
        trusting(|draft| {
            draft.extensions = vec![
                certificate::key_usage(0b0000_0110),
                certificate::end_entity(),
            ];
        }),
    );
    cases.refused(
        "chain_roots_no_cert_sign",
        Code::RootsInvalid,
        "A trusted root whose key usage does not allow certificates.",
        RULE,
        trusting(|draft| {
            draft.extensions = vec![certificate::key_usage(0x80), certificate::authority(None)];
        }),
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
    selfish.issuer = selfish.subject.clone();
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
