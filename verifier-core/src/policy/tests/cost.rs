//! What could keep an evaluator busy, or fill its memory, is refused before it is evaluated.

use serde_json::{Map, Value, json};

use super::payloads::signed_space;
use super::{ConditionDefect, defect, outcome, passes};
use crate::error::Error;
use crate::limits::{CONDITION_BYTES, CONDITION_TOKENS, TOKEN_BYTES};

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

#[track_caller]
fn too_costly(condition: &str, payload: &Map<String, Value>) {
    assert_eq!(
        outcome(condition, payload),
        Err(Error::ConditionTooCostly),
        "{condition}"
    );
}

#[test]
fn nested_loops_over_literals() {
    let list = format!("[{}]", ["1"; 90].join(","));
    let nest = |depth: usize| {
        format!(
            "{}true{}",
            format!("{list}.all(x,").repeat(depth),
            ")".repeat(depth)
        )
    };
    passes(&nest(1), &Map::new());
    passes(&nest(2), &Map::new());
    assert_eq!(defect(&nest(3)), ConditionDefect::NestedComprehensions);
    assert_eq!(defect(&nest(5)), ConditionDefect::TooManyLinks);
    let list = format!("[{}]", ["1"; 250].join(","));
    assert_eq!(
        defect(&format!("{list}.all(x,{list}.all(y,x==y))")),
        ConditionDefect::Cost
    );
}

#[test]
fn searching_for_a_list_in_a_list() {
    let payload = object(json!({ "l": vec![1; 3000], "s": vec!["a"; 3000] }));
    too_costly("assertion.l in assertion.l", &payload);
    too_costly("assertion.s in assertion.l", &payload);
    let literal = format!("[{}]", ["1"; 480].join(","));
    too_costly(&format!("assertion.s in {literal}"), &payload);
    let long = object(json!({ "l": vec![1; 16_000] }));
    passes("1 in assertion.l", &long);
}

#[test]
fn growing_texts_and_lists() {
    for part in ["x+x", "x+x+x"] {
        let chain = |times: usize| {
            format!(
                "['aaaaaaaa']{} != []",
                format!(".map(x,{part})").repeat(times)
            )
        };
        passes(&chain(3), &Map::new());
        // As long as a chain may be; the text would have thousands of bytes at the most.
        passes(&chain(6), &Map::new());
    }
    let doubling = |times: usize| {
        format!(
            "{}'a'{} != ''",
            "[".repeat(times),
            "].map(x,x+x+x+x+x+x+x+x)[0]".repeat(times)
        )
    };
    passes(&doubling(2), &Map::new());
    // The same with a text of the token that has 16 KiB.
    let payload = object(json!({ "a": "x".repeat(16 * 1024) }));
    passes("assertion.a + assertion.a != ''", &payload);
    too_costly(
        "[assertion.a].map(x,x+x+x+x+x+x+x+x).map(x,x+x+x+x+x+x+x+x).map(x,x+x) != []",
        &payload,
    );
    too_costly(
        "[1,2,3,4].map(x,[1,2,3,4].map(y,[assertion.a,assertion.a,assertion.a,assertion.a,assertion.a])) != []",
        &payload,
    );
}

#[test]
fn loops_over_long_lists_of_the_token() {
    let list = vec![1; TOKEN_BYTES / 2];
    let payload = object(json!({ "l": list, "s": "x".repeat(TOKEN_BYTES / 2) }));
    passes("size(assertion.l) > 1 && 1 in assertion.l", &payload);
    passes("assertion.l == assertion.l", &payload);
    too_costly("assertion.l.all(x, x in assertion.l)", &payload);
    too_costly(
        "assertion.l.all(x, assertion.l.exists(y, x == y))",
        &payload,
    );
    too_costly("assertion.l.map(x, assertion.s) != []", &payload);
    too_costly("assertion.l.map(x, assertion.l).map(x, x) != []", &payload);
    too_costly(
        "assertion.l.all(x, assertion.s.contains('y') || true)",
        &payload,
    );
    too_costly("assertion.l.all(x, size(assertion.s) > 0)", &payload);
    too_costly("assertion.l.all(x, assertion == assertion)", &payload);
    too_costly(
        "assertion.l.filter(x, true).filter(x, true).filter(x, true) != []",
        &payload,
    );
    too_costly("assertion.l.exists(x, assertion.l['a'] == 1)", &payload);
    too_costly("assertion.l.map(x, assertion.l[0.5]) != []", &payload);
    // Many clauses spend one budget.
    let clause = "assertion.l != assertion.l";
    too_costly(&[clause; 20].join(" && "), &payload);
    // Objects too.
    let members: Map<String, Value> = (0..4000).map(|n| (format!("{n:x}"), json!(1))).collect();
    let payload = object(json!({ "o": members }));
    passes("'1f' in assertion.o && assertion.o['1f'] == 1", &payload);
    too_costly("assertion.o.all(k, assertion.o.all(j, true))", &payload);
    too_costly("assertion.o.all(k, assertion.o == assertion.o)", &payload);
}

#[test]
fn ordinary_conditions_over_ordinary_tokens_are_far_below_the_limit() {
    // Twenty times what Google documents, at once.
    let signed = "['a:b','c:d'].exists(f, f in assertion.submods.container.image_signatures.map(s, s.signature_algorithm+':'+s.key_id))";
    let condition = vec![format!("!{signed}"); 20].join(" && ");
    passes(&condition, &signed_space());
}

#[test]
fn length_and_tokens_are_bounded() {
    let exactly = |bytes: usize| format!("'{}' != ''", "x".repeat(bytes - 8));
    passes(&exactly(CONDITION_BYTES), &Map::new());
    assert_eq!(
        defect(&exactly(CONDITION_BYTES + 1)),
        ConditionDefect::TooLong
    );
    let tokens = |tokens: usize| format!("1 in [{}1]", "1,".repeat((tokens - 5) / 2));
    passes(&tokens(CONDITION_TOKENS - 1), &Map::new());
    assert_eq!(
        defect(&tokens(CONDITION_TOKENS + 1)),
        ConditionDefect::TooManyTokens
    );
    assert_eq!(
        defect(&"(".repeat(CONDITION_BYTES)),
        ConditionDefect::TooManyTokens
    );
}
