//! What can be wrong with the instance information of a certificate, as data.

use thiserror::Error as ThisError;

/// Why the instance information of a certificate cannot be used.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum InstanceInfoDefect {
    /// Not the DER structure that Google writes.
    #[error("it is malformed")]
    Malformed,
}
