//! Every form of condition that Google documents for Workload Identity Federation, and the
//! codelab's, over payloads of real tokens.

use super::payloads::{debug_space, machine, signed_space, space};
use super::{ClauseDefect, lacks, passes, refused};

const SIGNED: &str = "['ECDSA_P256_SHA256:0505050505050505050505050505050505050505050505050505050505050505'].exists(f, f in assertion.submods.container.image_signatures.map(s, s.signature_algorithm+':'+s.key_id))";

#[test]
fn documented_conditions_hold_on_a_production_token() {
    for condition in [
        r#"assertion.swname=="CONFIDENTIAL_SPACE""#,
        r#""STABLE" in assertion.submods.confidential_space.support_attributes"#,
        r#"assertion.dbgstat=="disabled-since-boot""#,
        "int(assertion.swversion[0])==250800",
        "int(assertion.swversion[0]) >= 230103",
        "size(assertion.submods.container.cmd_override)==0",
        "!has(assertion.submods.container.env_override.example)",
        r#"assertion.submods.container.image_digest=="sha256:e2e5e3672f416ac9ca71aa639abf86db0b713729a48c125a925af6c808b20b5d""#,
        "'724467010559-compute@developer.gserviceaccount.com' in assertion.google_service_accounts",
        "assertion.submods.confidential_space.monitoring_enabled.memory==false",
        r#"assertion.submods.gce.instance_id == "3087957179640521392""#,
        r#"assertion.submods.gce.instance_name == "ctf-sha2-test""#,
        r#"assertion.submods.gce.project_id == "oak-examples-477357""#,
        r#"assertion.submods.gce.project_number == "724467010559""#,
        r#"assertion.submods.gce.zone == "us-west1-b""#,
        r#"assertion["submods"]["gce"]["zone"] == "us-west1-b""#,
        r#"assertion.tdx.gcp_attester_tcb_date > "2024-01-01T00:00:00Z""#,
        "assertion.secboot && assertion.oemid == 11129",
        r#"assertion.hwmodel in ["GCP_INTEL_TDX", "GCP_AMD_SEV"]"#,
        r#"assertion.swname == "CONFIDENTIAL_SPACE" &&
           "STABLE" in assertion.submods.confidential_space.support_attributes && // a stable image
           assertion.submods.gce.project_id == "oak-examples-477357""#,
    ] {
        passes(condition, &space());
    }
    passes(SIGNED, &signed_space());
}

#[test]
fn documented_conditions_refuse_what_they_should() {
    refused(
        SIGNED.replace("05", "06").as_str(),
        &signed_space(),
        ClauseDefect::False,
    );
    lacks(SIGNED, &space(), "submods.container.image_signatures");
    lacks(
        r#""STABLE" in assertion.submods.confidential_space.support_attributes"#,
        &debug_space(),
        "submods.confidential_space.support_attributes",
    );
    refused(
        r#"assertion.dbgstat=="disabled-since-boot""#,
        &debug_space(),
        ClauseDefect::False,
    );
    refused(
        "size(assertion.submods.container.env_override)==0",
        &debug_space(),
        ClauseDefect::False,
    );
    refused(
        "!has(assertion.submods.container.env_override.OUTPUT_BUCKET)",
        &debug_space(),
        ClauseDefect::False,
    );
    passes(
        "!has(assertion.submods.container.env_override.example)",
        &debug_space(),
    );
    lacks(
        r#"assertion.submods.nvidia_gpu.cc_mode=="ON""#,
        &space(),
        "submods.nvidia_gpu",
    );
    lacks(
        "int(assertion.swversion[0])==230103",
        &machine(),
        "swversion",
    );
    lacks(
        "size(assertion.submods.container.cmd_override)==0",
        &machine(),
        "submods.container",
    );
}

#[test]
fn the_condition_of_the_codelab_holds() {
    passes(
        r#"has(assertion.sub) && has(assertion.iat) && assertion.hwmodel == "GCP_AMD_SEV" && assertion.swname == "GCE""#,
        &machine(),
    );
}

#[test]
fn numbers_and_moments_add_up() {
    for condition in [
        "assertion.exp - assertion.iat == 3600",
        "assertion.exp - assertion.iat == 3600u",
        "assertion.oemid + 1 == 11130 && assertion.iat % 2 == 0",
        r#"timestamp(assertion.iat) == timestamp("2025-09-05T08:17:30Z")"#,
        r#"timestamp(assertion.iat) < timestamp("2027-01-01T00:00:00Z")"#,
        r#"timestamp(assertion.exp) - timestamp(assertion.iat) <= duration("1h30m")"#,
        r#"timestamp(assertion.tdx.gcp_attester_tcb_date) > timestamp("2024-01-01T00:00:00+01:00")"#,
        r#"timestamp(assertion.iat) - timestamp(assertion.tdx.gcp_attester_tcb_date) < duration("20000h")"#,
    ] {
        passes(condition, &space());
    }
    refused(
        "timestamp(assertion.swname) > 0",
        &space(),
        ClauseDefect::NotEvaluable,
    );
}
