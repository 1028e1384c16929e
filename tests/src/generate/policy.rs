//! Policies over verified claims: production images, pinned projects, hardware, overrides.
//!
//! Long because it is a table, a case per row.

use sealgate_core::Code;
use serde_json::{Value, json};

use super::draft::GOOGLE;
use super::{Cases, Draft};

const RULE: &str = "Confidential Space attestation assertions";

pub(super) fn add(cases: &mut Cases) {
    codelab(cases);
    production(cases);
    support(cases);
    image(cases);
    overrides(cases);
    exact(cases);
    secure_boot(cases);
    documents(cases);
}

fn holds(draft: Draft, condition: &str) -> Draft {
    draft.policy(condition)
}

fn codelab(cases: &mut Cases) {
    let policy = || {
        json!({
            "issuers": [GOOGLE],
            "binding": "bearer",
            "acknowledge": ["project_not_pinned"],
            "condition": "has(assertion.sub) && has(assertion.iat) && assertion.hwmodel == \"GCP_AMD_SEV\" && assertion.swname == \"GCE\"",
        })
    };
    cases.accepted(
        "policy_codelab",
        "What the codelab asks of a Confidential VM's token.",
        "codelab: remote attestation of Confidential VMs",
        Draft::good().policy(policy()),
    );
    let mut refused = |name: &str, code: Code, draft: Draft| {
        cases.refused(
            &format!("policy_codelab_{name}"),
            code,
            "One of the codelab's conditions does not hold.",
            "codelab: remote attestation of Confidential VMs",
            draft.policy(policy()),
        );
    };
    refused(
        "hwmodel",
        Code::ConditionNotMet,
        Draft::good().claim("hwmodel", "GCP_INTEL_TDX"),
    );
    refused(
        "shielded",
        Code::ConditionNotMet,
        Draft::good().claim("hwmodel", "GCP_SHIELDED_VM"),
    );
    refused(
        "swname",
        Code::ConditionNotMet,
        Draft::good().claim("swname", "CONFIDENTIAL_SPACE"),
    );
    refused(
        "sub_missing",
        Code::ConditionNotMet,
        Draft::good().without("sub"),
    );
    refused(
        "hwmodel_missing",
        Code::ClaimMissing,
        Draft::good().without("hwmodel"),
    );
}

fn production(cases: &mut Cases) {
    let condition =
        r#"assertion.swname == "CONFIDENTIAL_SPACE" && assertion.dbgstat == "disabled-since-boot""#;
    let mut refused = |name: &str, code: Code, draft: Draft| {
        cases.refused(
            &format!("policy_production_{name}"),
            code,
            "Not a production image.",
            RULE,
            holds(draft, condition),
        );
    };
    let space = Draft::confidential_space;
    refused(
        "debug",
        Code::ConditionNotMet,
        space().claim("dbgstat", "enabled"),
    );
    refused(
        "disabled",
        Code::ConditionNotMet,
        space().claim("dbgstat", "disabled"),
    );
    refused(
        "upper_case",
        Code::ConditionNotMet,
        space().claim("dbgstat", "DISABLED-SINCE-BOOT"),
    );
    refused("missing", Code::ClaimMissing, space().without("dbgstat"));
    refused("plain_vm", Code::ConditionNotMet, Draft::good());
    cases.accepted(
        "policy_production",
        "A production image.",
        RULE,
        holds(space(), condition),
    );
}

fn support(cases: &mut Cases) {
    let path = "/submods/confidential_space/support_attributes";
    let condition = r#""STABLE" in assertion.submods.confidential_space.support_attributes"#;
    for (name, value) in [
        ("empty", json!([])),
        ("experimental", json!(["EXPERIMENTAL"])),
        ("usable", json!(["USABLE"])),
        ("substring", json!(["UNSTABLE"])),
    ] {
        cases.refused(
            &format!("policy_support_{name}"),
            Code::ConditionNotMet,
            "Not a supported image.",
            RULE,
            holds(Draft::confidential_space().claim(path, value), condition),
        );
    }
    cases.refused(
        "policy_support_missing",
        Code::ClaimMissing,
        "An image without support attributes, as debug images are.",
        RULE,
        holds(Draft::confidential_space().without(path), condition),
    );
    cases.accepted(
        "policy_support_stable",
        "A supported image.",
        RULE,
        holds(Draft::confidential_space(), condition),
    );
}

fn image(cases: &mut Cases) {
    let digest = format!("sha256:{}", "4f".repeat(32));
    let path = "/submods/container/image_digest";
    let condition = format!(r#"assertion.submods.container.image_digest == "{digest}""#);
    let space = Draft::confidential_space;
    let drafts = [
        ("sha512", space().claim(path, "sha512:")),
        ("upper_case", space().claim(path, digest.to_uppercase())),
        ("truncated", space().claim(path, &digest[..70])),
        (
            "other",
            space().claim(path, format!("sha256:{}", "50".repeat(32))),
        ),
    ];
    for (name, draft) in drafts {
        cases.refused(
            &format!("policy_image_{name}"),
            Code::ConditionNotMet,
            "Another image digest.",
            RULE,
            holds(draft, &condition),
        );
    }
    let without = || space().without(path);
    let drafts = [
        ("missing", without()),
        (
            "in_reference",
            without().claim(
                "/submods/container/image_reference",
                format!("app@{digest}"),
            ),
        ),
        (
            "in_image_id",
            without().claim("/submods/container/image_id", digest.clone()),
        ),
        ("at_top", without().claim("image_digest", digest.clone())),
        (
            "in_tee",
            without().claim("tee", json!({ "container": { "image_digest": digest } })),
        ),
        (
            "no_container",
            space()
                .without("/submods/container")
                .claim("image_digest", digest.clone()),
        ),
    ];
    for (name, draft) in drafts {
        cases.refused(
            &format!("policy_image_{name}"),
            Code::ClaimMissing,
            "The digest is not where it belongs.",
            RULE,
            holds(draft, &condition),
        );
    }
    cases.accepted(
        "policy_image",
        "The pinned image.",
        RULE,
        holds(space(), &condition),
    );
}

fn overrides(cases: &mut Cases) {
    let space = Draft::confidential_space;
    let command = "size(assertion.submods.container.cmd_override) == 0";
    let variables = "size(assertion.submods.container.env_override) == 0";
    cases.accepted(
        "policy_overrides_absent",
        "An absent override reads as empty.",
        RULE,
        holds(space(), &format!("{command} && {variables}")),
    );
    cases.accepted(
        "policy_overrides_null",
        "An override of null reads as empty.",
        RULE,
        holds(
            space()
                .claim("/submods/container/cmd_override", Value::Null)
                .claim("/submods/container/env_override", Value::Null),
            &format!("{command} && {variables}"),
        ),
    );
    cases.refused(
        "policy_cmd_override",
        Code::ConditionNotMet,
        "The workload's command was replaced.",
        RULE,
        holds(
            space().claim("/submods/container/cmd_override", json!(["/bin/sh"])),
            command,
        ),
    );
    cases.refused(
        "policy_env_override",
        Code::ConditionNotMet,
        "The workload's environment was changed.",
        RULE,
        holds(
            space().claim(
                "/submods/container/env_override",
                json!({ "LD_PRELOAD": "/x" }),
            ),
            variables,
        ),
    );
    cases.refused(
        "policy_overrides_no_container",
        Code::ClaimMissing,
        "Without a container nothing is filled in.",
        RULE,
        holds(Draft::good(), command),
    );
}

fn exact(cases: &mut Cases) {
    let project = r#"assertion.submods.gce.project_id == "desk-project""#;
    for (name, value) in [
        ("prefix", "evil-desk-project"),
        ("suffix", "desk-project.evil"),
        ("empty", ""),
    ] {
        cases.refused(
            &format!("policy_project_{name}"),
            Code::ConditionNotMet,
            "A project of a similar name.",
            "RFC 8725 §3.8",
            holds(
                Draft::good().claim("/submods/gce/project_id", value),
                project,
            ),
        );
    }
    let account =
        r#""desk-vm@desk-project.iam.gserviceaccount.com" in assertion.google_service_accounts"#;
    for (name, value) in [
        (
            "suffix",
            json!(["desk-vm@desk-project.iam.gserviceaccount.com.evil"]),
        ),
        (
            "prefix",
            json!(["evil-desk-vm@desk-project.iam.gserviceaccount.com"]),
        ),
        ("none", json!([])),
    ] {
        cases.refused(
            &format!("policy_account_{name}"),
            Code::ConditionNotMet,
            "A service account of a similar name.",
            "RFC 8725 §3.8",
            holds(
                Draft::good().claim("google_service_accounts", value),
                account,
            ),
        );
    }
    cases.refused(
        "policy_zone",
        Code::ConditionNotMet,
        "Another zone.",
        "RFC 8725 §3.8",
        holds(
            Draft::good().claim("/submods/gce/zone", "europe-west4-ab"),
            r#"assertion.submods.gce.zone == "europe-west4-a""#,
        ),
    );
    for model in ["GCP_INTEL_TDX", "GCP_AMD_SEV_SNP"] {
        cases.refused(
            &format!("policy_hwmodel_{}", model.to_lowercase()),
            Code::ConditionNotMet,
            "SEV where stronger hardware is required.",
            RULE,
            holds(Draft::good(), &format!(r#"assertion.hwmodel == "{model}""#)),
        );
    }
    cases.accepted(
        "policy_project_and_account",
        "The pinned project and service account.",
        RULE,
        holds(Draft::good(), &format!("{project} && {account}")),
    );
    cases.accepted(
        "policy_numbers",
        "Numbers of a token compare and calculate as integers.",
        RULE,
        holds(
            Draft::good(),
            "assertion.exp - assertion.iat == 3600 && assertion.oemid == 11129",
        ),
    );
}

fn secure_boot(cases: &mut Cases) {
    let condition = "assertion.secboot == true";
    cases.accepted(
        "policy_secboot",
        "Secure boot was on.",
        RULE,
        holds(Draft::good(), condition),
    );
    cases.refused(
        "policy_secboot_false",
        Code::ConditionNotMet,
        "Secure boot was off.",
        RULE,
        holds(Draft::good().claim("secboot", false), condition),
    );
    cases.refused(
        "policy_secboot_missing",
        Code::ClaimMissing,
        "Nothing is said about secure boot.",
        RULE,
        holds(Draft::good().without("secboot"), condition),
    );
}

fn documents(cases: &mut Cases) {
    cases.refused(
        "policy_issuer_other",
        Code::IssuerNotTrusted,
        "The policy takes tokens of another issuer only.",
        "policy document: issuers",
        Draft::good().policy(json!({ "issuers": ["https://other.example"], "binding": "bearer", "condition": "assertion.secboot" })),
    );
    let invalid = [
        ("syntax", json!("assertion.secboot ==")),
        (
            "unknown_member",
            json!({ "condition": "true", "allow": "all" }),
        ),
        ("no_condition", json!({ "binding": "bearer" })),
        ("binding", json!({ "condition": "true", "binding": "none" })),
        (
            "issuers_empty",
            json!({ "condition": "true", "issuers": [] }),
        ),
        ("machine", json!("machine.secure_boot")),
        ("long_chain", json!(format!("1{} > 0", "+1".repeat(500)))),
        (
            "deep",
            json!(format!("{}true{}", "(".repeat(60), ")".repeat(60))),
        ),
    ];
    for (name, policy) in invalid {
        cases.refused(
            &format!("policy_invalid_{name}"),
            Code::PolicyInvalid,
            "A policy that is refused before any token is looked at.",
            "policy document; limits",
            Draft::good().policy(policy),
        );
    }
    let accounts: Vec<_> = (0..400).map(|number| format!("a{number}")).collect();
    let pairs = "assertion.google_service_accounts.all(a, assertion.google_service_accounts.all(b, a != b || true))";
    cases.refused(
        "policy_too_costly",
        Code::ConditionTooCostly,
        "Every pair of four hundred: more steps than evaluation may take.",
        "limits",
        holds(
            Draft::good().claim("google_service_accounts", accounts),
            pairs,
        ),
    );
    cases.accepted(
        "policy_pairs",
        "The same over one.",
        "limits",
        holds(Draft::good(), pairs),
    );
    cases.refused(
        "policy_not_boolean",
        Code::ConditionNotMet,
        "A condition with a value that is no truth value.",
        "policy document: condition",
        holds(Draft::good(), "assertion.hwmodel"),
    );
    cases.refused(
        "policy_wrong_types",
        Code::ConditionNotMet,
        "A condition that cannot be evaluated.",
        "policy document: condition",
        holds(Draft::good(), "assertion.hwmodel > 1"),
    );
}
