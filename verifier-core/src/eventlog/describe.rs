//! What events say, decoded for people.

mod text;
mod variable;

use super::bytes::Bytes;
use super::image::ImageLoad;
use super::platform::{ConfidentialTechnology, Firmware};
use super::replay::startup_locality;
use super::spec_id::SpecId;
use super::tag::TaggedEvent;
use super::{Event, EventType, Guid, MeasuredEvent, Separator};
use text::{ascii, text};

/// The register of the sections of a unified kernel image (UAPI Group, Linux TPM PCR registry).
const UKI_SECTIONS: u32 = 11;
/// The register of a unified kernel image's command line and configuration.
const UKI_CONFIGURATION: u32 = 12;
/// The register of a unified kernel image's system extensions.
const UKI_EXTENSIONS: u32 = 13;
/// The register of the keys of shim's owner.
const SHIM: u32 = 14;

/// Partition tables have at most so many entries in practice; more are not counted.
const PARTITIONS: u64 = 4096;

/// What an event says: a name for it and its decoded parts.
///
/// All of it comes from the log. Whoever prints it must escape it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What it is, such as `separator`.
    pub what: &'static str,
    /// Its parts, by name, such as `data` and `00000000`.
    pub parts: Vec<(&'static str, String)>,
}

impl Description {
    fn new(what: &'static str, parts: Vec<(&'static str, String)>) -> Self {
        Self { what, parts }
    }

    fn text(what: &'static str, data: &[u8]) -> Self {
        match text(data) {
            Some(text) => Self::new(what, vec![("text", text)]),
            None => Self::new(what, Vec::new()),
        }
    }
}

impl Event<'_> {
    /// What the event says, decoded. Nothing of it is checked.
    pub fn describe(&self) -> Description {
        describe(self.register(), self.event_type(), self.data())
    }
}

impl MeasuredEvent<'_> {
    /// What the event says, decoded. Of it, only what [`Self::digest_verified`] covers is proved.
    pub fn describe(&self) -> Description {
        describe(u32::from(self.register.value()), self.event_type, self.data)
    }
}

fn describe(register: u32, event_type: EventType, data: &[u8]) -> Description {
    let decoded = match event_type {
        EventType::NO_ACTION => no_action(data),
        EventType::SEPARATOR => Some(separator(data)),
        EventType::S_CRTM_VERSION => Some(firmware(data)),
        EventType::NONHOST_INFO => ConfidentialTechnology::from_data(data).map(|technology| {
            let name = technology.name().to_owned();
            Description::new("confidential technology", vec![("technology", name)])
        }),
        EventType::EFI_VARIABLE_DRIVER_CONFIG
        | EventType::EFI_VARIABLE_BOOT
        | EventType::EFI_VARIABLE_BOOT2
        | EventType::EFI_VARIABLE_AUTHORITY => variable::describe(event_type, data),
        EventType::EFI_BOOT_SERVICES_APPLICATION => image("EFI application", data),
        EventType::EFI_BOOT_SERVICES_DRIVER => image("EFI boot services driver", data),
        EventType::EFI_RUNTIME_SERVICES_DRIVER => image("EFI runtime services driver", data),
        EventType::EFI_GPT_EVENT | EventType::EFI_GPT_EVENT2 => partition_table(data),
        EventType::EFI_ACTION | EventType::ACTION => Some(Description::text("action", data)),
        EventType::EFI_PLATFORM_FIRMWARE_BLOB => firmware_blob(Vec::new(), data),
        EventType::EFI_PLATFORM_FIRMWARE_BLOB2 => named_firmware_blob(data),
        EventType::EFI_HANDOFF_TABLES => handoff_tables(Vec::new(), data),
        EventType::EFI_HANDOFF_TABLES2 => {
            name(data).and_then(|(name, rest)| handoff_tables(vec![("name", name)], rest))
        }
        EventType::POST_CODE => post_code(data),
        EventType::S_CRTM_CONTENTS
        | EventType::PLATFORM_CONFIG_FLAGS
        | EventType::COMPACT_HASH
        | EventType::OMIT_BOOT_DEVICE_EVENTS
        | EventType::POST_CODE2 => Some(Description::text("text", data)),
        EventType::IPL => Some(boot_loader(register, data)),
        EventType::EVENT_TAG => tag(data),
        // An inferred event has no type and is text.
        EventType::PREBOOT_CERT => Some(Description::text("action", data)),
        _ => None,
    };
    decoded.unwrap_or(Description::new("data", Vec::new()))
}

fn separator(data: &[u8]) -> Description {
    let what = match Separator::from_data(data) {
        Some(_) => "separator",
        None => "separator after an error",
    };
    let shown = data.get(..4).unwrap_or(data);
    Description::new(what, vec![("data", hex::encode(shown))])
}

fn firmware(data: &[u8]) -> Description {
    let version = match Firmware::from_data(data) {
        Firmware::GceVersion(version) => vec![("gce_version", version.to_string())],
        Firmware::ScrtmVersion(bytes) => match <[u8; 16]>::try_from(bytes.as_slice()) {
            Ok(guid) => vec![("guid", Guid::from_bytes(guid).to_string())],
            Err(_) => text(data).map_or_else(Vec::new, |text| vec![("text", text)]),
        },
    };
    Description::new("firmware version", version)
}

/// Events that are measured into no register (TCG PC Client Platform Firmware Profile 1.06,
/// section 10.4.5).
fn no_action(data: &[u8]) -> Option<Description> {
    if let Some(locality) = startup_locality(data) {
        let locality = locality.to_string();
        return Some(Description::new(
            "starting locality",
            vec![("locality", locality)],
        ));
    }
    if let Some(header) = SpecId::read(data) {
        let hashes: Vec<_> = header.ids().map(hash_name).collect();
        let hashes = hashes.join(", ");
        return Some(Description::new("header", vec![("hashes", hashes)]));
    }
    let (signature, _) = data.split_at_checked(16)?;
    Some(Description::new(
        "information",
        vec![("signature", ascii(signature)?)],
    ))
}

fn hash_name(id: u16) -> String {
    crate::tpm::HashAlgorithm::from_id(id)
        .map_or_else(|| format!("{id:#06x}"), |known| known.name().to_owned())
}

fn image(what: &'static str, data: &[u8]) -> Option<Description> {
    let image = ImageLoad::parse(data)?;
    let mut parts = Vec::new();
    if let Some(file) = image.file() {
        parts.push(("file", file));
    }
    parts.push(("address", format!("{:#x}", image.address)));
    parts.push(("length", image.length.to_string()));
    if !image.device_path.is_empty() {
        parts.push(("device_path", hex::encode(image.device_path)));
    }
    Some(Description::new(what, parts))
}

/// `UEFI_GPT_DATA` (section 10.2.5): the table's header, its disk, and how many partitions are in
/// use.
fn partition_table(data: &[u8]) -> Option<Description> {
    let mut bytes = Bytes::new(data.strip_prefix(b"EFI PART")?);
    bytes.take(48)?;
    let disk = Guid::read(&mut bytes)?;
    bytes.take(20)?;
    let partitions = bytes.u64()?.min(PARTITIONS);
    Some(Description::new(
        "partition table",
        vec![
            ("disk", disk.to_string()),
            ("partitions", partitions.to_string()),
        ],
    ))
}

/// A length of 8 bits and so much text, and what follows it (`..._BLOB2`, `..._TABLES2`).
fn name(data: &[u8]) -> Option<(String, &[u8])> {
    let mut bytes = Bytes::new(data);
    let length = usize::from(bytes.u8()?);
    Some((ascii(bytes.take(length)?)?, bytes.rest()))
}

fn named_firmware_blob(data: &[u8]) -> Option<Description> {
    let (name, rest) = name(data)?;
    firmware_blob(vec![("name", name)], rest)
}

fn firmware_blob(mut parts: Vec<(&'static str, String)>, data: &[u8]) -> Option<Description> {
    let mut bytes = Bytes::new(data);
    parts.push(("address", format!("{:#x}", bytes.u64()?)));
    parts.push(("length", bytes.u64()?.to_string()));
    Some(Description::new("firmware", parts))
}

fn handoff_tables(mut parts: Vec<(&'static str, String)>, data: &[u8]) -> Option<Description> {
    let mut bytes = Bytes::new(data);
    parts.push(("tables", bytes.u64()?.to_string()));
    if let Some(first) = Guid::read(&mut bytes) {
        parts.push(("first", first.to_string()));
    }
    Some(Description::new("tables", parts))
}

/// Text such as `ACPI DATA`, or a part of the firmware by address and length.
fn post_code(data: &[u8]) -> Option<Description> {
    match ascii(data) {
        Some(text) if !text.is_empty() => Some(Description::new("firmware", vec![("text", text)])),
        _ if data.len() == 16 => firmware_blob(Vec::new(), data),
        _ => named_firmware_blob(data),
    }
}

/// `EV_IPL`: GRUB writes UTF-8, systemd-boot and systemd-stub UTF-16. The register tells what of.
fn boot_loader(register: u32, data: &[u8]) -> Description {
    let what = match register {
        8 => "boot loader command",
        9 => "boot loader file",
        UKI_SECTIONS => "unified kernel image section",
        UKI_CONFIGURATION => "unified kernel image configuration",
        UKI_EXTENSIONS => "unified kernel image extension",
        SHIM => "shim's keys",
        _ => "boot loader",
    };
    Description::text(what, data)
}

fn tag(data: &[u8]) -> Option<Description> {
    let tag = TaggedEvent::parse(data)?;
    let mut parts = vec![("tag", format!("{:#010x}", tag.id))];
    if let Some(text) = text(tag.data) {
        parts.push(("text", text));
    }
    Some(Description::new(
        tag.name().unwrap_or("tagged event"),
        parts,
    ))
}
