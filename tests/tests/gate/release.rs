//! What a machine gets, and what it does not.
//!
//! Long because every refusal at the door has its test here.

use sealgate_core::Code;
use sealgate_tests::curl::Request;
use sealgate_tests::issuer::unix_now;
use serde_json::{Value, json};

use crate::desk::{Desk, SECRET, VALUE};

#[test]
fn a_good_token_gets_the_secret_once() {
    let desk = Desk::with_secret();
    let token = desk.token(SECRET);
    let released = desk.gate.release(SECRET, &token).send().expect(200);
    assert_eq!(
        released.json(),
        json!({ "name": SECRET, "version": 1, "value": VALUE })
    );
    assert_eq!(released.header("content-type"), Some("application/json"));
    released.is_private();
    for _ in 0..3 {
        desk.gate
            .release(SECRET, &token)
            .send()
            .refused(Code::TokenAlreadyUsed);
    }
    desk.assert_released();
}

#[test]
fn the_codelabs_curl_line_gets_the_default_secret_once() {
    let desk = Desk::empty();
    desk.gate.store("super-secret", VALUE, &desk.policy());
    let token = desk.issuer.token(&desk.gate.origin()).sign();
    let released = desk
        .gate
        .request("GET", "/")
        .bearer(&token)
        .send()
        .expect(200);
    assert_eq!(released.text(), format!("{VALUE}\n"));
    assert!(
        released
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/plain"))
    );
    released.is_private();
    desk.gate
        .request("GET", "/")
        .bearer(&token)
        .send()
        .refused(Code::TokenAlreadyUsed);
}

#[test]
fn bytes_that_are_no_text_come_in_base64() {
    let desk = Desk::empty();
    desk.gate
        .owner("PUT", "/v1/secrets/key.bin")
        .json(&json!({ "value_base64": "/wD+", "policy": desk.policy() }))
        .send()
        .expect(201);
    let released = desk
        .gate
        .release("key.bin", &desk.token("key.bin"))
        .send()
        .expect(200);
    assert_eq!(
        released.json(),
        json!({ "name": "key.bin", "version": 1, "value_base64": "_wD-" })
    );
}

#[test]
fn a_token_opens_no_other_door() {
    let desk = Desk::with_secret();
    desk.gate.store("super-secret", VALUE, &desk.policy());
    desk.gate.store("other", VALUE, &desk.policy());
    let audiences = [
        desk.gate.audience("other"),
        desk.gate.origin(),
        format!("{}/v1/release", desk.gate.origin()),
        format!("{}/", desk.gate.audience(SECRET)),
        "https://sts.googleapis.com".to_owned(),
    ];
    for audience in audiences {
        let token = desk.issuer.token(&audience).sign();
        desk.gate
            .release(SECRET, &token)
            .send()
            .refused(Code::AudienceMismatch);
    }
    let token = desk.token(SECRET);
    desk.gate
        .request("GET", "/")
        .bearer(&token)
        .send()
        .refused(Code::AudienceMismatch);
    desk.gate.release(SECRET, &token).send().expect(200);
}

#[test]
fn head_and_options_use_nothing_up() {
    let desk = Desk::with_secret();
    desk.gate.store("super-secret", VALUE, &desk.policy());
    let door = format!("/v1/secrets/{SECRET}/release");
    let token = desk.token(SECRET);
    let root_token = desk.issuer.token(&desk.gate.origin()).sign();
    for method in ["HEAD", "OPTIONS", "GET", "PUT", "DELETE"] {
        let response = desk.gate.request(method, &door).bearer(&token).send();
        assert!(
            response.status == 204 || response.status == 405,
            "{method}: {}",
            response.status
        );
        assert!(!response.text().contains(VALUE));
    }
    for method in ["HEAD", "OPTIONS"] {
        let response = desk.gate.request(method, "/").bearer(&root_token).send();
        assert!(!response.text().contains(VALUE), "{method}");
    }
    desk.gate.release(SECRET, &token).send().expect(200);
    desk.gate
        .request("GET", "/")
        .bearer(&root_token)
        .send()
        .expect(200);
}

#[test]
fn each_defect_has_its_code() {
    let desk = Desk::with_secret();
    let good = || desk.issuer.token(&desk.gate.audience(SECRET));
    let now = unix_now();
    let cases = [
        (
            Code::TokenExpired,
            good().issued_at(now - 7200, 3600).sign(),
        ),
        (
            Code::TokenNotYetValid,
            good().issued_at(now + 600, 3600).sign(),
        ),
        (
            Code::TokenLifetimeTooLong,
            good().issued_at(now, 3601).sign(),
        ),
        (
            Code::AudienceMismatch,
            good().claim("aud", "https://other.example").sign(),
        ),
        (
            Code::AudienceMismatch,
            good().claim("aud", json!([])).sign(),
        ),
        (
            Code::IssuerNotTrusted,
            good()
                .claim("iss", "https://confidentialcomputing.googleapis.com")
                .sign(),
        ),
        (
            Code::IssuerNotTrusted,
            good()
                .claim("iss", format!("{}/", desk.issuer.url()))
                .sign(),
        ),
        (
            Code::ConditionNotMet,
            good().claim("hwmodel", "GCP_INTEL_TDX").sign(),
        ),
        (
            Code::ConditionNotMet,
            good().claim("swname", "CONFIDENTIAL_SPACE").sign(),
        ),
        (Code::SignatureInvalid, good().signed_by_stranger().sign()),
        (Code::KeyNotFound, good().key_id("nobody").sign()),
        (Code::TokenMalformed, "garbage".to_owned()),
        (Code::TokenMalformed, format!("{}=", good().sign())),
        (Code::TokenMalformed, format!("{}.AAAA", good().sign())),
        (Code::TokenTooLarge, "a".repeat(33 * 1024)),
        (Code::ClaimMissing, good().without("exp").sign()),
    ];
    for (code, token) in &cases {
        let refused = desk.gate.release(SECRET, token).send().refused(*code);
        assert!(!refused.text().contains(VALUE));
    }
    desk.assert_released();
}

#[test]
fn a_machine_learns_the_code_and_not_the_policy() {
    let desk = Desk::with_secret();
    let token = desk
        .issuer
        .token(&desk.gate.audience(SECRET))
        .claim("hwmodel", "OTHER")
        .sign();
    let refused = desk
        .gate
        .release(SECRET, &token)
        .send()
        .refused(Code::ConditionNotMet)
        .text();
    for told in ["hwmodel", "GCP_AMD_SEV", "assertion", "clause"] {
        assert!(!refused.contains(told), "{refused}");
    }
    // A secret that does not exist looks the same.
    let unknown = desk.gate.release("unknown", &desk.token("unknown")).send();
    assert_eq!(unknown.refused(Code::ConditionNotMet).text(), refused);
}

#[test]
fn requests_without_a_token_are_told_so() {
    let desk = Desk::with_secret();
    let door = format!("/v1/secrets/{SECRET}/release");
    let request = |value: &str| {
        desk.gate
            .request("POST", &door)
            .header("Authorization", value)
    };
    desk.gate
        .request("POST", &door)
        .send()
        .refused(Code::TokenMissing);
    desk.gate
        .request("GET", "/")
        .send()
        .refused(Code::TokenMissing);
    for value in ["", "Basic YTpi", "Bearer", "Bearer "] {
        let response = request(value).send();
        assert_eq!(response.status, 401, "{value:?}: {}", response.text());
        let code = response.json()["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            ["token_missing", "token_malformed"].contains(&code.as_str()),
            "{value:?}: {code}"
        );
    }
    let token = desk.token(SECRET);
    for value in [
        format!("Bearer Bearer {token}"),
        format!("Bearer \"{token}\""),
        format!("Bearer {token}, Bearer {token}"),
    ] {
        request(&value).send().refused(Code::TokenMalformed);
    }
    request(&format!("bearer {token}")).send().expect(200);
}

#[test]
fn a_refused_release_uses_nothing_up() {
    let desk = Desk::empty();
    let mut policy = desk.policy();
    policy["condition"] = Value::from("assertion.submods.gce.zone == \"us-central1-a\"");
    desk.gate.store(SECRET, VALUE, &policy);
    let token = desk.token(SECRET);
    desk.gate
        .release(SECRET, &token)
        .send()
        .refused(Code::ConditionNotMet);
    policy["condition"] = Value::from("assertion.submods.gce.zone == \"europe-west4-a\"");
    desk.gate
        .owner("PUT", &format!("/v1/secrets/{SECRET}/policy"))
        .json(&policy)
        .send()
        .expect(200);
    desk.gate.release(SECRET, &token).send().expect(200);
    desk.gate
        .release(SECRET, &token)
        .send()
        .refused(Code::TokenAlreadyUsed);
}

#[test]
fn a_policy_may_allow_reuse() {
    let desk = Desk::empty();
    let mut policy = desk.policy();
    policy["reuse"] = Value::Bool(true);
    desk.gate.store(SECRET, VALUE, &policy);
    let token = desk.token(SECRET);
    for _ in 0..3 {
        desk.gate.release(SECRET, &token).send().expect(200);
    }
}

#[test]
fn a_tightened_policy_is_obeyed_at_once() {
    let desk = Desk::with_secret();
    desk.assert_released();
    let mut policy = desk.policy();
    policy["condition"] = Value::from("assertion.hwmodel == \"GCP_INTEL_TDX\"");
    desk.gate
        .owner("PUT", &format!("/v1/secrets/{SECRET}/policy"))
        .json(&policy)
        .send()
        .expect(200);
    desk.release().refused(Code::ConditionNotMet);
}

#[test]
fn of_64_at_once_exactly_one_gets_it() {
    let desk = Desk::with_secret();
    for _ in 0..3 {
        let token = desk.token(SECRET);
        let pending: Vec<_> = (0..64)
            .map(|_| {
                desk.gate
                    .release(SECRET, &token)
                    .start()
                    .expect("curl starts")
            })
            .collect();
        let responses: Vec<_> = pending
            .into_iter()
            .map(|pending| pending.wait().expect("an answer"))
            .collect();
        let released = responses
            .iter()
            .filter(|response| response.status == 200)
            .count();
        let used = responses
            .iter()
            .filter(|response| response.status == 409)
            .count();
        assert_eq!((released, used), (1, 63));
    }
}

#[test]
fn names_are_checked_before_anything_else() {
    let desk = Desk::with_secret();
    for name in [
        ".hidden",
        "-x",
        "a%20b",
        "a%2Fb",
        "%00",
        "a".repeat(65).as_str(),
        "%C3%BC",
        "a:b",
    ] {
        let token = desk.token(SECRET);
        desk.gate
            .request("POST", &format!("/v1/secrets/{name}/release"))
            .bearer(&token)
            .send()
            .refused(Code::NameInvalid);
    }
    let url = format!(
        "{}/v1/secrets/../secrets/{SECRET}/release",
        desk.gate.origin()
    );
    let response = Request::new("POST", &url)
        .bearer(&desk.token(SECRET))
        .send();
    assert!(!response.text().contains(VALUE) || response.status == 200);
}

#[test]
fn nothing_that_a_token_points_to_is_fetched() {
    let desk = Desk::with_secret();
    let before = desk.issuer.requests();
    let url = format!("{}/attacker-keys", desk.issuer.url());
    let forged = desk
        .issuer
        .token(&desk.gate.audience(SECRET))
        .key_urls(&url)
        .signed_by_stranger()
        .sign();
    desk.gate
        .release(SECRET, &forged)
        .send()
        .refused(Code::SignatureInvalid);
    let foreign = desk
        .issuer
        .token(&desk.gate.audience(SECRET))
        .key_urls(&url)
        .key_id("x")
        .sign();
    desk.gate
        .release(SECRET, &foreign)
        .send()
        .refused(Code::KeyNotFound);
    assert_eq!(desk.issuer.requests().other, before.other);
}

#[test]
fn neither_tokens_nor_values_are_logged() {
    let desk = Desk::with_secret();
    let token = desk.token(SECRET);
    desk.gate.release(SECRET, &token).send().expect(200);
    desk.gate
        .release(SECRET, &token)
        .send()
        .refused(Code::TokenAlreadyUsed);
    let forged = desk
        .issuer
        .token(&desk.gate.audience(SECRET))
        .signed_by_stranger()
        .sign();
    desk.gate
        .release(SECRET, &forged)
        .send()
        .refused(Code::SignatureInvalid);
    let log = desk.gate.log_with("signature_invalid");
    assert!(
        log.contains("token_already_used") && log.contains("signature_invalid"),
        "{log}"
    );
    for token in [&token, &forged] {
        for part in token.split('.') {
            assert!(!log.contains(part), "a part of a token is in the log");
        }
    }
    assert!(!log.contains(VALUE));
    assert!(!log.contains(sealgate_tests::gate::OWNER));
}
