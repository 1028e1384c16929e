//! Bounds what a text makes the parser allocate, before it is parsed.

use super::TextError;

/// Fields and elements of a text. Three quotes of 24 registers, written out, have about 450.
const FIELDS: usize = 16 * 1024;
/// Brackets within each other. A certificate in the chain of a processor's report is within four.
const DEPTH: usize = 16;

/// Counts what begins a field or an element, and brackets that are open, outside of strings and
/// comments.
///
/// Nine characters (`quotes {}`) would else be hundreds of bytes in memory, and the parser calls
/// itself for each open bracket: an `Any` may hold an attestation that no field of ours can. Where
/// a text is no text format the counts are of no meaning: the parser refuses it there, having read
/// no further.
pub(super) fn check(text: &str) -> Result<(), TextError> {
    let mut fields = 0;
    let mut depth: usize = 0;
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' | b'\'' => {
                while let Some(inside) = bytes.next().filter(|inside| *inside != byte) {
                    if inside == b'\\' {
                        bytes.next();
                    }
                }
            }
            b'#' => {
                bytes.find(|byte| *byte == b'\n');
            }
            b':' | b',' | b'{' | b'<' | b'[' => {
                fields += 1;
                if fields > FIELDS {
                    return Err(TextError::TooManyFields { limit: FIELDS });
                }
                if matches!(byte, b'{' | b'<' | b'[') {
                    depth += 1;
                    if depth > DEPTH {
                        return Err(TextError::TooDeep { limit: DEPTH });
                    }
                }
            }
            b'}' | b'>' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}
