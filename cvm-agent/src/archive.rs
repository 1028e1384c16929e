//! Keys of Google Cloud Attestation as they were published: built in, dated, for saved tokens.
//!
//! Where each file comes from is in `archive/SOURCES.md`.

use sealgate_core::{Error, Jwks, Roots};

/// A key set and the day on which it was seen, newest first.
const KEY_SETS: [(&str, &str); 2] = [
    (
        "2025-12-02",
        include_str!("../archive/google-20251202.jwks.json"),
    ),
    (
        "2024-11-04",
        include_str!("../archive/google-20241104.jwks.json"),
    ),
];

const ROOT: &str = include_str!("../archive/google-confidential-space-root.pem");

/// The archived key set that has a key named `key_id`, else the newest; and the day of it.
///
/// All sets are trusted alike, so a token's choice among them by `kid` is a look-up and no more.
pub(crate) fn key_set(key_id: Option<&str>) -> Result<(&'static str, Jwks), Error> {
    let [(newest_day, newest), older @ ..] = KEY_SETS;
    let newest = Jwks::parse(newest.as_bytes())?;
    if key_id.is_none_or(|key_id| newest.has_key(key_id)) {
        return Ok((newest_day, newest));
    }
    for (day, set) in older {
        let set = Jwks::parse(set.as_bytes())?;
        if key_id.is_some_and(|key_id| set.has_key(key_id)) {
            return Ok((day, set));
        }
    }
    Ok((newest_day, newest))
}

/// The root of Confidential Space's PKI tokens.
pub(crate) fn roots() -> Result<Roots, Error> {
    Roots::parse_pem(ROOT)
}

#[cfg(test)]
mod tests {
    use super::{key_set, roots};

    #[test]
    fn finds_the_set_of_a_key_and_falls_back_to_the_newest() {
        for (key_id, day) in [
            (
                Some("4676c490dc43829636595442e93cdc5d27aaa279"),
                "2024-11-04",
            ),
            (
                Some("d6d5071ab75246a42acfa46d29316311cdab51f7"),
                "2025-12-02",
            ),
            (
                Some("f86c2ed71ca6b8af769c54f6c472ca30fd38055c"),
                "2025-12-02",
            ),
            (Some("unknown"), "2025-12-02"),
            (None, "2025-12-02"),
        ] {
            assert_eq!(key_set(key_id).unwrap().0, day);
        }
    }

    #[test]
    fn holds_the_root_that_google_publishes() {
        let fingerprint: String = roots()
            .unwrap()
            .sha256()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(
            fingerprint,
            "148b293821bb0c6a317f413c8ba475814091cb22d49b9e3c94198db8e8f86c39"
        );
    }
}
