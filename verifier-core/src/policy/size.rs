//! How large a value can be, counted in what an evaluation pays for.

/// Bytes that are copied or compared in about the time of one step.
pub(super) const BYTES_PER_STEP: u64 = 64;
/// Memory of one value, beside its text.
const NODE_BYTES: u64 = 64;

/// Upper bounds on a value and everything inside it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// Elements or members, right inside it.
    pub(super) length: u64,
    /// Values, itself and all inside it.
    pub(super) nodes: u64,
    /// Bytes of all its texts.
    pub(super) bytes: u64,
}

impl Size {
    /// A value with nothing inside it.
    pub(super) const SCALAR: Self = Self {
        length: 0,
        nodes: 1,
        bytes: 0,
    };

    pub(super) fn text(bytes: u64) -> Self {
        Self {
            bytes,
            ..Self::SCALAR
        }
    }

    /// One value that has all of both inside it.
    pub(super) fn joined(self, other: Self) -> Self {
        Self {
            length: self.length.saturating_add(other.length),
            nodes: self.nodes.saturating_add(other.nodes),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    /// A value that is one or the other.
    pub(super) fn either(self, other: Self) -> Self {
        Self {
            length: self.length.max(other.length),
            nodes: self.nodes.max(other.nodes),
            bytes: self.bytes.max(other.bytes),
        }
    }

    /// Steps to copy it, or to compare it with another.
    pub(super) fn steps(self) -> u64 {
        let bytes = self.bytes.div_ceil(BYTES_PER_STEP);
        self.nodes.saturating_add(bytes)
    }

    pub(super) fn memory(self) -> u64 {
        self.nodes
            .saturating_mul(NODE_BYTES)
            .saturating_add(self.bytes)
    }
}
