//! Reading the little-endian structures that logs are made of.

/// What is left of a structure. Every reading takes from the front, and gives `None`, and takes
/// nothing, when less is left than it needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// A length of 32 bits and so many bytes.
    pub(crate) fn sized_u32(&mut self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let length = usize::try_from(ahead.u32()?).ok()?;
        let taken = ahead.take(length)?;
        *self = ahead;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn a_reading_beyond_the_end_takes_nothing() {
        let mut bytes = Bytes::new(&[1, 0, 0, 0, 7]);
        assert_eq!(bytes.u64(), None);
        assert_eq!(bytes.sized_u32(), Some(&[7][..]));
        assert!(bytes.is_empty());
        let mut short = Bytes::new(&[2, 0, 0, 0, 7]);
        assert_eq!(short.sized_u32(), None);
        assert_eq!(short.rest().len(), 5);
    }
}
