//! The hashes of PCR banks, event logs and quotes (TCG Algorithm Registry).

use core::fmt;

/// The longest digest, in bytes: SHA-512's.
const LONGEST: usize = 64;

/// A hash of a PCR bank, an event log or a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashAlgorithm {
    /// SHA-1: broken for collisions. A bank of it proves little, and no signature may use it.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl HashAlgorithm {
    /// Every one, weakest first.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The hash with a `TPM_ALG_ID`.
    pub fn from_id(id: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.id() == id)
    }

    /// Its `TPM_ALG_ID`.
    pub const fn id(self) -> u16 {
        match self {
            Self::Sha1 => 0x0004,
            Self::Sha256 => 0x000B,
            Self::Sha384 => 0x000C,
            Self::Sha512 => 0x000D,
        }
    }

    /// The hash named exactly `name`, as [`Self::name`] writes it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    /// Its name: `sha1`, `sha256`, `sha384`, `sha512`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The length of its digests, in bytes.
    pub const fn digest_bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => LONGEST,
        }
    }

    /// The digest of `parts`, one after the other.
    pub fn digest(self, parts: &[&[u8]]) -> Digest {
        match self {
            Self::Sha1 => hash::<sha1::Sha1>(parts),
            Self::Sha256 => hash::<sha2::Sha256>(parts),
            Self::Sha384 => hash::<sha2::Sha384>(parts),
            Self::Sha512 => hash::<sha2::Sha512>(parts),
        }
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn hash<H: sha2::Digest>(parts: &[&[u8]]) -> Digest {
    let mut hasher = H::new();
    for part in parts {
        hasher.update(part);
    }
    Digest::from_slice(&hasher.finalize())
}

/// A digest of any of the hashes, or the value of a register.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Digest {
    /// A digest of `algorithm`, if `bytes` is as long as one.
    pub fn new(algorithm: HashAlgorithm, bytes: &[u8]) -> Option<Self> {
        (bytes.len() == algorithm.digest_bytes()).then(|| Self::from_slice(bytes))
    }

    /// The register before anything was measured into it.
    pub fn zero(algorithm: HashAlgorithm) -> Self {
        Self {
            bytes: [0; LONGEST],
            length: algorithm.digest_bytes(),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Whether every byte is zero.
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().all(|byte| *byte == 0)
    }

    fn from_slice(slice: &[u8]) -> Self {
        let mut bytes = [0; LONGEST];
        for (to, from) in bytes.iter_mut().zip(slice) {
            *to = *from;
        }
        Self {
            bytes,
            length: slice.len().min(LONGEST),
        }
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Hexadecimal, lower case.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, HashAlgorithm};

    /// The digests of "abc" (FIPS 180-4, the examples of the standard).
    #[test]
    fn digests_are_the_standards_examples() {
        let of = |algorithm: HashAlgorithm| algorithm.digest(&[b"a", b"", b"bc"]).to_string();
        assert_eq!(
            of(HashAlgorithm::Sha1),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert_eq!(
            of(HashAlgorithm::Sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(of(HashAlgorithm::Sha384).starts_with("cb00753f45a35e8bb5a03d699ac65007"));
        assert!(of(HashAlgorithm::Sha512).starts_with("ddaf35a193617abacc417349ae204131"));
    }

    #[test]
    fn a_digest_has_the_length_of_its_hash() {
        for algorithm in HashAlgorithm::ALL {
            let length = algorithm.digest_bytes();
            assert_eq!(algorithm.digest(&[]).as_bytes().len(), length);
            assert!(Digest::new(algorithm, &vec![1; length]).is_some());
            assert!(Digest::new(algorithm, &vec![1; length - 1]).is_none());
            assert!(Digest::zero(algorithm).is_zero());
            assert_eq!(HashAlgorithm::from_id(algorithm.id()), Some(algorithm));
            assert_eq!(HashAlgorithm::from_name(algorithm.name()), Some(algorithm));
        }
        assert_eq!(HashAlgorithm::from_id(0x0012), None);
    }
}
