//! An appraisal for people: the verdict, each check with a word and a symbol, a token's claims.

use std::fmt::Write as _;

use sealgate_core::{Appraisal, Check, UnixTime, exit};
use serde_json::Value;

use crate::claims;
use crate::clock::At;
use crate::printable::{escape, json_line};
use crate::style::{BOLD, FAILED, FAINT, PASSED};
use crate::table;

/// Columns of a check's name, with the gap after it.
const NAME_COLUMNS: usize = 15;
/// Where what is said about a check begins.
const INDENT: usize = 17 + NAME_COLUMNS;

/// Writes the whole report on a token.
pub(crate) fn write(
    appraisal: &Appraisal,
    at: At,
    now: UnixTime,
    columns: Option<usize>,
) -> String {
    let mut text = String::new();
    let whose = if at == At::Issued {
        ", the time that the token names"
    } else {
        ""
    };
    verdict(&mut text, appraisal, whose);
    checks(&mut text, appraisal);
    match &appraisal.claims {
        Some(payload) => table::write(&mut text, &claims::payload(payload, now), columns),
        None => {
            table::heading(&mut text, "claims", "");
            text.push_str("  not shown: nobody vouches for them\n");
        }
    }
    text
}

/// Writes each check.
pub(crate) fn checks(text: &mut String, appraisal: &Appraisal) {
    table::heading(text, "checks", "");
    for check in &appraisal.checks {
        write_check(text, check);
    }
}

/// Writes the verdict, and for what it holds. `whose` follows the time.
pub(crate) fn verdict(text: &mut String, appraisal: &Appraisal, whose: &str) {
    _ = match appraisal.code {
        None if appraisal.verified => writeln!(text, "{PASSED}\u{2713} VERIFIED{PASSED:#}"),
        None => writeln!(text, "{FAILED}\u{2717} NOT VERIFIED{FAILED:#}"),
        Some(code) if code.exit_code() == exit::REFUSED => writeln!(
            text,
            "{FAILED}\u{2717} REFUSED{FAILED:#} {code}: verified, and the policy does not hold"
        ),
        Some(code) => writeln!(text, "{FAILED}\u{2717} NOT VERIFIED{FAILED:#} {code}"),
    };
    let mut fact = |name: &str, value: &str| {
        _ = writeln!(text, "  {FAINT}{name:<10}{FAINT:#}{value}");
    };
    fact("as of", &format!("{}{whose}", appraisal.evaluated_at));
    fact(
        "keys",
        &format!(
            "{}, sha256 {}",
            escape(&appraisal.keys.source),
            appraisal.keys.sha256
        ),
    );
    if let Some(sha256) = &appraisal.policy_sha256 {
        fact("policy", &format!("sha256 {sha256}"));
    }
    if let Some(sha256) = &appraisal.token_sha256 {
        fact("token", &format!("sha256 {sha256}"));
    }
    if let Some(sha256) = &appraisal.evidence_sha256 {
        fact("evidence", &format!("sha256 {sha256}"));
    }
}

fn write_check(text: &mut String, check: &Check) {
    let (style, symbol, word) = match check.ok {
        Some(true) => (PASSED, '\u{2713}', "ok"),
        Some(false) => (FAILED, '\u{2717}', "FAILED"),
        None => (FAINT, '\u{2013}', "not reached"),
    };
    let said = match check.ok {
        Some(true) => detail(check),
        Some(false) => check.code.map_or("", |code| code.as_str()).to_owned(),
        None => String::new(),
    };
    let gap = if said.is_empty() {
        0
    } else {
        NAME_COLUMNS.saturating_sub(check.check.len())
    };
    let name = check.check;
    _ = writeln!(
        text,
        "  {style}{symbol} {word:<11}{style:#}  {BOLD}{name}{BOLD:#}{:gap$}{said}",
        ""
    );
    if check.ok != Some(false) {
        return;
    }
    if let Some(hint) = &check.hint {
        _ = writeln!(text, "{:INDENT$}{}", "", escape(hint));
    }
    for (word, value) in [("expected", &check.expected), ("actual", &check.actual)] {
        if !value.is_null() {
            _ = writeln!(text, "{:INDENT$}{word:<8}  {}", "", json_line(value));
        }
    }
}

/// What a check that passed has compared: what was there, or what it had to be.
fn detail(check: &Check) -> String {
    let value = match check.check {
        "expiry" | "not_before" | "policy_issuer" | "condition" => &check.expected,
        _ => &check.actual,
    };
    plain(value)
}

/// A value without the marks of JSON where it reads well without.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(string) => escape(string),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| match name.as_str() {
                "seconds" => format!("{} s", plain(value)),
                name => format!("{} {}", escape(name), plain(value)),
            })
            .collect::<Vec<_>>()
            .join(", "),
        value => json_line(value),
    }
}
