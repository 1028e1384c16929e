//! Which key: by exact `kid` from the given set, and only a key that is fit for it.
//!
//! Long because it is a table, a case per row.

use num_bigint::BigUint;
use sealgate_core::{Code, base64url};
use serde_json::{Value, json};

use super::draft::{KEY_ID, NEXT_KEY_ID};
use super::{Cases, Draft};
use crate::keys::{
    DIGEST_INFO, ISSUER, ISSUER_NEXT, RSA_512, RSA_1024, RSA_1536, RSA_8192, RSA_E3, RsaKey,
    STRANGER,
};

pub(super) fn add(cases: &mut Cases) {
    embedded(cases);
    urls(cases);
    identifiers(cases);
    collisions(cases);
    purpose(cases);
    sizes(cases);
    exponents(cases);
    encodings(cases);
    sets(cases);
}

fn embedded(cases: &mut Cases) {
    let draft = || {
        Draft::good()
            .header("jwk", STRANGER.jwk(KEY_ID))
            .signed_by(&STRANGER)
    };
    cases.refused(
        "key_embedded_jwk",
        Code::SignatureInvalid,
        "The token brings a stranger's key along and is signed by it.",
        "RFC 7515 §4.1.3",
        draft(),
    );
    cases.refused(
        "key_embedded_jwk_own_kid",
        Code::KeyNotFound,
        "The same, with the stranger's own `kid`.",
        "RFC 7515 §4.1.3",
        draft()
            .header("kid", "stranger")
            .header("jwk", STRANGER.jwk("stranger")),
    );
    cases.accepted(
        "key_embedded_jwk_ignored",
        "A genuine signature counts; the `jwk` beside it is not looked at.",
        "RFC 7515 §4.1.3",
        Draft::good().header("jwk", STRANGER.jwk(KEY_ID)),
    );
}

fn urls(cases: &mut Cases) {
    let urls = [
        ("jku", "jku", "https://attacker.example/keys"),
        (
            "jku_userinfo",
            "jku",
            "https://www.googleapis.com@attacker.example/keys",
        ),
        (
            "jku_dots",
            "jku",
            "https://www.googleapis.com/service_accounts/../../attacker/keys",
        ),
        (
            "jku_redirect",
            "jku",
            "https://www.google.com/url?q=https://attacker.example/keys",
        ),
        ("x5u", "x5u", "https://attacker.example/chain.pem"),
    ];
    for (name, parameter, url) in urls {
        cases.refused(
            &format!("key_{name}"),
            Code::KeyNotFound,
            "The token points to a stranger's keys, which are never fetched.",
            "RFC 8725 §3.10",
            Draft::good()
                .header(parameter, url)
                .header("kid", "stranger")
                .signed_by(&STRANGER),
        );
    }
    cases.refused(
        "key_jku_known_kid",
        Code::SignatureInvalid,
        "The token points to a stranger's keys under a `kid` of the issuer.",
        "RFC 8725 §3.10",
        Draft::good()
            .header("jku", "https://attacker.example/keys")
            .signed_by(&STRANGER),
    );
}

fn identifiers(cases: &mut Cases) {
    let texts = [
        ("path", "../../dev/null"),
        ("sql", "' OR 1=1--"),
        ("empty", ""),
        ("nul", "5ea19a7e00000000000000000000000000000001\0"),
        ("url", "https://attacker.example/keys"),
        ("proto", "__proto__"),
        ("constructor", "constructor"),
        ("case", "5EA19A7E00000000000000000000000000000001"),
        ("space", "5ea19a7e00000000000000000000000000000001 "),
        ("prefix", "5ea19a7e"),
    ];
    for (name, key_id) in texts {
        cases.refused(
            &format!("key_id_{name}"),
            Code::KeyNotFound,
            "A `kid` is looked up byte for byte and means nothing else.",
            "RFC 7515 §4.1.4, RFC 8725 §3.10",
            Draft::good().header("kid", key_id),
        );
    }
    cases.refused(
        "key_id_normalisation",
        Code::KeyNotFound,
        "The set writes the `kid` in normal form C, the token in D.",
        "RFC 7515 §4.1.4",
        Draft::good()
            .header("kid", "schlu\u{308}ssel")
            .keys(json!([ISSUER.jwk("schl\u{fc}ssel")])),
    );
    let types = [
        ("null", Value::Null),
        ("number", json!(5)),
        ("array", json!([KEY_ID])),
    ];
    for (name, key_id) in types {
        cases.refused(
            &format!("key_id_{name}"),
            Code::TokenMalformed,
            "A `kid` is a string.",
            "RFC 7515 §4.1.4",
            Draft::good().header("kid", key_id),
        );
    }
    cases.refused(
        "key_id_long",
        Code::TokenMalformed,
        "A `kid` of 257 bytes.",
        "limits",
        Draft::good().header("kid", "a".repeat(257)),
    );
    cases.refused(
        "key_id_huge",
        Code::TokenTooLarge,
        "A `kid` of a million bytes.",
        "limits",
        Draft::good().header("kid", "a".repeat(1_000_000)),
    );
    let missing = || Draft::good().without_header("kid");
    cases.refused(
        "key_id_missing_one_key",
        Code::KeyNotFound,
        "No `kid`, and one key in the set: keys are never tried.",
        "RFC 7515 §4.1.4",
        missing().keys(json!([ISSUER.jwk(KEY_ID)])),
    );
    cases.refused(
        "key_id_missing_two_keys",
        Code::KeyNotFound,
        "No `kid`, and two keys in the set.",
        "RFC 7515 §4.1.4",
        missing(),
    );
    cases.refused(
        "key_id_rotated_out",
        Code::KeyNotFound,
        "The issuer has replaced the key that signed the token.",
        "RFC 7517 §4.5",
        Draft::good().keys(json!([ISSUER_NEXT.jwk(NEXT_KEY_ID)])),
    );
    cases.refused(
        "key_id_of_another_key",
        Code::SignatureInvalid,
        "The `kid` of one key of the set, the signature of the other.",
        "RFC 7515 §4.1.4",
        Draft::good().header("kid", NEXT_KEY_ID),
    );
    cases.accepted(
        "key_second_of_set",
        "The second key of the set.",
        "RFC 7517 §4.5",
        Draft::good()
            .header("kid", NEXT_KEY_ID)
            .signed_by(&ISSUER_NEXT),
    );
}

fn collisions(cases: &mut Cases) {
    let both = || Draft::good().keys(json!([ISSUER.jwk(KEY_ID), ISSUER_NEXT.jwk(KEY_ID)]));
    for (name, draft) in [
        ("first", both()),
        ("second", both().signed_by(&ISSUER_NEXT)),
    ] {
        cases.refused(
            &format!("key_ambiguous_{name}"),
            Code::KeyAmbiguous,
            "Two keys of one `kid`; either might be meant.",
            "RFC 7517 §4.5",
            draft,
        );
    }
    cases.refused(
        "key_ambiguous_same",
        Code::KeyAmbiguous,
        "The same key twice.",
        "RFC 7517 §4.5",
        Draft::good().keys(json!([ISSUER.jwk(KEY_ID), ISSUER.jwk(KEY_ID)])),
    );
}

fn purpose(cases: &mut Cases) {
    let edits: [(&str, &str, Value); 8] = [
        ("alg_ps256", "alg", json!("PS256")),
        ("alg_type", "alg", json!(["RS256"])),
        ("use_enc", "use", json!("enc")),
        ("key_ops_sign", "key_ops", json!(["sign"])),
        ("key_ops_encrypt", "key_ops", json!(["encrypt"])),
        ("kty_missing", "kty", Value::Null),
        ("kty_oct", "kty", json!("oct")),
        ("kty_case", "kty", json!("rsa")),
    ];
    for (name, member, value) in edits {
        cases.refused(
            &format!("key_{name}"),
            Code::KeyNotUsable,
            "The key's own members say that it is not for this.",
            "RFC 7517 §4.1 to §4.4",
            Draft::good().keys(json!([edited(&ISSUER, member, value)])),
        );
    }
    cases.refused(
        "key_symmetric",
        Code::KeyNotUsable,
        "A symmetric key under the token's `kid`.",
        "RFC 8725 §3.1",
        Draft::good()
            .keys(json!([{ "kty": "oct", "kid": KEY_ID, "k": base64url::encode(&[7; 32]) }])),
    );
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        cases.refused(
            &format!("key_private_{member}"),
            Code::KeyNotUsable,
            "The set publishes a private member: everybody can sign with this key.",
            "RFC 7517 §9.2",
            Draft::good().keys(json!([edited(&ISSUER, member, json!("AQAB"))])),
        );
    }
    cases.accepted(
        "key_ops_verify",
        "A key whose `key_ops` allow verification.",
        "RFC 7517 §4.3",
        Draft::good().keys(json!([edited(&ISSUER, "key_ops", json!(["verify"]))])),
    );
    cases.accepted(
        "key_beside_unusable",
        "An unusable key beside the right one does no harm.",
        "RFC 7517 §5",
        Draft::good()
            .keys(json!([{ "kty": "oct", "kid": "other", "k": "AA" }, ISSUER.jwk(KEY_ID)])),
    );
}

fn sizes(cases: &mut Cases) {
    let keys: [(&str, &'static RsaKey); 4] = [
        ("512", &RSA_512),
        ("1024", &RSA_1024),
        ("1536", &RSA_1536),
        ("8192", &RSA_8192),
    ];
    for (name, key) in keys {
        cases.refused(
            &format!("key_bits_{name}"),
            Code::KeyNotUsable,
            "A sound signature by a key of a size that is not accepted.",
            "RFC 7518 §3.3; limits",
            Draft::good().keys(json!([key.jwk(KEY_ID)])).signed_by(key),
        );
    }
    let huge = RSA_8192.modulus() * RSA_8192.modulus();
    cases.refused(
        "key_bits_16384",
        Code::KeyNotUsable,
        "A modulus of 16384 bits, refused before anything is computed with it.",
        "limits",
        Draft::good().keys(json!([with_modulus(&huge.to_bytes_be())])),
    );
    cases.refused(
        "key_modulus_even",
        Code::KeyNotUsable,
        "An even modulus.",
        "RFC 8017 §3.1",
        Draft::good().keys(json!([with_modulus(
            &(ISSUER.modulus() - 1_u32).to_bytes_be()
        )])),
    );
    let mut divisible = ISSUER.modulus() - (ISSUER.modulus() % 3_u32);
    while !divisible.bit(0) {
        divisible -= 3_u32;
    }
    cases.refused(
        "key_modulus_divisible",
        Code::SignatureInvalid,
        "A modulus divisible by 3: nothing that the issuer signed verifies with it.",
        "RFC 8017 §3.1",
        Draft::good().keys(json!([with_modulus(&divisible.to_bytes_be())])),
    );
}

fn exponents(cases: &mut Cases) {
    let with_exponent = |bytes: &[u8]| edited(&ISSUER, "e", json!(base64url::encode(bytes)));
    let exponents: [(&str, &[u8]); 6] = [
        ("zero", &[0]),
        ("two", &[2]),
        ("even", &[1, 0, 0]),
        ("five_bytes", &[1, 0, 0, 0, 1]),
        ("huge", &[0xff; 512]),
        ("empty", &[]),
    ];
    for (name, exponent) in exponents {
        cases.refused(
            &format!("key_exponent_{name}"),
            Code::KeyNotUsable,
            "A public exponent that is not odd and between 65537 and 2^32.",
            "RFC 8017 §3.1; limits",
            Draft::good().keys(json!([with_exponent(exponent)])),
        );
    }
    cases.refused(
        "key_exponent_of_modulus_size",
        Code::KeyNotUsable,
        "A public exponent as long as the modulus.",
        "limits",
        Draft::good().keys(json!([with_exponent(
            &(ISSUER.modulus() - 2_u32).to_bytes_be()
        )])),
    );
    cases.refused(
        "key_exponent_one",
        Code::KeyNotUsable,
        "With exponent 1 every padded message is its own signature.",
        "RFC 8017 §3.1",
        Draft::good()
            .keys(json!([with_exponent(&[1])]))
            .signed(|message| {
                use sha2::Digest;
                ISSUER.encode(&[&DIGEST_INFO[..], &sha2::Sha256::digest(message)].concat())
            }),
    );
    cases.refused(
        "key_exponent_three",
        Code::KeyNotUsable,
        "A sound signature by a key with exponent 3, which makes faults in padding exploitable.",
        "limits",
        Draft::good()
            .keys(json!([RSA_E3.jwk(KEY_ID)]))
            .signed_by(&RSA_E3),
    );
}

fn encodings(cases: &mut Cases) {
    let modulus = ISSUER.modulus().to_bytes_be();
    let padded = [&[0][..], &modulus].concat();
    let standard = {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(&modulus)
    };
    let edits: [(&str, &str, Value); 6] = [
        ("n_leading_zero", "n", json!(base64url::encode(&padded))),
        ("e_leading_zero", "e", json!("AAEAAQ")),
        ("n_standard_base64", "n", json!(standard)),
        ("e_number", "e", json!(65537)),
        ("n_missing", "n", Value::Null),
        ("n_empty", "n", json!("")),
    ];
    for (name, member, value) in edits {
        cases.refused(
            &format!("key_{name}"),
            Code::KeyNotUsable,
            "Numbers of a JWK are base64url of the least number of bytes.",
            "RFC 7518 §2 (Base64urlUInt), §6.3.1",
            Draft::good().keys(json!([edited(&ISSUER, member, value)])),
        );
    }
}

fn sets(cases: &mut Cases) {
    let key = ISSUER.jwk(KEY_ID);
    let texts = [
        ("empty", r#"{"keys":[]}"#.to_owned()),
        ("html", "<!doctype html><title>Hello</title>".to_owned()),
        ("no_keys", "{}".to_owned()),
        ("keys_object", r#"{"keys":{}}"#.to_owned()),
        ("key_string", r#"{"keys":["x"]}"#.to_owned()),
        (
            "duplicate_keys",
            format!(r#"{{"keys":[{key}],"keys":[{key}]}}"#),
        ),
        ("trailing", format!(r#"{{"keys":[{key}]}} "#) + "x"),
        (
            "65_keys",
            format!(r#"{{"keys":[{key}{}]}}"#, r#",{"kty":"RSA"}"#.repeat(64)),
        ),
    ];
    for (name, text) in texts {
        cases.refused(
            &format!("key_set_{name}"),
            Code::JwksInvalid,
            "Not a key set within the limits.",
            "RFC 7517 §5; limits",
            Draft::good().key_set_text(text),
        );
    }
    cases.accepted(
        "key_set_text",
        "A key set with white space and unknown members.",
        "RFC 7517 §5",
        Draft::good().key_set_text(format!("{{ \"x\": 1,\n \"keys\": [ {key} ] }}\n")),
    );
}

/// The issuer's JWK with one member replaced, or removed by null.
fn edited(key: &RsaKey, member: &str, value: Value) -> Value {
    let mut jwk = key.jwk(KEY_ID);
    let members = jwk.as_object_mut().expect("a JWK is an object");
    match value {
        Value::Null => members.remove(member),
        value => members.insert(member.to_owned(), value),
    };
    jwk
}

fn with_modulus(modulus: &[u8]) -> Value {
    debug_assert!(BigUint::from_bytes_be(modulus).bits() > 0);
    edited(&ISSUER, "n", json!(base64url::encode(modulus)))
}
