//! The protected header: what it must not say.

use sealgate_core::Code;
use serde_json::{Value, json};

use super::{Cases, Draft};

pub(super) fn add(cases: &mut Cases) {
    critical(cases);
    unencoded(cases);
    kind(cases);
    encryption(cases);
    duplicates(cases);
    not_an_object(cases);
    cases.accepted(
        "header_unknown_parameter",
        "A parameter that is not known and not critical.",
        "RFC 7515 §4",
        Draft::good().header("x-desk", "hello"),
    );
}

fn critical(cases: &mut Cases) {
    let values: [(&str, Value); 8] = [
        ("unknown", json!(["x"])),
        ("empty", json!([])),
        ("string", json!("exp")),
        ("twice", json!(["x", "x"])),
        ("absent", json!(["y"])),
        ("registered", json!(["alg"])),
        ("b64", json!(["b64"])),
        ("null", Value::Null),
    ];
    for (name, value) in values {
        cases.refused(
            &format!("header_crit_{name}"),
            Code::HeaderNotAllowed,
            "No extension is understood, so none can be critical; a malformed `crit` neither.",
            "RFC 7515 §4.1.11",
            Draft::good().header("x", 1).header("crit", value),
        );
    }
}

fn unencoded(cases: &mut Cases) {
    for (name, draft) in [
        ("b64_false", Draft::good().header("b64", false)),
        (
            "b64_false_crit",
            Draft::good()
                .header("b64", false)
                .header("crit", json!(["b64"])),
        ),
        ("b64_true", Draft::good().header("b64", true)),
    ] {
        cases.refused(
            &format!("header_{name}"),
            Code::HeaderNotAllowed,
            "`b64` changes what was signed.",
            "RFC 7797 §6 and §7",
            draft,
        );
    }
}

fn kind(cases: &mut Cases) {
    let values: [(&str, Value); 7] = [
        ("access_token", json!("at+jwt")),
        ("jose", json!("JOSE")),
        ("space", json!("JWT ")),
        ("lower", json!("jwt")),
        ("null", Value::Null),
        ("number", json!(1)),
        ("array", json!(["JWT"])),
    ];
    for (name, value) in values {
        cases.refused(
            &format!("header_typ_{name}"),
            Code::HeaderNotAllowed,
            "Another kind of token, however well it is signed.",
            "RFC 8725 §3.11",
            Draft::good().header("typ", value),
        );
    }
    cases.accepted(
        "header_typ_absent",
        "`typ` may be absent.",
        "RFC 7519 §5.1",
        Draft::good().without_header("typ"),
    );
}

fn encryption(cases: &mut Cases) {
    let parameters = [
        ("cty_jwt", "cty", json!("JWT")),
        ("cty_json", "cty", json!("json")),
        ("enc", "enc", json!("A256GCM")),
        ("zip", "zip", json!("DEF")),
    ];
    for (name, parameter, value) in parameters {
        cases.refused(
            &format!("header_{name}"),
            Code::HeaderNotAllowed,
            "A parameter of encrypted or nested tokens.",
            "RFC 7519 §5.2, RFC 7516 §4.1",
            Draft::good().header(parameter, value),
        );
    }
    cases.refused(
        "header_pbes2",
        Code::AlgorithmNotAllowed,
        "A password-based algorithm with two thousand million rounds; none is made.",
        "RFC 7518 §4.8, RFC 8725 §3.6",
        Draft::good()
            .header("alg", "PBES2-HS256+A128KW")
            .header("p2c", 2_147_483_647_u32),
    );
}

fn duplicates(cases: &mut Cases) {
    let texts = [
        ("alg_first", r#"{"alg":"none","alg":"RS256","kid":"K"}"#),
        ("alg_last", r#"{"alg":"RS256","alg":"none","kid":"K"}"#),
        (
            "alg_escaped",
            r#"{"alg":"RS256","\u0061lg":"none","kid":"K"}"#,
        ),
        ("kid", r#"{"alg":"RS256","kid":"K","kid":"K"}"#),
    ];
    for (name, text) in texts {
        let text = text.replace('K', super::draft::KEY_ID);
        cases.refused(
            &format!("header_duplicate_{name}"),
            Code::TokenMalformed,
            "The same name twice.",
            "RFC 7515 §4",
            Draft::good().header_text(move |_| text.clone()),
        );
    }
}

fn not_an_object(cases: &mut Cases) {
    let texts = [
        ("array", "[]"),
        ("string", "\"x\""),
        ("null", "null"),
        ("number", "1"),
        ("truncated", r#"{"alg":"RS256""#),
        ("two_objects", "{}{}"),
        ("empty_object", "{}"),
        (
            "deep",
            "{\"alg\":\"RS256\",\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
        ),
    ];
    for (name, text) in texts {
        cases.refused(
            &format!("header_{name}"),
            Code::TokenMalformed,
            "Not an object with what a header needs.",
            "RFC 7515 §5.2",
            Draft::good().header_text(move |_| text.to_owned()),
        );
    }
    cases.refused(
        "header_trailing_bytes",
        Code::TokenMalformed,
        "Bytes after the object.",
        "RFC 7515 §5.2",
        Draft::good().header_text(|text| text + "{}"),
    );
}
