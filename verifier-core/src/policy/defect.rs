//! What can be wrong with a policy: shown to the owner who wrote it.

use core::fmt;

use cel::parser::pratt_parser::{Lexer, TokenKind};
use thiserror::Error as ThisError;

use crate::json::JsonDefect;

/// Of a token that a condition must not have, no more is told.
const FOUND_CHARACTERS: usize = 24;

/// What is wrong with a policy document.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum PolicyDefect {
    /// A word in `acknowledge` that acknowledges nothing known.
    #[error("`acknowledge` has the unknown word {0:?}")]
    Acknowledge(String),
    /// The condition cannot be used.
    #[error("the condition {0}")]
    Condition(ConditionDefect),
    /// A member has a type or value that it cannot have.
    #[error("`{member}` is not {expected}")]
    Member {
        /// The member's name.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A member is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Not acceptable JSON.
    #[error("{0}")]
    Json(JsonDefect),
    /// Larger than [`crate::limits::POLICY_BYTES`].
    #[error("it is too large")]
    TooLarge,
    /// A member that no policy has: a misspelt rule must not read as no rule.
    #[error("it has the unknown member {0:?}")]
    UnknownMember(String),
}

/// What is wrong with a condition.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum ConditionDefect {
    /// A function is called with a number of arguments that it does not take.
    #[error("calls `{0}` with the wrong number of arguments")]
    Arguments(String),
    /// It costs more than the limit over any token.
    #[error("would cost too much to evaluate")]
    Cost,
    /// Nothing but white space and comments.
    #[error("is empty")]
    Empty,
    /// `machine` where the policy requires no evidence, so nothing of it is verified.
    #[error(
        "uses `machine`, which needs evidence, and the policy requires none: \
         `\"evidence\": \"required\"` does"
    )]
    EvidenceNotRequired,
    /// A function or macro that conditions do not have.
    #[error("calls the unknown function `{0}`")]
    Function(String),
    /// A name that is neither `assertion`, `machine` nor the variable of a comprehension.
    #[error("uses the unknown name `{0}`; claims are members of `assertion`, facts of `machine`")]
    Name(String),
    /// Brackets nested deeper than [`crate::limits::CONDITION_NESTING`].
    #[error("nests brackets too deep")]
    Nesting,
    /// Comprehensions nested deeper than [`crate::limits::CONDITION_COMPREHENSIONS`].
    #[error("nests `all`, `exists`, `map` or `filter` too deep")]
    NestedComprehensions,
    /// A variable of a comprehension that hides `assertion` or `machine`.
    #[error("names a variable `{0}`, which hides what is verified")]
    Shadow(String),
    /// Not CEL, as conditions have it.
    #[error("is not valid at {place}: found {}", Found(.found.as_deref()))]
    Syntax {
        /// Where.
        place: Place,
        /// The token there, at most 24 characters of it, with what is not printable escaped; none
        /// at the end.
        found: Option<String>,
    },
    /// A literal that `timestamp` or `duration` cannot read.
    #[error("calls `{0}` with a text that it cannot read")]
    Time(&'static str),
    /// Longer than [`crate::limits::CONDITION_BYTES`].
    #[error("is too long")]
    TooLong,
    /// More tokens than [`crate::limits::CONDITION_TOKENS`].
    #[error("has too many tokens")]
    TooManyTokens,
    /// A chain of operators or members longer than [`crate::limits::CONDITION_LINKS`].
    #[error("has a chain of operators or members that is too long")]
    TooManyLinks,
    /// A text, bytes or quoted name without its closing quote.
    #[error("has a quote at {0} that is not closed")]
    Unclosed(Place),
}

impl ConditionDefect {
    /// The defect of what stands at byte `offset` of `text`.
    pub(crate) fn syntax(text: &str, offset: usize) -> Self {
        Self::Syntax {
            place: Place::of(text, offset),
            found: found(text.get(offset..).unwrap_or_default()),
        }
    }
}

/// The first token of `rest` for people to read.
fn found(rest: &str) -> Option<String> {
    let mut lexer = Lexer::new(rest);
    let token = loop {
        let token = lexer.lex();
        match token.kind {
            TokenKind::TokEnd => return None,
            TokenKind::TokWhitespace | TokenKind::TokComment => {}
            _ => break token,
        }
    };
    let length = token.end.saturating_sub(token.start);
    let mut found = String::new();
    // By characters: the lexer ends a token that it does not know after one byte.
    let characters = rest.get(token.start..).unwrap_or_default().char_indices();
    for (index, (at, character)) in characters.enumerate() {
        if at >= length {
            break;
        }
        if index >= FOUND_CHARACTERS {
            found.push_str("...");
            break;
        }
        match character {
            '"' | '\'' | '\\' => found.push(character),
            _ => found.extend(character.escape_debug()),
        }
    }
    Some(found)
}

/// What was found, and what may have been meant.
struct Found<'a>(Option<&'a str>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(found) = self.0 else {
            return f.write_str("the end");
        };
        write!(f, "`{found}`")?;
        match found {
            "=" => f.write_str("; \"is equal\" is `==`"),
            "&" | "and" | "AND" => f.write_str("; \"and\" is `&&`"),
            "|" | "or" | "OR" => f.write_str("; \"or\" is `||`"),
            digits if digits.len() > 18 && digits.bytes().all(|it| it.is_ascii_digit()) => {
                f.write_str("; a number above 9223372036854775807 ends with `u`")
            }
            _ => Ok(()),
        }
    }
}

/// A place in a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Place {
    /// The place of the byte at `offset` in `text`.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let mut place = Self { line: 1, column: 1 };
        for (at, character) in text.char_indices() {
            if at >= offset {
                break;
            }
            if character == '\n' {
                place.line = place.line.saturating_add(1);
                place.column = 1;
            } else {
                place.column = place.column.saturating_add(1);
            }
        }
        place
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl From<ConditionDefect> for PolicyDefect {
    fn from(defect: ConditionDefect) -> Self {
        Self::Condition(defect)
    }
}
