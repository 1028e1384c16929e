//! Strict base64url without padding (RFC 7515 §2, RFC 4648 §3.5 and §5).
//!
//! One byte string has exactly one spelling here: padding, the standard alphabet, white space and
//! non-zero trailing bits are refused. A second spelling of a token would be a second use of it.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

const STRICT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(false),
);

/// The bytes of `text`, or `None` when it is not their one spelling.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    STRICT.decode(text).ok()
}

/// The one spelling of `bytes`.
pub fn encode(bytes: &[u8]) -> String {
    STRICT.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn has_one_spelling_per_value() {
        assert_eq!(encode(&[0xfb, 0xff]), "-_8");
        assert_eq!(decode("-_8"), Some(vec![0xfb, 0xff]));
        for other in ["-_8=", "+/8", "-_9", "-_", "-_8\n", " -_8", "-", "-_8A-"] {
            assert_ne!(decode(other), Some(vec![0xfb, 0xff]), "{other:?}");
        }
        for broken in ["-_9", "-", "A", "AAAAA", "A\u{ff0d}"] {
            assert_eq!(decode(broken), None, "{broken:?}");
        }
    }
}
