//! Who the token is from, whom it is for, and which session it belongs to.

use sealgate_core::Code;
use serde_json::{Value, json};

use super::draft::{AUDIENCE, GOOGLE, NONCE};
use super::{Cases, Draft};

pub(super) fn add(cases: &mut Cases) {
    issuers(cases);
    audiences(cases);
    nonces(cases);
    claim_types(cases);
}

fn issuers(cases: &mut Cases) {
    let issuers = [
        (
            "trailing_slash",
            "https://confidentialcomputing.googleapis.com/",
        ),
        ("http", "http://confidentialcomputing.googleapis.com"),
        ("upper_case", "https://CONFIDENTIALCOMPUTING.googleapis.com"),
        ("port", "https://confidentialcomputing.googleapis.com:443"),
        (
            "userinfo",
            "https://confidentialcomputing.googleapis.com@attacker.example",
        ),
        (
            "subdomain",
            "https://confidentialcomputing.googleapis.com.attacker.example",
        ),
        ("prefix", "https://confidentialcomputing.googleapis.co"),
        ("no_scheme", "confidentialcomputing.googleapis.com"),
        ("space", "https://confidentialcomputing.googleapis.com "),
        ("accounts", "https://accounts.google.com"),
        ("intel", "https://portal.trustauthority.intel.com"),
        ("empty", ""),
    ];
    for (name, issuer) in issuers {
        cases.refused(
            &format!("issuer_{name}"),
            Code::IssuerNotTrusted,
            "Issuers are compared byte for byte.",
            "RFC 8725 §3.8",
            Draft::good().claim("iss", issuer),
        );
    }
    let missing = || Draft::good().without("iss");
    cases.refused(
        "issuer_missing",
        Code::ClaimMissing,
        "No `iss`.",
        "RFC 7519 §4.1.1",
        missing(),
    );
    for (name, value) in [
        ("null", Value::Null),
        ("array", json!([GOOGLE])),
        ("number", json!(1)),
    ] {
        cases.refused(
            &format!("issuer_type_{name}"),
            Code::ClaimInvalid,
            "`iss` is a string.",
            "RFC 7519 §4.1.1",
            Draft::good().claim("iss", value),
        );
    }
    cases.accepted(
        "issuer_other_trusted",
        "Another issuer, where that one is trusted.",
        "RFC 8725 §3.8",
        Draft::good()
            .claim("iss", "https://portal.trustauthority.intel.com")
            .issuer("https://portal.trustauthority.intel.com"),
    );
}

fn audiences(cases: &mut Cases) {
    let mut refused = |name: &str, comment: &str, value: Value| {
        cases.refused(
            &format!("audience_{name}"),
            Code::AudienceMismatch,
            comment,
            "RFC 8725 §3.9, RFC 7519 §4.1.3",
            Draft::good().claim("aud", value),
        );
    };
    refused(
        "other",
        "Another door of the same gate.",
        json!("https://gate.example/v1/release"),
    );
    refused(
        "other_secret",
        "Another secret of the same gate.",
        json!("https://gate.example/v1/secrets/other/release"),
    );
    refused(
        "sts",
        "Google's default, which anybody may exchange.",
        json!("https://sts.googleapis.com"),
    );
    refused(
        "prefix",
        "The beginning of the audience.",
        json!("https://gate.example"),
    );
    refused(
        "longer",
        "The audience and more.",
        json!(format!("{AUDIENCE}/x")),
    );
    refused(
        "upper_case",
        "Another case.",
        json!("https://GATE.example/v1/secrets/db-password/release"),
    );
    refused(
        "trailing_slash",
        "A slash more.",
        json!(format!("{AUDIENCE}/")),
    );
    refused("empty", "An empty text.", json!(""));
    refused("array_empty", "An array without an audience.", json!([]));
    refused(
        "array_two",
        "Ours, and another one: a token for two doors.",
        json!([AUDIENCE, "https://other.example"]),
    );
    refused(
        "array_two_last",
        "Another one, and ours.",
        json!(["https://other.example", AUDIENCE]),
    );
    refused("array_twice", "Ours twice.", json!([AUDIENCE, AUDIENCE]));
    refused(
        "array_other",
        "An array of another one.",
        json!(["https://other.example"]),
    );
    let types = [
        ("null", Value::Null),
        ("number", json!(1)),
        ("object", json!({ "aud": AUDIENCE })),
        ("nested", json!([[AUDIENCE]])),
        ("array_mixed", json!([AUDIENCE, 1])),
    ];
    for (name, value) in types {
        cases.refused(
            &format!("audience_type_{name}"),
            Code::ClaimInvalid,
            "`aud` is a string or an array of strings.",
            "RFC 7519 §4.1.3",
            Draft::good().claim("aud", value),
        );
    }
    cases.refused(
        "audience_missing",
        Code::ClaimMissing,
        "No `aud`.",
        "RFC 7519 §4.1.3",
        Draft::good().without("aud"),
    );
    cases.accepted(
        "audience_array_one",
        "An array of exactly the one expected audience.",
        "RFC 7519 §4.1.3",
        Draft::good().claim("aud", json!([AUDIENCE])),
    );
    cases.accepted(
        "audience_one_of_expected",
        "One of two audiences that would do.",
        "RFC 7519 §4.1.3",
        Draft::good().audience(&["https://other.example", AUDIENCE]),
    );
    cases.accepted(
        "audience_escaped",
        "An audience with escaped characters, as Google writes `<` and `>`.",
        "RFC 8259 §7",
        Draft::good()
            .payload_text(|text| text.replacen(AUDIENCE, "\\u003cYOURAUDIENCE\\u003e", 1))
            .audience(&["<YOURAUDIENCE>"])
            .shows("/aud", "<YOURAUDIENCE>"),
    );
    cases.refused(
        "audience_none_expected",
        Code::AudienceMismatch,
        "A verifier that expects no audience accepts no token.",
        "RFC 8725 §3.9",
        Draft::good().audience(&[]),
    );
}

fn nonces(cases: &mut Cases) {
    const OTHER: &str = "YW5vdGhlci1ub25jZS1vZi00My1jaGFyYWN0ZXJzLTI";
    let rule = "RFC 9711 §4.1; token claims: eat_nonce";
    let expecting = || Draft::good().nonces(&[NONCE]);
    cases.accepted(
        "nonce_string",
        "The expected nonce, as a string.",
        rule,
        expecting(),
    );
    cases.accepted(
        "nonce_array_one",
        "The expected nonce, as an array of one.",
        rule,
        expecting().claim("eat_nonce", json!([NONCE])),
    );
    cases.accepted(
        "nonce_two",
        "Both expected nonces, in another order.",
        rule,
        Draft::good()
            .claim("eat_nonce", json!([OTHER, NONCE]))
            .nonces(&[NONCE, OTHER]),
    );
    cases.accepted(
        "nonce_not_expected",
        "A nonce that nobody asked about.",
        rule,
        Draft::good(),
    );
    let mut refused = |name: &str, comment: &str, draft: Draft| {
        cases.refused(
            &format!("nonce_{name}"),
            Code::NonceMismatch,
            comment,
            rule,
            draft,
        );
    };
    refused("missing", "No nonce.", expecting().without("eat_nonce"));
    refused(
        "other",
        "The nonce of another session.",
        expecting().claim("eat_nonce", OTHER),
    );
    refused(
        "array_empty",
        "An array without a nonce.",
        expecting().claim("eat_nonce", json!([])),
    );
    refused(
        "empty",
        "An empty nonce.",
        expecting().claim("eat_nonce", ""),
    );
    refused(
        "prefix",
        "The beginning of the nonce.",
        expecting().claim("eat_nonce", &NONCE[..42]),
    );
    refused(
        "longer",
        "The nonce and more.",
        expecting().claim("eat_nonce", format!("{NONCE}A")),
    );
    refused(
        "case",
        "Another case.",
        expecting().claim("eat_nonce", NONCE.to_lowercase()),
    );
    refused(
        "twice",
        "The nonce twice.",
        expecting().claim("eat_nonce", json!([NONCE, NONCE])),
    );
    refused(
        "one_of_two",
        "One of two expected nonces.",
        Draft::good().nonces(&[NONCE, OTHER]),
    );
    refused(
        "short",
        "Seven bytes.",
        expecting().claim("eat_nonce", "1234567"),
    );
    refused(
        "long",
        "Eighty-nine bytes.",
        expecting().claim("eat_nonce", "1".repeat(89)),
    );
    refused(
        "none_expected",
        "An expectation of no nonce at all is a mistake.",
        Draft::good().nonces(&[]),
    );
    for index in 0..6 {
        let mut nonces: Vec<_> = (0..6)
            .map(|other| format!("somebody-elses-nonce-{other}"))
            .collect();
        nonces[index] = NONCE.to_owned();
        refused(
            &format!("among_six_{index}"),
            "The expected nonce among five of somebody else's: the token was made for them too.",
            expecting().claim("eat_nonce", nonces),
        );
    }
    for (name, value) in [
        ("null", Value::Null),
        ("number", json!(1)),
        ("object", json!({})),
        ("mixed", json!([NONCE, 1])),
    ] {
        cases.refused(
            &format!("nonce_type_{name}"),
            Code::ClaimInvalid,
            "`eat_nonce` is a string or an array of strings.",
            rule,
            expecting().claim("eat_nonce", value),
        );
    }
}

/// A claim that is there must have its type, whether anybody looks at it or not.
fn claim_types(cases: &mut Cases) {
    let values: [(&str, &str, Value); 14] = [
        ("secboot_string", "secboot", json!("true")),
        ("secboot_number", "secboot", json!(1)),
        ("secboot_null", "secboot", Value::Null),
        ("oemid_string", "oemid", json!("11129")),
        ("oemid_negative", "oemid", json!(-1)),
        ("hwmodel_array", "hwmodel", json!(["GCP_AMD_SEV"])),
        ("swname_null", "swname", Value::Null),
        ("swversion_string", "swversion", json!("260900")),
        ("dbgstat_bool", "dbgstat", json!(false)),
        ("submods_array", "submods", json!([])),
        ("gce_string", "/submods/gce", json!("desk-vm")),
        (
            "instance_id_number",
            "/submods/gce/instance_id",
            json!(7_333_251_546_816_446_069_u64),
        ),
        (
            "service_accounts_string",
            "google_service_accounts",
            json!("desk-vm@desk-project.iam.gserviceaccount.com"),
        ),
        ("tdx_two", "tdx", json!([{}, {}])),
    ];
    for (name, path, value) in values {
        cases.refused(
            &format!("claim_{name}"),
            Code::ClaimInvalid,
            "A documented claim of another type.",
            "token claims",
            Draft::good().claim(path, value),
        );
    }
    cases.refused(
        "claim_support_attributes_string",
        Code::ClaimInvalid,
        "`support_attributes` as a string, in which a substring might be found.",
        "token claims",
        Draft::confidential_space()
            .claim("/submods/confidential_space/support_attributes", "UNSTABLE"),
    );
    for (name, value) in [
        ("object", json!({ "gcp_attester_tcb_status": "UpToDate" })),
        ("array", json!([{ "gcp_attester_tcb_status": "UpToDate" }])),
    ] {
        cases.accepted(
            &format!("claim_tdx_{name}"),
            "`tdx` is documented as an array and is an object in real tokens.",
            "token claims",
            Draft::good().claim("tdx", value),
        );
    }
    cases.accepted(
        "claim_confidential_space",
        "The good token of a Confidential Space workload.",
        "token claims",
        Draft::confidential_space(),
    );
    cases.accepted(
        "claim_overrides_null",
        "`cmd_override` and `env_override` are null in older tokens.",
        "token claims",
        Draft::confidential_space()
            .claim("/submods/container/cmd_override", Value::Null)
            .claim("/submods/container/env_override", Value::Null),
    );
    cases.accepted(
        "claim_unknown",
        "Google adds claims without notice.",
        "RFC 7519 §4.3",
        Draft::good()
            .claim("new_claim", json!({ "a": [1, 2, 3] }))
            .claim("/submods/new_module", json!({ "b": true }))
            .shows("/new_claim/a/2", 3)
            .shows("/submods/new_module/b", true),
    );
}
