//! A condition passes by being true, and by nothing else.
//!
//! Long because it is a table: every form of condition that Google documents has its rows.

use serde_json::{Map, Value, json};

use super::payloads::{machine, space};
use super::{ClauseDefect, ConditionDefect, defect, lacks, passes, policy, refused};
use crate::error::Error;
use crate::limits::JSON_DEPTH;
use crate::policy::Place;

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

#[test]
fn only_true_passes() {
    refused("false", &space(), ClauseDefect::False);
    for condition in [
        "1",
        "'true'",
        "null",
        "[true]",
        "assertion",
        "assertion.swname",
        "{}",
    ] {
        refused(condition, &space(), ClauseDefect::NotBoolean);
    }
    for condition in [
        "1 + 'a' == 2",
        "assertion.swversion[7] == '1'",
        "9223372036854775807 + 1 > 0",
        "1 / 0 == 1",
        "int('x') == 1",
        "assertion.oemid > '1'",
        "!assertion.swname",
        "assertion.swname ? true : false",
        "assertion.eat_nonce == 'x' || 'x' in assertion.eat_nonce",
        "size(null) == 0",
        "{'a': 1, 'a': 2}.a == 2",
        "[1, 2].all(x, x / 0 == 0)",
    ] {
        refused(condition, &space(), ClauseDefect::NotEvaluable);
    }
}

#[test]
fn an_absent_claim_is_named() {
    lacks("assertion.nothing == 1", &space(), "nothing");
    lacks("assertion.nothing == null", &space(), "nothing");
    lacks("!assertion.nothing", &space(), "nothing");
    lacks("assertion.submods.tpu.mode == 'x'", &space(), "submods.tpu");
    lacks("has(assertion.submods.tpu.mode)", &space(), "submods.tpu");
    lacks(
        "assertion['submods'].gce['rack'] == 'x'",
        &space(),
        "submods.gce.rack",
    );
    lacks(
        "[assertion.submods].exists(s, s.tpu == 'x')",
        &space(),
        "tpu",
    );
    lacks(
        "assertion.oemid == 11129 && assertion.submods.container.image_digest != ''",
        &machine(),
        "submods.container",
    );
    refused("has(assertion.nothing)", &space(), ClauseDefect::False);
    passes("!has(assertion.nothing)", &space());
}

#[test]
fn errors_are_absorbed_within_a_clause_only() {
    passes("assertion.nothing == 1 || true", &space());
    passes("true || assertion.nothing == 1", &space());
    refused(
        "(assertion.nothing == 1 && false) || false",
        &space(),
        ClauseDefect::False,
    );
    lacks("assertion.nothing == 1 && true", &space(), "nothing");
    lacks("assertion.nothing == 1 && false", &space(), "nothing");
}

#[test]
fn overrides_alone_read_as_empty_and_only_in_a_container() {
    let with = |container: Value| object(json!({ "submods": { "container": container } }));
    for absent in [
        json!({}),
        json!({ "cmd_override": null, "env_override": null }),
    ] {
        let payload = with(absent);
        for condition in [
            "size(assertion.submods.container.cmd_override) == 0",
            "assertion.submods.container.cmd_override == []",
            "size(assertion.submods.container.env_override) == 0",
            "assertion['submods'].container['env_override'] == {}",
            "assertion.submods.container.env_override.all(k, false)",
            "!('X' in assertion.submods.container.env_override)",
        ] {
            passes(condition, &payload);
        }
        lacks(
            "size(assertion.submods.container.args) == 0",
            &payload,
            "submods.container.args",
        );
        lacks(
            "size(assertion.submods.container.env) == 0",
            &payload,
            "submods.container.env",
        );
    }
    // What is asked for by presence is answered by presence.
    refused(
        "has(assertion.submods.container.cmd_override)",
        &with(json!({})),
        ClauseDefect::False,
    );
    refused(
        "'cmd_override' in assertion.submods.container",
        &with(json!({})),
        ClauseDefect::False,
    );
    // Under any other name the container is what it is.
    lacks(
        "[assertion.submods.container].all(c, c.cmd_override == [])",
        &with(json!({})),
        "cmd_override",
    );
    lacks(
        "assertion.submods.container.cmd_override == []",
        &machine(),
        "submods.container",
    );
    let set = with(json!({ "cmd_override": ["sh"], "env_override": { "A": "1" } }));
    refused(
        "size(assertion.submods.container.cmd_override) == 0",
        &set,
        ClauseDefect::False,
    );
    passes("assertion.submods.container.cmd_override[0] == 'sh'", &set);
    passes("assertion.submods.container.env_override.A == '1'", &set);
    let odd = with(json!("text"));
    refused(
        "size(assertion.submods.container.cmd_override) == 0",
        &odd,
        ClauseDefect::NotEvaluable,
    );
    lacks(
        "assertion.cmd_override == []",
        &with(json!({})),
        "cmd_override",
    );
}

#[test]
fn numbers_keep_their_value() {
    let payload = object(json!({ "a": u64::MAX, "b": -1, "c": 1.5, "d": i64::MIN }));
    passes(
        "assertion.a == 18446744073709551615u && assertion.b == -1",
        &payload,
    );
    passes(
        "assertion.c == 1.5 && assertion.d == -9223372036854775808",
        &payload,
    );
    refused(
        "int(assertion.a) == 1",
        &payload,
        ClauseDefect::NotEvaluable,
    );
    refused("-assertion.d > 0", &payload, ClauseDefect::NotEvaluable);
}

#[test]
fn objects_are_taken_in_the_order_of_their_names() {
    let members: Map<String, Value> = (0..50)
        .map(|n| (format!("k{:02}", 49 - n), json!(n)))
        .collect();
    let payload = object(json!({ "o": members }));
    passes(
        "assertion.o.map(k, k)[0] == 'k00' && assertion.o.filter(k, true)[49] == 'k49'",
        &payload,
    );
    passes("assertion.o.exists_one(k, assertion.o[k] == 7)", &payload);
    refused(
        "size([1] + assertion.o) == 51",
        &payload,
        ClauseDefect::NotEvaluable,
    );
    refused(
        "size([1] + (true ? assertion.o : {})) == 51",
        &payload,
        ClauseDefect::NotEvaluable,
    );
}

#[test]
fn clauses_are_what_the_owner_wrote() {
    let text = r#"// whose
        (assertion.swname == "a && b" && (has(assertion.iat) && // and when
        assertion.submods.gce.zone.startsWith('us-'))) && [1, 2].all(x, x > 0 && x < 3)
        && (true || false && true) && '''&&''' != r'\' // done"#;
    let clauses: Vec<_> = policy(text).evaluate(&space(), None);
    let texts: Vec<_> = clauses
        .iter()
        .map(|verdict| verdict.clause.as_str())
        .collect();
    assert_eq!(
        texts,
        [
            r#"assertion.swname == "a && b""#,
            "has(assertion.iat)",
            "assertion.submods.gce.zone.startsWith('us-')",
            "[1, 2].all(x, x > 0 && x < 3)",
            "true || false && true",
            r"'''&&''' != r'\'",
        ],
    );
    let first = Error::ConditionNotMet {
        clause: 0,
        reason: ClauseDefect::False,
    };
    assert_eq!(clauses[0].result, Err(first));
    assert!(clauses[1..].iter().all(|verdict| verdict.result.is_ok()));
}

#[test]
fn what_binds_less_than_and_keeps_a_clause_whole() {
    for text in [
        "true && false || true",
        "true ? true : false && false",
        "!(true && false)",
    ] {
        assert_eq!(policy(text).evaluate(&space(), None).len(), 1, "{text}");
        passes(text, &space());
    }
}

#[test]
fn names_and_functions_must_be_known() {
    for name in [
        "assertions.x == 1",
        "x",
        "int == int",
        "type == 1",
        "[1].all(x, y)",
        ".assertion.x",
        "google.subject",
    ] {
        assert!(matches!(defect(name), ConditionDefect::Name(_)), "{name}");
    }
    for (text, function) in [
        ("assertion.swname.matches('a.*')", "matches"),
        ("now() > 1", "now"),
        ("type(1) == 1", "type"),
        ("assertion.swname.lowerAscii() == ''", "lowerAscii"),
        ("optional.of(1).hasValue()", "hasValue"),
        ("[1].exists(x)", "exists"),
        ("size(1).all(x, y, z, w)", "all"),
        (
            "timestamp('2025-09-05T08:17:30Z').getFullYear() == 1",
            "getFullYear",
        ),
        ("contains('a', 'b')", "contains"),
        ("'a'.int() == 1", "int"),
        (
            "google.protobuf.Duration{} == 1",
            "google.protobuf.Duration",
        ),
    ] {
        assert_eq!(
            defect(text),
            ConditionDefect::Function(function.to_owned()),
            "{text}"
        );
    }
    assert_eq!(
        defect("size(1, 2) == 1"),
        ConditionDefect::Arguments("size".to_owned())
    );
    assert_eq!(
        defect("'a'.contains()"),
        ConditionDefect::Arguments("contains".to_owned())
    );
    assert_eq!(
        defect("[1].all(assertion, true)"),
        ConditionDefect::Shadow("assertion".to_owned())
    );
    assert_eq!(
        defect("[1].map(machine, 1) == []"),
        ConditionDefect::Shadow("machine".to_owned())
    );
    assert_eq!(
        defect("machine.secure_boot"),
        ConditionDefect::EvidenceNotRequired
    );
    assert_eq!(
        defect("timestamp('yesterday') > 1"),
        ConditionDefect::Time("timestamp")
    );
    assert_eq!(
        defect("duration('1d') > 1"),
        ConditionDefect::Time("duration")
    );
}

#[test]
fn syntax_errors_say_what_may_have_been_meant() {
    for (text, expected) in [
        (
            "a = 'b'",
            "is not valid at line 1, column 3: found `=`; \"is equal\" is `==`",
        ),
        (
            "a and b",
            "is not valid at line 1, column 3: found `and`; \"and\" is `&&`",
        ),
        (
            "a | b",
            "is not valid at line 1, column 3: found `|`; \"or\" is `||`",
        ),
        ("(a", "is not valid at line 1, column 3: found the end"),
        (
            "a == 'b",
            "has a quote at line 1, column 6 that is not closed",
        ),
    ] {
        assert_eq!(defect(text).to_string(), expected, "{text:?}");
    }
}

#[test]
fn syntax_errors_have_a_place() {
    let at = |line, column, found: &str| ConditionDefect::Syntax {
        place: Place { line, column },
        found: (!found.is_empty()).then(|| found.to_owned()),
    };
    for (text, expected) in [
        ("", ConditionDefect::Empty),
        (" \n// nothing", ConditionDefect::Empty),
        ("true &&", at(1, 8, "")),
        ("&& true", at(1, 8, "")),
        ("()", at(1, 2, ")")),
        ("true &&\n  assertion.x = 1", at(2, 15, "=")),
        ("true &&\n\n (1 +) == 1", at(3, 6, ")")),
        ("1 == && true", at(1, 5, "&&")),
        ("1 === 1", at(1, 5, "=")),
        ("(1", at(1, 3, "")),
        ("(1]", at(1, 3, "]")),
        ("a)", at(1, 2, ")")),
        ("'é' == é", at(1, 8, "é")),
        ("true & true", at(1, 6, "&")),
        ("true #", at(1, 6, "#")),
        ("1 \u{202e}", at(1, 3, "\\u{202e}")),
        ("1 '''a\n\\b'''", at(1, 3, "'''a\\n\\b'''")),
        (
            "1 abcdefghijklmnopqrstuvwxyz",
            at(1, 3, "abcdefghijklmnopqrstuvwx..."),
        ),
        (
            "'abc",
            ConditionDefect::Unclosed(Place { line: 1, column: 1 }),
        ),
        (
            "true &&\n b'''a'",
            ConditionDefect::Unclosed(Place { line: 2, column: 2 }),
        ),
    ] {
        assert_eq!(defect(text), expected, "{text:?}");
    }
    for text in [
        "a.?b",
        "{?'a': 1}",
        "[?1]",
        "1 2",
        "1 = 2",
        "assertion.`x`",
        "@x",
        "a..b",
        "a ? b",
        "if",
        "{,}",
        "99999999999999999999 == 1",
        "'\\q' == ''",
    ] {
        assert!(
            matches!(defect(text), ConditionDefect::Syntax { .. }),
            "{text}"
        );
    }
}

#[test]
fn a_payload_deeper_than_any_parsed_one_is_refused() {
    let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
    passes(
        "has(assertion.a)",
        &object(json!({ "a": nested(JSON_DEPTH - 1) })),
    );
    assert_eq!(
        super::outcome(
            "has(assertion.a)",
            &object(json!({ "a": nested(JSON_DEPTH) }))
        ),
        Err(Error::ConditionTooCostly),
    );
}
