//! Fields of fixed places: read one after the other, and written so.

use super::TeeDefect;
use crate::eventlog::bytes::Bytes;

/// What is left to read.
pub(super) struct Reader<'a>(Bytes<'a>);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(Bytes::new(bytes))
    }

    pub(super) fn u8(&mut self) -> Result<u8, TeeDefect> {
        self.0.u8().ok_or(TeeDefect::Length)
    }

    pub(super) fn u16(&mut self) -> Result<u32, TeeDefect> {
        self.0.u16().map(u32::from).ok_or(TeeDefect::Length)
    }

    pub(super) fn u32(&mut self) -> Result<u32, TeeDefect> {
        self.0.u32().ok_or(TeeDefect::Length)
    }

    pub(super) fn u64(&mut self) -> Result<u64, TeeDefect> {
        self.0.u64().ok_or(TeeDefect::Length)
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<Vec<u8>, TeeDefect> {
        Ok(self.slice(length)?.to_vec())
    }

    /// So many bytes, as a number of the structure has it, and no more than `limit`.
    pub(super) fn sized(&mut self, length: u32, limit: usize) -> Result<&'a [u8], TeeDefect> {
        match usize::try_from(length) {
            Ok(length) if length <= limit => self.slice(length),
            _ => Err(TeeDefect::Length),
        }
    }

    /// Bytes that must be zero.
    pub(super) fn zeros(&mut self, length: usize) -> Result<(), TeeDefect> {
        if self.slice(length)?.iter().all(|byte| *byte == 0) {
            Ok(())
        } else {
            Err(TeeDefect::Reserved)
        }
    }

    /// All that is left.
    pub(super) fn rest(self) -> &'a [u8] {
        self.0.rest()
    }

    /// Nothing may be left.
    pub(super) fn end(self) -> Result<(), TeeDefect> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(TeeDefect::Length)
        }
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], TeeDefect> {
        self.0.take(length).ok_or(TeeDefect::Length)
    }
}

/// What is written so far.
#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn u8(&mut self, name: &'static str, value: u32) -> Result<(), TeeDefect> {
        let value = u8::try_from(value).map_err(|_| TeeDefect::Field(name))?;
        self.0.push(value);
        Ok(())
    }

    pub(super) fn u16(&mut self, name: &'static str, value: u32) -> Result<(), TeeDefect> {
        let value = u16::try_from(value).map_err(|_| TeeDefect::Field(name))?;
        self.0.extend(value.to_le_bytes());
        Ok(())
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    pub(super) fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    /// A field of so many bytes.
    pub(super) fn bytes(
        &mut self,
        name: &'static str,
        value: &[u8],
        length: usize,
    ) -> Result<(), TeeDefect> {
        if value.len() != length {
            return Err(TeeDefect::Field(name));
        }
        self.0.extend(value);
        Ok(())
    }

    pub(super) fn zeros(&mut self, length: usize) {
        self.0.resize(self.0.len().saturating_add(length), 0);
    }
}
