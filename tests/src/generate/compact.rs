//! The compact form: three parts of base64url, one spelling, nothing around them.

use sealgate_core::{Code, base64url};

use super::{Cases, Draft};

const RULE: &str = "RFC 7515 §2 and §3.1";

pub(super) fn add(cases: &mut Cases) {
    cases.accepted(
        "compact_good",
        "The good token of a Confidential VM.",
        RULE,
        Draft::good(),
    );
    signed_parts(cases);
    signature(cases);
    around(cases);
    parts(cases);
    spelling(cases);
    other_forms(cases);
    size(cases);
}

/// Defects in header or payload, signed as they stand.
fn signed_parts(cases: &mut Cases) {
    let mut add = |name: &str, comment: &str, edit: fn(String) -> String| {
        cases.refused(
            &format!("compact_{name}"),
            Code::TokenMalformed,
            comment,
            RULE,
            Draft::good()
                .claim("padding", "??>>")
                .signing_input(move |input| {
                    let edited = edit(input.clone());
                    assert_ne!(input, edited);
                    edited
                }),
        );
    };
    add("header_padding", "Padding after the header.", |input| {
        input.replace('.', "=.")
    });
    add(
        "header_padding_two",
        "More padding after the header.",
        |input| input.replace('.', "==."),
    );
    add("payload_padding", "Padding after the payload.", |input| {
        input + "="
    });
    add(
        "payload_standard_alphabet",
        "The alphabet of ordinary base64 in the payload.",
        |input| input.replace('_', "/").replace('-', "+"),
    );
    add(
        "header_newline",
        "A line break inside the header.",
        |input| input.replace("eyJ", "eyJ\n"),
    );
    add("payload_space", "A space before the payload.", |input| {
        input.replace('.', ". ")
    });
    add(
        "payload_space_after",
        "A space after the payload.",
        |input| input + " ",
    );
    add(
        "header_cut",
        "A header that is four characters too short.",
        |input| {
            let dot = input.find('.').unwrap_or_default();
            [&input[..dot - 4], &input[dot..]].concat()
        },
    );
    add(
        "payload_one_modulo_four",
        "A payload of a length that base64 does not have.",
        |input| {
            let mut input = input;
            while input
                .split('.')
                .nth(1)
                .is_some_and(|payload| payload.len() % 4 != 1)
            {
                input.push('A');
            }
            input
        },
    );
    add("empty_header", "An empty header.", |input| {
        input[input.find('.').unwrap_or(0)..].to_owned()
    });
    add("empty_payload", "An empty payload.", |input| {
        input[..=input.find('.').unwrap_or(0)].to_owned()
    });
}

fn signature(cases: &mut Cases) {
    let mut add = |name: &str, comment: &str, edit: fn(String) -> String| {
        cases.refused(
            &format!("compact_signature_{name}"),
            Code::TokenMalformed,
            comment,
            RULE,
            Draft::good()
                .until(|signature| base64url::encode(signature).contains(['-', '_']))
                .token(move |token| {
                    let edited = edit(token.clone());
                    assert_ne!(token, edited);
                    edited
                }),
        );
    };
    add("padding", "Padding after the signature.", |token| {
        token + "="
    });
    add(
        "padding_two",
        "The padding that base64 would have.",
        |token| token + "==",
    );
    add(
        "standard_alphabet",
        "The alphabet of ordinary base64 in the signature.",
        |token| {
            let dot = token.rfind('.').unwrap_or_default();
            [
                &token[..dot],
                &token[dot..].replace('_', "/").replace('-', "+"),
            ]
            .concat()
        },
    );
    // 256 bytes leave four spare bits in the last character: sixteen spellings of one signature.
    add(
        "spare_bits_lowest",
        "The lowest spare bit of the last character is set.",
        |token| respell(&token, 1),
    );
    add(
        "spare_bits_highest",
        "The highest spare bit of the last character is set.",
        |token| respell(&token, 8),
    );
    add(
        "spare_bits_all",
        "All spare bits of the last character are set.",
        |token| respell(&token, 15),
    );
    add(
        "one_modulo_four",
        "A signature of a length that base64 does not have.",
        |token| token[..token.len() - 1].to_owned(),
    );
    add("missing", "An empty signature.", |token| {
        token[..=token.rfind('.').unwrap_or(0)].to_owned()
    });
    add("newline", "A line break inside the signature.", |token| {
        let dot = token.rfind('.').unwrap_or_default();
        [&token[..dot + 9], "\n", &token[dot + 9..]].concat()
    });
}

/// The token with spare bits of its last character set.
fn respell(token: &str, spare: u8) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let value = ALPHABET
        .iter()
        .position(|byte| last.as_bytes() == [*byte])
        .unwrap_or_default();
    assert_eq!(value & 15, 0, "a sound signature has no spare bits set");
    let other = ALPHABET[value | usize::from(spare)];
    format!("{rest}{}", char::from(other))
}

fn around(cases: &mut Cases) {
    let affixes = [
        ("leading_space", " ", ""),
        ("leading_newline", "\n", ""),
        ("leading_bom", "\u{feff}", ""),
        ("trailing_newline", "", "\n"),
        ("trailing_crlf", "", "\r\n"),
        ("trailing_tab", "", "\t"),
        ("trailing_space", "", " "),
        ("trailing_nul", "", "\0"),
        ("quotes", "\"", "\""),
        ("bearer", "Bearer ", ""),
        ("data_url", "data:application/jwt,", ""),
        ("array", "[\"", "\"]"),
    ];
    for (name, before, after) in affixes {
        cases.refused(
            &format!("compact_{name}"),
            Code::TokenMalformed,
            "Something around the token.",
            RULE,
            Draft::good().token(move |token| format!("{before}{token}{after}")),
        );
    }
}

fn parts(cases: &mut Cases) {
    let texts = [
        ("empty_text", ""),
        ("dots_0", "eyJhbGciOiJSUzI1NiJ9"),
        ("dots_1", "eyJhbGciOiJSUzI1NiJ9.e30"),
        ("dots_only", ".."),
        ("only_payload", ".e30."),
        ("garbage", "this is not a token"),
    ];
    for (name, text) in texts {
        cases.refused(
            &format!("compact_{name}"),
            Code::TokenMalformed,
            "Not three parts that hold something.",
            "RFC 7515 §3.1",
            Draft::existing(text),
        );
    }
    let suffixes = [
        ("dots_3", "."),
        ("dots_4", ".AAAA.AAAA"),
        ("dots_5", ".AAAA.AAAA.AAAA"),
    ];
    for (name, suffix) in suffixes {
        cases.refused(
            &format!("compact_{name}"),
            Code::TokenMalformed,
            "More than three parts.",
            "RFC 7515 §3.1",
            Draft::good().token(move |token| token + suffix),
        );
    }
}

fn spelling(cases: &mut Cases) {
    let replacements = [
        ("percent_dot", ".", "%2E"),
        ("fullwidth_dot", ".", "\u{ff0e}"),
        ("fullwidth_letter", "e", "\u{ff45}"),
        ("cyrillic_letter", "e", "\u{435}"),
        ("arabic_digit", "0", "\u{660}"),
    ];
    for (name, from, to) in replacements {
        cases.refused(
            &format!("compact_{name}"),
            Code::TokenMalformed,
            "A character written in another way.",
            RULE,
            Draft::good().token(move |token| {
                let edited = token.replacen(from, to, 1);
                assert_ne!(token, edited);
                edited
            }),
        );
    }
}

fn other_forms(cases: &mut Cases) {
    let split = |token: &str| {
        let mut parts = token.split('.').map(str::to_owned);
        [(); 3].map(|()| parts.next().unwrap_or_default())
    };
    cases.refused(
        "compact_json_flattened",
        Code::TokenMalformed,
        "The flattened JSON form of the same token.",
        "RFC 7515 §7.2.2",
        Draft::good().token(move |token| {
            let [header, payload, signature] = split(&token);
            format!(r#"{{"payload":"{payload}","protected":"{header}","signature":"{signature}"}}"#)
        }),
    );
    cases.refused(
        "compact_json_general",
        Code::TokenMalformed,
        "The general JSON form of the same token.",
        "RFC 7515 §7.2.1",
        Draft::good().token(move |token| {
            let [header, payload, signature] = split(&token);
            format!(
                r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
            )
        }),
    );
    let encrypted = |header: &str| {
        let header = base64url::encode(header.as_bytes());
        Draft::existing(&format!(
            "{header}.AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"
        ))
    };
    let headers = [
        ("jwe", r#"{"alg":"RSA-OAEP-256","enc":"A256GCM"}"#),
        (
            "jwe_nested",
            r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","cty":"JWT"}"#,
        ),
        ("jwe_zip", r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#),
        (
            "jwe_pbes2",
            r#"{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"}"#,
        ),
    ];
    for (name, header) in headers {
        cases.refused(
            &format!("compact_{name}"),
            Code::TokenMalformed,
            "An encrypted token; nothing is derived from it or inflated.",
            "RFC 7516 §3.1, RFC 8725 §3.6",
            encrypted(header),
        );
    }
}

fn size(cases: &mut Cases) {
    let padded = |count: usize| Draft::good().claim("padding", "A".repeat(count));
    let length = |count: usize| padded(count).vector("", "", "").token.to_text().len();
    let longest = (23_000..)
        .find(|count| length(*count) >= sealgate_core::limits::TOKEN_BYTES)
        .expect("some length reaches the limit");
    assert_eq!(
        length(longest),
        sealgate_core::limits::TOKEN_BYTES,
        "exactly"
    );
    cases.accepted(
        "compact_size_limit",
        "As large as a token may be.",
        "limits",
        padded(longest),
    );
    cases.refused(
        "compact_size_beyond",
        Code::TokenTooLarge,
        "Larger than a token may be, with a signature that holds.",
        "limits",
        Draft::good().claim("padding", "A".repeat(24_000)),
    );
    cases.refused(
        "compact_size_1mb",
        Code::TokenTooLarge,
        "A million characters after the token.",
        "limits",
        Draft::good().token(|token| token + &"A".repeat(1_000_000)),
    );
    cases.refused(
        "compact_size_64mb",
        Code::TokenTooLarge,
        "Sixty-four million dots.",
        "limits",
        Draft::existing(&".".repeat(64_000_000)),
    );
    cases.refused(
        "compact_size_many_certificates",
        Code::TokenTooLarge,
        "A thousand certificates in `x5c`.",
        "limits",
        Draft::good().header("x5c", vec!["A".repeat(1200); 1000]),
    );
}
