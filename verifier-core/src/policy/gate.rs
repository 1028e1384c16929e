//! What a condition must be before any parser sees it: short, shallow, and without long chains.
//!
//! The parser and the evaluator recurse once for every level of the tree, and nothing catches an
//! overflown stack. So the depth of the tree is bounded here, from the tokens alone. They come from
//! the parser's own lexer: no string, comment or escape can mean one thing here and another there.

use core::ops::Range;

use cel::parser::pratt_parser::{Lexer, Token, TokenKind};

use super::defect::{ConditionDefect, Place};
use crate::limits::{CONDITION_BYTES, CONDITION_LINKS, CONDITION_NESTING, CONDITION_TOKENS};

/// Levels between a macro's call and its arguments, once it is expanded: comprehension, `?:`, `+`,
/// list.
const MACRO_LEVELS: usize = 4;

/// The byte ranges of the `&&` parts of `text`, in order, when `text` is within the limits.
///
/// A part that is nothing but brackets around other `&&` parts is taken apart as well.
pub(crate) fn clauses(text: &str) -> Result<Vec<Range<usize>>, ConditionDefect> {
    if text.len() > CONDITION_BYTES {
        return Err(ConditionDefect::TooLong);
    }
    let nodes = nest(text, &lex(text)?)?;
    if nodes.is_empty() {
        return Err(ConditionDefect::Empty);
    }
    let mut clauses = Vec::new();
    split(&nodes, &mut clauses)
        .map_err(|at| ConditionDefect::syntax(text, at.unwrap_or(text.len())))?;
    clauses
        .into_iter()
        .map(|clause| match clause {
            [first, ..] if depth(text, clause) <= CONDITION_LINKS => {
                let end = clause.last().unwrap_or(first).token.end;
                Ok(first.token.start..end)
            }
            _ => Err(ConditionDefect::TooManyLinks),
        })
        .collect()
}

/// A token with its nesting, which brackets do not raise for themselves.
struct Node {
    token: Token,
    nesting: usize,
}

fn lex(text: &str) -> Result<Vec<Token>, ConditionDefect> {
    let mut lexer = Lexer::new(text);
    let mut tokens = Vec::new();
    loop {
        let token = lexer.lex();
        match token.kind {
            TokenKind::TokEnd => return Ok(tokens),
            TokenKind::TokWhitespace | TokenKind::TokComment => {}
            TokenKind::TokError if is_unclosed(&lexer) => {
                return Err(ConditionDefect::Unclosed(Place::of(text, token.start)));
            }
            TokenKind::TokError => return Err(ConditionDefect::syntax(text, token.start)),
            _ if tokens.len() >= CONDITION_TOKENS => return Err(ConditionDefect::TooManyTokens),
            _ => tokens.push(token),
        }
    }
}

/// Whether the lexer stopped because a quote has no other.
fn is_unclosed(lexer: &Lexer<'_>) -> bool {
    let error = lexer.get_error();
    error.is_some_and(|error| error.message.starts_with("unterminated"))
}

/// The tokens with their nesting, which every bracket closes as it was opened.
fn nest(text: &str, tokens: &[Token]) -> Result<Vec<Node>, ConditionDefect> {
    let mut open = Vec::new();
    let mut nodes = Vec::with_capacity(tokens.len());
    for &token in tokens {
        let closes = match token.kind {
            TokenKind::TokLeftParen => Some(TokenKind::TokRightParen),
            TokenKind::TokLeftBracket => Some(TokenKind::TokRightBracket),
            TokenKind::TokLeftBrace => Some(TokenKind::TokRightBrace),
            TokenKind::TokRightParen | TokenKind::TokRightBracket | TokenKind::TokRightBrace => {
                if open.pop() != Some(token.kind) {
                    return Err(ConditionDefect::syntax(text, token.start));
                }
                None
            }
            _ => None,
        };
        nodes.push(Node {
            token,
            nesting: open.len(),
        });
        if let Some(closes) = closes {
            if open.len() >= CONDITION_NESTING {
                return Err(ConditionDefect::Nesting);
            }
            open.push(closes);
        }
    }
    if open.is_empty() {
        Ok(nodes)
    } else {
        Err(ConditionDefect::syntax(text, text.len()))
    }
}

/// The depth of the tree that one pair of brackets, or the whole text, can have.
///
/// `,` separates trees. Of the operators, `?:`, `||` and `&&` bind least, so what stands between
/// them is a tree of its own; the last two are balanced by the parser. All others, and members,
/// calls and indexes, can form one chain, each link a level deeper than the next.
#[derive(Default)]
struct Level {
    /// Levels that the brackets themselves are worth.
    weight: usize,
    conditionals: usize,
    logical: usize,
    links: usize,
    /// Whether the present chain has a `+`.
    sums: bool,
    /// The deepest brackets of the present chain.
    inner: usize,
    /// The deepest chain since the last `,`.
    chain: usize,
    /// The deepest tree before the last `,`.
    depth: usize,
}

impl Level {
    fn end_chain(&mut self) {
        self.chain = self.chain.max(self.links.saturating_add(self.inner));
        self.links = 0;
        self.sums = false;
        self.inner = 0;
    }

    fn end_tree(&mut self) {
        self.end_chain();
        // A balanced tree of n operators has bit length of n levels; `||` may stand over `&&`.
        let bits = usize::BITS.saturating_sub(self.logical.leading_zeros());
        let balanced = usize::try_from(bits)
            .unwrap_or(usize::MAX)
            .saturating_mul(2);
        let depth = self
            .conditionals
            .saturating_add(balanced)
            .saturating_add(self.chain);
        self.depth = self.depth.max(depth);
        self.conditionals = 0;
        self.logical = 0;
        self.chain = 0;
    }

    /// The depth of the whole, seen from the chain that it stands in.
    fn close(mut self) -> usize {
        self.end_tree();
        self.depth.saturating_add(self.weight)
    }

    fn link(&mut self, levels: usize) {
        self.links = self.links.saturating_add(levels);
    }
}

/// An upper bound on the depth of the tree that `nodes` are parsed to.
fn depth(text: &str, nodes: &[Node]) -> usize {
    let mut outer = Vec::<Level>::new();
    let mut level = Level::default();
    let mut before = [None::<Token>; 2];
    for Node { token, .. } in nodes {
        match token.kind {
            TokenKind::TokLeftParen | TokenKind::TokLeftBracket | TokenKind::TokLeftBrace => {
                let (links, weight) = opening(text, token.kind, before);
                level.link(links);
                let inner = Level {
                    weight,
                    ..Level::default()
                };
                outer.push(core::mem::replace(&mut level, inner));
            }
            TokenKind::TokRightParen | TokenKind::TokRightBracket | TokenKind::TokRightBrace => {
                let inner = core::mem::replace(&mut level, outer.pop().unwrap_or_default());
                level.inner = level.inner.max(inner.close());
            }
            TokenKind::TokComma => level.end_tree(),
            TokenKind::TokQuestion => {
                level.end_chain();
                level.conditionals = level.conditionals.saturating_add(1);
            }
            TokenKind::TokColon => level.end_chain(),
            TokenKind::TokLogicalAnd | TokenKind::TokLogicalOr => {
                level.end_chain();
                level.logical = level.logical.saturating_add(1);
            }
            TokenKind::TokPlus => {
                // The first one also pays for the check around its right side.
                level.link(if level.sums { 1 } else { 2 });
                level.sums = true;
            }
            kind => level.link(usize::from(is_link(kind))),
        }
        let [_, last] = before;
        before = [last, Some(*token)];
    }
    level.close()
}

/// The links that an opening bracket after `before` adds to the chain that it stands in, and the
/// levels that its content lies below that chain.
fn opening(text: &str, kind: TokenKind, before: [Option<Token>; 2]) -> (usize, usize) {
    if kind != TokenKind::TokLeftParen {
        return (1, 0);
    }
    let [dot, called] = before;
    let called = called
        .filter(|token| token.kind == TokenKind::TokIdent)
        .and_then(|token| text.get(token.start..token.end));
    let member = dot.is_some_and(|token| token.kind == TokenKind::TokDot);
    match called {
        // The range of a macro is wrapped once more, to have an order.
        Some("all" | "exists" | "exists_one" | "existsOne" | "filter" | "map") if member => {
            (1, MACRO_LEVELS)
        }
        // The dot of a member's call was its link.
        Some(_) if member => (0, 0),
        Some(_) => (1, 0),
        None => (0, 0),
    }
}

fn is_link(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::TokDot
            | TokenKind::TokMinus
            | TokenKind::TokAsterisk
            | TokenKind::TokSlash
            | TokenKind::TokPercent
            | TokenKind::TokExclamation
            | TokenKind::TokEqual
            | TokenKind::TokEqualEqual
            | TokenKind::TokExclamationEqual
            | TokenKind::TokLess
            | TokenKind::TokLessEqual
            | TokenKind::TokGreater
            | TokenKind::TokGreaterEqual
            | TokenKind::TokIn
    )
}

/// Adds the clauses of `nodes`, or says where one is empty.
fn split<'a>(nodes: &'a [Node], clauses: &mut Vec<&'a [Node]>) -> Result<(), Option<usize>> {
    let (Some(first), Some(last)) = (nodes.first(), nodes.last()) else {
        return Err(None);
    };
    let has = |kind| {
        nodes
            .iter()
            .any(|node| node.nesting == first.nesting && node.token.kind == kind)
    };
    // `a || b && c` is no conjunction, nor is `a ? b : c && d`.
    if has(TokenKind::TokLogicalAnd)
        && !has(TokenKind::TokLogicalOr)
        && !has(TokenKind::TokQuestion)
    {
        return nodes
            .split(|node| {
                node.nesting == first.nesting && node.token.kind == TokenKind::TokLogicalAnd
            })
            .try_for_each(|part| split(part, clauses).map_err(|at| at.or(Some(last.token.end))));
    }
    if let [open, inner @ .., close] = nodes
        && open.token.kind == TokenKind::TokLeftParen
        && close.token.kind == TokenKind::TokRightParen
        && inner.iter().all(|node| node.nesting > open.nesting)
    {
        return split(inner, clauses).map_err(|at| at.or(Some(close.token.start)));
    }
    clauses.push(nodes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use cel::common::ast::{EntryExpr, Expr, IdedExpr};
    use cel::parser::PrattParser;

    use super::{depth, lex, nest};

    /// The levels of a tree, and one more for every node that is put around a part of it later.
    fn levels(node: &IdedExpr) -> usize {
        let below = match &node.expr {
            Expr::Call(call) => {
                let is_sum = call.func_name == "_+_";
                let deepest = call.args.iter().enumerate().map(|(at, arg)| {
                    let is_list = matches!(arg.expr, Expr::List(_));
                    levels(arg) + usize::from(is_sum && at == 1 && !is_list)
                });
                let target = call.target.as_deref().map_or(0, levels);
                deepest.max().unwrap_or(0).max(target)
            }
            Expr::Select(select) => levels(&select.operand),
            Expr::List(list) => list.elements.iter().map(levels).max().unwrap_or(0),
            Expr::Map(map) => map
                .entries
                .iter()
                .map(|entry| match &entry.expr {
                    EntryExpr::MapEntry(entry) => levels(&entry.key).max(levels(&entry.value)),
                    EntryExpr::StructField(field) => levels(&field.value),
                })
                .max()
                .unwrap_or(0),
            Expr::Comprehension(comprehension) => levels(&comprehension.loop_step)
                .max(levels(&comprehension.iter_range) + 1)
                .max(levels(&comprehension.loop_cond)),
            _ => return 0,
        };
        below + 1
    }

    #[test]
    fn no_tree_is_deeper_than_its_tokens_say() {
        // Every operator beside every other, and everything inside everything.
        let parts = [
            "1",
            "-1",
            "a",
            "a.b",
            "!a",
            "-a",
            "f(a)",
            "a.f(a)",
            "[a]",
            "{a: a}",
            "a[1]",
            "(a)",
            "a + a",
            "a - a.b",
            "a * a",
            "a == a",
            "a in a",
            "a && a",
            "a || a",
            "a ? a : a",
            "a && a || a",
            "a || a && a",
            "[a].map(x, x)",
            "a.map(x, a, x)",
            "a.exists(x, a)",
            "a.exists_one(x, a)",
            "a.all(x, a)",
            "a.filter(x, a)",
            "has(a.b)",
            "a.all(x, a).b",
            "!a.b[a](a)",
            "a + a.b",
            "a.map(x, a + x.b)",
        ];
        let mut texts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        for outer in parts {
            for (at, _) in outer.match_indices('a') {
                let (before, after) = (&outer[..at], &outer[at + 1..]);
                for inner in parts {
                    texts.push(format!("{before}{inner}{after}"));
                    texts.push(format!("{before}({inner}){after}"));
                    texts.push(format!(
                        "({before}({inner}){after}) + ({before}[{inner}]{after})"
                    ));
                    texts.push(format!("{before}[{inner} + {inner}, {inner}]{after}"));
                    texts.push(format!(
                        "{inner} && {before}{inner}{after} ? {inner} : {outer}"
                    ));
                }
            }
        }
        let mut compared = 0;
        for text in texts {
            let Ok(tree) = PrattParser::new().parse(&text) else {
                continue;
            };
            let nodes = nest(&text, &lex(&text).unwrap()).unwrap();
            assert!(depth(&text, &nodes) >= levels(&tree), "{text}: {tree:?}");
            compared += 1;
        }
        assert!(compared > 5000, "{compared}");
    }
}
