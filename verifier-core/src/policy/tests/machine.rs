//! Conditions over `machine`: what verified evidence proves.

use serde_json::{Map, Value, json};

use super::super::{ClauseVerdict, Policy};
use super::{defect, payloads};
use crate::code::Code;
use crate::error::{ClauseDefect, Error};
use crate::policy::ConditionDefect;

/// An instance whose number no signed 64 bits hold.
const LARGE: u64 = 12_345_678_901_234_567_890;

fn facts() -> Map<String, Value> {
    object(json!({
        "attestation_key": { "root": "google" },
        "pcrs": { "sha256": { "0": "aa", "4": "bb" } },
        "event_log": { "bank": "sha256", "events": 45, "complete": true },
        "platform": {
            "technology": "AMD_SEV_SNP",
            "gce_version": 1,
            "instance_info": {
                "zone": "us-central1-a",
                "project_id": "my-project",
                "project_number": 42,
                "instance_id": LARGE,
            },
        },
        "secure_boot": { "enabled": true, "db": { "certs": [{ "sha256": "cc" }], "hashes": [] } },
        "linux_kernel": { "command_line": "root=/dev/sda1 ro" },
    }))
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn policy(condition: &str) -> Policy {
    Policy::from_machine_condition(condition).unwrap_or_else(|e| panic!("{condition}: {e}"))
}

fn outcome(condition: &str) -> Result<(), Error> {
    policy(condition).check("https://issuer.example", &payloads::space(), Some(&facts()))
}

#[test]
fn facts_are_compared() {
    for condition in [
        "machine.secure_boot.enabled",
        "machine.platform.technology == 'AMD_SEV_SNP'",
        "machine.pcrs.sha256['4'] == \"bb\"",
        "machine['pcrs']['sha256']['0'] == 'aa'",
        "machine.linux_kernel.command_line.contains('ro')",
        "machine.secure_boot.db.certs.exists(c, c.sha256 == 'cc')",
        "machine.event_log.events > 10 && machine.event_log.complete",
        "has(machine.secure_boot) && !has(machine.grub)",
        "'sha256' in machine.pcrs && !('sha1' in machine.pcrs)",
        "machine.pcrs.sha256.all(index, machine.pcrs.sha256[index] != '')",
        // Both variables in one condition, and in one clause.
        "assertion.swname == 'CONFIDENTIAL_SPACE' && machine.secure_boot.enabled",
        "assertion.swname == 'GCE' || machine.secure_boot.enabled",
    ] {
        assert_eq!(outcome(condition), Ok(()), "{condition}");
    }
}

#[test]
fn large_numbers_compare_right() {
    let id = "machine.platform.instance_info.instance_id";
    for condition in [
        format!("{id} == {LARGE}u"),
        format!("{id} != {}u", LARGE - 1),
        format!("{id} > {}", i64::MAX),
        format!("{id} > {}u", LARGE - 1),
        format!("{id} in [1, {LARGE}u]"),
        "machine.platform.instance_info.project_number == 42".to_owned(),
        "machine.platform.instance_info.project_number == 42u".to_owned(),
    ] {
        assert_eq!(outcome(&condition), Ok(()), "{condition}");
    }
    for condition in [
        format!("{id} == {}u", LARGE - 1),
        // What a number of 64 bits with a sign would make of it.
        format!("{id} == {}", LARGE.cast_signed()),
        format!("{id} == '{LARGE}'"),
    ] {
        let reason = ClauseDefect::False;
        let error = Error::ConditionNotMet { clause: 0, reason };
        assert_eq!(outcome(&condition), Err(error), "{condition}");
    }
}

#[test]
fn an_absent_fact_is_named_with_its_variable() {
    for (condition, claim) in [
        ("machine.grub.commands.size() > 0", "machine.grub"),
        (
            "machine.secure_boot.pk.certs == []",
            "machine.secure_boot.pk",
        ),
        ("machine.pcrs.sha384['4'] == 'x'", "machine.pcrs.sha384"),
        ("machine.pcrs.sha256['9'] == 'x'", "machine.pcrs.sha256.9"),
        ("!machine.cos.container.debug", "machine.cos"),
        (
            "assertion.secure_boot == machine.secure_boot",
            "secure_boot",
        ),
        // Where the token lacks what the machine has, and the other way round.
        ("assertion.platform.technology == 'NONE'", "platform"),
        ("machine.submods.gce.project_id == 'x'", "machine.submods"),
        // What an absent override reads as is a rule about tokens.
        (
            "machine.submods.container.cmd_override == []",
            "machine.submods",
        ),
    ] {
        let claim = claim.to_owned();
        assert_eq!(
            outcome(condition),
            Err(Error::ClaimMissing { claim }),
            "{condition}"
        );
    }
}

#[test]
fn facts_are_no_defaults() {
    let policy = policy("machine.secure_boot.enabled == false");
    let verdicts = policy.evaluate(&Map::new(), Some(&Map::new()));
    let expected = ClauseVerdict {
        clause: "machine.secure_boot.enabled == false".to_owned(),
        result: Err(Error::ClaimMissing {
            claim: "machine.secure_boot".to_owned(),
        }),
    };
    assert_eq!(verdicts, [expected]);
}

#[test]
fn without_facts_required_evidence_is_a_refusal() {
    let document =
        br#"{ "evidence": "required", "condition": "assertion.swname == 'CONFIDENTIAL_SPACE'" }"#;
    let policy = Policy::parse(document).unwrap();
    let codes = |machine: Option<&Map<String, Value>>| -> Vec<_> {
        policy
            .evaluate(&payloads::space(), machine)
            .into_iter()
            .map(|verdict| verdict.result.map_err(|error| error.code()))
            .collect()
    };
    assert_eq!(codes(None), [Err(Code::EvidenceNotSupported), Ok(())]);
    assert_eq!(codes(Some(&facts())), [Ok(())]);
    assert_eq!(codes(Some(&Map::new())), [Ok(())]);
}

#[test]
fn only_a_policy_that_requires_evidence_sees_it() {
    assert_eq!(
        defect("machine.secure_boot.enabled"),
        ConditionDefect::EvidenceNotRequired
    );
    let policy = Policy::from_condition("assertion.swname == 'CONFIDENTIAL_SPACE'").unwrap();
    assert_eq!(
        policy.evaluate(&payloads::space(), Some(&facts())),
        policy.evaluate(&payloads::space(), None)
    );
}

#[test]
fn a_bare_condition_has_the_document_that_means_the_same() {
    let policy = policy("machine.secure_boot.enabled");
    assert_eq!(Policy::parse(policy.document().as_bytes()), Ok(policy));
}

#[test]
fn a_variable_cannot_hide_the_machine() {
    let hidden = Policy::from_machine_condition("[1].all(machine, machine == 1)");
    let defect = ConditionDefect::Shadow("machine".to_owned());
    assert_eq!(hidden, Err(Error::PolicyInvalid(defect.into())));
}

#[test]
fn the_machines_facts_count_for_cost() {
    let condition = "machine.grub.commands.all(a, machine.grub.commands.all(b, a != b + 'x'))";
    let facts = |count| {
        let commands: Vec<_> = (0..count).map(|n| format!("command {n}")).collect();
        object(json!({ "grub": { "commands": commands } }))
    };
    let check = |machine: &Map<String, Value>| {
        policy(condition).check("https://issuer.example", &Map::new(), Some(machine))
    };
    assert_eq!(check(&facts(20)), Ok(()));
    assert_eq!(check(&facts(2000)), Err(Error::ConditionTooCostly));
    // As many as a real machine has, searched once.
    let once = policy("machine.grub.commands.exists(c, c.startsWith('command 499'))");
    let outcome = once.check("https://issuer.example", &Map::new(), Some(&facts(500)));
    assert_eq!(outcome, Ok(()));
}

#[test]
fn facts_that_nest_too_deep_are_refused() {
    let mut deep = json!(1);
    for _ in 0..crate::limits::JSON_DEPTH {
        deep = json!({ "a": deep });
    }
    let machine = object(deep);
    let shallow = object(machine["a"].clone());
    let policy = policy("has(machine.a)");
    let check = |machine| policy.check("https://issuer.example", &Map::new(), Some(machine));
    assert_eq!(check(&shallow), Ok(()));
    assert_eq!(check(&machine), Ok(()));
    let deeper = object(json!({ "a": machine }));
    assert_eq!(check(&deeper), Err(Error::ConditionTooCostly));
}

#[test]
fn the_instance_of_the_certificate_pins() {
    let info = "machine.platform.instance_info";
    for condition in [
        format!("{info}.project_id == 'my-project'"),
        format!("'my-project' == {info}['project_id']"),
        format!("{info}.project_number == 42"),
        format!("{info}.instance_id == {LARGE}u && machine.secure_boot.enabled"),
        format!("{info}.project_number in [42, 43u]"),
        format!("{info}.project_id in ['a', 'b']"),
        format!("{info}.project_id == 'a' || assertion.submods.gce.project_id == 'a'"),
    ] {
        assert_eq!(policy(&condition).check_openness(), Ok(()), "{condition}");
    }
    for condition in [
        "machine.secure_boot.enabled".to_owned(),
        "machine.platform.technology == 'AMD_SEV_SNP'".to_owned(),
        format!("{info}.project_id == ''"),
        format!("{info}.project_id == 42"),
        format!("{info}.project_number == 0"),
        format!("{info}.project_number == '42'"),
        format!("{info}.project_number > 42"),
        format!("{info}.project_number != 42"),
        format!("{info}.project_id in ['a', '']"),
        format!("{info}.project_id in []"),
        format!("{info}.project_id in ['a', {info}.project_id]"),
        format!("{info}.zone == 'us-central1-a'"),
        format!("{info}.project_id == 'a' || machine.secure_boot.enabled"),
        format!("{info}.project_id == {info}.project_id"),
        // The token's paths mean nothing on the machine, nor the machine's on the token.
        "machine.submods.gce.project_id == 'a'".to_owned(),
        "machine.sub == 'https://www.googleapis.com/compute/v1/projects/a/b'".to_owned(),
        "assertion.platform.instance_info.project_id == 'a'".to_owned(),
        "machine.google_service_accounts.exists(a, a == 'x')".to_owned(),
    ] {
        assert_eq!(
            policy(&condition).check_openness(),
            Err(Error::PolicyTooOpen),
            "{condition}"
        );
    }
}
