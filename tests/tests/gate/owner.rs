//! What an owner may do.

use sealgate_core::Code;
use sealgate_tests::gate::{Gate, Settings, digest};
use sealgate_tests::issuer::DeskIssuer;
use serde_json::{Value, json};

use crate::desk::{Desk, SECRET, VALUE};

const PATH: &str = "/v1/secrets/db-password";

#[test]
fn stores_versions_and_shows_metadata_without_values() {
    let desk = Desk::with_secret();
    let metadata = desk.gate.owner("GET", PATH).send().expect(200);
    assert_eq!(metadata.json()["name"], SECRET);
    assert_eq!(metadata.json()["version"], 1);
    assert!(!metadata.text().contains(VALUE));
    metadata.is_private();
    desk.gate
        .owner("PUT", PATH)
        .json(&json!({ "value": "second" }))
        .send()
        .expect(200);
    let metadata = desk.gate.owner("GET", PATH).send().expect(200);
    assert_eq!(metadata.json()["version"], 2);
    assert!(!metadata.text().contains("second"));
    let released = desk.release().expect(200);
    assert_eq!(
        released.json(),
        json!({ "name": SECRET, "version": 2, "value": "second" })
    );
}

#[test]
fn writes_are_conditional() {
    let desk = Desk::with_secret();
    let put = |body: Value| desk.gate.owner("PUT", PATH).json(&body);
    let tag = desk.gate.owner("GET", PATH).send().expect(200);
    let tag = tag.header("etag").expect("an ETag").to_owned();
    let value = || json!({ "value": "next" });
    put(value())
        .header("If-None-Match", "*")
        .send()
        .refused(Code::PreconditionFailed);
    put(value())
        .header("If-Match", "\"other\"")
        .send()
        .refused(Code::PreconditionFailed);
    let with_policy = json!({ "value": "next", "policy": desk.policy() });
    put(with_policy.clone())
        .send()
        .refused(Code::PreconditionFailed);
    // The same number in another spelling is no tag of this gate.
    put(value())
        .header("If-Match", &tag.replacen('"', "\"+", 1))
        .send()
        .refused(Code::PreconditionFailed);
    put(value()).header("If-Match", &tag).send().expect(200);
    put(value())
        .header("If-Match", &tag)
        .send()
        .refused(Code::PreconditionFailed);
    let tag = desk.gate.owner("GET", PATH).send().expect(200);
    let tag = tag.header("etag").expect("an ETag").to_owned();
    put(with_policy).header("If-Match", &tag).send().expect(200);
    desk.gate
        .owner("PUT", "/v1/secrets/new")
        .header("If-None-Match", "*")
        .json(&json!({ "value": "new", "policy": desk.policy() }))
        .send()
        .expect(201);
    desk.gate
        .owner("PUT", "/v1/secrets/absent")
        .header("If-Match", "*")
        .json(&json!({ "value": "new", "policy": desk.policy() }))
        .send()
        .refused(Code::PreconditionFailed);
}

#[test]
fn lists_what_is_there() {
    let desk = Desk::with_secret();
    desk.gate.store("another", VALUE, &desk.policy());
    let list = desk.gate.owner("GET", "/v1/secrets").send().expect(200);
    assert!(!list.text().contains(VALUE));
    let text = list.text();
    assert!(
        text.contains("\"another\"") && text.contains("\"db-password\""),
        "{text}"
    );
}

#[test]
fn long_lists_come_in_pages() {
    let desk = Desk::empty();
    let body = json!({ "value": VALUE, "policy": desk.policy() });
    let names: Vec<_> = (0..103)
        .map(|number| format!("secret-{number:03}"))
        .collect();
    for name in &names {
        desk.gate
            .owner("PUT", &format!("/v1/secrets/{name}"))
            .json(&body)
            .send()
            .expect(201);
    }
    let mut listed = Vec::new();
    let mut path = "/v1/secrets".to_owned();
    loop {
        let page = desk.gate.owner("GET", &path).send().expect(200).json();
        let entries = page["secrets"].as_array().expect("a list").clone();
        assert!(
            !entries.is_empty() && entries.len() <= 100,
            "{}",
            entries.len()
        );
        listed.extend(
            entries
                .iter()
                .map(|entry| entry["name"].as_str().unwrap_or_default().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/secrets?after={next}"),
            None => break,
        }
    }
    assert_eq!(listed, names);
}

#[test]
fn what_was_used_stays_used_after_delete_and_new_creation() {
    let desk = Desk::with_secret();
    let token = desk.token(SECRET);
    desk.gate.release(SECRET, &token).send().expect(200);
    let deleted = desk.gate.owner("DELETE", PATH).send();
    assert!(
        deleted.status == 204 || deleted.status == 200,
        "{}",
        deleted.status
    );
    desk.gate
        .owner("GET", PATH)
        .send()
        .refused(Code::SecretNotFound);
    desk.gate
        .owner("DELETE", PATH)
        .send()
        .refused(Code::SecretNotFound);
    let list = desk.gate.owner("GET", "/v1/secrets").send().expect(200);
    assert!(!list.text().contains(SECRET), "{}", list.text());
    desk.release().refused(Code::ConditionNotMet);
    // A new life begins where the old one ended.
    desk.gate
        .owner("PUT", PATH)
        .json(&json!({ "value": VALUE }))
        .send()
        .refused(Code::PolicyRequired);
    desk.gate.store(SECRET, VALUE, &desk.policy());
    desk.gate
        .release(SECRET, &token)
        .send()
        .refused(Code::TokenAlreadyUsed);
    let released = desk.release().expect(200);
    assert_eq!(released.json()["version"], 2);
}

#[test]
fn policies_are_held_to_what_this_gate_offers() {
    let desk = Desk::empty();
    let put = |policy: Value| {
        desk.gate
            .owner("PUT", PATH)
            .json(&json!({ "value": VALUE, "policy": policy }))
            .send()
    };
    let with = |name: &str, value: Value| {
        let mut policy = desk.policy();
        policy[name] = value;
        policy
    };
    let without = |name: &str| {
        let mut policy = desk.policy();
        policy.as_object_mut().expect("an object").remove(name);
        policy
    };
    put(with("binding", json!("challenge"))).refused(Code::BindingNotSupported);
    put(without("binding")).refused(Code::BindingNotSupported);
    put(with("evidence", json!("required"))).refused(Code::EvidenceNotSupported);
    put(with("condition", json!("assertion."))).refused(Code::PolicyInvalid);
    put(with("allow", json!("everybody"))).refused(Code::PolicyInvalid);
    put(json!("text")).refused(Code::PolicyInvalid);
    put(with("issuers", json!(["https://untrusted.example"]))).refused(Code::PolicyInvalid);
    desk.gate
        .owner("PUT", PATH)
        .json(&json!({ "value": VALUE }))
        .send()
        .refused(Code::PolicyRequired);
    desk.gate
        .owner("GET", PATH)
        .send()
        .refused(Code::SecretNotFound);
}

#[test]
fn a_policy_that_lets_everybody_in_is_refused() {
    let issuer = DeskIssuer::start().expect("a free port");
    let google = "https://confidentialcomputing.googleapis.com";
    let gate = Gate::start(Settings::new(&[google, &issuer.url()])).expect("the gate starts");
    let mut policy = sealgate_tests::gate::codelab_policy(google);
    policy["acknowledge"] = json!([]);
    let put = |policy: &Value| {
        gate.owner("PUT", PATH)
            .json(&json!({ "value": VALUE, "policy": policy }))
            .send()
    };
    put(&policy).refused(Code::PolicyTooOpen);
    policy["acknowledge"] = json!(["project_not_pinned"]);
    put(&policy).expect(201);
}

#[test]
fn owners_have_their_own_secrets_and_rights() {
    let issuer = DeskIssuer::start().expect("a free port");
    let reader = "sgo_cmVhZGVyLW93bmVyLXRva2VuLWZvci10aGUtZGVzazE";
    let settings = Settings::new(&[&issuer.url()]).owners(&json!([
        { "name": "desk", "secrets": ["*"], "token_sha256": digest(sealgate_tests::gate::OWNER) },
        { "name": "team", "secrets": ["team-*"], "rights": ["write"], "token_sha256": digest(reader) },
    ]));
    let gate = Gate::start(settings).expect("the gate starts");
    let policy = sealgate_tests::gate::codelab_policy(&issuer.url());
    gate.store("mine", VALUE, &policy);
    gate.store("team-a", VALUE, &policy);
    let team = |method: &str, path: &str| gate.request(method, path).bearer(reader);
    let body = json!({ "value": "next" });
    team("PUT", "/v1/secrets/team-a")
        .json(&body)
        .send()
        .expect(200);
    let list = team("GET", "/v1/secrets").send().expect(200).text();
    assert!(list.contains("team-a") && !list.contains("mine"), "{list}");
    for response in [
        team("PUT", "/v1/secrets/mine").json(&body).send(),
        team("GET", "/v1/secrets/mine").send(),
        team("DELETE", "/v1/secrets/mine").send(),
        team("DELETE", "/v1/secrets/team-a").send(),
        team("PUT", "/v1/secrets/team-a/policy")
            .json(&policy)
            .send(),
    ] {
        let code = response.json()["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert!(
            ["not_authorized", "secret_not_found"].contains(&code.as_str()),
            "{code}"
        );
    }
    assert_eq!(
        gate.owner("GET", "/v1/secrets/mine")
            .send()
            .expect(200)
            .json()["version"],
        1
    );
}

#[test]
fn nobody_else_is_an_owner() {
    let desk = Desk::with_secret();
    let wrong = "sgo_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let token = desk.token(SECRET);
    for (method, path) in [
        ("GET", "/v1/secrets"),
        ("GET", PATH),
        ("DELETE", PATH),
        ("PUT", PATH),
    ] {
        for bearer in [wrong, &token, "x"] {
            let request = desk.gate.request(method, path).bearer(bearer);
            request
                .json(&json!({ "value": "x" }))
                .send()
                .refused(Code::NotAuthorized);
        }
        desk.gate
            .request(method, path)
            .send()
            .refused(Code::TokenMissing);
    }
    desk.assert_released();
}

#[test]
fn bodies_are_held_to_their_form_and_size() {
    let desk = Desk::with_secret();
    let put = |body: &str| {
        desk.gate
            .owner("PUT", PATH)
            .header("Content-Type", "application/json")
            .body(body.as_bytes().to_vec())
            .send()
    };
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "{",
        r#"{"value":1}"#,
        r#"{"value":""}"#,
        r#"{"value":"a","value":"b"}"#,
        r#"{"value":"a","value_base64":"YQ=="}"#,
        r#"{"value_base64":"?"}"#,
        r#"{"value":"a","other":1}"#,
    ] {
        let response = put(body);
        response.refused(Code::RequestInvalid);
    }
    put(&json!({ "value": "a".repeat(64 * 1024) }).to_string()).expect(200);
    put(&json!({ "value": "a".repeat(64 * 1024 + 1) }).to_string()).refused(Code::RequestTooLarge);
    put(&json!({ "value": "a".repeat(2_000_000) }).to_string()).refused(Code::RequestTooLarge);
    let invalid = desk
        .gate
        .owner("PUT", PATH)
        .body(b"{\"value\":\"\xff\"}".to_vec())
        .send();
    invalid.refused(Code::RequestInvalid);
    let metadata = desk.gate.owner("GET", PATH).send().expect(200);
    assert_eq!(metadata.json()["version"], 2);
}
