//! The format of `vectors/token/`, described for other languages in `vectors/README.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use sealgate_core::{Error, Issuer, Jwks, KeySource, Policy, Roots, UnixTime, Verifier};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::tests_path;

/// One token, the circumstances, and the verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// What the vector shows.
    pub comment: String,
    /// The rule behind it, or where the token comes from.
    pub source: String,
    /// The token.
    pub token: Text,
    /// What is trusted.
    pub keys: Keys,
    /// What is expected of the token.
    pub options: Options,
    /// The time of verification.
    pub now: u64,
    /// `ok`, or the code of the refusal.
    pub expect: String,
    /// Claims that reading without verifying shows, by JSON pointer (RFC 6901).
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub claims: Map<String, Value>,
}

/// A text, or the recipe of one that is too large to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    /// The text itself.
    Plain(String),
    /// Pieces, each so many times, one after the other.
    Recipe {
        /// Piece and count.
        repeat: Vec<(String, usize)>,
    },
}

/// What is trusted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keys {
    /// A JWK set; as a string where its exact text matters.
    Jwks(Value),
    /// Roots as PEM.
    Roots(String),
}

/// What is expected of the token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The trusted issuer.
    pub issuer: String,
    /// The accepted audiences.
    pub audience: Vec<String>,
    /// The expected nonces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<Vec<String>>,
    /// A policy document, or a bare condition as a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    /// Seconds by which clocks may differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_skew: Option<u64>,
    /// Seconds that may have passed since the token was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
}

impl Text {
    /// The text itself.
    pub fn to_text(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Recipe { repeat } => repeat
                .iter()
                .map(|(piece, count)| piece.repeat(*count))
                .collect(),
        }
    }

    /// A recipe where `text` has long runs of the same four characters, which is what repeated
    /// bytes look like in base64.
    pub fn compress(text: String) -> Self {
        const PERIOD: usize = 4;
        const WORTHWHILE: usize = 200;
        let bytes = text.as_bytes();
        let mut repeat = Vec::new();
        let (mut kept, mut at) = (0, 0);
        while at + PERIOD <= bytes.len() {
            let piece = &bytes[at..at + PERIOD];
            let count = bytes[at..]
                .chunks_exact(PERIOD)
                .take_while(|next| *next == piece)
                .count();
            if count < WORTHWHILE {
                at += 1;
                continue;
            }
            repeat.push((text[kept..at].to_owned(), 1));
            repeat.push((text[at..at + PERIOD].to_owned(), count));
            at += PERIOD * count;
            kept = at;
        }
        if repeat.is_empty() {
            return Self::Plain(text);
        }
        repeat.push((text[kept..].to_owned(), 1));
        repeat.retain(|(piece, _)| !piece.is_empty());
        Self::Recipe { repeat }
    }
}

impl Vector {
    /// The verifier that the vector describes, or the refusal of its keys or policy.
    pub fn verifier(&self) -> Result<Verifier, Error> {
        let source = match &self.keys {
            Keys::Jwks(Value::String(text)) => KeySource::Jwks(Jwks::parse(text.as_bytes())?),
            Keys::Jwks(set) => KeySource::Jwks(Jwks::parse(set.to_string().as_bytes())?),
            Keys::Roots(pem) => KeySource::Roots(Roots::parse_pem(pem)?),
        };
        let options = &self.options;
        let issuer = Issuer::new(&options.issuer, source).labelled("vector");
        let mut verifier = Verifier::new(issuer, options.audience.clone());
        if let Some(nonces) = &options.nonce {
            verifier = verifier.nonces(nonces.clone());
        }
        if let Some(policy) = &options.policy {
            verifier = verifier.policy(match policy {
                Value::String(condition) => Policy::from_condition(condition)?,
                document => Policy::parse(document.to_string().as_bytes())?,
            });
        }
        if let Some(seconds) = options.clock_skew {
            verifier = verifier.clock_skew(seconds);
        }
        if let Some(seconds) = options.max_age {
            verifier = verifier.max_age(seconds);
        }
        Ok(verifier)
    }

    /// The time of verification.
    pub fn now(&self) -> UnixTime {
        UnixTime::from_secs(self.now)
    }

    /// The vector as it is written to its file.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("a vector is plain data");
        json.push('\n');
        json
    }
}

/// The folder of the token vectors.
pub fn folder() -> PathBuf {
    tests_path("vectors/token")
}

/// Every vector of `vectors/token/` and `vectors/token/real/`, by path below the folder.
pub fn load() -> io::Result<BTreeMap<String, Vector>> {
    let mut vectors = BTreeMap::new();
    for path in paths()? {
        let text = fs::read_to_string(folder().join(&path))?;
        let vector = serde_json::from_str(&text)
            .map_err(|error| io::Error::other(format!("{path}: {error}")))?;
        vectors.insert(path, vector);
    }
    Ok(vectors)
}

/// The paths of the vector files: every `.json` that is not a key set beside a real token.
pub fn paths() -> io::Result<Vec<String>> {
    let mut paths = list(&folder(), "")?;
    paths.extend(list(&folder().join("real"), "real/")?);
    paths.sort();
    Ok(paths)
}

fn list(folder: &Path, prefix: &str) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".json") && !name.ends_with(".jwks.json") {
            paths.push(format!("{prefix}{name}"));
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn recipes_give_the_text_back() {
        for text in [
            String::new(),
            "abc".to_owned(),
            format!("head.{}tail", "AAAA".repeat(300)),
            format!("{}{}", "W1tb".repeat(1000), "XV1d".repeat(1000)),
        ] {
            assert_eq!(Text::compress(text.clone()).to_text(), text);
        }
        let Text::Recipe { repeat } = Text::compress("x".repeat(1_000_001)) else {
            panic!("long runs become a recipe");
        };
        assert_eq!(repeat.len(), 2);
    }
}
