//! A gate that is not configured says what is missing, and does nothing else.

use sealgate_core::Code;
use sealgate_tests::gate::{Gate, Settings, codelab_policy};
use sealgate_tests::issuer::DeskIssuer;
use serde_json::json;

use crate::desk::{SECRET, VALUE};

/// Asserts that storing and releasing are refused with the variable named.
#[track_caller]
fn misconfigured(change: impl Fn(Settings) -> Settings, variable: &str, needed: &[Need]) {
    let issuer = DeskIssuer::start().expect("a free port");
    let gate = Gate::start(change(Settings::new(&[&issuer.url()]))).expect("it starts");
    for need in needed {
        let request = match need {
            Need::Release => gate.release(SECRET, &issuer.token(&gate.audience(SECRET)).sign()),
            Need::Store => gate
                .owner("PUT", &format!("/v1/secrets/{SECRET}"))
                .json(&json!({ "value": VALUE, "policy": codelab_policy(&issuer.url()) })),
        };
        let refused = request.send().refused(Code::Misconfigured);
        assert!(refused.text().contains(variable), "{}", refused.text());
    }
    let health = gate.request("GET", "/healthz").send().expect(503);
    assert!(health.text().contains(variable), "{}", health.text());
}

enum Need {
    Release,
    Store,
}

#[test]
fn a_root_key_is_needed() {
    let needed = [Need::Store, Need::Release];
    misconfigured(
        |settings| settings.unset("SEALGATE_ROOT_KEY"),
        "SEALGATE_ROOT_KEY",
        &needed,
    );
    let short = |settings: Settings| settings.set("SEALGATE_ROOT_KEY", "c2hvcnQ=");
    misconfigured(short, "SEALGATE_ROOT_KEY", &needed);
}

#[test]
fn an_origin_is_needed() {
    for origin in [
        "",
        "http://10.0.0.1:8080",
        "https://gate.example/",
        "gate.example",
    ] {
        let wrong = |settings: Settings| settings.set("SEALGATE_ORIGIN", origin);
        misconfigured(wrong, "SEALGATE_ORIGIN", &[Need::Release]);
    }
}

#[test]
fn issuers_must_be_understood() {
    let needed = [Need::Store, Need::Release];
    for issuers in [
        "",
        " ",
        "[]",
        "google",
        "{}",
        r#"[{"issuer":"http://issuer.example"}]"#,
    ] {
        let wrong = |settings: Settings| settings.set("SEALGATE_ISSUERS", issuers);
        misconfigured(wrong, "SEALGATE_ISSUERS", &needed);
    }
}

#[test]
fn owners_must_be_understood() {
    let issuer = DeskIssuer::start().expect("a free port");
    for value in ["", "[{}]", "x"] {
        let settings = Settings::new(&[&issuer.url()]).set("SEALGATE_ADMINS", value);
        let gate = Gate::start(settings).expect("it starts");
        let refused = gate
            .owner("GET", "/v1/secrets")
            .send()
            .refused(Code::Misconfigured);
        assert!(
            refused.text().contains("SEALGATE_ADMINS"),
            "{}",
            refused.text()
        );
    }
}

#[test]
fn no_default_secret_is_no_release() {
    let issuer = DeskIssuer::start().expect("a free port");
    let settings = Settings::new(&[&issuer.url()]).unset("SEALGATE_DEFAULT_SECRET");
    let gate = Gate::start(settings).expect("it starts");
    let token = issuer.token(&gate.origin()).sign();
    let refused = gate
        .request("GET", "/")
        .bearer(&token)
        .send()
        .refused(Code::Misconfigured);
    assert!(
        refused.text().contains("SEALGATE_DEFAULT_SECRET"),
        "{}",
        refused.text()
    );
}

#[test]
fn a_secret_never_appears_in_a_complaint() {
    let issuer = DeskIssuer::start().expect("a free port");
    let settings = Settings::new(&[&issuer.url()]).set("SEALGATE_ROOT_KEY", "hunter2hunter2");
    let gate = Gate::start(settings).expect("it starts");
    let health = gate.request("GET", "/healthz").send();
    assert!(!health.text().contains("hunter2"), "{}", health.text());
    assert!(!gate.log().contains("hunter2"));
}
