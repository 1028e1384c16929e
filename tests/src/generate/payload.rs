//! The payload as JSON: one object, no name twice, bounded nesting, strict numbers and strings.

use sealgate_core::Code;
use serde_json::json;

use super::{Cases, Draft};

pub(super) fn add(cases: &mut Cases) {
    duplicates(cases);
    nesting(cases);
    strings(cases);
    numbers(cases);
    syntax(cases);
    names(cases);
    top_level(cases);
}

/// Adds `member` as the first or last one of the object that `inside` opens.
fn duplicates(cases: &mut Cases) {
    let mut add = |name: &str, draft: Draft| {
        cases.refused(
            &format!("payload_duplicate_{name}"),
            Code::TokenMalformed,
            "The same name twice in one object, at any depth and however it is spelt.",
            "RFC 7519 §4, RFC 7493 §2.3",
            draft,
        );
    };
    let first = |member: &'static str| {
        Draft::good().payload_text(move |text| text.replacen('{', &format!("{{{member},"), 1))
    };
    let last = |member: &'static str| {
        Draft::good().payload_text(move |text| format!("{},{member}}}", &text[..text.len() - 1]))
    };
    add("aud_first", first(r#""aud":"https://attacker.example""#));
    add("aud_last", last(r#""aud":"https://attacker.example""#));
    add(
        "aud_escaped",
        last(r#""\u0061ud":"https://attacker.example""#),
    );
    add("eat_nonce", last(r#""eat_nonce":"another""#));
    add("submods", last(r#""submods":{}"#));
    add("exp", first(r#""exp":9999999999"#));
    let inside = |object: &'static str, member: &'static str| {
        Draft::confidential_space().payload_text(move |text| {
            text.replacen(
                &format!("\"{object}\":{{"),
                &format!("\"{object}\":{{{member},"),
                1,
            )
        })
    };
    add(
        "dbgstat",
        Draft::confidential_space()
            .payload_text(|text| text.replacen('{', r#"{"dbgstat":"enabled","#, 1)),
    );
    add("project_id", inside("gce", r#""project_id":"attacker""#));
    add(
        "image_digest",
        inside("container", r#""image_digest":"sha256:00""#),
    );
    add(
        "image_digest_escaped",
        inside("container", r#""image\u005fdigest":"sha256:00""#),
    );
    add("env", inside("env", r#""PATH":"/tmp""#));
    add("in_array", last(r#""others":[{"a":1,"b":2,"a":3}]"#));
}

fn nesting(cases: &mut Cases) {
    let nested = |open: &str, close: &str, depth: usize| {
        let value = format!("{}{}", open.repeat(depth), close.repeat(depth));
        Draft::good()
            .payload_text(move |text| text.replacen('{', &format!("{{\"deep\":{value},"), 1))
    };
    cases.accepted(
        "payload_depth_limit",
        "Nested as deep as is allowed.",
        "limits",
        nested("[", "]", sealgate_core::limits::JSON_DEPTH - 1),
    );
    let mut refused = |name: &str, code: Code, draft: Draft| {
        cases.refused(
            &format!("payload_depth_{name}"),
            code,
            "Nested deeper than is allowed; no stack is used up on it.",
            "limits",
            draft,
        );
    };
    refused(
        "beyond",
        Code::TokenMalformed,
        nested("[", "]", sealgate_core::limits::JSON_DEPTH),
    );
    refused("arrays_9000", Code::TokenMalformed, nested("[", "]", 9_000));
    refused(
        "objects_3000",
        Code::TokenMalformed,
        nested(r#"{"a":"#, "1}", 3_000),
    );
    refused(
        "unclosed_20000",
        Code::TokenMalformed,
        Draft::good().payload_bytes(format!("{{\"a\":{}", "[".repeat(20_000)).as_bytes()),
    );
    refused(
        "unclosed_100000",
        Code::TokenTooLarge,
        Draft::good().payload_bytes(format!("{{\"a\":{}", "[".repeat(100_000)).as_bytes()),
    );
    refused(
        "objects_100000",
        Code::TokenTooLarge,
        Draft::good().payload_bytes(r#"{"a":"#.repeat(100_000).as_bytes()),
    );
}

fn strings(cases: &mut Cases) {
    let with_member = |bytes: &[u8]| {
        let good = br#"{"iss":"https://confidentialcomputing.googleapis.com","x":"#;
        Draft::good().payload_bytes(&[&good[..], bytes, b"}"].concat())
    };
    let members: [(&str, &[u8]); 7] = [
        ("invalid_utf8", b"\"\xff\""),
        ("overlong", b"\"\xc0\xaf\""),
        ("encoded_surrogate", b"\"\xed\xa0\x80\""),
        ("lone_surrogate", br#""\ud800""#),
        ("reversed_surrogates", br#""\udc00\ud800""#),
        ("raw_nul", b"\"\0\""),
        ("raw_newline", b"\"\n\""),
    ];
    for (name, member) in members {
        cases.refused(
            &format!("payload_string_{name}"),
            Code::TokenMalformed,
            "A string that is not valid JSON text in UTF-8.",
            "RFC 8259 §7 and §8.1",
            with_member(member),
        );
    }
    cases.refused(
        "payload_bom",
        Code::TokenMalformed,
        "A byte order mark before the object.",
        "RFC 8259 §8.1",
        Draft::good().payload_text(|text| format!("\u{feff}{text}")),
    );
    cases.accepted(
        "payload_string_escaped_nul",
        "An escaped NUL in a claim that is not known.",
        "RFC 8259 §7",
        Draft::good().payload_text(|text| text.replacen('{', r#"{"x":"a\u0000b","#, 1)),
    );
}

fn numbers(cases: &mut Cases) {
    let with_number = |number: &'static str| {
        Draft::good().payload_text(move |text| text.replacen('{', &format!("{{\"x\":{number},"), 1))
    };
    let bad = [
        ("huge_exponent", "1e400"),
        ("leading_zero", "01"),
        ("leading_point", ".5"),
        ("trailing_point", "1."),
        ("plus", "+1"),
        ("nan", "NaN"),
        ("infinity", "Infinity"),
        ("hexadecimal", "0x10"),
        ("minus", "-"),
        ("thousands", "1_000"),
    ];
    for (name, number) in bad {
        cases.refused(
            &format!("payload_number_{name}"),
            Code::TokenMalformed,
            "Not a JSON number that can be held.",
            "RFC 8259 §6",
            with_number(number),
        );
    }
    for (name, number) in [
        ("minus_zero", "-0"),
        ("twenty_digits", "12345678901234567890"),
        ("exponent", "1e9"),
    ] {
        cases.accepted(
            &format!("payload_number_{name}"),
            "A number of an unusual shape in a claim that is not known.",
            "RFC 8259 §6",
            with_number(number),
        );
    }
}

fn syntax(cases: &mut Cases) {
    let mut add = |name: &str, draft: Draft| {
        cases.refused(
            &format!("payload_{name}"),
            Code::TokenMalformed,
            "Not JSON.",
            "RFC 8259",
            draft,
        );
    };
    add(
        "comment",
        Draft::good().payload_text(|text| text.replacen('{', "{/* hello */", 1)),
    );
    add(
        "trailing_comma",
        Draft::good().payload_text(|text| format!("{},}}", &text[..text.len() - 1])),
    );
    add(
        "single_quotes",
        Draft::good().payload_text(|text| text.replace('"', "'")),
    );
    add(
        "trailing_garbage",
        Draft::good().payload_text(|text| text + "x"),
    );
    add(
        "two_objects",
        Draft::good().payload_text(|text| text + "{}"),
    );
    add(
        "truncated",
        Draft::good().payload_text(|text| text[..text.len() - 1].to_owned()),
    );
    add(
        "bare_name",
        Draft::good().payload_text(|text| text.replacen('{', "{x:1,", 1)),
    );
    cases.accepted(
        "payload_white_space",
        "White space where JSON allows it.",
        "RFC 8259 §2",
        Draft::good().payload_text(|text| format!(" {}\n", text.replacen(':', " : ", 1))),
    );
}

fn names(cases: &mut Cases) {
    for name in ["__proto__", "constructor", "toString", "hasOwnProperty"] {
        cases.accepted(
            &format!("payload_name_{name}"),
            "A name that means something to JavaScript objects, and nothing here.",
            "RFC 7519 §4.3",
            Draft::good().claim(name, json!({ "hwmodel": "GCP_INTEL_TDX" })),
        );
    }
    cases.refused(
        "payload_name_proto_is_no_claim",
        Code::ClaimMissing,
        "A claim inside `__proto__` is not a claim.",
        "RFC 7519 §4",
        Draft::good()
            .without("exp")
            .claim("__proto__", json!({ "exp": 1_790_003_600 })),
    );
    cases.refused(
        "payload_name_cyrillic",
        Code::NonceMismatch,
        "`eat_nоnce` with a Cyrillic letter is not `eat_nonce`.",
        "RFC 7519 §4",
        Draft::good()
            .without("eat_nonce")
            .claim("eat_n\u{43e}nce", super::draft::NONCE)
            .nonces(&[super::draft::NONCE]),
    );
    cases.refused(
        "payload_name_zero_width",
        Code::ClaimMissing,
        "`aud` with a zero-width space is not `aud`.",
        "RFC 7519 §4",
        Draft::good()
            .without("aud")
            .claim("aud\u{200b}", super::draft::AUDIENCE),
    );
    cases.refused(
        "payload_name_upper",
        Code::ClaimMissing,
        "`AUD` is not `aud`.",
        "RFC 7519 §4",
        Draft::good()
            .without("aud")
            .claim("AUD", super::draft::AUDIENCE),
    );
}

fn top_level(cases: &mut Cases) {
    for (name, text) in [
        ("array", "[]"),
        ("null", "null"),
        ("string", "\"x\""),
        ("number", "1"),
        ("true", "true"),
    ] {
        cases.refused(
            &format!("payload_top_{name}"),
            Code::TokenMalformed,
            "Not an object.",
            "RFC 7519 §7.2",
            Draft::good().payload_bytes(text.as_bytes()),
        );
    }
}
