//! Time: whole seconds, a cap on life, and every edge on both sides.

use sealgate_core::Code;
use serde_json::{Value, json};

use super::draft::NOW;
use super::{Cases, Draft, ISSUED_AT};

const EXPIRY: u64 = ISSUED_AT + 3600;
const RULE: &str = "RFC 7519 §4.1.4 to §4.1.6";

pub(super) fn add(cases: &mut Cases) {
    expiry_types(cases);
    other_types(cases);
    expiry_edges(cases);
    beginning_edges(cases);
    lifetimes(cases);
    ages(cases);
    clocks(cases);
}

fn expiry_types(cases: &mut Cases) {
    cases.refused(
        "time_exp_missing",
        Code::ClaimMissing,
        "No `exp`.",
        RULE,
        Draft::good().without("exp"),
    );
    let values: [(&str, Value); 12] = [
        ("null", Value::Null),
        ("string", json!("9999999999")),
        ("array", json!([EXPIRY])),
        ("bool", json!(true)),
        ("object", json!({})),
        ("fraction", json!(1_790_003_600.999)),
        ("whole_fraction", json!(1_790_003_600.0)),
        ("negative", json!(-1)),
        ("2_53", json!(1_u64 << 53)),
        ("2_53_plus_1", json!((1_u64 << 53) + 1)),
        ("2_63", json!(1_u64 << 63)),
        ("huge", json!(1e308)),
    ];
    for (name, value) in values {
        cases.refused(
            &format!("time_exp_{name}"),
            Code::ClaimInvalid,
            "`exp` is a whole number of seconds that is exact everywhere.",
            "RFC 7519 §2 (NumericDate), RFC 7493 §2.2",
            Draft::good().claim("exp", value),
        );
    }
    for (name, number) in [
        ("exponent", "1.7900036e9"),
        ("integer_exponent", "17900036e2"),
        ("minus_zero", "-0"),
        ("2_64", "18446744073709551616"),
        ("twenty_digits", "17900036000000000000"),
    ] {
        cases.refused(
            &format!("time_exp_{name}"),
            Code::ClaimInvalid,
            "`exp` is written as a plain integer.",
            "RFC 7519 §2 (NumericDate)",
            Draft::good().payload_text(move |text| {
                text.replacen(
                    &format!("\"exp\":{EXPIRY}"),
                    &format!("\"exp\":{number}"),
                    1,
                )
            }),
        );
    }
    cases.refused(
        "time_exp_zero",
        Code::TokenExpired,
        "Expired in 1970.",
        RULE,
        Draft::good().claim("exp", 0),
    );
    cases.refused(
        "time_exp_largest",
        Code::TokenLifetimeTooLong,
        "The largest exact integer.",
        RULE,
        Draft::good().claim("exp", (1_u64 << 53) - 1),
    );
    cases.refused(
        "time_exp_milliseconds",
        Code::TokenLifetimeTooLong,
        "`exp` in milliseconds would be valid for fifty thousand years.",
        RULE,
        Draft::good().claim("exp", EXPIRY * 1000),
    );
}

fn other_types(cases: &mut Cases) {
    cases.refused(
        "time_iat_missing",
        Code::ClaimMissing,
        "Without `iat` the life of a token has no bound.",
        RULE,
        Draft::good().without("iat"),
    );
    let values: [(&str, Value); 5] = [
        ("null", Value::Null),
        ("string", json!("1790000000")),
        ("fraction", json!(1_790_000_000.5)),
        ("negative", json!(-1)),
        ("2_63", json!(1_u64 << 63)),
    ];
    for claim in ["iat", "nbf"] {
        for (name, value) in &values {
            cases.refused(
                &format!("time_{claim}_{name}"),
                Code::ClaimInvalid,
                "A time is a whole number of seconds.",
                "RFC 7519 §2 (NumericDate)",
                Draft::good().claim(claim, value.clone()),
            );
        }
    }
    cases.accepted(
        "time_nbf_missing",
        "`nbf` may be absent: `iat` bounds the beginning.",
        RULE,
        Draft::good().without("nbf"),
    );
}

fn expiry_edges(cases: &mut Cases) {
    cases.accepted(
        "time_exp_minus_1",
        "One second before `exp`, with clocks that agree.",
        RULE,
        Draft::good().clock_skew(0).at(EXPIRY - 1),
    );
    cases.refused(
        "time_exp_now",
        Code::TokenExpired,
        "At `exp`, with clocks that agree: equal is too late.",
        RULE,
        Draft::good().clock_skew(0).at(EXPIRY),
    );
    cases.accepted(
        "time_exp_now_with_skew",
        "At `exp`, within the allowance for clocks.",
        RULE,
        Draft::good().at(EXPIRY),
    );
    cases.accepted(
        "time_exp_skew_minus_1",
        "The last second of the allowance for clocks.",
        RULE,
        Draft::good().at(EXPIRY + 59),
    );
    cases.refused(
        "time_exp_skew",
        Code::TokenExpired,
        "The allowance for clocks is over.",
        RULE,
        Draft::good().at(EXPIRY + 60),
    );
    cases.refused(
        "time_exp_long_ago",
        Code::TokenExpired,
        "A year later.",
        RULE,
        Draft::good().at(EXPIRY + 365 * 86_400),
    );
}

fn beginning_edges(cases: &mut Cases) {
    let nbf = |nbf: u64| Draft::good().claim("nbf", nbf);
    cases.accepted("time_nbf_now", "At `nbf`.", RULE, nbf(NOW).clock_skew(0));
    cases.refused(
        "time_nbf_plus_1",
        Code::TokenNotYetValid,
        "One second before `nbf`, with clocks that agree.",
        RULE,
        nbf(NOW + 1).clock_skew(0),
    );
    cases.accepted(
        "time_nbf_skew",
        "As long before `nbf` as clocks may differ.",
        RULE,
        nbf(NOW + 60),
    );
    cases.refused(
        "time_nbf_skew_plus_1",
        Code::TokenNotYetValid,
        "One second more before `nbf` than clocks may differ.",
        RULE,
        nbf(NOW + 61),
    );
    cases.accepted(
        "time_iat_skew",
        "Issued as far in the future as clocks may differ.",
        RULE,
        Draft::good().without("nbf").at(ISSUED_AT - 60),
    );
    cases.refused(
        "time_iat_skew_plus_1",
        Code::TokenNotYetValid,
        "Issued one second further in the future than clocks may differ.",
        RULE,
        Draft::good().without("nbf").at(ISSUED_AT - 61),
    );
    cases.refused(
        "time_iat_after_nbf",
        Code::TokenNotYetValid,
        "`nbf` has passed, but `iat` is to come.",
        RULE,
        Draft::good()
            .claim("iat", NOW + 61)
            .claim("exp", NOW + 3661),
    );
}

fn lifetimes(cases: &mut Cases) {
    cases.refused(
        "time_lifetime_plus_1",
        Code::TokenLifetimeTooLong,
        "One second longer than Google's tokens live.",
        "token claims: exp - iat is 3600",
        Draft::good().claim("exp", EXPIRY + 1),
    );
    cases.accepted(
        "time_lifetime_short",
        "A token of one second, in that second.",
        RULE,
        Draft::good()
            .claim("exp", ISSUED_AT + 1)
            .clock_skew(0)
            .at(ISSUED_AT),
    );
    cases.refused(
        "time_lifetime_ten_years",
        Code::TokenLifetimeTooLong,
        "Ten years.",
        "token claims: exp - iat is 3600",
        Draft::good().claim("exp", ISSUED_AT + 10 * 365 * 86_400),
    );
    cases.refused(
        "time_iat_long_ago",
        Code::TokenLifetimeTooLong,
        "Issued in 1970, not expired yet.",
        "token claims: exp - iat is 3600",
        Draft::good().claim("iat", 0),
    );
    cases.refused(
        "time_lifetime_zero",
        Code::ClaimInvalid,
        "A token that ends when it begins.",
        RULE,
        Draft::good().claim("exp", ISSUED_AT).at(ISSUED_AT),
    );
    cases.refused(
        "time_iat_after_exp",
        Code::ClaimInvalid,
        "A token that ends before it was issued.",
        RULE,
        Draft::good().claim("exp", ISSUED_AT - 10).at(ISSUED_AT),
    );
    cases.refused(
        "time_nbf_after_exp",
        Code::ClaimInvalid,
        "A token that ends before it begins.",
        RULE,
        Draft::good().claim("nbf", EXPIRY + 10).at(EXPIRY + 20),
    );
}

fn ages(cases: &mut Cases) {
    cases.accepted(
        "time_age_limit",
        "As old as is allowed, clocks included.",
        RULE,
        Draft::good()
            .max_age(300)
            .clock_skew(10)
            .at(ISSUED_AT + 310),
    );
    cases.refused(
        "time_age_plus_1",
        Code::TokenExpired,
        "One second older than is allowed.",
        RULE,
        Draft::good()
            .max_age(300)
            .clock_skew(10)
            .at(ISSUED_AT + 311),
    );
}

fn clocks(cases: &mut Cases) {
    cases.refused(
        "time_clock_zero",
        Code::TokenNotYetValid,
        "The verifier's clock stands at the epoch.",
        RULE,
        Draft::good().at(0),
    );
    cases.refused(
        "time_clock_end",
        Code::TokenExpired,
        "The verifier's clock stands at the last moment it can.",
        RULE,
        Draft::good().at((1 << 53) - 1),
    );
    cases.refused(
        "time_clock_back",
        Code::TokenNotYetValid,
        "The verifier's clock is an hour behind.",
        RULE,
        Draft::good().at(ISSUED_AT - 3600),
    );
}
