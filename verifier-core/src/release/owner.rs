//! Owners: who may store secrets, and which.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::SecretName;
use crate::base64url;
use crate::error::Error;
use crate::json::parse_settings;
use crate::limits::OWNERS;

/// Longest name of an owner, in bytes: it stands in logs.
const OWNER_NAME_BYTES: usize = 64;

/// What an owner may do with a secret that is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Read the audit log.
    Audit,
    /// Delete.
    Delete,
    /// Ask why a token is refused.
    Explain,
    /// Replace the policy.
    Policy,
    /// Store a version.
    Write,
}

impl Right {
    const ALL: [Self; 5] = [
        Self::Audit,
        Self::Delete,
        Self::Explain,
        Self::Policy,
        Self::Write,
    ];
}

/// The owners of a gate.
#[derive(Debug)]
pub struct Owners(Vec<Owner>);

/// One owner.
#[derive(Clone, Debug)]
pub struct Owner {
    name: String,
    secrets: Vec<Pattern>,
    rights: Vec<Right>,
    token_sha256: [u8; 32],
}

/// Names of secrets: one name, or all that begin alike.
#[derive(Clone, Debug)]
enum Pattern {
    Exact(String),
    Prefix(String),
}

/// An entry of `SEALGATE_ADMINS` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    secrets: Vec<String>,
    rights: Option<Vec<Right>>,
    token_sha256: String,
}

impl Owners {
    /// Reads `SEALGATE_ADMINS`: a JSON list of
    /// `{"name", "secrets": ["prefix*", …], "rights"?: […], "token_sha256"}`.
    ///
    /// Every entry must be understood. One that is skipped would be an owner locked out, or a
    /// restriction that does not restrict.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let entries = parse_settings(text).map_err(invalid)?;
        if entries.len() > OWNERS {
            return Err(invalid("it has more than 256 owners"));
        }
        if entries.iter().any(|entry| entry.contains_key("issuer")) {
            return Err(invalid(
                "owners by ID token (`issuer`) are not offered; use token_sha256",
            ));
        }
        let owners = entries
            .into_iter()
            .map(|entry| {
                let entry = serde_json::from_value(entry.into()).map_err(|_| {
                    invalid("an entry is not {name, secrets, rights?, token_sha256}")
                })?;
                Owner::from_entry(entry)
            })
            .collect::<Result<Vec<_>, _>>()?;
        for (index, owner) in owners.iter().enumerate() {
            if owners
                .iter()
                .skip(index.saturating_add(1))
                .any(|other| other.name == owner.name || other.token_sha256 == owner.token_sha256)
            {
                return Err(invalid("two owners have one name or one token"));
            }
        }
        Ok(Self(owners))
    }

    /// The owner whose token this is.
    ///
    /// Every owner is compared, in constant time: the time taken tells nothing about which matched
    /// or how far. The tokens have 256 random bits, so a plain SHA-256 hides them.
    pub fn authenticate(&self, token: &str) -> Result<&Owner, Error> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let mut found = Choice::from(0);
        let mut position = 0_u32;
        for (index, owner) in (0_u32..).zip(&self.0) {
            let matches = owner.token_sha256.ct_eq(&digest);
            position = u32::conditional_select(&position, &index, matches);
            found |= matches;
        }
        let owner = usize::try_from(position)
            .ok()
            .and_then(|position| self.0.get(position));
        owner
            .filter(|_| bool::from(found) && is_owner_token(token))
            .ok_or(Error::NotAuthorized)
    }
}

impl Owner {
    fn from_entry(entry: Entry) -> Result<Self, Error> {
        if entry.name.is_empty()
            || entry.name.len() > OWNER_NAME_BYTES
            || entry.name.chars().any(char::is_control)
        {
            return Err(invalid("an owner's name is not 1 to 64 printable bytes"));
        }
        if entry.secrets.is_empty() {
            return Err(invalid("an owner's `secrets` is empty"));
        }
        let secrets = entry
            .secrets
            .iter()
            .map(|text| Pattern::parse(text).ok_or_else(|| invalid("a pattern of `secrets` is not a name, or the beginning of names and one `*`")))
            .collect::<Result<_, _>>()?;
        let mut token_sha256 = [0; 32];
        hex::decode_to_slice(&entry.token_sha256, &mut token_sha256)
            .map_err(|_| invalid("`token_sha256` is not 64 hexadecimal digits"))?;
        Ok(Self {
            name: entry.name,
            secrets,
            rights: entry.rights.unwrap_or_else(|| Right::ALL.to_vec()),
            token_sha256,
        })
    }

    /// The owner's name, for logs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether a secret is this owner's: whether it exists is told to nobody else.
    pub fn owns(&self, name: &SecretName) -> bool {
        self.secrets
            .iter()
            .any(|pattern| pattern.matches(name.as_str()))
    }

    /// Checks that the owner may do this with this secret.
    pub fn check(&self, right: Right, name: &SecretName) -> Result<(), Error> {
        if self.owns(name) && self.rights.contains(&right) {
            return Ok(());
        }
        Err(Error::NotAuthorized)
    }
}

impl Pattern {
    fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix('*') {
            Some("") => Some(Self::Prefix(String::new())),
            Some(prefix) => SecretName::parse(prefix)
                .ok()
                .map(|_| Self::Prefix(prefix.to_owned())),
            None => SecretName::parse(text)
                .ok()
                .map(|_| Self::Exact(text.to_owned())),
        }
    }

    fn matches(&self, name: &str) -> bool {
        match self {
            Self::Exact(exact) => name == exact,
            Self::Prefix(prefix) => name.starts_with(prefix.as_str()),
        }
    }
}

/// `sgo_` and 32 random bytes in base64url: a digest of anything that a person made up could be
/// searched for, so it opens nothing even when it is configured.
fn is_owner_token(text: &str) -> bool {
    text.strip_prefix("sgo_")
        .and_then(base64url::decode)
        .is_some_and(|random| random.len() == 32)
}

const fn invalid(defect: &'static str) -> Error {
    Error::SettingInvalid {
        setting: "SEALGATE_ADMINS",
        defect,
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::{Owners, Right};
    use crate::release::SecretName;

    const A: &str = "sgo_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";
    const B: &str = "sgo_AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI";
    const C: &str = "sgo_AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM";

    fn entry(name: &str, token: &str, more: &str) -> String {
        let digest = hex::encode(Sha256::digest(token));
        format!(r#"{{"name":"{name}","token_sha256":"{digest}",{more}}}"#)
    }

    fn name(text: &str) -> SecretName {
        SecretName::parse(text).unwrap()
    }

    #[test]
    fn finds_the_owner_by_token_and_nobody_by_another() {
        let a = entry("a", A, r#""secrets":["a-*","shared"]"#);
        let b = entry("b", B, r#""secrets":["*"],"rights":["audit"]"#);
        let owners = Owners::parse(&format!("[{a},{b}]")).unwrap();
        assert_eq!(owners.authenticate(A).unwrap().name(), "a");
        assert_eq!(owners.authenticate(B).unwrap().name(), "b");
        for other in [
            "",
            "sgo_",
            C,
            &format!("{A} "),
            &A.to_uppercase(),
            &hex::encode(Sha256::digest(A)),
        ] {
            let error = owners.authenticate(other).unwrap_err();
            assert_eq!(error.code().as_str(), "not_authorized", "{other}");
        }
        let none = Owners::parse("[]").unwrap();
        assert_eq!(
            none.authenticate(A).unwrap_err().code().as_str(),
            "not_authorized"
        );
    }

    #[test]
    fn a_token_that_is_not_random_names_nobody() {
        for weak in [
            "password",
            "sgo_password",
            "sgo_",
            &format!("{A}A"),
            &A[4..],
        ] {
            let owner = entry("a", weak, r#""secrets":["*"]"#);
            let owners = Owners::parse(&format!("[{owner}]")).unwrap();
            let error = owners.authenticate(weak).unwrap_err();
            assert_eq!(error.code().as_str(), "not_authorized", "{weak}");
        }
    }

    #[test]
    fn holds_owners_to_their_secrets_and_rights() {
        let a = entry("a", A, r#""secrets":["a-*","shared"]"#);
        let b = entry("b", B, r#""secrets":["*"],"rights":["audit"]"#);
        let owners = Owners::parse(&format!("[{a},{b}]")).unwrap();
        let a = owners.authenticate(A).unwrap();
        assert!(a.owns(&name("a-1")) && a.owns(&name("shared")));
        assert!(!a.owns(&name("shared2")) && !a.owns(&name("A-1")) && !a.owns(&name("b")));
        assert!(
            Right::ALL
                .iter()
                .all(|right| a.check(*right, &name("a-1")).is_ok())
        );
        assert_eq!(
            a.check(Right::Write, &name("b"))
                .unwrap_err()
                .code()
                .as_str(),
            "not_authorized"
        );
        let b = owners.authenticate(B).unwrap();
        assert!(b.check(Right::Audit, &name("a-1")).is_ok());
        for right in [Right::Write, Right::Delete, Right::Policy, Right::Explain] {
            assert_eq!(
                b.check(right, &name("a-1")).unwrap_err().code().as_str(),
                "not_authorized"
            );
        }
    }

    #[test]
    fn refuses_a_setting_that_is_not_wholly_understood() {
        let good = entry("a", "t", r#""secrets":["*"]"#);
        let digest = hex::encode([0; 32]);
        for text in [
            String::new(),
            "{}".to_owned(),
            "null".to_owned(),
            format!("[{}]", entry("a", "t", r#""secrets":["*"],"rights":null"#)),
            format!(r#"[["a",["*"],["audit"],"{digest}"]]"#),
            format!("[{good},{good}]"),
            format!("[{good},{}]", entry("a", "u", r#""secrets":["*"]"#)),
            format!("[{good},{}]", entry("b", "t", r#""secrets":["*"]"#)),
            format!("[{}]", entry("a", "t", r#""secrets":[]"#)),
            format!("[{}]", entry("a", "t", r#""secrets":["a*b"]"#)),
            format!("[{}]", entry("a", "t", r#""secrets":["/"]"#)),
            format!("[{}]", entry("", "t", r#""secrets":["*"]"#)),
            format!(
                "[{}]",
                entry("a", "t", r#""secrets":["*"],"rights":["all"]"#)
            ),
            format!(
                "[{}]",
                entry("a", "t", r#""secrets":["*"],"right":["audit"]"#)
            ),
            format!(
                r#"[{{"name":"a","secrets":["*"],"token_sha256":"{}"}}]"#,
                &digest[1..]
            ),
            r#"[{"name":"a","secrets":["*"]}]"#.to_owned(),
            r#"[{"name":"a","secrets":["*"],"issuer":"https://i","audience":"a","condition":"x"}]"#
                .to_owned(),
        ] {
            let error = Owners::parse(&text).unwrap_err();
            assert_eq!(error.code().as_str(), "misconfigured", "{text}");
        }
    }
}
