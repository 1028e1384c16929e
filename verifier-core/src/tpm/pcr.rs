//! Platform configuration registers and banks of them (TPM 2.0 Library, Part 1, section 17).

use core::fmt;
use std::collections::BTreeMap;

use super::{Digest, HashAlgorithm};

/// The index of a register: 0 to 23, those of a PC Client TPM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PcrIndex(u8);

impl PcrIndex {
    /// How many there are.
    pub const COUNT: u8 = 24;

    /// The register `index`, if there is one.
    pub fn new(index: u32) -> Option<Self> {
        u8::try_from(index)
            .ok()
            .filter(|index| *index < Self::COUNT)
            .map(Self)
    }

    /// Every register, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(Self)
    }

    /// The number.
    pub const fn value(self) -> u8 {
        self.0
    }
}

impl fmt::Display for PcrIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// Values of registers under one hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcrBank {
    algorithm: HashAlgorithm,
    values: BTreeMap<PcrIndex, Digest>,
}

impl PcrBank {
    /// An empty bank of `algorithm`.
    pub fn new(algorithm: HashAlgorithm) -> Self {
        Self {
            algorithm,
            values: BTreeMap::new(),
        }
    }

    /// The bank's hash.
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// Sets a register; `None`, and nothing set, when the value is not as long as the hash's.
    pub fn insert(&mut self, index: PcrIndex, value: &[u8]) -> Option<()> {
        let value = Digest::new(self.algorithm, value)?;
        self.values.insert(index, value);
        Some(())
    }

    /// The value of a register, if the bank has it.
    pub fn get(&self, index: PcrIndex) -> Option<&Digest> {
        self.values.get(&index)
    }

    /// Registers and values, in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = (PcrIndex, &Digest)> {
        self.values.iter().map(|(index, value)| (*index, value))
    }

    /// How many registers it has.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}
