//! What an event of a boot log says, in one line of printable ASCII.

use std::fmt::Write as _;

use sealgate_core::Event;

use crate::printable::escape;

/// Characters of a part that a line shows; a kernel's command line has at most 2048.
const SHOWN_CHARACTERS: usize = 2048;
/// Bytes of data that is not understood that a line shows.
const HEX_BYTES: usize = 16;
/// Parts that say little to the eye: the GUID of a variable's vendor, a device path in hexadecimal.
const LEFT_OUT: [&str; 2] = ["vendor", "device_path"];

/// Parts that need no name.
const UNNAMED: [&str; 2] = ["file", "name"];

/// The line: what it is, then its parts. A single part goes without its name.
pub(crate) fn describe(event: &Event<'_>) -> String {
    let description = event.describe();
    let mut parts: Vec<_> = description.parts;
    parts.retain(|(name, _)| !LEFT_OUT.contains(name));
    let mut line = description.what.to_owned();
    match (&parts[..], event.data()) {
        ([], []) => {}
        ([], data) => _ = write!(line, ": {}", bytes(data)),
        ([(_, value)], _) => _ = write!(line, ": {}", shortened(value)),
        (parts, _) => {
            for (number, (name, value)) in parts.iter().enumerate() {
                let before = if number == 0 { ':' } else { ',' };
                let label = if UNNAMED.contains(name) { "" } else { name };
                let gap = if label.is_empty() { "" } else { " " };
                _ = write!(line, "{before} {label}{gap}{}", shortened(value));
            }
        }
    }
    line.truncate(line.trim_end().len());
    line
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARACTERS) {
        None => escape(text),
        Some((cut, _)) => format!("{}.. {} bytes", escape(&text[..cut]), text.len()),
    }
}

fn bytes(data: &[u8]) -> String {
    match data.get(..HEX_BYTES) {
        Some(start) if data.len() > HEX_BYTES => {
            format!("{}.. {} bytes", hex::encode(start), data.len())
        }
        _ => hex::encode(data),
    }
}
