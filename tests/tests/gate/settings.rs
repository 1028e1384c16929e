//! A gate that is not configured says what is missing, and does nothing else.

use sealgate_core::Code;
use sealgate_tests::gate::{Gate, Settings};
use sealgate_tests::issuer::DeskIssuer;

use crate::desk::SECRET;

#[track_caller]
fn misconfigured(change: impl Fn(Settings) -> Settings, variable: &str) {
    let issuer = DeskIssuer::start().expect("a free port");
    let gate = Gate::start(change(Settings::new(&[&issuer.url()]))).expect("it starts");
    let token = issuer.token(&gate.audience(SECRET)).sign();
    let refused = gate
        .release(SECRET, &token)
        .send()
        .refused(Code::Misconfigured);
    assert!(refused.text().contains(variable), "{}", refused.text());
    let health = gate.request("GET", "/healthz").send();
    assert!(health.text().contains(variable), "{}", health.text());
}

#[test]
fn a_root_key_is_needed() {
    misconfigured(
        |settings| settings.unset("SEALGATE_ROOT_KEY"),
        "SEALGATE_ROOT_KEY",
    );
    misconfigured(
        |settings| settings.set("SEALGATE_ROOT_KEY", "c2hvcnQ="),
        "SEALGATE_ROOT_KEY",
    );
}

#[test]
fn an_origin_is_needed() {
    misconfigured(
        |settings| settings.set("SEALGATE_ORIGIN", ""),
        "SEALGATE_ORIGIN",
    );
    misconfigured(
        |settings| settings.set("SEALGATE_ORIGIN", "http://10.0.0.1:8080"),
        "SEALGATE_ORIGIN",
    );
}

#[test]
fn issuers_must_be_understood() {
    misconfigured(
        |settings| settings.set("SEALGATE_ISSUERS", "[]"),
        "SEALGATE_ISSUERS",
    );
    misconfigured(
        |settings| settings.set("SEALGATE_ISSUERS", "google"),
        "SEALGATE_ISSUERS",
    );
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
