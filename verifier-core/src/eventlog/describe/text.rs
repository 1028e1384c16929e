//! Texts in events, whose encoding nothing tells.

use super::super::variable::utf16;

/// Text in UTF-16LE or UTF-8, whichever `data` reads as, without the zeros at its end. `None` for
/// what is neither: empty, or with control characters other than white space.
pub(super) fn text(data: &[u8]) -> Option<String> {
    // A first character below U+0100 is a byte and a zero in UTF-16, which no text of UTF-8 is.
    let text = match data {
        [_, 0, _, ..] => utf16(data)?,
        _ => core::str::from_utf8(data).ok()?.to_owned(),
    };
    readable(&text)
}

/// ASCII without the zeros at its end; `None` for anything else.
pub(super) fn ascii(data: &[u8]) -> Option<String> {
    core::str::from_utf8(data)
        .ok()
        .filter(|text| text.is_ascii())
        .and_then(readable)
}

fn readable(text: &str) -> Option<String> {
    let text = text.trim_end_matches('\0');
    let readable = !text.is_empty()
        && text
            .chars()
            .all(|character| !character.is_control() || character.is_whitespace())
        && !text.contains(char::REPLACEMENT_CHARACTER);
    readable.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn the_encoding_is_found() {
        assert_eq!(text(b"grub_cmd: a\nb\0").as_deref(), Some("grub_cmd: a\nb"));
        assert_eq!(text(b".\0l\0i\0n\0u\0x\0\0\0").as_deref(), Some(".linux"));
        assert_eq!(text("ü=1".as_bytes()).as_deref(), Some("ü=1"));
        for none in [&b""[..], b"\0\0", b"a\x01", b"a\0b", &[0xFF, 0xFE]] {
            assert_eq!(text(none), None, "{none:?}");
        }
    }
}
