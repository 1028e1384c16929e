//! Whatever the gate lets through can be parsed, walked, evaluated and dropped on a small stack:
//! an overflow would abort the process, and nothing catches that.

use serde_json::{Map, Value, json};

use super::{ConditionDefect, Policy, PolicyDefect};
use crate::error::Error;

/// Less than any stack that a build runs on: threads and wasm have 1 MiB or more. The evaluator is
/// optimised in every profile (its levels take 42 KiB otherwise, and 2 KiB so), which the workspace
/// sees to.
const STACK: usize = 256 * 1024;

/// A text, in three parts, that becomes deeper with every repetition of the outer two.
struct Shape {
    open: &'static str,
    core: &'static str,
    close: &'static str,
    defect: ConditionDefect,
}

const fn shape(
    open: &'static str,
    core: &'static str,
    close: &'static str,
    defect: ConditionDefect,
) -> Shape {
    Shape {
        open,
        core,
        close,
        defect,
    }
}

const SHAPES: &[Shape] = {
    use ConditionDefect::{NestedComprehensions, Nesting, TooManyLinks, TooManyTokens};
    &[
        shape("", "1", "+1", TooManyLinks),
        shape("", "1", "-1", TooManyLinks),
        shape("", "1", "*1", TooManyLinks),
        shape("", "1", "%2", TooManyLinks),
        shape("", "1", "==1", TooManyLinks),
        shape("", "1", "<1", TooManyLinks),
        shape("", "1", " in [1]", TooManyLinks),
        shape("", "assertion.l", "[0]", TooManyLinks),
        shape("", "assertion", ".a", TooManyLinks),
        shape("", "[assertion][0]", ".a", TooManyLinks),
        shape("", "assertion", "['a']", TooManyLinks),
        shape("", "assertion.l", ".size()", TooManyLinks),
        shape("", "'a'", ".contains('a')", TooManyLinks),
        shape("", "[1]", ".map(x,x)", TooManyLinks),
        shape("", "[1]", ".map(x,true,x)", TooManyLinks),
        shape("", "[1]", ".filter(x,true)", TooManyLinks),
        shape("", "assertion.o", ".map(x,x)", TooManyLinks),
        shape("", "[1]", ".exists(x,x)", TooManyLinks),
        shape("true?true:", "true", "", TooManyLinks),
        shape("false?true:", "true", "", TooManyLinks),
        shape("!-", "true", "", TooManyLinks),
        shape("-!", "1", "", TooManyLinks),
        shape("!", "true", "", TooManyLinks),
        shape("-", "1", "", TooManyLinks),
        shape("[", "1", "]", Nesting),
        shape("[[", "1", "],1]", Nesting),
        shape("{1:", "1", "}", Nesting),
        shape("int(", "1", ")", Nesting),
        shape("[1][", "0", "]", TooManyLinks),
        shape("'a'.contains(", "'a'", ")", Nesting),
        shape("(", "1", ")", Nesting),
        shape("(", "1", "+1)", TooManyLinks),
        shape("(", "1", "+1+1)", TooManyLinks),
        shape("1+(", "1", ")", TooManyLinks),
        shape("!(", "true", ")", Nesting),
        shape("(!-", "true", ")", TooManyLinks),
        shape("true&&(", "true||true", ")", Nesting),
        shape("(false||", "true", "&&true)", TooManyLinks),
        shape("true?(", "true", "):true", Nesting),
        shape("(", "true", "?true:true)", Nesting),
        shape("true?[", "true", "][0]:true", TooManyLinks),
        shape("[1].map(x,", "1", ")", NestedComprehensions),
        shape("[1].exists(x,", "true", ")", NestedComprehensions),
        shape("", "true", "&&true", TooManyTokens),
        shape("", "false", "||true", TooManyTokens),
    ]
};

impl Shape {
    fn text(&self, times: usize) -> String {
        format!(
            "{}{}{}",
            self.open.repeat(times),
            self.core,
            self.close.repeat(times)
        )
    }
}

fn payload() -> Map<String, Value> {
    let nested = (0..30).fold(json!(1), |inner, _| json!({ "a": inner }));
    let mut payload = nested.as_object().cloned().unwrap();
    let list = (0..29).fold(json!([1]), |inner, _| json!([inner]));
    payload.insert("l".to_owned(), list);
    payload.insert("o".to_owned(), json!({ "a": 1 }));
    payload
}

/// The whole life of a policy on a stack of [`STACK`] bytes.
#[expect(
    clippy::disallowed_methods,
    reason = "only a thread has a stack of a chosen size"
)]
fn live(text: String) -> Result<(), Error> {
    let life = move || {
        let policy = Policy::from_condition(&text)?;
        let payload = payload();
        drop(policy.check_openness());
        drop(policy.evaluate(&payload, None));
        drop(policy);
        Ok(())
    };
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(life)
        .unwrap()
        .join()
        .unwrap()
}

#[test]
fn the_deepest_of_every_shape_fits_and_the_next_is_refused() {
    for shape in SHAPES {
        let mut accepted = 0;
        let refusal = (1..2000).find_map(|times| match live(shape.text(times)) {
            Ok(()) => {
                accepted = times;
                None
            }
            Err(error) => Some(error),
        });
        let name = shape.text(1);
        assert!(accepted > 0, "{name}");
        let expected = PolicyDefect::Condition(shape.defect.clone());
        assert_eq!(
            refusal,
            Some(Error::PolicyInvalid(expected)),
            "{name} × {accepted}"
        );
    }
}
