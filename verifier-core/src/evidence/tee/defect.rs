//! What can be wrong with a processor's report as a structure, as data.

use thiserror::Error as ThisError;

/// Why a processor's report cannot be taken apart or put together.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum TeeDefect {
    /// A certificate table whose entries overlap its end, repeat one another or are too many.
    #[error("its certificate table is not one")]
    CertificateTable,
    /// A field of the message that is absent, has another length, or is too large for its place.
    #[error("its field `{0}` does not fit")]
    Field(&'static str),
    /// It ends too early or too late, or its lengths disagree.
    #[error("its lengths disagree")]
    Length,
    /// Bytes that must be zero are not: they may mean what is not known here.
    #[error("its reserved bytes are used")]
    Reserved,
    /// A version or kind that is not known.
    #[error("its {what} is {value}, which is not known")]
    Unsupported {
        /// What it is the number of.
        what: &'static str,
        /// The number.
        value: u32,
    },
}
