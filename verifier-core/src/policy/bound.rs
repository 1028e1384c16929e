//! An upper bound on what a condition costs over given values, found before it is evaluated.
//!
//! The evaluator has no limit of its own, and a few hundred characters can keep it busy for hours
//! or fill the memory. So the tree is walked once with sizes instead of values: paths into
//! tokens and evidence have their real sizes, so that ordinary conditions over them pass; everything
//! else has the largest size that it can have. The walk counts the steps of the evaluator, once for
//! every time that a comprehension may run it. It looks at no clock, so the same condition over the
//! same token is refused always or never.

use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr, LiteralValue, operators,
};
use serde_json::{Map, Value};

use super::functions::{ADDEND, CMD_OVERRIDE, ORDERED, OVERRIDE};
use super::path::{Variables, text};
use super::size::{BYTES_PER_STEP, Size};
use crate::limits::{CONDITION_STEPS, CONDITION_VALUE_BYTES};

/// The longest text of a number: a double in decimal notation.
const NUMBER_BYTES: u64 = 400;

/// The bound exceeds the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded;

/// What is left to spend on one evaluation.
pub(crate) struct Budget<'p> {
    claims: Variables<'p>,
    left: u64,
    /// How often the present node is evaluated at most.
    times: u64,
    /// Variables of the comprehensions around the present node.
    variables: Vec<(&'p str, Sized<'p>)>,
}

/// How large a value can be.
#[derive(Clone, Copy, Debug)]
enum Sized<'p> {
    /// This very object of a variable.
    Object(&'p Map<String, Value>),
    /// This very value of a variable, which is no object.
    Value(&'p Value),
    /// Anything within these bounds.
    Within(Size),
}

impl<'p> Budget<'p> {
    /// The whole budget, for conditions over `claims`.
    pub(crate) fn new(claims: Variables<'p>) -> Self {
        Self {
            claims,
            left: CONDITION_STEPS,
            times: 1,
            variables: Vec::new(),
        }
    }

    /// Spends what evaluating `expr` can cost at most.
    pub(crate) fn spend(&mut self, expr: &'p IdedExpr) -> Result<(), Exceeded> {
        let result = self.visit(expr)?;
        // The result is copied out, whatever it is.
        let size = self.measure(result)?;
        self.charge(size.steps())
    }

    fn charge(&mut self, steps: u64) -> Result<(), Exceeded> {
        let steps = steps.saturating_mul(self.times);
        self.left = self.left.checked_sub(steps).ok_or(Exceeded)?;
        Ok(())
    }

    fn visit(&mut self, node: &'p IdedExpr) -> Result<Sized<'p>, Exceeded> {
        self.charge(1)?;
        match &node.expr {
            Expr::Literal(literal) => Ok(Sized::Within(literal_size(literal))),
            Expr::Ident(name) => Ok(self.lookup(name)),
            Expr::Select(select) => {
                // A chain on something that is no name looks along itself at every link.
                let links = core::iter::successors(Some(&select.operand.expr), |expr| match expr {
                    Expr::Select(select) => Some(&select.operand.expr),
                    _ => None,
                });
                self.charge(wide(links.count()))?;
                self.charge(name_steps(&select.field))?;
                let operand = self.visit(&select.operand)?;
                Ok(if select.test {
                    Sized::Within(Size::SCALAR)
                } else {
                    self.member(operand, &select.field)?
                })
            }
            Expr::List(list) => {
                let mut size = Size::SCALAR;
                for element in &list.elements {
                    size = self.insert(size, element)?;
                }
                self.made(size)
            }
            Expr::Map(map) => {
                let mut size = Size::SCALAR;
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else {
                        return Err(Exceeded);
                    };
                    let length = size.length.saturating_add(1);
                    size = self.insert(size, &entry.key)?;
                    size = self.insert(size, &entry.value)?;
                    size.length = length;
                }
                self.made(size)
            }
            Expr::Call(call) => self.call(call),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Struct(_) | Expr::Unspecified => Err(Exceeded),
        }
    }

    fn lookup(&self, name: &str) -> Sized<'p> {
        let variable = self
            .variables
            .iter()
            .rev()
            .find(|(other, _)| *other == name);
        match variable {
            Some((_, size)) => *size,
            None => match self.claims.named(name) {
                Some(claims) => Sized::Object(claims),
                // Has no value, so evaluation ends here.
                None => Sized::Within(Size::default()),
            },
        }
    }

    /// The member `name`, of nothing where it is absent: evaluation ends there.
    fn member(&mut self, operand: Sized<'p>, name: &str) -> Result<Sized<'p>, Exceeded> {
        Ok(match operand {
            Sized::Object(members) => match members.get(name) {
                Some(value) => exact(value),
                None => Sized::Within(Size::default()),
            },
            Sized::Value(_) => Sized::Within(Size::default()),
            Sized::Within(size) => Sized::Within(inside(size)),
        })
    }

    /// The container of size `size` with one more value in it, which is copied.
    fn insert(&mut self, size: Size, value: &'p IdedExpr) -> Result<Size, Exceeded> {
        let value = self.visit(value)?;
        let value = self.measure(value)?;
        self.charge(value.steps())?;
        Ok(Size {
            length: size.length.saturating_add(1),
            nodes: size.nodes.saturating_add(value.nodes),
            bytes: size.bytes.saturating_add(value.bytes),
        })
    }

    /// A value that evaluation makes, if it may become so large.
    fn made(&mut self, size: Size) -> Result<Sized<'p>, Exceeded> {
        if self.times > 0 && size.memory() > CONDITION_VALUE_BYTES {
            return Err(Exceeded);
        }
        Ok(Sized::Within(size))
    }

    fn call(&mut self, call: &'p CallExpr) -> Result<Sized<'p>, Exceeded> {
        if let (operators::CONDITIONAL, [condition, yes, no]) =
            (call.func_name.as_str(), call.args.as_slice())
        {
            self.visit(condition)?;
            let (yes, no) = (self.visit(yes)?, self.visit(no)?);
            let (yes, no) = (self.measure(yes)?, self.measure(no)?);
            return Ok(Sized::Within(yes.either(no)));
        }
        let target = match &call.target {
            Some(target) => Some(self.visit(target)?),
            None => None,
        };
        let mut operands = Vec::with_capacity(2);
        operands.extend(target);
        for argument in &call.args {
            operands.push(self.visit(argument)?);
        }
        match (call.func_name.as_str(), operands.as_slice()) {
            (
                operators::LOGICAL_AND
                | operators::LOGICAL_OR
                | operators::LOGICAL_NOT
                | operators::NOT_STRICTLY_FALSE,
                _,
            ) => Ok(Sized::Within(Size::SCALAR)),
            (operators::INDEX, [container, key]) => self.index(*container, *key, call),
            (OVERRIDE, [container, _]) => {
                let name = call.args.get(1).and_then(text).unwrap_or(CMD_OVERRIDE);
                self.member(*container, name)
            }
            // Hands its argument on; the copy of an object's names is charged with the range.
            ("dyn" | ADDEND | ORDERED, [value]) => Ok(*value),
            (operators::ADD, [left, right]) => {
                let (left, right) = (self.measure(*left)?, self.measure(*right)?);
                let sum = left.joined(right);
                self.charge(sum.steps())?;
                self.made(sum)
            }
            ("string", [value]) => {
                let size = self.measure(*value)?;
                self.charge(size.steps())?;
                self.made(Size::text(size.bytes.max(NUMBER_BYTES)))
            }
            // Searching a list compares its members one by one, and where types differ each failed
            // comparison carries a copy of what is looked for.
            (operators::IN, [left, right]) => {
                let is_object = matches!(right, Sized::Object(_));
                let (left, right) = (self.measure(*left)?, self.measure(*right)?);
                let compared = if is_object { 1 } else { right.length.max(1) };
                self.charge(left.steps().saturating_mul(compared))?;
                self.charge(right.steps())?;
                Ok(Sized::Within(Size::SCALAR))
            }
            // Comparison, arithmetic, conversion, search: linear in the operands, errors included,
            // for those carry copies of them.
            (_, operands) => {
                for operand in operands {
                    let size = self.measure(*operand)?;
                    self.charge(size.steps())?;
                }
                Ok(Sized::Within(Size::SCALAR))
            }
        }
    }

    fn index(
        &mut self,
        container: Sized<'p>,
        key: Sized<'p>,
        call: &'p CallExpr,
    ) -> Result<Sized<'p>, Exceeded> {
        let key = self.measure(key)?;
        self.charge(key.steps())?;
        match (container, call.args.get(1).and_then(text)) {
            (Sized::Object(_), Some(name)) => self.member(container, name),
            // A failure carries a copy of the list.
            _ => {
                let size = self.measure(container)?;
                self.charge(size.steps())?;
                Ok(Sized::Within(inside(size)))
            }
        }
    }

    fn comprehension(
        &mut self,
        comprehension: &'p ComprehensionExpr,
    ) -> Result<Sized<'p>, Exceeded> {
        let start = self.visit(&comprehension.accu_init)?;
        let start = self.measure(start)?;
        let range = self.visit(&comprehension.iter_range)?;
        let whole = self.measure(range)?;
        // Names are put in order, and each element is copied into its variable.
        self.charge(whole.steps().saturating_mul(2))?;
        let element = self.element(range)?;

        let outer = self.times;
        self.times = outer.saturating_mul(whole.length);
        let scope = self.variables.len();
        self.variables.push((&comprehension.iter_var, element));
        self.variables
            .push((&comprehension.accu_var, Sized::Within(start)));
        self.charge(name_steps(&comprehension.iter_var))?;
        self.visit(&comprehension.loop_cond)?;
        let step = self.visit(&comprehension.loop_step)?;
        let step = self.measure(step)?;
        self.times = outer;

        // A step adds to the accumulator at most what it made out of an empty one; the evaluator
        // appends in place, and copies the result out once.
        let is_list = matches!(comprehension.accu_init.expr, Expr::List(_));
        let times = if is_list { whole.length } else { 1 };
        let result = Size {
            length: step.length.saturating_mul(times),
            nodes: step.nodes.saturating_mul(times.max(1)),
            bytes: step.bytes.saturating_mul(times),
        };
        self.charge(result.steps())?;
        self.variables.truncate(scope);
        self.variables
            .push((&comprehension.accu_var, Sized::Within(result)));
        self.visit(&comprehension.result)?;
        self.variables.truncate(scope);
        self.made(result)
    }

    /// An element of the list, or a name of the object, that a comprehension ranges over.
    fn element(&mut self, range: Sized<'p>) -> Result<Sized<'p>, Exceeded> {
        Ok(match range {
            Sized::Object(members) => {
                let longest = members.keys().map(String::len).max().unwrap_or(0);
                Sized::Within(Size::text(wide(longest)))
            }
            Sized::Value(Value::Array(elements)) => match elements.as_slice() {
                [element] => exact(element),
                elements => {
                    let mut largest = Size::default();
                    for element in elements {
                        largest = largest.either(self.measure(exact(element))?);
                    }
                    Sized::Within(largest)
                }
            },
            Sized::Value(_) => Sized::Within(Size::default()),
            Sized::Within(size) => Sized::Within(inside(size)),
        })
    }

    /// The size of a value. Looking at a variable for it is paid for, once: whatever the
    /// evaluator does with it costs that much as well.
    fn measure(&mut self, value: Sized<'p>) -> Result<Size, Exceeded> {
        let size = match value {
            Sized::Within(size) => return Ok(size),
            Sized::Object(members) => object_size(members),
            Sized::Value(value) => value_size(value),
        };
        self.left = self.left.checked_sub(size.nodes).ok_or(Exceeded)?;
        Ok(size)
    }
}

/// Any value inside one of size `size`.
fn inside(size: Size) -> Size {
    Size {
        length: size.nodes,
        ..size
    }
}

fn exact(value: &Value) -> Sized<'_> {
    match value {
        Value::Object(members) => Sized::Object(members),
        value => Sized::Value(value),
    }
}

/// Steps to hash or copy a name, which can be as long as the condition.
fn name_steps(name: &str) -> u64 {
    wide(name.len()).div_ceil(BYTES_PER_STEP)
}

fn literal_size(literal: &LiteralValue) -> Size {
    match literal {
        LiteralValue::String(text) => Size::text(wide(text.inner().len())),
        LiteralValue::Bytes(bytes) => Size::text(wide(bytes.inner().len())),
        _ => Size::SCALAR,
    }
}

fn object_size(members: &Map<String, Value>) -> Size {
    let mut size = members.iter().fold(Size::SCALAR, |size, (name, value)| {
        size.joined(Size::text(wide(name.len())))
            .joined(value_size(value))
    });
    size.length = wide(members.len());
    size
}

fn value_size(value: &Value) -> Size {
    match value {
        Value::String(text) => Size::text(wide(text.len())),
        Value::Array(elements) => {
            let mut size = elements.iter().fold(Size::SCALAR, |size, element| {
                size.joined(value_size(element))
            });
            size.length = wide(elements.len());
            size
        }
        Value::Object(members) => object_size(members),
        Value::Null | Value::Bool(_) | Value::Number(_) => Size::SCALAR,
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
