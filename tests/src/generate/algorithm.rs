//! The signature algorithm: exactly RS256, whatever the header says.

use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::signature::Signer;
use rsa::pkcs8::{DecodePrivateKey, EncodePublicKey, LineEnding};
use rsa::rand_core::{Infallible, TryCryptoRng, TryRng};
use rsa::signature::{RandomizedSigner, SignatureEncoding};
use sealgate_core::{Code, base64url};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::draft::KEY_ID;
use super::{Cases, Draft};
use crate::keys::{ISSUER, P256_PEM};

pub(super) fn add(cases: &mut Cases) {
    none(cases);
    confusion(cases);
    other_rsa(cases);
    spelling(cases);
    elliptic_curve(cases);
}

fn none(cases: &mut Cases) {
    for (name, alg) in [
        ("none", "none"),
        ("none_title", "None"),
        ("none_upper", "NONE"),
        ("none_mixed", "nOnE"),
    ] {
        cases.refused(
            &format!("algorithm_{name}"),
            Code::AlgorithmNotAllowed,
            "An unsecured token, with an empty signature.",
            "RFC 7515 appendix A.5, RFC 8725 §3.1",
            Draft::good().header("alg", alg).signed(|_| Vec::new()),
        );
    }
    cases.refused(
        "algorithm_none_signed",
        Code::AlgorithmNotAllowed,
        "`none` in the header, with a signature that holds.",
        "RFC 8725 §3.1",
        Draft::good().header("alg", "none"),
    );
}

/// The public key used as the secret of an HMAC, in each form that a library might take it.
fn confusion(cases: &mut Cases) {
    let public = ISSUER.private().to_public_key();
    let pem = public
        .to_public_key_pem(LineEnding::LF)
        .expect("a public key");
    let secrets: [(&str, Vec<u8>); 5] = [
        ("der", ISSUER.spki()),
        ("pem", pem.trim_end().as_bytes().to_vec()),
        ("pem_lf", pem.clone().into_bytes()),
        ("modulus", ISSUER.modulus().to_bytes_be()),
        ("jwk", ISSUER.jwk(KEY_ID).to_string().into_bytes()),
    ];
    for (name, secret) in secrets {
        cases.refused(
            &format!("algorithm_hs256_{name}"),
            Code::AlgorithmNotAllowed,
            "The issuer's public key, used as the secret of an HMAC.",
            "RFC 8725 §2.1",
            Draft::good()
                .header("alg", "HS256")
                .signed(move |message| hs256(&secret, message)),
        );
    }
    cases.refused(
        "algorithm_hs256_symmetric_key",
        Code::AlgorithmNotAllowed,
        "A symmetric key in the set, and a token that is right for it.",
        "RFC 8725 §3.1",
        Draft::good()
            .header("alg", "HS256")
            .signed(|message| hs256(&[7; 32], message))
            .keys(json!([{ "kty": "oct", "kid": KEY_ID, "k": base64url::encode(&[7; 32]) }])),
    );
}

fn hs256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a secret of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// Sound signatures of the issuer's own key, by algorithms that Google does not use.
fn other_rsa(cases: &mut Cases) {
    use rsa::signature::Signer as _;
    let key = || ISSUER.private();
    let rs1 = rsa::pkcs1v15::SigningKey::<Sha1>::new(key());
    let rs384 = rsa::pkcs1v15::SigningKey::<Sha384>::new(key());
    let rs512 = rsa::pkcs1v15::SigningKey::<Sha512>::new(key());
    let ps256 = rsa::pss::SigningKey::<Sha256>::new(key());
    let mut add = |name: &str, draft: Draft| {
        cases.refused(
            &format!("algorithm_{}", name.to_lowercase()),
            Code::AlgorithmNotAllowed,
            "A sound signature of the issuer's key, by an algorithm that is not accepted.",
            "RFC 8725 §3.1",
            draft.header("alg", name),
        );
    };
    add(
        "RS1",
        Draft::good().signed(move |message| rs1.sign(message).to_vec()),
    );
    add(
        "RS384",
        Draft::good().signed(move |message| rs384.sign(message).to_vec()),
    );
    add(
        "RS512",
        Draft::good().signed(move |message| rs512.sign(message).to_vec()),
    );
    add(
        "PS256",
        Draft::good().signed(move |message| ps256.sign_with_rng(&mut Salt, message).to_vec()),
    );
}

fn spelling(cases: &mut Cases) {
    for (name, alg) in [
        ("lower", "rs256"),
        ("space", "RS256 "),
        ("nul", "RS256\0"),
        ("empty", ""),
    ] {
        cases.refused(
            &format!("algorithm_spelling_{name}"),
            Code::AlgorithmNotAllowed,
            "Names of algorithms are compared byte for byte.",
            "RFC 7515 §4.1.1",
            Draft::good().header("alg", alg),
        );
    }
    let types: [(&str, Value); 4] = [
        ("null", Value::Null),
        ("array", json!(["RS256"])),
        ("number", json!(256)),
        ("object", json!({})),
    ];
    for (name, alg) in types {
        cases.refused(
            &format!("algorithm_type_{name}"),
            Code::TokenMalformed,
            "`alg` is a string.",
            "RFC 7515 §4.1.1",
            Draft::good().header("alg", alg),
        );
    }
    cases.refused(
        "algorithm_missing",
        Code::TokenMalformed,
        "`alg` must be there.",
        "RFC 7515 §4.1.1",
        Draft::good().without_header("alg"),
    );
}

fn elliptic_curve(cases: &mut Cases) {
    let key = p256::SecretKey::from_pkcs8_pem(P256_PEM).expect("a test key");
    let jwk: Value = {
        let point = key.public_key().to_sec1_bytes();
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KEY_ID,
            "x": base64url::encode(&point[1..33]), "y": base64url::encode(&point[33..65]),
        })
    };
    let signing = p256::ecdsa::SigningKey::from(key);
    cases.refused(
        "algorithm_es256",
        Code::AlgorithmNotAllowed,
        "A sound ES256 signature by a key of the set.",
        "RFC 8725 §3.1",
        Draft::good()
            .header("alg", "ES256")
            .keys(json!([jwk]))
            .signed(move |message| {
                let signature: p256::ecdsa::Signature = signing.sign(message);
                signature.to_bytes().to_vec()
            }),
    );
    cases.refused(
        "algorithm_es256_zero",
        Code::AlgorithmNotAllowed,
        "An ES256 signature of zeroes, which a careless check takes for any message.",
        "RFC 8725 §3.1; SEC 1 §4.1.4 step 1",
        Draft::good()
            .header("alg", "ES256")
            .keys(json!([jwk]))
            .signed(|_| vec![0; 64]),
    );
    cases.refused(
        "algorithm_rs256_with_ec_key",
        Code::KeyNotUsable,
        "RS256 in the header, an EC key under its `kid`.",
        "RFC 8725 §3.1",
        Draft::good().keys(json!([jwk])),
    );
}

/// The salt of a PSS signature, always the same: vectors are reproducible.
struct Salt;

impl TryRng for Salt {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0x5a5a_5a5a)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0x5a5a_5a5a_5a5a_5a5a)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(0x5a);
        Ok(())
    }
}

impl TryCryptoRng for Salt {}
