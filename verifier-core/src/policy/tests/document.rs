//! The policy document.

use serde_json::{Value, json};

use super::payloads::space;
use super::{Policy, PolicyDefect};
use crate::code::Code;
use crate::error::Error;
use crate::json::JsonDefect;
use crate::limits::{POLICY_BYTES, POLICY_ISSUERS};
use crate::policy::{Binding, ConditionDefect, EvidenceRule};

const CONDITION: &str = "assertion.submods.gce.project_id == 'oak-examples-477357'";

fn parse(document: &Value) -> Result<Policy, Error> {
    Policy::parse(document.to_string().as_bytes())
}

#[track_caller]
fn invalid(document: &Value, defect: PolicyDefect) {
    assert_eq!(
        parse(document),
        Err(Error::PolicyInvalid(defect)),
        "{document}"
    );
}

#[test]
fn reads_a_whole_document() {
    let text = format!(
        r#"{{ "issuers": ["https://a.example", "https://b.example"], "binding": "bearer",
  "reuse": true, "evidence": "none", "acknowledge": ["project_not_pinned"],
  "condition": "{CONDITION}" }}"#
    );
    let policy = Policy::parse(text.as_bytes()).unwrap();
    assert_eq!(policy.issuers(), ["https://a.example", "https://b.example"]);
    assert_eq!(policy.binding(), Binding::Bearer);
    assert!(policy.reuse());
    assert_eq!(policy.evidence(), EvidenceRule::None);
    assert_eq!(policy.condition(), CONDITION);
    assert_eq!(policy.document(), text);
    assert_eq!(policy.check_supported(), Ok(()));
    assert_eq!(
        Policy::parse(policy.document().as_bytes())
            .unwrap()
            .sha256(),
        policy.sha256()
    );
}

#[test]
fn is_shared_between_threads() {
    fn check<T: Clone + Send + Sync + 'static>() {}
    check::<Policy>();
}

#[test]
fn what_is_left_out_has_the_safe_meaning() {
    let policy = parse(&json!({ "condition": CONDITION })).unwrap();
    assert!(policy.issuers().is_empty());
    assert_eq!(policy.binding(), Binding::Challenge);
    assert!(!policy.reuse());
    assert_eq!(policy.evidence(), EvidenceRule::None);
    assert_eq!(policy.check_supported(), Err(Error::BindingNotSupported));
    assert_eq!(Policy::from_condition(CONDITION).unwrap(), policy);
}

#[test]
fn refuses_what_no_policy_has() {
    let with = |name: &str, value: Value| {
        let mut document = json!({ "condition": CONDITION });
        document[name] = value;
        document
    };
    let member = |member, expected| PolicyDefect::Member { member, expected };
    invalid(&json!({}), PolicyDefect::Missing("condition"));
    invalid(
        &json!({ "condition": null }),
        member("condition", "a string"),
    );
    invalid(&json!({ "condition": " " }), ConditionDefect::Empty.into());
    invalid(
        &with("bindings", json!("bearer")),
        PolicyDefect::UnknownMember("bindings".to_owned()),
    );
    invalid(
        &with("Binding", json!("bearer")),
        PolicyDefect::UnknownMember("Binding".to_owned()),
    );
    for value in [
        json!("none"),
        json!("Bearer"),
        json!(null),
        json!(["bearer"]),
    ] {
        invalid(
            &with("binding", value),
            member("binding", "\"challenge\" or \"bearer\""),
        );
    }
    for value in [json!("true"), json!(1), json!(null)] {
        invalid(&with("reuse", value), member("reuse", "true or false"));
    }
    for value in [json!(true), json!("optional"), json!(null)] {
        invalid(
            &with("evidence", value),
            member("evidence", "\"none\" or \"required\""),
        );
    }
    let many: Vec<_> = (0..=POLICY_ISSUERS)
        .map(|n| format!("https://{n}.example"))
        .collect();
    for value in [
        json!([]),
        json!(null),
        json!("https://a.example"),
        json!([1]),
        json!([""]),
        json!(["https://a.example", "https://a.example"]),
        json!(many),
    ] {
        let expected = "a list of 1 to 16 different issuer URLs";
        invalid(&with("issuers", value), member("issuers", expected));
    }
    invalid(
        &with("acknowledge", json!("project_not_pinned")),
        member("acknowledge", "a list of words"),
    );
    invalid(
        &with("acknowledge", json!([1])),
        member("acknowledge", "a list of words"),
    );
    invalid(
        &with("acknowledge", json!(["project_not_pinned", "everything"])),
        PolicyDefect::Acknowledge("everything".to_owned()),
    );
}

#[test]
fn refuses_what_is_not_strict_json() {
    for (text, defect) in [
        (&b"[]"[..], JsonDefect::NotAnObject),
        (
            br#"{"condition":"true","condition":"true"}"#,
            JsonDefect::DuplicateName,
        ),
        (
            br#"{"condition":"true","c\u006fndition":"true"}"#,
            JsonDefect::DuplicateName,
        ),
        (b"{\"condition\":\"\xff\"}", JsonDefect::Syntax),
        (br#"{"condition":"true"}x"#, JsonDefect::Syntax),
    ] {
        assert_eq!(
            Policy::parse(text),
            Err(Error::PolicyInvalid(PolicyDefect::Json(defect)))
        );
    }
    let large = vec![b' '; POLICY_BYTES + 1];
    assert_eq!(
        Policy::parse(&large),
        Err(Error::PolicyInvalid(PolicyDefect::TooLarge))
    );
}

#[test]
fn the_issuer_must_be_named_exactly() {
    let policy =
        parse(&json!({ "issuers": ["https://a.example"], "condition": CONDITION })).unwrap();
    assert_eq!(policy.check("https://a.example", &space(), None), Ok(()));
    for other in [
        "https://a.example/",
        "https://A.example",
        "https://b.example",
        "",
    ] {
        assert_eq!(
            policy.check(other, &space(), None),
            Err(Error::IssuerNotTrusted),
            "{other}"
        );
    }
}

#[test]
fn evidence_that_nobody_verified_is_a_refusal() {
    let policy = parse(&json!({
        "binding": "bearer", "evidence": "required",
        "condition": format!("{CONDITION} && machine.secure_boot"),
    }))
    .unwrap();
    assert_eq!(policy.check_supported(), Err(Error::EvidenceNotSupported));
    assert_eq!(
        policy.check("https://a.example", &space(), None),
        Err(Error::EvidenceNotSupported)
    );
    let verdicts = policy.evaluate(&space(), None);
    assert_eq!(verdicts.len(), 3);
    assert_eq!(verdicts[1].result, Ok(()));
    assert_eq!(
        verdicts[2].result.as_ref().map_err(Error::code),
        Err(Code::ConditionNotMet),
    );
}
