//! The name of a secret.

use core::fmt;

use crate::error::Error;
use crate::limits::NAME_BYTES;

/// A secret's name: 1 to 64 of `A-Z a-z 0-9 - _ .`, starting with a letter or digit.
/// Case-sensitive.
///
/// It stands in URLs, in audiences and in authenticated data as it is, so nothing that would have
/// to be escaped anywhere is in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(String);

impl SecretName {
    /// Checks a name. Nothing is trimmed or folded.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let all_allowed = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
        if text.len() > NAME_BYTES || !starts_well || !all_allowed {
            return Err(Error::NameInvalid);
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::SecretName;

    #[test]
    fn takes_plain_names_only() {
        for good in ["a", "db-password", "A.b_c-9", "0", &"x".repeat(64)] {
            assert_eq!(SecretName::parse(good).unwrap().as_str(), good);
        }
        let long = "x".repeat(65);
        for bad in [
            "", ".", "..", "-a", "_a", "a/b", "a b", "a%20", "é", "a\0", "a\n", &long,
        ] {
            assert_eq!(
                SecretName::parse(bad).unwrap_err().code().as_str(),
                "name_invalid",
                "{bad}"
            );
        }
    }
}
