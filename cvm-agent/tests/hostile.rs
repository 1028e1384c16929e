//! Nothing of a token reaches a terminal but printable ASCII, whatever the command.

#[path = "output/printable.rs"]
mod printable;

use std::process::{Command, Output};

use printable::printable;

/// Cursor movements, colours, a window title, reading-direction marks, a NUL, C1 controls, letters
/// that look like others: in names, values and the header.
const TOKEN: &str = "tests/tokens/hostile.jwt";

#[track_caller]
fn run(arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cvm-agent"))
        .args(arguments)
        .env("TZ", "UTC")
        // Styles are ours and are not what is looked for.
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let all = printable(&output);
    (output, all)
}

#[test]
fn decode_escapes_names_and_values() {
    let (output, text) = run(&["decode", TOKEN]);
    assert_eq!(output.status.code(), Some(0));
    for line in [
        r#"\u001b[2Jkid                          "\u202egpj.exe""#,
        r#"whom the token is for   "\u001b[31mVERIFIED\u001b[0m""#,
        r#""https://confidentialcomputing.googleapis.com\u200b""#,
        r#""\r\u2713 VERIFIED""#,
        r#"a\u0000                               "\u009b31m\u007f""#,
        r#"\u0430ud                              "\ud83d\ude00""#,
        r"submods.a\u001b[1Ab",
        r#""\u001b]0;title\u0007""#,
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
}

#[test]
fn decode_writes_json_that_means_the_same() {
    let (output, _) = run(&["decode", TOKEN, "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["payload"]["a\0"], "\u{9b}31m\u{7f}");
    assert_eq!(document["payload"]["aud"], "\u{1b}[31mVERIFIED\u{1b}[0m");
    assert_eq!(document["header"]["\u{1b}[2Jkid"], "\u{202e}gpj.exe");
}

#[test]
fn verify_token_escapes_what_it_compares() {
    let (output, text) = run(&["verify", "token", TOKEN, "--audience", "a"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(text.contains("algorithm_not_allowed"), "{text}");
    let (output, text) = run(&[
        "verify",
        "token",
        "tests/tokens/hostile-issuer.jwt",
        "--audience",
        "a",
    ]);
    assert_eq!(output.status.code(), Some(5));
    assert!(
        text.contains(r#"actual    "\u001b[2J\u202eissuer""#),
        "{text}"
    );
}

/// Files that are no text, or far too much, have an appraisal like any other token that is refused.
#[test]
fn verify_token_appraises_what_is_no_text() {
    for (bytes, code) in [
        (&b""[..], "token_malformed"),
        (&b"\xff"[..], "token_malformed"),
        (&[0xff; 32 * 1024], "token_malformed"),
        (&[0xff; 64 * 1024], "token_too_large"),
        (&b"\xef\xbf\xbd".repeat(10_000), "token_malformed"),
        (&b"\xef\xbf\xbd".repeat(20_000), "token_too_large"),
        (&b" ".repeat(64 * 1024), "token_too_large"),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let path = file.path().to_str().unwrap();
        let (output, text) = run(&["verify", "token", path, "--audience", "a", "--json"]);
        assert_eq!(output.status.code(), Some(5), "{text}");
        let appraisal: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(appraisal["code"], code, "{text}");
        assert_eq!(appraisal["verified"], false);
    }
}

/// A record of a log in the old format (TCG PC Client Platform Firmware Profile, section 10.2.1).
fn record(register: u32, event_type: u32, data: &[u8]) -> Vec<u8> {
    let mut record = Vec::new();
    record.extend(register.to_le_bytes());
    record.extend(event_type.to_le_bytes());
    record.extend([0x11; 20]);
    record.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    record.extend(data);
    record
}

/// Runs `eventlog` on `log`, as a table and as JSON; both end alike.
#[track_caller]
fn eventlog(log: &[u8], exit: i32) -> (String, serde_json::Value) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), log).unwrap();
    let path = file.path().to_str().unwrap();
    let (output, text) = run(&["eventlog", path]);
    assert_eq!(output.status.code(), Some(exit), "{text}");
    let (output, text_of_json) = run(&["eventlog", path, "--json"]);
    assert_eq!(output.status.code(), Some(exit), "{text_of_json}");
    (text, serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn eventlog_escapes_what_events_say() {
    const ACTION: u32 = 5;
    const IPL: u32 = 0x0d;
    const TAG: u32 = 6;
    const NO_ACTION: u32 = 3;
    const VARIABLE: u32 = 0x8000_0001;
    const IMAGE: u32 = 0x8000_0003;
    const BLOB2: u32 = 0x8000_000a;
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let mut variable = vec![0x1b; 16];
    variable.extend(9_u64.to_le_bytes());
    variable.extend(3_u64.to_le_bytes());
    variable.extend(wide("\u{1b}[2J\u{202e}db\0\n"));
    variable.extend(b"\x1b[m");
    let mut image = vec![0; 24];
    let file = wide("\\EFI\\\u{1b}]0;t\u{7}.efi\0");
    let node = u16::try_from(file.len() + 4).unwrap();
    image.extend(u64::from(node).to_le_bytes());
    image.extend([4, 4]);
    image.extend(node.to_le_bytes());
    image.extend(file);
    let mut tag = vec![1, 0, 0, 0, 5, 0, 0, 0];
    tag.extend(b"a\x1b[1m");
    let mut blob = vec![5];
    blob.extend(b"a\x1b[1m");
    blob.extend([0; 16]);
    let log = [
        record(
            4,
            ACTION,
            "Calling\u{1b}[31m EFI \u{202e}noitacilppA".as_bytes(),
        ),
        record(8, IPL, b"grub_cmd: \x9b31m\x07"),
        record(
            8,
            IPL,
            "\u{9b}31m \u{430}\u{1f600} text that is long enough".as_bytes(),
        ),
        record(9, TAG, &tag),
        record(0, NO_ACTION, b"\x1b[2Jabcdefghijkl\x1b[31m"),
        record(7, VARIABLE, &variable),
        record(4, IMAGE, &image),
        record(0, BLOB2, &blob),
        record(u32::MAX - 1, u32::MAX, b"\x1b"),
    ]
    .concat();
    let (text, document) = eventlog(&log, 0);
    for line in [
        r"EFI variable: \u001b[2J\u202edb\u0000\u000a, value 1b5b6d",
        r"\EFI\\u001b]0;t\u0007.efi",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    let events = document["events"].as_array().unwrap();
    assert_eq!(events.len(), 9);
    assert_eq!(events[0]["type_name"], "EV_ACTION");
    assert_eq!(events[8]["type_name"], serde_json::Value::Null);
}

/// However a log is cut, what is before the cut is shown, and where the rest begins.
#[test]
fn eventlog_shows_what_a_cut_log_still_has() {
    let whole = std::fs::read("../tests/vectors/evidence/logs/cos-85-amd-sev.bin").unwrap();
    let (_, document) = eventlog(&whole, 0);
    let events = document["events"].as_array().unwrap();
    assert_eq!(document["defect"], serde_json::Value::Null);
    for number in [0, 1, 20, events.len() - 1] {
        let start = usize::try_from(events[number]["offset"].as_u64().unwrap()).unwrap();
        for cut in [start + 1, start + 31] {
            let (_, cut) = eventlog(&whole[..cut], 5);
            assert_eq!(cut["events"].as_array().unwrap()[..], events[..number]);
            assert_eq!(cut["defect"]["code"], "log_malformed");
            assert_eq!(cut["defect"]["offset"], start);
            assert_eq!(cut["defect"]["record"], number);
        }
    }
}

#[test]
fn eventlog_takes_any_bytes() {
    // The multiplier of a common generator: bytes without a pattern, the same every time.
    let noise: Vec<u8> = (0..10_000_u64)
        .map(|index| (index.wrapping_mul(6_364_136_223_846_793_005) >> 40) as u8)
        .collect();
    for log in [&noise[..], &[0xff; 5000], &[0; 31], &[0xff; 8], b"{}"] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), log).unwrap();
        let path = file.path().to_str().unwrap();
        let (output, text) = run(&["eventlog", path]);
        assert!(matches!(output.status.code(), Some(0 | 5)), "{text}");
    }
    let (_, document) = eventlog(&vec![0; 2 * 1024 * 1024 + 1], 5);
    assert_eq!(document["defect"]["code"], "log_malformed");
    assert_eq!(document["events"], serde_json::json!([]));
}
