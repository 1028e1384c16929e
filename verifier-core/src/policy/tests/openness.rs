//! Google attests everybody's machines: a condition must say whose it wants.

use serde_json::json;

use super::{Policy, policy};
use crate::error::Error;

#[test]
fn a_named_project_instance_image_account_or_key_pins() {
    for condition in [
        "assertion.submods.gce.project_id == 'p'",
        "'p' == assertion.submods.gce.project_id",
        "assertion['submods'].gce['project_id'] == 'p'",
        "assertion.submods.gce.project_number in ['1', '2']",
        "assertion.submods.gce.instance_id == '7'",
        "assertion.submods.container.image_digest == 'sha256:ab'",
        "'sa@p.iam.gserviceaccount.com' in assertion.google_service_accounts",
        "assertion.google_service_accounts.exists(a, a == 'sa@p')",
        "['sa@p', 'sb@p'].exists(a, a in assertion.google_service_accounts)",
        "['ECDSA_P256_SHA256:05'].exists(f, f in assertion.submods.container.image_signatures.map(s, s.signature_algorithm+':'+s.key_id))",
        "assertion.submods.container.image_signatures.exists(s, s.key_id == '05' && s.signature_algorithm == 'x')",
        "assertion.submods.container.image_signatures.exists(s, s.key_id in ['05', '06'])",
        "assertion.sub == 'https://www.googleapis.com/compute/v1/projects/p/zones/z/instances/i'",
        "assertion.swname == 'GCE' && (assertion.secboot && assertion.submods.gce.project_id == 'p')",
        "assertion.submods.gce.project_id == 'p' || assertion.submods.gce.project_number == '1'",
        "(assertion.secboot && assertion.submods.gce.project_id == 'p') || assertion.submods.gce.instance_id == '7'",
        "assertion.secboot ? assertion.submods.gce.project_id == 'p' : assertion.submods.gce.project_id == 'q'",
    ] {
        assert_eq!(policy(condition).check_openness(), Ok(()), "{condition}");
    }
}

#[test]
fn what_anybody_can_meet_does_not() {
    for condition in [
        "true",
        r#"has(assertion.sub) && has(assertion.iat) && assertion.hwmodel == "GCP_AMD_SEV" && assertion.swname == "GCE""#,
        "has(assertion.submods.gce.project_id)",
        "assertion.submods.gce.project_id != 'p'",
        "!(assertion.submods.gce.project_id == 'p')",
        "assertion.submods.gce.project_id == ''",
        "assertion.submods.gce.project_id in ['p', '']",
        "assertion.submods.gce.project_id in []",
        "assertion.submods.gce.project_id == assertion.submods.gce.project_id",
        "assertion.submods.gce.project_id in [assertion.submods.gce.project_id]",
        "assertion.submods.gce.project_id == 'p' + ''",
        "assertion.submods.gce.project_id == 'p' || true",
        "assertion.secboot || assertion.submods.gce.project_id == 'p'",
        "assertion.secboot ? assertion.submods.gce.project_id == 'p' : true",
        "(assertion.submods.gce.project_id == 'p') == false",
        "[assertion.submods.gce.project_id == 'p', true][1]",
        "[1].exists(x, assertion.submods.gce.project_id == 'p' || true)",
        "['p'].all(x, true)",
        "[].all(x, assertion.submods.gce.project_id == 'p')",
        "assertion.google_service_accounts.all(a, a == 'sa@p')",
        "assertion.google_service_accounts.exists(a, a != 'sa@p')",
        "assertion.google_service_accounts.exists(a, a == 'sa@p' || a == a)",
        "['sa@p'].exists(a, !(a in assertion.google_service_accounts))",
        "['sa@p', ''].exists(a, a in assertion.google_service_accounts)",
        "assertion.google_service_accounts[0] in assertion.google_service_accounts",
        "['x'].exists(f, f in assertion.submods.container.image_signatures.map(s, s.signature_algorithm))",
        "['x'].exists(f, f in assertion.submods.container.image_signatures.map(s, 'x'))",
        "assertion.submods.container.image_signatures.exists(s, s.signature_algorithm == 'x')",
        "assertion.submods.gce.zone == 'us-west1-b'",
        "assertion.submods.gce.instance_name == 'i'",
        "assertion.submods.container.image_reference == 'docker.io/library/busybox:latest'",
        "assertion.sub == 'https://www.googleapis.com/compute/v1/projects/'",
        "assertion.gce.project_id == 'p'",
    ] {
        assert_eq!(
            policy(condition).check_openness(),
            Err(Error::PolicyTooOpen),
            "{condition}"
        );
    }
}

#[test]
fn only_googles_tokens_need_it_and_an_owner_may_say_otherwise() {
    let parse =
        |document: serde_json::Value| Policy::parse(document.to_string().as_bytes()).unwrap();
    let google = "https://confidentialcomputing.googleapis.com";
    let open = parse(json!({ "issuers": ["https://a.example", google], "condition": "true" }));
    assert_eq!(open.check_openness(), Err(Error::PolicyTooOpen));
    for document in [
        json!({ "issuers": ["https://a.example"], "condition": "true" }),
        json!({ "issuers": [google], "acknowledge": ["project_not_pinned"], "condition": "true" }),
    ] {
        assert_eq!(parse(document).check_openness(), Ok(()));
    }
}
