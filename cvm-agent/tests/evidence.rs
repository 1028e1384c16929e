//! Evidence in forms, states and sizes that no file in the repository has.

#[path = "evidence/forged.rs"]
mod forged;
#[path = "output/printable.rs"]
mod printable;

use std::fmt::Write as _;
use std::process::{Command, Output};

use printable::printable;
use sealgate_core::wire::attest::Attestation;
use sealgate_core::wire::attest::attestation::TeeAttestation;
use sealgate_core::wire::sevsnp;
use sealgate_core::wire::{decode_attestation, encode};
use serde_json::Value;

const ATTESTATION: &str = "../tests/vectors/evidence/attestations/gce-cos-85-no-nonce.pb";

fn attestation() -> Vec<u8> {
    std::fs::read(ATTESTATION).unwrap()
}

/// Runs `verify` over a file with `bytes`.
#[track_caller]
fn verify(arguments: &[&str], bytes: &[u8]) -> (Output, String) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let path = file.path().to_str().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cvm-agent"));
    command.arg("verify").args(arguments).env("NO_COLOR", "1");
    if arguments[0] == "debug" {
        command.arg("--input");
    }
    let output = command.arg(path).output().unwrap();
    let all = printable(&output);
    (output, all)
}

const EVIDENCE: [&str; 4] = ["evidence", "--no-nonce", "--at", "2021-09-01T00:00:00Z"];

fn evidence(options: &[&str], bytes: &[u8]) -> (Output, String) {
    verify(&[&EVIDENCE[..], options].concat(), bytes)
}

/// The code of an appraisal that refuses `bytes`, and of the exit.
#[track_caller]
fn refusal(bytes: &[u8]) -> String {
    let (output, text) = evidence(&["--json"], bytes);
    assert_eq!(output.status.code(), Some(5), "{text}");
    let appraisal: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(appraisal["verified"], false);
    let code = appraisal["code"].as_str().unwrap();
    // What quotes and log prove is told even when it is not enough; before that, nothing is.
    assert_eq!(
        appraisal.get("machine").is_some(),
        code == "log_incomplete",
        "{text}"
    );
    code.to_owned()
}

/// A field of bytes in protobuf's text format, each byte escaped.
fn field(text: &mut String, name: &str, bytes: &[u8]) {
    _ = write!(text, "{name}: \"");
    for byte in bytes {
        _ = write!(text, "\\{byte:03o}");
    }
    text.push_str("\"\n");
}

fn as_text(attestation: &Attestation) -> String {
    let mut text = String::from("# the same in another form\n");
    field(&mut text, "ak_pub", &attestation.ak_pub);
    for quote in &attestation.quotes {
        text.push_str("quotes {\n");
        field(&mut text, "quote", &quote.quote);
        field(&mut text, "raw_sig", &quote.raw_sig);
        let pcrs = quote.pcrs.as_ref().unwrap();
        _ = writeln!(text, "pcrs {{ hash: {}", pcrs.hash);
        for (index, value) in &pcrs.pcrs {
            _ = write!(text, "pcrs {{ key: {index} ");
            field(&mut text, "value", value);
            text.push_str("}\n");
        }
        text.push_str("}}\n");
    }
    field(&mut text, "event_log", &attestation.event_log);
    field(&mut text, "ak_cert", &attestation.ak_cert);
    for certificate in &attestation.intermediate_certs {
        field(&mut text, "intermediate_certs", certificate);
    }
    text
}

#[test]
fn text_and_bytes_are_the_same_evidence() {
    let bytes = attestation();
    let text = as_text(&decode_attestation(&bytes).unwrap());
    let machine = |output: &Output| {
        let appraisal: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(appraisal["verified"], true);
        appraisal["machine"].clone()
    };
    let (of_bytes, _) = evidence(&["--json"], &bytes);
    let (of_text, all) = evidence(&["--json"], text.as_bytes());
    assert_eq!(of_text.status.code(), Some(0), "{all}");
    assert_eq!(machine(&of_bytes), machine(&of_text));

    let (of_bytes, _) = verify(&["debug"], &bytes);
    let (of_text, all) = verify(&["debug", "--format", "textproto"], text.as_bytes());
    assert_eq!(of_text.status.code(), Some(0), "{all}");
    assert_eq!(of_bytes.stdout, of_text.stdout);
}

#[test]
fn debug_prints_the_state_in_gotpms_words() {
    let (output, all) = verify(&["debug"], &attestation());
    assert_eq!(output.status.code(), Some(0), "{all}");
    let state = String::from_utf8(output.stdout).unwrap();
    for line in [
        "platform: {\n  gce_version: 1\n  technology: AMD_SEV\n}",
        "\nsecure_boot: {\n  enabled: true\n",
        "\n  authority: {\n",
        "\nhash: SHA256\n",
        "\nlinux_kernel: {\n  command_line: \"/syslinux/vmlinuz.A ",
        "\nefi: {\n  apps: {\n    digest: ",
        "\n  digest_verified: true\n",
    ] {
        assert!(state.contains(line), "{line} is not in {state}");
    }
    // Nobody has said so but the certificate, which nobody has looked at.
    assert!(!state.contains("instance_info"), "{state}");
}

#[test]
fn debug_writes_a_file_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.textproto");
    let output = ["debug", "--output", path.to_str().unwrap(), "--quiet"];
    let (run, all) = verify(&output, &attestation());
    assert_eq!((run.status.code(), all.as_str()), (Some(0), ""));
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("platform: {")
    );
    let (run, _) = verify(&output, &attestation()[..20_000]);
    assert_eq!(run.status.code(), Some(5));
    // What was there stays.
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .contains("platform: {")
    );
}

fn altered(alter: impl Fn(&mut Attestation)) -> Vec<u8> {
    let mut attestation = decode_attestation(&attestation()).unwrap();
    alter(&mut attestation);
    encode(&attestation)
}

#[test]
fn refuses_what_was_altered_with_a_code_of_its_own() {
    for (code, bytes) in [
        ("certificate_missing", altered(|it| it.ak_cert.clear())),
        ("quote_missing", altered(|it| it.quotes.clear())),
        (
            "quote_pcrs_mismatch",
            altered(|it| {
                let pcrs = it.quotes[1].pcrs.as_mut().unwrap();
                pcrs.pcrs.get_mut(&4).unwrap()[0] ^= 1;
            }),
        ),
        (
            "quote_signature_invalid",
            altered(|it| *it.quotes[1].raw_sig.last_mut().unwrap() ^= 1),
        ),
        ("log_malformed", altered(|it| it.event_log.truncate(20_000))),
        ("log_incomplete", altered(|it| it.event_log.clear())),
    ] {
        assert_eq!(refusal(&bytes), code);
    }
}

/// A log with an event too many: the report says of which register, and shows what nobody vouches
/// for only as such.
#[test]
fn tells_what_a_log_does_not_explain_and_escapes_it() {
    let bytes = altered(|it| {
        let last = [
            5_u32.to_le_bytes(),
            0x8000_0007_u32.to_le_bytes(),
            3_u32.to_le_bytes(),
        ];
        it.event_log.extend(last.concat());
        for (hash, length) in [(0x04_u16, 20), (0x0b, 32), (0x0c, 48)] {
            it.event_log.extend(hash.to_le_bytes());
            it.event_log.extend(vec![0x11; length]);
        }
        let data = "\u{202e}Calling\u{1b}[31m";
        it.event_log
            .extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        it.event_log.extend(data.as_bytes());
    });
    assert_eq!(refusal(&bytes), "log_replay_failed");
    let (output, text) = evidence(&["--events"], &bytes);
    assert_eq!(output.status.code(), Some(5));
    for line in [
        "NOT VERIFIED log_replay_failed",
        "\nnot explained",
        "\n  PCR 5 of sha256: quoted ",
        "; explained up to event 44, not beyond",
        "\nboot log  not verified: anybody can have written this\n",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    let (output, text) = verify(&["debug"], &bytes);
    assert_eq!(output.status.code(), Some(5));
    assert_eq!(output.stdout, b"");
    assert!(text.contains("note: PCR 5 of sha256: quoted "), "{text}");
}

#[test]
fn shows_as_much_of_a_log_as_there_is() {
    let bytes = altered(|it| it.event_log.truncate(20_000));
    let (output, text) = evidence(&["--events"], &bytes);
    assert_eq!(output.status.code(), Some(5));
    for line in [
        "\nboot log  not verified: anybody can have written this\n",
        "secure boot: SecureBoot, value on\n",
        "\nnot read\n  the log cannot be read at byte ",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}

/// Refused for good, with the machine's facts to mend the policy by.
#[test]
fn a_policy_that_is_not_met_leaves_an_appraisal() {
    let policy = "tests/evidence/policy-other.json";
    let (output, text) = evidence(&["--json", "--policy", policy], &attestation());
    assert_eq!(output.status.code(), Some(6), "{text}");
    let appraisal: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(appraisal["code"], "condition_not_met");
    assert_eq!(appraisal["machine"]["platform"]["technology"], "AMD_SEV");
}

/// A log of which a part makes no sense: the rest is printed, and the end says what is missing.
#[test]
fn debug_prints_what_of_a_state_can_be_read() {
    let log = std::fs::read("../tests/vectors/evidence/logs/arch-linux-workstation.bin").unwrap();
    let (output, text) = verify(&["debug"], &forged::attestation(&log));
    assert_eq!(output.status.code(), Some(5), "{text}");
    let state = String::from_utf8(output.stdout).unwrap();
    for line in ["platform: {", "raw_events: {", "hash: SHA256"] {
        assert!(state.contains(line), "{line} is not in {state}");
    }
    assert!(!state.contains("secure_boot"), "{state}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("error: parts of the state cannot be read: secure_boot: "),
        "{said}"
    );
    assert!(said.contains(" (log_event_invalid)"), "{said}");
}

/// Every real log with a SHA-256 bank: which parts of it make no sense.
#[test]
fn names_the_parts_that_cannot_be_read_of_each_real_log() {
    for (log, parts) in [
        ("arch-linux-workstation", &["secure_boot", "efi"][..]),
        ("cos-101-amd-sev", &[]),
        ("cos-85-amd-sev", &[]),
        ("eventlogwithsp800155", &[]),
        // Its firmware measures what has the digest of a separator.
        ("glinux-alex", &["platform", "efi"]),
        ("rhel8-uefi", &[]),
        ("ubuntu-2404-amd-sevsnp", &[]),
    ] {
        let path = format!("../tests/vectors/evidence/logs/{log}.bin");
        let bytes = forged::attestation(&std::fs::read(path).unwrap());
        let (output, _) = verify(&["debug", "--quiet"], &bytes);
        let exit = if parts.is_empty() { 0 } else { 5 };
        assert_eq!(output.status.code(), Some(exit), "{log}");
        assert!(!output.stdout.is_empty(), "{log}");
        let said = String::from_utf8(output.stderr).unwrap();
        for part in [
            "platform",
            "secure_boot",
            "efi",
            "grub",
            "linux_kernel",
            "cos",
        ] {
            let named = said.contains(&format!(" {part}: "));
            assert_eq!(named, parts.contains(&part), "{part} of {log}: {said}");
        }
    }
}

/// A key that nobody vouches for is good for `debug` alone.
#[test]
fn a_key_without_a_certificate_is_refused_but_for_debugging() {
    let log = std::fs::read("../tests/vectors/evidence/logs/ubuntu-2404-amd-sevsnp.bin").unwrap();
    let bytes = forged::attestation(&log);
    assert_eq!(refusal(&bytes), "certificate_missing");
    let (output, text) = verify(&["debug"], &bytes);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("  technology: AMD_SEV_SNP\n"), "{text}");
}

/// The message has one value for both.
#[test]
fn debug_tells_a_technology_that_is_not_known_from_none() {
    let said = "note: the boot log does not show the machine's confidential technology: ";
    for (log, is_known) in [
        ("ubuntu-2404-amd-sevsnp", true),
        ("rhel8-uefi", true),
        ("arch-linux-workstation", false),
    ] {
        let path = format!("../tests/vectors/evidence/logs/{log}.bin");
        let bytes = forged::attestation(&std::fs::read(path).unwrap());
        let (_, text) = verify(&["debug"], &bytes);
        assert_eq!(!text.contains(said), is_known, "{log}: {text}");
        let (_, text) = verify(&["debug", "--quiet"], &bytes);
        assert!(!text.contains(said), "{text}");
    }
}

/// A processor's report comes along and is verified by nobody: both say so, and `debug` leaves it
/// out.
#[test]
fn says_that_a_processors_report_proves_nothing_yet() {
    let bytes = altered(|it| {
        let report = sevsnp::Attestation {
            report: Some(sevsnp::Report {
                measurement: vec![0xab; 48],
                ..sevsnp::Report::default()
            }),
            ..sevsnp::Attestation::default()
        };
        it.tee_attestation = Some(TeeAttestation::SevSnpAttestation(report));
    });
    let (output, text) = evidence(&[], &bytes);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let said = "not proved: what the processor says in the report that comes along (AMD SEV-SNP)";
    assert!(text.contains(said), "{text}");
    let (output, text) = verify(&["debug"], &bytes);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let said = "note: the attestation carries a report of AMD SEV-SNP, which is not verified here";
    assert!(text.contains(said), "{text}");
    assert!(!text.contains("sev_snp_attestation"), "{text}");
}

/// Whatever is read, a refusal has an appraisal, and no process ends in a panic.
#[test]
fn appraises_any_bytes() {
    let whole = attestation();
    for cut in [1, 2, 100, 300, 5_000, whole.len() - 1] {
        assert_eq!(refusal(&whole[..cut]), "evidence_malformed", "cut at {cut}");
    }
    let noise: Vec<u8> = (0..50_000_u64)
        .map(|index| (index.wrapping_mul(6_364_136_223_846_793_005) >> 40) as u8)
        .collect();
    for bytes in [
        &noise[..],
        &vec![0; 5 * 1024 * 1024],
        &vec![b' '; 17 * 1024 * 1024],
        &vec![b'{'; 100_000],
        "quotes { ".repeat(50_000).as_bytes(),
        // What any message may hold is within itself as deep as one likes.
        any(7_000).as_bytes(),
        any(100_000).as_bytes(),
        b"ak_pub: \"\\033[31m\" \x1b[2J",
    ] {
        assert_eq!(refusal(bytes), "evidence_malformed");
        let (output, text) = verify(&["debug"], bytes);
        assert_eq!(output.status.code(), Some(5), "{text}");
        let (output, text) = verify(&["debug", "--format", "textproto"], bytes);
        assert_eq!(output.status.code(), Some(5), "{text}");
    }
}

/// An attestation in an attestation, `depth` times, as an `Any` has it in text.
fn any(depth: usize) -> String {
    let opened = "[domain/attest.Attestation] {".repeat(depth);
    opened + &"}".repeat(depth)
}
