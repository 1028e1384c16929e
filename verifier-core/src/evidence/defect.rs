//! What can be wrong with an attestation as a message, as data.

use thiserror::Error as ThisError;

use super::tee::TeeDefect;

/// Why an attestation cannot be read.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum EvidenceDefect {
    /// Not a protobuf message of its type.
    #[error("it is not an attestation")]
    Encoding,
    /// A field is larger than any real one, or there are too many of it.
    #[error("its field `{0}` exceeds the limit")]
    Limit(&'static str),
    /// A processor's report that is none.
    #[error("its processor's report cannot be used: {0}")]
    Tee(TeeDefect),
    /// A quote of a hash that is not known.
    #[error("it has a quote of an unknown hash")]
    UnknownHash,
    /// Larger as a whole than any real one.
    #[error("it is too large")]
    TooLarge,
}
