//! What an event of a boot log is about, in one line of printable ASCII.
//!
//! The data of an event is a stranger's, and so is its type: a line describes what is written
//! there, and nothing here judges it.

use std::fmt::Write as _;

use sealgate_core::{Event, EventType};

use crate::certificates;
use crate::printable::escape;

/// Bytes of data that a line shows; a kernel's command line has at most 2048.
const SHOWN_BYTES: usize = 2048;
/// Bytes of data without a known form that a line shows.
const HEX_BYTES: usize = 16;
/// GUIDs of variables that most logs have (UEFI 2.10, section 3.3 and 32.4; shim).
const GUIDS: [(&str, &str); 4] = [
    ("8be4df61-93ca-11d2-aa0d-00e098032b8c", "EFI global"),
    ("d719b2cb-3d3a-4596-a3bc-dad00e67656f", "image security"),
    ("605dab50-e046-4300-abb6-3dd810dd8b23", "shim"),
    ("4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", "systemd-boot"),
];
/// `EFI_SIGNATURE_DATA` with a certificate is longer than this, and a flag is not.
const FLAG_BYTES: usize = 4;
/// Technologies by their number in Google's event.
const TECHNOLOGIES: [&str; 5] = ["NONE", "AMD_SEV", "AMD_SEV_ES", "INTEL_TDX", "AMD_SEV_SNP"];

/// The line.
pub(crate) fn describe(event: &Event<'_>) -> String {
    let data = event.data();
    let known = match event.event_type() {
        EventType::NO_ACTION => no_action(data),
        EventType::SEPARATOR if data.len() <= FLAG_BYTES => Some(hex::encode(data)),
        EventType::NONHOST_INFO => nonhost_info(data),
        EventType::EVENT_TAG => tagged(data),
        EventType::EFI_VARIABLE_DRIVER_CONFIG
        | EventType::EFI_VARIABLE_BOOT
        | EventType::EFI_VARIABLE_BOOT2
        | EventType::EFI_VARIABLE_AUTHORITY => variable(data),
        EventType::EFI_BOOT_SERVICES_APPLICATION
        | EventType::EFI_BOOT_SERVICES_DRIVER
        | EventType::EFI_RUNTIME_SERVICES_DRIVER => image(data),
        EventType::EFI_PLATFORM_FIRMWARE_BLOB => blob(data),
        EventType::EFI_PLATFORM_FIRMWARE_BLOB2 => blob2(data),
        EventType::EFI_GPT_EVENT | EventType::EFI_GPT_EVENT2 => partitions(data),
        _ => None,
    };
    let mut line = known
        .or_else(|| text(data))
        .or_else(|| wide_text(data))
        .unwrap_or_else(|| bytes(data));
    line.truncate(line.trim_end().len());
    line
}

/// Data of no known form: how it begins.
fn bytes(data: &[u8]) -> String {
    match data {
        [] => String::new(),
        data if data.len() <= HEX_BYTES => hex::encode(data),
        data => format!("{}.. {} bytes", hex::encode(&data[..HEX_BYTES]), data.len()),
    }
}

/// Text in UTF-8, with or without a NUL at its end.
fn text(data: &[u8]) -> Option<String> {
    let data = data.strip_suffix(b"\0").unwrap_or(data);
    let text = str::from_utf8(data).ok()?;
    if text.is_empty() || text.contains('\0') {
        return None;
    }
    // Text of which most would be escapes is no text.
    let strange = text.chars().filter(|symbol| symbol.is_control()).count();
    (strange * 4 <= text.chars().count()).then(|| shortened(text))
}

/// Text in UTF-16 (UEFI 2.10, section 2.3.1).
fn wide_text(data: &[u8]) -> Option<String> {
    let (units, rest) = data.as_chunks::<2>();
    if !rest.is_empty() || units.len() < 2 {
        return None;
    }
    let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
    let units = units.strip_suffix(&[0]).unwrap_or(&units);
    let text = String::from_utf16(units).ok()?;
    let ascii = text.chars().all(|symbol| matches!(symbol, ' '..='~'));
    (ascii && !text.is_empty()).then(|| shortened(&text))
}

fn shortened(text: &str) -> String {
    let cut = text.floor_char_boundary(SHOWN_BYTES);
    let mut shown = escape(&text[..cut]);
    if cut < text.len() {
        _ = write!(shown, ".. {} bytes", text.len());
    }
    shown
}

/// TCG PC Client Platform Firmware Profile 1.06, section 10.4.5.
fn no_action(data: &[u8]) -> Option<String> {
    let (name, rest) = data.split_at_checked(16)?;
    let name = text(name.split(|byte| *byte == 0).next()?)?;
    Some(match (name.as_str(), rest) {
        ("StartupLocality", [locality]) => format!("StartupLocality {locality}"),
        ("Spec ID Event03", [_, _, _, _, minor, major, ..]) => {
            format!("Spec ID Event03, TCG_PCR_EVENT2 of version {major}.{minor}")
        }
        (_, []) => name,
        (_, rest) => format!("{name}, {} bytes", rest.len()),
    })
}

/// Google's firmware: a name, and the number of the confidential technology.
fn nonhost_info(data: &[u8]) -> Option<String> {
    let technology = *data.strip_prefix(b"GCE NonHostInfo\0")?.first()?;
    Some(match TECHNOLOGIES.get(usize::from(technology)) {
        Some(technology) => format!("GCE NonHostInfo, {technology}"),
        None => format!("GCE NonHostInfo, technology {technology}"),
    })
}

/// `TCG_PCClientTaggedEvent`: a number, a length, data.
fn tagged(data: &[u8]) -> Option<String> {
    let (tag, data) = take_u32(data)?;
    let (length, data) = take_u32(data)?;
    let data = data.get(..usize::try_from(length).ok()?)?;
    let inner = text(data)
        .or_else(|| wide_text(data))
        .unwrap_or_else(|| bytes(data));
    Some(format!("tag {tag:#010x}: {inner}"))
}

/// `UEFI_VARIABLE_DATA`: GUID, lengths, name, data.
fn variable(data: &[u8]) -> Option<String> {
    let (guid, data) = data.split_first_chunk::<16>()?;
    let (name_units, data) = take_u64(data)?;
    let (length, data) = take_u64(data)?;
    let name_bytes = usize::try_from(name_units).ok()?.checked_mul(2)?;
    let (name, data) = data.split_at_checked(name_bytes)?;
    let value = data.get(..usize::try_from(length).ok()?)?;
    let units: Vec<u16> = name
        .as_chunks::<2>()
        .0
        .iter()
        .map(|unit| u16::from_le_bytes(*unit))
        .collect();
    let mut line = shortened(&String::from_utf16_lossy(&units));
    let guid = guid_text(guid);
    let known = GUIDS.iter().find(|(known, _)| *known == guid);
    _ = write!(line, " ({})", known.map_or(guid.as_str(), |(_, name)| name));
    line.push_str(": ");
    line.push_str(&match value {
        [] => "empty".to_owned(),
        value if value.len() <= FLAG_BYTES => hex::encode(value),
        value => authority(value)
            .or_else(|| load_option(value).filter(|_| line.starts_with("Boot")))
            .or_else(|| text(value))
            .unwrap_or_else(|| bytes(value)),
    });
    Some(line)
}

/// `EFI_SIGNATURE_DATA` (UEFI 2.10, section 32.4.1): the GUID of its owner, a certificate. Old
/// versions of shim leave the owner out.
fn authority(value: &[u8]) -> Option<String> {
    let owned = value.split_first_chunk::<16>().map(|(_, der)| der);
    owned
        .and_then(certificates::subject)
        .or_else(|| certificates::subject(value))
        .map(|subject| format!("certificate of {subject}"))
}

/// `EFI_LOAD_OPTION` (UEFI 2.10, section 3.1.3): attributes, length, description.
fn load_option(value: &[u8]) -> Option<String> {
    let description = value.get(6..)?;
    let units: Vec<u16> = description
        .as_chunks::<2>()
        .0
        .iter()
        .map(|unit| u16::from_le_bytes(*unit))
        .take_while(|unit| *unit != 0)
        .collect();
    let text = String::from_utf16(&units).ok()?;
    (!text.is_empty()).then(|| shortened(&text))
}

/// `UEFI_IMAGE_LOAD_EVENT`: place, length, link time, device path.
fn image(data: &[u8]) -> Option<String> {
    let (_, data) = take_u64(data)?;
    let (length, data) = take_u64(data)?;
    let (_, data) = take_u64(data)?;
    let (path_length, data) = take_u64(data)?;
    let mut path = data.get(..usize::try_from(path_length).ok()?)?;
    let mut names = String::new();
    // UEFI 2.10, section 10.3.1: type, subtype, length with these four bytes.
    while let [kind, subtype, low, high, ..] = *path {
        let length = usize::from(u16::from_le_bytes([low, high]));
        let Some((node, rest)) = path.split_at_checked(length) else {
            break;
        };
        path = rest;
        match (kind, subtype, node.get(4..)) {
            (4, 4, Some(file)) => names.push_str(&wide_text(file).unwrap_or_default()),
            (4, 6 | 7, Some(guid)) => {
                if let Ok(guid) = guid.try_into() {
                    _ = write!(names, "/{}", guid_text(guid));
                }
            }
            (0x7f, ..) => break,
            _ => {}
        }
        if length < 4 {
            break;
        }
    }
    Some(match (names.is_empty(), length) {
        (false, _) => names,
        // What another loader than the firmware starts, such as shim.
        (true, 0) => "an image without a path".to_owned(),
        (true, length) => format!("an image of {length} bytes without a path"),
    })
}

/// `EFI_PLATFORM_FIRMWARE_BLOB`: place and length.
fn blob(data: &[u8]) -> Option<String> {
    let (base, data) = take_u64(data)?;
    let (length, data) = take_u64(data)?;
    data.is_empty()
        .then(|| format!("{length} bytes at {base:#x}"))
}

/// `EFI_PLATFORM_FIRMWARE_BLOB2`: description, place and length.
fn blob2(data: &[u8]) -> Option<String> {
    let (length, data) = data.split_first()?;
    let (description, data) = data.split_at_checked(usize::from(*length))?;
    Some(format!("{}: {}", text(description)?, blob(data)?))
}

/// `UEFI_GPT_DATA`: the header of the table, then the number of partitions.
fn partitions(data: &[u8]) -> Option<String> {
    let data = data.strip_prefix(b"EFI PART")?;
    let count = data.get(84..92)?.try_into().ok()?;
    Some(format!("GPT, {} partitions", u64::from_le_bytes(count)))
}

/// A GUID as it is written (UEFI 2.10, appendix A): the first three fields are little endian.
fn guid_text(guid: &[u8; 16]) -> String {
    let [a, b, c, d, e, f, g, h, rest @ ..] = *guid;
    format!(
        "{}-{}-{}-{}-{}",
        hex::encode([d, c, b, a]),
        hex::encode([f, e]),
        hex::encode([h, g]),
        hex::encode(&rest[..2]),
        hex::encode(&rest[2..])
    )
}

fn take_u32(data: &[u8]) -> Option<(u32, &[u8])> {
    let (bytes, rest) = data.split_first_chunk()?;
    Some((u32::from_le_bytes(*bytes), rest))
}

fn take_u64(data: &[u8]) -> Option<(u64, &[u8])> {
    let (bytes, rest) = data.split_first_chunk()?;
    Some((u64::from_le_bytes(*bytes), rest))
}
