//! What events say, decoded.

use sealgate_core::{EventLog, EventType, LogKind};
use sealgate_tests::log::{
    CERTIFICATE, GLOBAL, IMAGE_SECURITY, MadeLog, Record, authority, certificates, config, grub,
    image_load, separator, tag, utf16,
};
use sha2::{Digest, Sha256};

#[track_caller]
fn check(record: Record, what: &str, parts: &[(&str, &str)]) {
    let mut log = MadeLog::good();
    log.records = vec![record];
    let bytes = log.to_bytes();
    let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
    let description = log.events()[1].describe();
    assert_eq!(description.what, what);
    let found: Vec<_> = description
        .parts
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    assert_eq!(found, parts);
}

#[test]
fn firmware_is_decoded() {
    check(
        Record::new(0, EventType::NO_ACTION, b"StartupLocality\0\x03"),
        "starting locality",
        &[("locality", "3")],
    );
    check(separator(0), "separator", &[("data", "00000000")]);
    check(
        Record::new(0, EventType::SEPARATOR, [1, 0, 0, 0]),
        "separator after an error",
        &[("data", "01000000")],
    );
    check(
        Record::new(0, EventType::POST_CODE, "ACPI DATA"),
        "firmware",
        &[("text", "ACPI DATA")],
    );
    check(
        Record::new(0, EventType::new(0x8000_0100), "anything"),
        "data",
        &[],
    );
}

#[test]
fn variables_are_decoded() {
    let global = ("vendor", "8be4df61-93ca-11d2-aa0d-00e098032b8c");
    let security = ("vendor", "d719b2cb-3d3a-4596-a3bc-dad00e67656f");
    check(
        config(GLOBAL, "SecureBoot", &[1]),
        "secure boot",
        &[global, ("name", "SecureBoot"), ("value", "on")],
    );
    check(
        config(GLOBAL, "BootOrder", &[2, 0, 1, 0]),
        "boot order",
        &[global, ("name", "BootOrder"), ("order", "0002, 0001")],
    );
    let option = [&[0; 6][..], &utf16("Ubuntu\0"), b"paths"].concat();
    check(
        config(GLOBAL, "Boot0001", &option),
        "boot option",
        &[global, ("name", "Boot0001"), ("title", "Ubuntu")],
    );
    // No certificate that has a subject: named by its SHA-256.
    let name = format!("sha256:{}", hex::encode(Sha256::digest(CERTIFICATE)));
    check(
        config(IMAGE_SECURITY, "db", &certificates()),
        "secure boot keys",
        &[
            security,
            ("name", "db"),
            ("certificate", &name),
            ("certificates", "1"),
        ],
    );
    check(
        authority(IMAGE_SECURITY, "db", &[&[0; 16], &CERTIFICATE[..]].concat()),
        "allowed by",
        &[security, ("name", "db"), ("certificate", &name)],
    );
}

#[test]
fn images_are_named_by_their_files() {
    let mut record = image_load(4, EventType::EFI_BOOT_SERVICES_APPLICATION, "image");
    let name = utf16("\\EFI\\BOOT\\BOOTX64.EFI\0");
    let length = u16::try_from(name.len() + 4).expect("a length");
    let path = [
        &[4, 4][..],
        &length.to_le_bytes(),
        &name,
        &[0x7F, 0xFF, 4, 0],
    ]
    .concat();
    record.data.truncate(24);
    record.data.extend((path.len() as u64).to_le_bytes());
    record.data.extend(&path);
    check(
        record,
        "EFI application",
        &[
            ("file", "\\EFI\\BOOT\\BOOTX64.EFI"),
            ("address", "0x1000"),
            ("length", "8192"),
            ("device_path", &hex::encode(path)),
        ],
    );
}

#[test]
fn loaders_are_decoded_by_register() {
    check(
        grub("grub_cmd: ", "set default=2\0"),
        "boot loader command",
        &[("text", "grub_cmd: set default=2")],
    );
    for (register, what) in [
        (11, "unified kernel image section"),
        (12, "unified kernel image configuration"),
        (13, "unified kernel image extension"),
    ] {
        check(
            Record::new(register, EventType::IPL, utf16(".linux\0")),
            what,
            &[("text", ".linux")],
        );
    }
    check(
        Record::new(
            5,
            EventType::EVENT_TAG,
            tag(0xF5BC_582A, &utf16("loader.conf\0")),
        ),
        "systemd-boot configuration",
        &[("tag", "0xf5bc582a"), ("text", "loader.conf")],
    );
    check(
        Record::new(12, EventType::EVENT_TAG, tag(1, &[0xFF])),
        "tagged event",
        &[("tag", "0x00000001")],
    );
}
