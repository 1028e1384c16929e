//! The gate's root keys, and values sealed at rest under keys derived from them.

use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use super::SecretName;
use crate::error::Error;
use crate::limits::ROOT_KEYS;

/// HKDF labels (RFC 5869 `info`): one per use, so that no derived key serves two.
const AT_REST: &[u8] = b"sealgate-at-rest-v1";
const KEY_ID: &[u8] = b"sealgate-root-key-id-v1";

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// The root keys of a gate. The first seals; the others still open what they sealed.
pub struct RootKeys(Vec<RootKey>);

struct RootKey {
    id: String,
    at_rest: Zeroizing<[u8; 32]>,
}

/// A value at rest: what is stored in place of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedValue {
    /// Which root key it is under.
    pub key_id: String,
    /// Nonce (12 bytes), ciphertext, tag (16 bytes).
    pub bytes: Vec<u8>,
}

impl RootKeys {
    /// Reads `SEALGATE_ROOT_KEY`: 32 bytes in base64, several separated by commas.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let invalid = |defect| Error::SettingInvalid {
            setting: "SEALGATE_ROOT_KEY",
            defect,
        };
        if text.trim().is_empty() {
            return Err(invalid("it is empty"));
        }
        let keys = text
            .split(',')
            .map(RootKey::parse)
            .collect::<Option<Vec<_>>>();
        let keys = keys.ok_or_else(|| invalid("each key must be 32 random bytes in base64"))?;
        if keys.len() > ROOT_KEYS {
            return Err(invalid("there are more than 8 keys"));
        }
        let mut ids: Vec<_> = keys.iter().map(|key| &key.id).collect();
        ids.sort();
        ids.dedup();
        if ids.len() != keys.len() {
            return Err(invalid("a key stands there twice"));
        }
        Ok(Self(keys))
    }

    /// Seals `value` under the first key.
    ///
    /// `nonce` must be fresh random bytes: AES-GCM loses all secrecy when one is used twice with
    /// the same key.
    pub fn seal(
        &self,
        name: &SecretName,
        version: u64,
        value: &[u8],
        nonce: [u8; NONCE_BYTES],
    ) -> Option<SealedValue> {
        let key = self.0.first()?;
        let mut body = value.to_vec();
        let tag = key
            .cipher()
            .encrypt_inout_detached(
                &Nonce::from(nonce),
                &associated_data(name, version, &key.id),
                body.as_mut_slice().into(),
            )
            .ok()?;
        let bytes = [&nonce[..], &body, &tag].concat();
        Some(SealedValue {
            key_id: key.id.clone(),
            bytes,
        })
    }

    /// Opens a sealed value, or `None` when its key is not here any more, or it was altered, or it
    /// belongs to another name or version.
    pub fn open(
        &self,
        name: &SecretName,
        version: u64,
        sealed: &SealedValue,
    ) -> Option<Zeroizing<Vec<u8>>> {
        let key = self.0.iter().find(|key| key.id == sealed.key_id)?;
        let (nonce, rest) = sealed.bytes.split_first_chunk::<NONCE_BYTES>()?;
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
        let mut value = Zeroizing::new(body.to_vec());
        key.cipher()
            .decrypt_inout_detached(
                &Nonce::from(*nonce),
                &associated_data(name, version, &key.id),
                value.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .ok()?;
        Some(value)
    }
}

impl RootKey {
    fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
        // All zeroes is what an example or a failed generator leaves: everybody has that key.
        if bytes.len() != 32 || bytes.iter().all(|byte| *byte == 0) {
            return None;
        }
        let derived = Hkdf::<Sha256>::new(None, &bytes);
        let mut at_rest = Zeroizing::new([0; 32]);
        derived.expand(AT_REST, at_rest.as_mut_slice()).ok()?;
        let mut id = [0; 8];
        derived.expand(KEY_ID, &mut id).ok()?;
        let key = Self {
            id: hex::encode(id),
            at_rest,
        };
        id.zeroize();
        Some(key)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&(*self.at_rest).into())
    }
}

/// Binds a sealed value to where it belongs: `name ‖ 00 ‖ version ‖ 00 ‖ key id`.
fn associated_data(name: &SecretName, version: u64, key_id: &str) -> Vec<u8> {
    [
        name.as_str().as_bytes(),
        &[0],
        version.to_string().as_bytes(),
        &[0],
        key_id.as_bytes(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::RootKeys;
    use crate::release::SecretName;

    const A: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const B: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    fn name(text: &str) -> SecretName {
        SecretName::parse(text).unwrap()
    }

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let keys = RootKeys::parse(A).unwrap();
        let sealed = keys.seal(&name("a"), 1, b"secret", [7; 12]).unwrap();
        assert!(!sealed.bytes.windows(6).any(|window| window == b"secret"));
        assert_eq!(
            keys.open(&name("a"), 1, &sealed).unwrap().as_slice(),
            b"secret"
        );
        assert!(keys.open(&name("b"), 1, &sealed).is_none());
        assert!(keys.open(&name("a"), 2, &sealed).is_none());
        for index in 0..sealed.bytes.len() {
            let mut altered = sealed.clone();
            altered.bytes[index] ^= 1;
            assert!(keys.open(&name("a"), 1, &altered).is_none(), "byte {index}");
        }
        let mut short = sealed;
        short.bytes.truncate(27);
        assert!(keys.open(&name("a"), 1, &short).is_none());
    }

    #[test]
    fn a_rolled_over_key_still_opens() {
        let sealed = RootKeys::parse(A)
            .unwrap()
            .seal(&name("a"), 1, b"s", [7; 12])
            .unwrap();
        let rolled = RootKeys::parse(&format!("{B},{A}")).unwrap();
        assert_eq!(
            rolled.open(&name("a"), 1, &sealed).unwrap().as_slice(),
            b"s"
        );
        assert_ne!(
            rolled.seal(&name("a"), 1, b"s", [7; 12]).unwrap().key_id,
            sealed.key_id
        );
        assert!(
            RootKeys::parse(B)
                .unwrap()
                .open(&name("a"), 1, &sealed)
                .is_none()
        );
    }

    #[test]
    fn refuses_what_is_not_a_root_key() {
        let nine = [A; 9].join(",");
        let twice = format!("{A},{A}");
        let zeroes = format!("{}=", "A".repeat(43));
        for text in [
            &zeroes,
            "",
            " ",
            "AAAA",
            &A[1..],
            "secret",
            &format!("{A},"),
            &nine,
            &twice,
        ] {
            let error = RootKeys::parse(text).err().unwrap();
            assert_eq!(error.code().as_str(), "misconfigured", "{text}");
        }
    }
}
