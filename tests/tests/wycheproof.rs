//! Wycheproof: RSA-2048 and P-256 signatures, and JSON web signatures.

use serde_json::{Map, Value};

use sealgate_core::{
    Algorithm, PublicKey, SignatureAnswer, SignatureCheck, UnverifiedToken, base64url,
};
use sealgate_tests::tests_path;
use wycheproof::TestResult;

fn holds(algorithm: Algorithm, key: PublicKey, message: &[u8], signature: &[u8]) -> bool {
    SignatureCheck::new(algorithm, key, message.to_vec(), signature.to_vec())
        .is_some_and(|check| check.verify() == SignatureAnswer::Valid)
}

/// `acceptable` signatures miss the NULL in their `DigestInfo`: refused, as by RFC 8017 §9.2.
#[test]
fn rsa_2048_sha256() {
    use wycheproof::rsa_pkcs1_verify::{TestFlag, TestName, TestSet};
    let set = TestSet::load(TestName::Rsa2048Sha256).expect("the set is built in");
    let (mut executed, mut valid) = (0, 0);
    for group in set.test_groups {
        let key = PublicKey::rsa(
            strip_zeroes(group.key.n.as_ref()),
            strip_zeroes(group.key.e.as_ref()),
        );
        for test in &group.tests {
            let actual = key.clone().is_ok_and(|key| {
                holds(Algorithm::Rs256, key, test.msg.as_ref(), test.sig.as_ref())
            });
            // Keys with a small exponent are refused before any signature is looked at.
            let small = test.flags.contains(&TestFlag::SmallPublicKey);
            assert_eq!(key.is_err(), small, "test {}: {key:?}", test.tc_id);
            let expected = test.result == TestResult::Valid && !small;
            assert_eq!(actual, expected, "test {}: {}", test.tc_id, test.comment);
            executed += 1;
            valid += usize::from(actual);
        }
    }
    assert_eq!(executed, set.number_of_tests);
    assert!(valid > 0);
    println!("{executed} tests, {valid} valid");
}

#[test]
fn p256_sha256() {
    use wycheproof::ecdsa::{TestName, TestSet};
    let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).expect("the set is built in");
    let (mut executed, mut valid) = (0, 0);
    for group in set.test_groups {
        let point: &[u8] = group.key.key.as_ref();
        let jwk = Map::from_iter(
            [
                ("kty", "EC".to_owned()),
                ("crv", "P-256".to_owned()),
                ("x", base64url::encode(&point[1..33])),
                ("y", base64url::encode(&point[33..65])),
            ]
            .map(|(name, value)| (name.to_owned(), Value::String(value))),
        );
        let key = PublicKey::from_jwk(&jwk, Algorithm::Es256);
        for test in &group.tests {
            let actual = key.clone().is_ok_and(|key| {
                holds(Algorithm::Es256, key, test.msg.as_ref(), test.sig.as_ref())
            });
            assert_eq!(
                actual,
                test.result == TestResult::Valid,
                "test {}: {}",
                test.tc_id,
                test.comment
            );
            executed += 1;
            valid += usize::from(actual);
        }
    }
    assert_eq!(executed, set.number_of_tests);
    assert!(valid > 0);
    println!("{executed} tests, {valid} valid");
}

fn strip_zeroes(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

/// The token half of the core on a JWS: its payloads are any text, so the payload is exchanged for
/// an empty object while the form and the header are read, and the signature is checked over the
/// original.
fn verifies(jwk: &Map<String, Value>, jws: &str) -> bool {
    let parts: Vec<_> = jws.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        return false;
    };
    if base64url::decode(payload).is_none() {
        return false;
    }
    let Ok(token) = UnverifiedToken::parse(&format!("{header}.e30.{signature}")) else {
        return false;
    };
    let algorithm = token.header().algorithm();
    let (Ok(key), Some(signature)) = (
        PublicKey::from_jwk(jwk, algorithm),
        base64url::decode(signature),
    ) else {
        return false;
    };
    holds(
        algorithm,
        key,
        format!("{header}.{payload}").as_bytes(),
        &signature,
    )
}

#[test]
fn json_web_signatures() {
    let text = std::fs::read_to_string(tests_path(
        "vectors/wycheproof/json_web_signature_test.json",
    ))
    .expect("the set is beside the vectors");
    let set: Value = serde_json::from_str(&text).expect("it is JSON");
    let (mut executed, mut valid, mut failed) = (0, 0, Vec::new());
    for group in set["testGroups"].as_array().expect("groups") {
        let jwk = ["public", "private"]
            .iter()
            .find_map(|name| group[*name].as_object());
        let jwk = jwk.expect("a group has a key");
        // Other algorithms are refused, whatever their signatures.
        let ours = matches!(
            jwk.get("alg").and_then(Value::as_str),
            Some("RS256" | "ES256")
        );
        for test in group["tests"].as_array().expect("tests") {
            let jws = test["jws"]
                .as_str()
                .map_or_else(|| test["jws"].to_string(), str::to_owned);
            let actual = verifies(jwk, &jws);
            let expected = ours && test["result"] == "valid";
            if actual != expected {
                failed.push(format!("{}: {} is {actual}", test["tcId"], test["comment"]));
            }
            executed += 1;
            valid += usize::from(actual);
        }
    }
    assert!(
        failed.is_empty(),
        "{} differ:\n{}",
        failed.len(),
        failed.join("\n")
    );
    assert_eq!(Some(executed), set["numberOfTests"].as_u64());
    println!("{executed} tests, {valid} valid");
}
