//! Writes a message: the same text each time.
//!
//! Fields by number, map entries by key, one field a line, nothing but ASCII. The library's own
//! printer has maps in no order and lists in brackets.

use std::fmt::Write as _;

use prost_reflect::{DynamicMessage, Kind, MapKey, Value};

const INDENT: &str = "  ";

/// The text of a message.
pub(super) fn message(message: &DynamicMessage) -> String {
    let mut text = String::new();
    fields(&mut text, message, 0);
    text
}

fn fields(text: &mut String, message: &DynamicMessage, depth: usize) {
    let mut fields: Vec<_> = message.fields().collect();
    fields.sort_unstable_by_key(|(field, _)| field.number());
    for (field, value) in fields {
        let kind = field.kind();
        match value {
            Value::List(list) => {
                for element in list {
                    line(text, field.name(), &kind, element, depth);
                }
            }
            Value::Map(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                let entry = kind.as_message().expect("an entry of a map is a message");
                let value_kind = entry.map_entry_value_field().kind();
                for (key, value) in entries {
                    open(text, field.name(), depth);
                    let key_kind = entry.map_entry_key_field().kind();
                    line(text, "key", &key_kind, &key_value(key), depth + 1);
                    line(text, "value", &value_kind, value, depth + 1);
                    close(text, depth);
                }
            }
            value => line(text, field.name(), &kind, value, depth),
        }
    }
}

/// One field, that is no list and no map.
fn line(text: &mut String, name: &str, kind: &Kind, value: &Value, depth: usize) {
    if let Value::Message(message) = value {
        open(text, name, depth);
        fields(text, message, depth + 1);
        close(text, depth);
        return;
    }
    text.push_str(&INDENT.repeat(depth));
    text.push_str(name);
    text.push_str(": ");
    match value {
        Value::Bytes(bytes) => quoted(text, bytes),
        Value::String(string) => quoted(text, string.as_bytes()),
        Value::EnumNumber(number) => {
            let named = kind.as_enum().and_then(|kind| kind.get_value(*number));
            match named {
                Some(named) => text.push_str(named.name()),
                None => push(text, number),
            }
        }
        Value::Bool(value) => push(text, value),
        Value::U32(value) => push(text, value),
        Value::U64(value) => push(text, value),
        Value::I32(value) => push(text, value),
        Value::I64(value) => push(text, value),
        // No message here has any.
        Value::F32(value) => push(text, value),
        Value::F64(value) => push(text, value),
        Value::Message(_) | Value::List(_) | Value::Map(_) => {}
    }
    text.push('\n');
}

fn open(text: &mut String, name: &str, depth: usize) {
    text.push_str(&INDENT.repeat(depth));
    text.push_str(name);
    text.push_str(": {\n");
}

fn close(text: &mut String, depth: usize) {
    text.push_str(&INDENT.repeat(depth));
    text.push_str("}\n");
}

fn push(text: &mut String, value: impl std::fmt::Display) {
    let _ = write!(text, "{value}");
}

/// Bytes as a string. Octal escapes have three digits, so that no digit after one is taken for
/// part of it; every reader takes them, in text as in bytes.
fn quoted(text: &mut String, bytes: &[u8]) {
    text.reserve(4 * bytes.len() + 2);
    text.push('"');
    for byte in bytes {
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b' '..=b'~' => text.push(char::from(*byte)),
            byte => {
                text.push('\\');
                for shift in [6, 3, 0] {
                    text.push(char::from(b'0' + (byte >> shift & 7)));
                }
            }
        }
    }
    text.push('"');
}

fn key_value(key: &MapKey) -> Value {
    Value::from(key.clone())
}
