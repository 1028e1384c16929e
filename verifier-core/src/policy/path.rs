//! Paths of claims in a condition's tree, such as `assertion.submods.gce.zone`.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use serde_json::{Map, Value};

/// The variable that holds a token's claims.
pub(crate) const ASSERTION: &str = "assertion";
/// The variable that holds what evidence proved.
pub(crate) const MACHINE: &str = "machine";

/// The names from the claims down to `expr`, outermost first, when `expr` is such a path: members
/// (`a.b`) and literal keys (`a["b"]`) alike. `has(a.b)` is no path, its operand is.
pub(crate) fn claim_path(expr: &IdedExpr) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut expr = &expr.expr;
    loop {
        match expr {
            Expr::Ident(name) if name == ASSERTION => {
                names.reverse();
                return Some(names);
            }
            Expr::Select(select) if !select.test => {
                names.push(select.field.as_str());
                expr = &select.operand.expr;
            }
            Expr::Call(call) => {
                let (container, key) = literal_index(call)?;
                names.push(key);
                expr = &container.expr;
            }
            _ => return None,
        }
    }
}

/// `a["b"]` as its container and its key.
pub(crate) fn literal_index(call: &CallExpr) -> Option<(&IdedExpr, &str)> {
    match call.args.as_slice() {
        [container, key] if call.func_name == operators::INDEX && call.target.is_none() => {
            Some((container, text(key)?))
        }
        _ => None,
    }
}

/// The text of a string literal.
pub(crate) fn text(expr: &IdedExpr) -> Option<&str> {
    match &expr.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

/// The dotted path down to the first name of `names` that `payload` lacks, when that name is `key`.
pub(crate) fn missing(payload: &Map<String, Value>, names: &[&str], key: &str) -> Option<String> {
    let mut object = payload;
    let mut path = String::new();
    for name in names {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        match object.get(*name) {
            None => return (*name == key).then_some(path),
            Some(Value::Object(inner)) => object = inner,
            Some(_) => return None,
        }
    }
    None
}
