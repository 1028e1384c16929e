//! Whatever the gate lets through can be parsed, walked, evaluated and dropped on a small stack.

use serde_json::{Map, json};

use super::super::Policy;
use crate::error::Error;
use crate::limits::{CONDITION_LINKS, CONDITION_NESTING};

fn kinds(n: usize) -> Vec<(&'static str, String)> {
    let r = |s: &str| s.repeat(n);
    vec![
        ("sum", format!("1{} == 1", r("+1"))),
        ("index", format!("assertion.a{} == 1", r("[0]"))),
        ("member call", format!("assertion{} == 1", r(".size()"))),
        ("map", format!("[1]{} == [1]", r(".map(x,x)"))),
        ("filter", format!("[1]{} == [1]", r(".filter(x,true)"))),
        ("select", format!("assertion{} == 1", r(".a"))),
        ("select on list", format!("[assertion][0]{} == 1", r(".a"))),
        ("ternary", format!("{}true", r("true?true:"))),
        ("ternary false", format!("{}true", r("false?true:"))),
        ("unary", format!("{}true", r("!-"))),
        ("not", format!("{}true", r("!"))),
        ("minus", format!("1 == {}1", r("-"))),
        ("equal", format!("1{}", r("==1"))),
        ("less", format!("1{}", r("<1"))),
        ("in", format!("1{}", r(" in [1]"))),
        ("product", format!("1{}", r("*1"))),
        ("brackets", format!("{}1{} == 1", r("("), r(")"))),
        ("list", format!("{}1{} == [1]", r("["), r("]"))),
        ("object", format!("{}1{} == {{}}", r("{1:"), r("}"))),
        ("int", format!("{}1{} == 1", r("int("), r(")"))),
        ("nested map", format!("{}1{} == 1", r("[1].map(x,"), r(")"))),
        ("or", format!("false{}", r("||false"))),
        ("and in brackets", format!("(true{}) || false", r("&&true"))),
        ("and", format!("true{}", r("&&true"))),
        ("nested sum", format!("{}1{} == 1", r("1+("), r(")"))),
        ("nested not", format!("{}true{}", r("!("), r(")"))),
        ("nested or", format!("{}true{}", r("false||("), r(")"))),
        ("nested and", format!("{}true{}", r("true&&("), r(")"))),
        (
            "nested ternary",
            format!("{}true{}", r("true?("), r("):true")),
        ),
        (
            "nested condition",
            format!("{}true{}", r("("), r("?true:true)")),
        ),
    ]
}
fn try_on(stack: usize, text: String) -> Result<(), Error> {
    std::thread::Builder::new()
        .stack_size(stack)
        .spawn(move || {
            let policy = Policy::from_condition(&text)?;
            let payload = json!({"a": 1});
            let v = policy.evaluate(payload.as_object().unwrap());
            drop(policy);
            drop(v);
            Ok(())
        })
        .unwrap()
        .join()
        .unwrap()
}
#[test]
#[ignore]
fn probe() {
    let stack: usize = std::env::var("STACK").unwrap().parse().unwrap();
    let kind = std::env::var("KIND").unwrap();
    for n in [
        1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 20, 23, 24, 30, 40, 47, 48, 49, 60, 80, 96, 98, 99,
        100, 110, 120, 150, 200,
    ] {
        for (name, text) in kinds(n) {
            if name != kind {
                continue;
            }
            let r = try_on(stack * 1024, text);
            eprintln!(
                "{name} {n} {}",
                match r {
                    Ok(()) => "ok".into(),
                    Err(e) => format!("{e}"),
                }
            );
        }
    }
}
#[test]
#[ignore]
fn names() {
    for (n, _) in kinds(1) {
        println!("NAME {n}");
    }
}
