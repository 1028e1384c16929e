//! Real tokens, each at a time within its life. Sources and licences: `vectors/token/real/SOURCES.md`.

use sealgate_core::Code;
use serde_json::Value;

use super::{Cases, Draft};

const ROOT: &str = include_str!("../../vectors/token/real/confidential_space_root.pem");
const OAK: &str = include_str!("../../vectors/token/real/pki_cs_tdx_prod_oak_20250905.jwt");
const FLARE_PEM: &str =
    include_str!("../../vectors/token/real/pki_cs_sev_debug_flare_20241104_x5cPEM.jwt");
const FLARE: &str = include_str!("../../vectors/token/real/oidc_cs_sev_flare_20241104.jwt");
const FLARE_KEYS: &str =
    include_str!("../../vectors/token/real/oidc_cs_sev_flare_20241104.jwks.json");
const SYNDDB: &str = include_str!("../../vectors/token/real/oidc_cs_sev_debug_synddb_a.jwt");
const SYNDDB_KEYS: &str = include_str!("../../vectors/token/real/synddb_20251202.jwks.json");
const GCE_DOCS: &str = include_str!("../../vectors/token/real/oidc_cvm_sev_gcedocs_20240517.jwt");
const INTEL: &str = include_str!("../../vectors/token/real/ita_tdx_eigenx_1.jwt");

const INTEL_ISSUER: &str = "https://portal.trustauthority.intel.com";
const PRODUCTION: &str = r#"assertion.swname == "CONFIDENTIAL_SPACE" && assertion.dbgstat == "disabled-since-boot" && "STABLE" in assertion.submods.confidential_space.support_attributes && size(assertion.submods.container.cmd_override) == 0"#;

pub(super) fn add(cases: &mut Cases) {
    oak(cases);
    flare(cases);
    synddb(cases);
    google_docs(cases);
    intel(cases);
}

fn real(token: &str, audience: &str, now: u64) -> Draft {
    Draft::existing(token.trim_end())
        .audience(&[audience])
        .at(now)
}

fn key_set(text: &str) -> Value {
    let mut set: Value = serde_json::from_str(text).expect("a key set");
    set["keys"].take()
}

fn oak(cases: &mut Cases) {
    let source = "project-oak/oak, see SOURCES.md";
    let now = 1_757_060_250;
    let draft = || {
        real(OAK, "z08381475938604996746", now)
            .roots(ROOT.to_owned())
            .shows("/hwmodel", "GCP_INTEL_TDX")
            .shows("/dbgstat", "disabled-since-boot")
            .shows("/submods/gce/project_id", "oak-examples-477357")
            .shows("/tdx/gcp_attester_tcb_status", "UpToDate")
    };
    let nonce = "75a91c8dbe289f190d5e70ab1cb70c93cc14d7243f0ef3ff5326a622ead220a6";
    cases.accepted(
        "real/pki_oak",
        "A PKI token of a production Confidential Space workload on Intel TDX, September 2025.",
        source,
        draft().nonces(&[nonce]).policy(PRODUCTION),
    );
    cases.accepted(
        "real/pki_oak_last_second",
        "The same, in the last second of its hour with clocks that agree.",
        source,
        draft().clock_skew(0).at(now + 3599),
    );
    cases.refused(
        "real/pki_oak_expired",
        Code::TokenExpired,
        "The same, an hour later.",
        source,
        draft().clock_skew(0).at(now + 3600),
    );
    cases.refused(
        "real/pki_oak_leaf_expired",
        Code::CertificateExpired,
        "The same, after its leaf's sixty days.",
        source,
        draft().at(1_762_145_667),
    );
    cases.refused(
        "real/pki_oak_audience",
        Code::AudienceMismatch,
        "The same, for somebody else.",
        source,
        draft().audience(&["z0838147593860499674"]),
    );
    cases.refused(
        "real/pki_oak_nonce",
        Code::NonceMismatch,
        "The same, of another session.",
        source,
        draft().nonces(&["75a91c8dbe289f190d5e70ab1cb70c93"]),
    );
    cases.refused(
        "real/pki_oak_oidc_mode",
        Code::KeyNotFound,
        "The same, where Google's key set is trusted.",
        source,
        draft().keys(key_set(SYNDDB_KEYS)),
    );
    cases.refused(
        "real/pki_oak_sev_required",
        Code::ConditionNotMet,
        "The same, where AMD SEV is required.",
        source,
        draft().policy(r#"assertion.hwmodel == "GCP_AMD_SEV""#),
    );
}

fn flare(cases: &mut Cases) {
    let source = "flare-foundation/flare-vtpm-attestation, see SOURCES.md";
    let nonce = "0x000000000000000000000000000000000000dEaD";
    cases.accepted(
        "real/pki_flare_pem",
        "A PKI token of November 2024 whose chain is PEM text.",
        source,
        real(FLARE_PEM, "https://sts.google.com", 1_730_678_013)
            .roots(ROOT.to_owned())
            .nonces(&[nonce])
            .shows("/hwmodel", "GCP_AMD_SEV"),
    );
    let draft = || {
        real(FLARE, "https://sts.google.com", 1_730_678_012)
            .keys(key_set(FLARE_KEYS))
            .nonces(&[nonce])
            .shows("/eat_nonce", nonce)
    };
    cases.accepted(
        "real/oidc_flare",
        "An OIDC token of a debug image on AMD SEV, November 2024.",
        source,
        draft(),
    );
    cases.refused(
        "real/oidc_flare_debug",
        Code::ConditionNotMet,
        "The same, where a production image is required.",
        source,
        draft().policy(r#"assertion.dbgstat == "disabled-since-boot""#),
    );
    cases.refused(
        "real/oidc_flare_default_audience",
        Code::AudienceMismatch,
        "The same, a token for Google's exchange, sent to a gate.",
        source,
        draft().audience(&[super::draft::AUDIENCE]),
    );
    cases.refused(
        "real/oidc_flare_rotated",
        Code::KeyNotFound,
        "The same, with Google's key set of a year later.",
        source,
        draft().keys(key_set(SYNDDB_KEYS)),
    );
}

fn synddb(cases: &mut Cases) {
    let source = "SyndicateProtocol/synddb, see SOURCES.md";
    let draft = || {
        real(
            SYNDDB,
            "https://synddb-sequencer.example.com",
            1_764_707_757,
        )
        .keys(key_set(SYNDDB_KEYS))
        .shows("/submods/gce/project_id", "synd-db-testing")
    };
    cases.accepted(
        "real/oidc_synddb",
        "An OIDC token with Google's own key set and no nonce, December 2025.",
        source,
        draft(),
    );
    cases.refused(
        "real/oidc_synddb_nonce",
        Code::NonceMismatch,
        "The same, where a nonce is expected.",
        source,
        draft().nonces(&["any"]),
    );
    cases.refused(
        "real/oidc_synddb_env_override",
        Code::ConditionNotMet,
        "The same; its environment was overridden.",
        source,
        draft().policy("size(assertion.submods.container.env_override) == 0"),
    );
    cases.refused(
        "real/oidc_synddb_support",
        Code::ClaimMissing,
        "The same; a debug image has no support attributes.",
        source,
        draft().policy(r#""STABLE" in assertion.submods.confidential_space.support_attributes"#),
    );
    cases.refused(
        "real/oidc_synddb_pki_mode",
        Code::ChainInvalid,
        "The same, where Google's root is trusted instead of its key set.",
        source,
        draft().roots(ROOT.to_owned()),
    );
}

fn google_docs(cases: &mut Cases) {
    cases.refused(
        "real/oidc_google_docs",
        Code::KeyNotFound,
        "Google's documentation sample of a Confidential VM. Its key was not kept by anybody: it decodes, and does not verify.",
        "Google Cloud documentation, CC BY 4.0, see SOURCES.md",
        real(GCE_DOCS, "<YOURAUDIENCE>", 1_715_968_097)
            .keys(key_set(SYNDDB_KEYS))
            .shows("/aud", "<YOURAUDIENCE>")
            .shows("/hwmodel", "GCP_AMD_SEV")
            .shows("/swname", "GCE")
            .shows("/secboot", false)
            .shows("/eat_nonce/0", "thisIsAcustomNonce")
            .shows("/submods/gce/instance_id", "7333251546816446069"),
    );
}

fn intel(cases: &mut Cases) {
    let source = "Layr-Labs/eigenx-kms-go, see SOURCES.md";
    let draft = || {
        real(INTEL, "EigenX KMS", 1_761_342_130)
            .shows("/iss", INTEL_ISSUER)
            .shows("/hwmodel", "INTEL_TDX")
    };
    cases.refused(
        "real/ita_google_trusted",
        Code::IssuerNotTrusted,
        "An Intel Trust Authority token, where only Google is trusted. Its `jku` is not followed.",
        source,
        draft().keys(key_set(SYNDDB_KEYS)),
    );
    cases.refused(
        "real/ita_intel_trusted",
        Code::KeyNotFound,
        "The same, where Intel is trusted, with keys that are not Intel's: it decodes, and does not verify.",
        source,
        draft().issuer(INTEL_ISSUER).keys(key_set(SYNDDB_KEYS)),
    );
}
