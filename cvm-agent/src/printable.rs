//! Text of strangers, made safe to print.
//!
//! A claim may hold control characters that move the cursor, recolour the screen or set its title,
//! marks that turn the reading direction around, and letters that only look like others. Everything
//! but printable ASCII is written as JSON escapes, so that what is seen is what is there.

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// `value` as one line of JSON in printable ASCII.
pub(crate) fn json_line<T: Serialize>(value: &T) -> String {
    serialize(value, CompactFormatter)
}

/// `value` as indented JSON in printable ASCII.
pub(crate) fn json_pretty<T: Serialize>(value: &T) -> String {
    serialize(value, PrettyFormatter::new())
}

/// `text` with everything but printable ASCII escaped as in JSON.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        push(&mut escaped, character);
    }
    escaped
}

fn push(escaped: &mut String, character: char) {
    if matches!(character, ' '..='~') {
        escaped.push(character);
        return;
    }
    for unit in character.encode_utf16(&mut [0; 2]) {
        escaped.push_str(&format!("\\u{unit:04x}"));
    }
}

fn serialize<T: Serialize>(value: &T, layout: impl Formatter) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Ascii(layout));
    // Invariant: what is given here are JSON values and structures of them, which always serialise.
    value
        .serialize(&mut serializer)
        .expect("JSON values serialise");
    String::from_utf8(bytes).expect("ASCII")
}

/// A layout of JSON whose strings are printable ASCII.
struct Ascii<F>(F);

macro_rules! delegate {
    ($($method:ident($($argument:ident: $kind:ty),*);)*) => {
        $(
            fn $method<W: ?Sized + io::Write>(
                &mut self,
                writer: &mut W,
                $($argument: $kind),*
            ) -> io::Result<()> {
                self.0.$method(writer, $($argument),*)
            }
        )*
    };
}

impl<F: Formatter> Formatter for Ascii<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        writer.write_all(escape(fragment).as_bytes())
    }

    delegate! {
        write_char_escape(escape: CharEscape);
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{escape, json_line, json_pretty};

    #[test]
    fn escapes_what_moves_the_cursor_or_turns_the_text() {
        assert_eq!(
            escape("a\u{1b}[31mb\u{202e}c\u{9b}d\r\n"),
            "a\\u001b[31mb\\u202ec\\u009bd\\u000d\\u000a"
        );
        assert_eq!(
            escape("\u{1f600}\u{430}\u{7f}"),
            "\\ud83d\\ude00\\u0430\\u007f"
        );
        assert_eq!(escape("https://gate.example ~"), "https://gate.example ~");
    }

    #[test]
    fn json_stays_the_same_value_in_printable_ascii() {
        let value =
            json!({ "k\u{202e}": ["\u{1b}]0;t\u{7}", "\"\\", 1, -2.5, null, true, {}, []] });
        for text in [json_line(&value), json_pretty(&value)] {
            assert!(
                text.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')),
                "{text}"
            );
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
    }
}
