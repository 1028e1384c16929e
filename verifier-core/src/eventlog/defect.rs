//! What can be wrong with an event log, as data.

use thiserror::Error as ThisError;

use crate::tpm::{Digest, PcrIndex};

/// What is wrong with a log, or with one of its records.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum LogDefect {
    /// A record reaches beyond the end of the log.
    #[error("a record reaches beyond the end of the log")]
    Truncated,
}

/// A register that a replay of the log does not explain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayMismatch {
    /// The register.
    pub register: PcrIndex,
    /// What the log replays to.
    pub computed: Digest,
    /// What was quoted.
    pub quoted: Digest,
    /// The log's events of this register.
    pub events: usize,
    /// The number in the log of the last event after which the replay had the quoted value, when
    /// there was such a moment: what the log has beyond it was not measured.
    pub explained_by: Option<usize>,
}

/// What the log or the quote leaves open that a release needs to know.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum Gap {
    /// The log has no events at all.
    #[error("the boot log is empty")]
    Empty,
    /// A register among 0 to 15 was not quoted.
    #[error("register {0} was not quoted")]
    NotQuoted(PcrIndex),
    /// A register among 0 to 7 has no separator: what came after the firmware cannot be told from
    /// what came before.
    #[error("register {0} has no separator in the boot log")]
    NoSeparator(PcrIndex),
    /// A register among 0 to 9 holds something that the log has no event for.
    #[error("the boot log has no event for register {0}, which is not empty")]
    Unexplained(PcrIndex),
}
