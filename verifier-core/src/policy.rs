//! The owner's rules for a secret: a document with a condition over verified claims.

use thiserror::Error as ThisError;

/// What is wrong with a policy document.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum PolicyDefect {
    /// Not acceptable JSON.
    #[error("{0}")]
    Json(crate::json::JsonDefect),
}
