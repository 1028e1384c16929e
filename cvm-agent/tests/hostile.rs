//! Nothing of a token reaches a terminal but printable ASCII, whatever the command.

use std::process::{Command, Output};

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
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    let all = String::from_utf8(all).unwrap();
    for symbol in all
        .chars()
        .filter(|symbol| !matches!(symbol, '\n' | ' '..='~'))
    {
        // The symbols of the report.
        assert!(
            "\u{2713}\u{2717}\u{2013}".contains(symbol),
            "{symbol:?} in {all}"
        );
    }
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
