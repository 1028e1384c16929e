//! What the isolate asks a secret's object, and what the object answers.

use sealgate_core::{Facts, UnixTime};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) enum Question {
    Delete {
        condition: Condition,
    },
    Metadata,
    Put {
        new: NewValue,
        condition: Condition,
    },
    PutPolicy {
        policy: String,
        condition: Condition,
    },
    Release {
        facts: Facts,
    },
}

/// What must be true for a change (RFC 9110 §13.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Condition {
    /// There is no such secret.
    Absent,
    /// There is one.
    Exists,
    /// Nothing.
    None,
    /// There is one, and this is its revision.
    Revision(u64),
}

/// A value to store, with the policy of a secret that is new.
#[derive(Serialize, Deserialize)]
pub(crate) struct NewValue {
    #[serde(with = "base64_bytes")]
    pub(crate) value: Vec<u8>,
    pub(crate) policy: Option<String>,
}

/// What an owner may see of a secret.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) created: bool,
    pub(crate) version: u64,
    pub(crate) revision: u64,
    pub(crate) created_at: UnixTime,
    pub(crate) updated_at: UnixTime,
    pub(crate) key_id: String,
    pub(crate) policy: String,
    pub(crate) policy_sha256: String,
    /// How often it was released.
    pub(crate) released: u64,
}

/// A secret on its way out.
#[derive(Serialize, Deserialize)]
pub(crate) struct Released {
    pub(crate) version: u64,
    #[serde(with = "base64_bytes")]
    pub(crate) value: Vec<u8>,
}

/// Bytes in the JSON between isolate and object: an array of numbers would be four times as long.
mod base64_bytes {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(String::deserialize(deserializer)?)
            .map_err(D::Error::custom)
    }
}
