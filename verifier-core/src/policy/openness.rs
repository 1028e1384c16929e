//! Does a condition pin whose machine, which image or which account it is?
//!
//! Google attests the machines of all its customers. A condition over properties alone
//! (`hwmodel`, `swname`, `secboot`) is met by anybody's machine. Only a clause that cannot be true
//! without naming its owner's own counts; what is not understood here does not.

use cel::common::ast::{
    CallExpr, ComprehensionExpr, Expr, IdedExpr, ListExpr, LiteralValue, operators,
};

use super::path::{Root, claim_path, text};

/// What `sub` of a Compute Engine instance starts with, before the project.
const SUBJECT: &str = "https://www.googleapis.com/compute/v1/projects/";

/// Whether `expr`, as it was parsed, can be true only for machines that it names.
pub(crate) fn pins(expr: &IdedExpr) -> bool {
    match &expr.expr {
        Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => pins(left) || pins(right),
            (operators::LOGICAL_OR, [left, right]) => pins(left) && pins(right),
            (operators::CONDITIONAL, [_, yes, no]) => pins(yes) && pins(no),
            (operators::EQUALS, [left, right]) => equals(left, right) || equals(right, left),
            (operators::IN, [element, list]) => {
                among(element, list) || names_account(element, list)
            }
            _ => false,
        },
        Expr::Comprehension(comprehension) => exists_pins(comprehension),
        _ => false,
    }
}

/// Whether a claim of a token at `path` with the value `text` names something that only its owner
/// has.
fn is_pin(path: &[&str], text: &str) -> bool {
    match path {
        [
            "submods",
            "gce",
            "project_id" | "project_number" | "instance_id",
        ]
        | ["submods", "container", "image_digest"] => !text.is_empty(),
        ["sub"] => text
            .strip_prefix(SUBJECT)
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(project, _)| !project.is_empty()),
        _ => false,
    }
}

/// Whether a fact of a machine at `path` with this value names something that only its owner has.
/// Numbers are numbers there.
fn is_machine_pin(path: &[&str], value: &LiteralValue) -> bool {
    let ["platform", "instance_info", name] = path else {
        return false;
    };
    match (*name, value) {
        ("project_id", LiteralValue::String(text)) => !text.inner().is_empty(),
        ("project_number" | "instance_id", LiteralValue::Int(number)) => *number.inner() > 0,
        ("project_number" | "instance_id", LiteralValue::UInt(number)) => *number.inner() > 0,
        _ => false,
    }
}

/// `assertion.google_service_accounts` on the right of `in`.
fn names_account(account: &IdedExpr, list: &IdedExpr) -> bool {
    text(account).is_some_and(|account| !account.is_empty()) && is_accounts(list)
}

fn is_accounts(expr: &IdedExpr) -> bool {
    is_claim(expr, &["google_service_accounts"])
}

fn is_signatures(expr: &IdedExpr) -> bool {
    is_claim(expr, &["submods", "container", "image_signatures"])
}

/// Whether `expr` is the token's claim at `path`.
fn is_claim(expr: &IdedExpr, path: &[&str]) -> bool {
    claim_path(expr).is_some_and(|(root, names)| root == Root::Assertion && names == path)
}

fn equals(claim: &IdedExpr, value: &IdedExpr) -> bool {
    match (claim_path(claim), &value.expr) {
        (Some((Root::Assertion, path)), Expr::Literal(LiteralValue::String(text))) => {
            is_pin(&path, text.inner())
        }
        (Some((Root::Machine, path)), Expr::Literal(value)) => is_machine_pin(&path, value),
        _ => false,
    }
}

/// A claim among literals, each of which would pin it.
fn among(claim: &IdedExpr, list: &IdedExpr) -> bool {
    match &list.expr {
        Expr::List(ListExpr { elements, .. }) if !elements.is_empty() => {
            elements.iter().all(|element| equals(claim, element))
        }
        _ => false,
    }
}

/// The elements of a list of string literals that has some and no empty one.
fn texts(expr: &IdedExpr) -> Option<Vec<&str>> {
    match &expr.expr {
        Expr::List(ListExpr { elements, .. }) if !elements.is_empty() => elements
            .iter()
            .map(|element| text(element).filter(|text| !text.is_empty()))
            .collect(),
        _ => None,
    }
}

/// `exists` over literals, accounts or image signatures, where what must exist is named.
fn exists_pins(comprehension: &ComprehensionExpr) -> bool {
    let Some(body) = exists_body(comprehension) else {
        return false;
    };
    let variable = comprehension.iter_var.as_str();
    let range = &comprehension.iter_range;
    if is_accounts(range) {
        return names(body, &|expr| is_variable(expr, variable));
    }
    if is_signatures(range) {
        return names(body, &|expr| is_key_id(expr, variable));
    }
    texts(range).is_some() && any_conjunct(body, &|expr| found_in_claims(expr, variable))
}

/// What `exists` tests each element for: it starts from false and adds to it with `||`.
fn exists_body(comprehension: &ComprehensionExpr) -> Option<&IdedExpr> {
    match &comprehension.loop_step.expr {
        Expr::Call(CallExpr {
            func_name, args, ..
        }) if func_name == operators::LOGICAL_OR => match args.as_slice() {
            [accumulator, body] if is_variable(accumulator, &comprehension.accu_var) => Some(body),
            _ => None,
        },
        _ => None,
    }
}

/// `f in assertion.google_service_accounts`, or
/// `f in assertion.submods.container.image_signatures.map(s, s.signature_algorithm+':'+s.key_id)`.
fn found_in_claims(expr: &IdedExpr, variable: &str) -> bool {
    let Expr::Call(CallExpr {
        func_name, args, ..
    }) = &expr.expr
    else {
        return false;
    };
    let [element, list] = args.as_slice() else {
        return false;
    };
    func_name == operators::IN
        && is_variable(element, variable)
        && (is_accounts(list) || is_signature_keys(list))
}

/// `image_signatures.map(s, …)` where each element spells the signature's key.
fn is_signature_keys(expr: &IdedExpr) -> bool {
    let Expr::Comprehension(comprehension) = &expr.expr else {
        return false;
    };
    let Expr::Call(step) = &comprehension.loop_step.expr else {
        return false;
    };
    let [accumulator, appended] = step.args.as_slice() else {
        return false;
    };
    let Expr::List(ListExpr { elements, .. }) = &appended.expr else {
        return false;
    };
    let [element] = elements.as_slice() else {
        return false;
    };
    step.func_name == operators::ADD
        && is_variable(accumulator, &comprehension.accu_var)
        && is_signatures(&comprehension.iter_range)
        && spells_key_id(element, &comprehension.iter_var)
}

/// A sum of texts, one of which is the key of the signature `variable`.
fn spells_key_id(expr: &IdedExpr, variable: &str) -> bool {
    match &expr.expr {
        Expr::Call(CallExpr {
            func_name, args, ..
        }) if func_name == operators::ADD => args.iter().any(|part| spells_key_id(part, variable)),
        _ => is_key_id(expr, variable),
    }
}

/// Whether `body` holds only where `subject` is one of some texts.
fn names(body: &IdedExpr, subject: &dyn Fn(&IdedExpr) -> bool) -> bool {
    any_conjunct(body, &|expr| {
        let Expr::Call(CallExpr {
            func_name, args, ..
        }) = &expr.expr
        else {
            return false;
        };
        let named = |expr| text(expr).is_some_and(|text| !text.is_empty());
        match (func_name.as_str(), args.as_slice()) {
            (operators::EQUALS, [left, right]) => {
                subject(left) && named(right) || subject(right) && named(left)
            }
            (operators::IN, [element, list]) => subject(element) && texts(list).is_some(),
            _ => false,
        }
    })
}

/// Whether some `&&` part of `expr`, or both sides of a `||`, is as `holds` wants it.
fn any_conjunct(expr: &IdedExpr, holds: &dyn Fn(&IdedExpr) -> bool) -> bool {
    match &expr.expr {
        Expr::Call(CallExpr {
            func_name, args, ..
        }) => match (func_name.as_str(), args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => {
                any_conjunct(left, holds) || any_conjunct(right, holds)
            }
            (operators::LOGICAL_OR, [left, right]) => {
                any_conjunct(left, holds) && any_conjunct(right, holds)
            }
            _ => holds(expr),
        },
        _ => holds(expr),
    }
}

fn is_variable(expr: &IdedExpr, variable: &str) -> bool {
    matches!(&expr.expr, Expr::Ident(name) if name == variable)
}

fn is_key_id(expr: &IdedExpr, variable: &str) -> bool {
    matches!(&expr.expr, Expr::Select(select)
        if !select.test && select.field == "key_id" && is_variable(&select.operand, variable))
}
