//! A condition: CEL over `assertion` and `machine`, checked when it is parsed, evaluated clause by clause.
//!
//! The clauses are the `&&` parts. Each is parsed by itself, so its verdict comes with the very
//! text its owner wrote, and errors are absorbed (`error || true`) within a clause only.

use std::sync::Arc;

use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue};
use cel::common::ast::{ListExpr, operators};
use cel::parser::PrattParser;
use cel::{Context, Env, ExecutionError, Value as CelValue};
use serde_json::Map;

use super::bound::Budget;
use super::defect::ConditionDefect;
use super::functions::{
    ADDEND, CMD_OVERRIDE, ENV_OVERRIDE, ORDERED, OVERRIDE, check_call, environment,
};
use super::path::{ASSERTION, MACHINE, Root, Variables, claim_path, literal_index, missing};
use super::{ClauseVerdict, EvidenceRule, gate, openness, value};
use crate::error::{ClauseDefect, Error};
use crate::limits::{CONDITION_COMPREHENSIONS, CONDITION_NESTING, CONDITION_TOKENS};

/// A condition that passed every check that needs no token.
pub(crate) struct Condition {
    text: String,
    clauses: Vec<Clause>,
    is_pinned: bool,
    env: Arc<Env>,
}

/// One `&&` part of a condition.
struct Clause {
    text: String,
    expr: IdedExpr,
}

impl Condition {
    /// Parses and checks `text`: limits, syntax, names, functions, and cost over an empty token.
    pub(crate) fn parse(text: &str, evidence: EvidenceRule) -> Result<Self, ConditionDefect> {
        let mut is_pinned = false;
        let clauses = gate::clauses(text)?
            .into_iter()
            .map(|range| {
                let start = range.start;
                let clause = text.get(range).unwrap_or_default();
                let mut expr = parse(clause).map_err(|place| within(text, start, clause, place))?;
                is_pinned |= openness::pins(&expr);
                Preparation::new(evidence).visit(&mut expr)?;
                Ok(Clause {
                    text: clause.to_owned(),
                    expr,
                })
            })
            .collect::<Result<Vec<_>, ConditionDefect>>()?;
        // Our own table of functions has no name twice, so this does not fail.
        let env = environment().map_err(|_| ConditionDefect::Cost)?;
        let condition = Self {
            text: text.to_owned(),
            clauses,
            is_pinned,
            env: Arc::new(env),
        };
        let nothing = Variables {
            assertion: &Map::new(),
            machine: None,
        };
        if condition.is_affordable(nothing) {
            Ok(condition)
        } else {
            Err(ConditionDefect::Cost)
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether some clause can be true only for machines that it names.
    pub(crate) fn is_pinned(&self) -> bool {
        self.is_pinned
    }

    /// Evaluates every clause, unless the bound on the cost of all exceeds the limit.
    pub(crate) fn evaluate(&self, variables: Variables<'_>) -> Vec<ClauseVerdict> {
        if !self.is_affordable(variables) {
            return self.verdicts(|_, _| Err(Error::ConditionTooCostly));
        }
        let mut context = Context::with_env(Arc::clone(&self.env));
        for name in [ASSERTION, MACHINE] {
            let Some(claims) = variables.named(name) else {
                continue;
            };
            let Some(claims) = value::claims(claims) else {
                return self.verdicts(|_, _| Err(Error::ConditionTooCostly));
            };
            context.add_variable_as_val(name, claims);
        }
        self.verdicts(|index, clause| {
            // Not `resolve_val`, which is inlined: this crate would get a copy of the evaluator, and
            // in an unoptimised build one level of it takes 42 KiB of stack.
            match CelValue::resolve(&clause.expr, &context) {
                Ok(CelValue::Bool(true)) => Ok(()),
                Ok(CelValue::Bool(false)) => Err(not_met(index, ClauseDefect::False)),
                Ok(_) => Err(not_met(index, ClauseDefect::NotBoolean)),
                Err(ExecutionError::NoSuchKey(key)) => {
                    let claim = missing_claim(&clause.expr, variables, &key);
                    Err(Error::ClaimMissing {
                        claim: claim.unwrap_or_else(|| key.as_str().to_owned()),
                    })
                }
                Err(_) => Err(not_met(index, ClauseDefect::NotEvaluable)),
            }
        })
    }

    fn verdicts(&self, judge: impl Fn(usize, &Clause) -> Result<(), Error>) -> Vec<ClauseVerdict> {
        self.clauses
            .iter()
            .enumerate()
            .map(|(index, clause)| ClauseVerdict {
                clause: clause.text.clone(),
                result: judge(index, clause),
            })
            .collect()
    }

    fn is_affordable(&self, variables: Variables<'_>) -> bool {
        let mut budget = Budget::new(variables);
        self.clauses
            .iter()
            .all(|clause| budget.spend(&clause.expr).is_ok())
    }
}

fn not_met(clause: usize, reason: ClauseDefect) -> Error {
    Error::ConditionNotMet { clause, reason }
}

/// Parses one clause, which the gate has let through; or says where it is wrong, if the parser does.
fn parse(clause: &str) -> Result<IdedExpr, Option<(isize, isize)>> {
    // The gate's bound on nesting is the one that counts; this is the parser's own for the same.
    let depth = u16::try_from(CONDITION_NESTING.saturating_add(1)).unwrap_or(u16::MAX);
    PrattParser::new()
        .max_recursion_depth(depth)
        // A macro makes at most some ten nodes out of its few tokens.
        .max_expression_node_count(CONDITION_TOKENS.saturating_mul(8))
        .error_recovery_limit(1)
        .parse(clause)
        .map_err(|errors| {
            // What has no place is a remark on the number of errors.
            let mut places = errors.errors.iter().map(|error| error.pos);
            places.find(|(line, _)| *line > 0)
        })
}

/// A place inside `clause`, which starts at byte `start` of `text`, as a place in `text`.
fn within(text: &str, start: usize, clause: &str, at: Option<(isize, isize)>) -> ConditionDefect {
    let (line, column) = at.unwrap_or((1, 1));
    let before = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let offset: usize = clause
        .split_inclusive('\n')
        .take(before)
        .map(str::len)
        .sum();
    let offset = start.saturating_add(offset).saturating_add(column);
    ConditionDefect::syntax(text, offset)
}

/// Checks a tree and makes it ready: ranges get an order, a container's overrides read as empty.
struct Preparation {
    evidence: EvidenceRule,
    /// Variables of the comprehensions around the present node.
    variables: Vec<String>,
    comprehensions: usize,
}

impl Preparation {
    fn new(evidence: EvidenceRule) -> Self {
        Self {
            evidence,
            variables: Vec::new(),
            comprehensions: 0,
        }
    }

    fn visit(&mut self, node: &mut IdedExpr) -> Result<(), ConditionDefect> {
        if let Some(read) = override_read(node) {
            *node = read;
        }
        match &mut node.expr {
            Expr::Literal(_) => Ok(()),
            Expr::Ident(name) => self.check_name(name),
            Expr::Select(select) => self.visit(&mut select.operand),
            Expr::Call(call) => {
                check_function(call)?;
                wrap_addend(call);
                call.target
                    .iter_mut()
                    .map(|target| &mut **target)
                    .chain(&mut call.args)
                    .try_for_each(|operand| self.visit(operand))
            }
            Expr::List(list) => list
                .elements
                .iter_mut()
                .try_for_each(|element| self.visit(element)),
            Expr::Map(map) => map
                .entries
                .iter_mut()
                .try_for_each(|entry| match &mut entry.expr {
                    EntryExpr::MapEntry(entry) => {
                        self.visit(&mut entry.key)?;
                        self.visit(&mut entry.value)
                    }
                    EntryExpr::StructField(_) => Err(ConditionDefect::Function("{}".to_owned())),
                }),
            Expr::Comprehension(comprehension) => self.visit_comprehension(comprehension),
            Expr::Struct(construct) => Err(ConditionDefect::Function(construct.type_name.clone())),
            Expr::Unspecified => Err(ConditionDefect::Empty),
        }
    }

    fn visit_comprehension(
        &mut self,
        comprehension: &mut ComprehensionExpr,
    ) -> Result<(), ConditionDefect> {
        self.visit(&mut comprehension.iter_range)?;
        if !matches!(comprehension.iter_range.expr, Expr::List(_)) {
            let range = core::mem::take(&mut comprehension.iter_range);
            comprehension.iter_range = call(range.id, ORDERED, vec![range]);
        }
        let variable = comprehension.iter_var.as_str();
        if variable == ASSERTION || variable == MACHINE || variable.starts_with('.') {
            return Err(ConditionDefect::Shadow(variable.to_owned()));
        }
        if self.comprehensions >= CONDITION_COMPREHENSIONS {
            return Err(ConditionDefect::NestedComprehensions);
        }
        self.comprehensions = self.comprehensions.saturating_add(1);
        let outer = self.variables.len();
        self.variables.push(comprehension.iter_var.clone());
        self.variables.push(comprehension.accu_var.clone());
        self.visit(&mut comprehension.accu_init)?;
        self.visit(&mut comprehension.loop_cond)?;
        self.visit(&mut comprehension.loop_step)?;
        self.visit(&mut comprehension.result)?;
        self.variables.truncate(outer);
        self.comprehensions = self.comprehensions.saturating_sub(1);
        Ok(())
    }

    fn check_name(&self, name: &str) -> Result<(), ConditionDefect> {
        if self.variables.iter().any(|variable| variable == name) {
            return Ok(());
        }
        match (name, self.evidence) {
            (ASSERTION, _) | (MACHINE, EvidenceRule::Required) => Ok(()),
            (MACHINE, EvidenceRule::None) => Err(ConditionDefect::EvidenceNotRequired),
            _ => Err(ConditionDefect::Name(name.to_owned())),
        }
    }
}

/// Operators pass; named functions must be known. Names with `@` come from macros and from here.
fn check_function(call: &CallExpr) -> Result<(), ConditionDefect> {
    match call.func_name.as_str() {
        operators::CONDITIONAL
        | operators::LOGICAL_AND
        | operators::LOGICAL_OR
        | operators::LOGICAL_NOT
        | operators::SUBSTRACT
        | operators::ADD
        | operators::MULTIPLY
        | operators::DIVIDE
        | operators::MODULO
        | operators::EQUALS
        | operators::NOT_EQUALS
        | operators::GREATER_EQUALS
        | operators::LESS_EQUALS
        | operators::GREATER
        | operators::LESS
        | operators::NEGATE
        | operators::INDEX
        | operators::IN
        | operators::NOT_STRICTLY_FALSE
        | ADDEND
        | OVERRIDE => Ok(()),
        name => check_call(name, call.target.as_deref(), &call.args),
    }
}

/// Wraps the right side of a sum, where it can be an object.
fn wrap_addend(sum: &mut CallExpr) {
    let [_, right] = sum.args.as_mut_slice() else {
        return;
    };
    let is_open = match &right.expr {
        Expr::Ident(_) | Expr::Map(_) => true,
        Expr::Select(select) => !select.test,
        Expr::Call(call) => matches!(
            call.func_name.as_str(),
            operators::CONDITIONAL | operators::INDEX | "dyn"
        ),
        _ => false,
    };
    if is_open && sum.func_name == operators::ADD {
        let addend = core::mem::take(right);
        *right = call(addend.id, ADDEND, vec![addend]);
    }
}

/// The read of a container's override, when `node` is one: `has(…)` is not, it tells the truth.
fn override_read(node: &IdedExpr) -> Option<IdedExpr> {
    let (Root::Assertion, names) = claim_path(node)? else {
        return None;
    };
    let ["submods", "container", name @ (CMD_OVERRIDE | ENV_OVERRIDE)] = names.as_slice() else {
        return None;
    };
    let name = LiteralValue::String((*name).to_owned().into());
    let container = match &node.expr {
        Expr::Select(select) => &*select.operand,
        Expr::Call(call) => literal_index(call)?.0,
        _ => return None,
    };
    let name = IdedExpr {
        id: node.id,
        expr: Expr::Literal(name),
    };
    Some(call(node.id, OVERRIDE, vec![container.clone(), name]))
}

fn call(id: u64, function: &str, args: Vec<IdedExpr>) -> IdedExpr {
    let call = CallExpr {
        func_name: function.to_owned(),
        target: None,
        args,
    };
    IdedExpr {
        id,
        expr: Expr::Call(call),
    }
}

/// The dotted path of the claim whose absence made `expr` fail at `key`.
fn missing_claim(expr: &IdedExpr, variables: Variables<'_>, key: &str) -> Option<String> {
    let path = claim_path(expr).and_then(|(root, names)| missing(variables, (root, &names), key));
    path.or_else(|| {
        operands(&expr.expr)
            .into_iter()
            .find_map(|operand| missing_claim(operand, variables, key))
    })
}

/// The nodes right below `expr`, in the order in which they were written.
fn operands(expr: &Expr) -> Vec<&IdedExpr> {
    match expr {
        Expr::Call(call) => call
            .target
            .as_deref()
            .into_iter()
            .chain(&call.args)
            .collect(),
        Expr::Select(select) => vec![&select.operand],
        Expr::List(ListExpr { elements, .. }) => elements.iter().collect(),
        Expr::Map(map) => map
            .entries
            .iter()
            .flat_map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
                EntryExpr::StructField(field) => vec![&field.value],
            })
            .collect(),
        Expr::Comprehension(comprehension) => {
            vec![&comprehension.iter_range, &comprehension.loop_step]
        }
        _ => Vec::new(),
    }
}
