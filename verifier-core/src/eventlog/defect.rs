//! What can be wrong with an event log, as data.

use thiserror::Error as ThisError;

use crate::tpm::{Digest, HashAlgorithm, PcrIndex};

/// What is wrong with a log, or with one of its records.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum LogDefect {
    /// An event of the launcher after it said that all was said.
    #[error("it comes after the launch separator")]
    AfterSeparator,
    /// A digest of a hash that the log's header does not name.
    #[error("a digest is of the hash {0:#06x}, which the log's header does not name")]
    Algorithm(u16),
    /// An application before the firmware said that it was starting any.
    #[error("an application was started before the firmware called the boot option")]
    ApplicationBeforeBoot,
    /// Something was allowed by a key before the separator.
    #[error("a key allowed something to be loaded before the separator")]
    AuthorityBeforeSeparator,
    /// A certificate or a reference to one that is malformed.
    #[error("what allowed it to be loaded is malformed")]
    Authority,
    /// The firmware called a boot option after it said that it was done.
    #[error("the boot option was called after the separator")]
    CallAfterSeparator,
    /// A debugger was attached to the firmware.
    #[error("a debugger was attached to the firmware")]
    Debugger,
    /// The digest is not that of the data.
    #[error("its digest is not that of its data")]
    Digest,
    /// More digests than the log's header names hashes.
    #[error("it has more digests than the log's header names hashes")]
    DigestCount,
    /// No digest for the bank.
    #[error("it has no digest of the bank {0}")]
    DigestMissing(HashAlgorithm),
    /// Two digests of one hash.
    #[error("it has two digests of one hash")]
    DigestRepeated,
    /// An event of one kind has the digest of another: it was disguised.
    #[error("it has the digest of another kind of event than it says it is")]
    Disguised,
    /// A boot loader's event that is no command of GRUB's.
    #[error("it is no command of GRUB's")]
    GrubCommand,
    /// A structure that does not fit its event's data.
    #[error("its data is malformed")]
    Malformed,
    /// Non-host information that is not Google's, or names a technology that is not known.
    #[error("its non-host information names no known technology")]
    NonHostInfo,
    /// A log of a TDX machine's own registers.
    #[error("it is not a TPM's log")]
    NotTpm,
    /// Padding, or bytes other than padding after it.
    #[error("padding is not allowed there")]
    Padding,
    /// A record of a canonical log whose number is not the next one.
    #[error("its number is not the next one")]
    RecordNumber,
    /// There was one before.
    #[error("there is another one before it")]
    Repeated,
    /// `SecureBoot` is not one byte.
    #[error("the variable SecureBoot has {0} bytes instead of one")]
    SecureBootLength(usize),
    /// Secure boot was on without what it needs.
    #[error("secure boot was on without {0}")]
    SecureBootWithout(&'static str),
    /// A separator whose data says that something went wrong, or says nothing.
    #[error("the separator is neither 00000000 nor ffffffff")]
    Separator,
    /// A header that is not a Spec ID event of version 2.
    #[error("it is not a Spec ID event of version 2")]
    SpecId,
    /// Text that is not in the encoding of its kind.
    #[error("its text is not UTF-8")]
    Text,
    /// Larger than [`crate::limits::EVENT_LOG_BYTES`] or [`crate::limits::CANONICAL_LOG_BYTES`].
    #[error("the log is larger than any real one")]
    TooLarge,
    /// More than [`crate::limits::LOG_EVENTS`].
    #[error("the log has more records than any real one")]
    TooManyEvents,
    /// A record reaches beyond the end of the log.
    #[error("a record reaches beyond the end of the log")]
    Truncated,
    /// A type that does not belong into its register.
    #[error("an event of its type does not belong into its register")]
    Type,
    /// A variable after the separator.
    #[error("a variable was measured after the separator")]
    VariableAfterSeparator,
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
    /// No event has a digest of a bank that was quoted and that the log must explain.
    #[error("the boot log has no digests of the bank {0}, which was quoted")]
    NoDigests(HashAlgorithm),
    /// A register among 0 to 15 was not quoted.
    #[error("register {0} was not quoted")]
    NotQuoted(PcrIndex),
    /// Nothing says whether secure boot was on.
    #[error("the boot log does not say whether secure boot was on")]
    NoSecureBoot,
    /// A register among 0 to 7 has no separator: what came after the firmware cannot be told from
    /// what came before.
    #[error("register {0} has no separator in the boot log")]
    NoSeparator(PcrIndex),
    /// A register among 0 to 9 holds something that the log has no event for.
    #[error("the boot log has no event for register {0}, which is not empty")]
    Unexplained(PcrIndex),
}
