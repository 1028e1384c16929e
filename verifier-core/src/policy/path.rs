//! Paths of claims in a condition's tree, such as `assertion.submods.gce.zone`, and the variables
//! that they begin with.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use serde_json::{Map, Value};

/// The variable that holds a token's claims.
pub(crate) const ASSERTION: &str = "assertion";
/// The variable that holds what evidence proved.
pub(crate) const MACHINE: &str = "machine";

/// What a condition is evaluated over.
#[derive(Clone, Copy)]
pub(crate) struct Variables<'p> {
    /// The claims of a verified token.
    pub(crate) assertion: &'p Map<String, Value>,
    /// What verified evidence proves; none where there is no evidence.
    pub(crate) machine: Option<&'p Map<String, Value>>,
}

impl<'p> Variables<'p> {
    /// The variable `name`, if it has a value.
    pub(crate) fn named(self, name: &str) -> Option<&'p Map<String, Value>> {
        match name {
            ASSERTION => Some(self.assertion),
            MACHINE => self.machine,
            _ => None,
        }
    }
}

/// The variable that a path begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    /// `assertion`.
    Assertion,
    /// `machine`.
    Machine,
}

/// The variable and the names from it down to `expr`, outermost first, when `expr` is such a path:
/// members (`a.b`) and literal keys (`a["b"]`) alike. `has(a.b)` is no path, its operand is.
pub(crate) fn claim_path(expr: &IdedExpr) -> Option<(Root, Vec<&str>)> {
    let mut names = Vec::new();
    let mut expr = &expr.expr;
    loop {
        match expr {
            Expr::Ident(name) => {
                let root = match name.as_str() {
                    ASSERTION => Root::Assertion,
                    MACHINE => Root::Machine,
                    _ => return None,
                };
                names.reverse();
                return Some((root, names));
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

/// The dotted path down to the first name of `names` that the variable lacks, when that name is
/// `key`. A token's claim is written as the token has it, without its variable.
pub(crate) fn missing(
    variables: Variables<'_>,
    (root, names): (Root, &[&str]),
    key: &str,
) -> Option<String> {
    let (mut object, mut path) = match root {
        Root::Assertion => (variables.assertion, String::new()),
        Root::Machine => (variables.machine?, MACHINE.to_owned()),
    };
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
