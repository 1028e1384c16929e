//! Applications and drivers.

use sealgate_core::{EventType, ExplainedLog, LogDefect};
use sealgate_tests::log::{Record, application, image_load, separator};

use super::{BANK, check, is_separator, read};

#[test]
fn efi() {
    let applications = |log: &ExplainedLog<'_>| log.efi().map(drop);
    fn calling(record: &Record) -> bool {
        record.data.starts_with(b"Calling")
    }
    check(
        4,
        applications,
        &[
            (
                "application before the boot option",
                |log| log.records.insert(0, application("early")),
                LogDefect::ApplicationBeforeBoot,
            ),
            (
                "no boot option",
                |log| log.records.retain(|record| !calling(record)),
                LogDefect::ApplicationBeforeBoot,
            ),
            (
                "boot option twice",
                |log| {
                    let place = log.place(calling);
                    log.records.insert(place, log.records[place].clone());
                },
                LogDefect::Repeated,
            ),
            (
                "boot option after the separator",
                |log| {
                    let place = log.place(calling);
                    let action = log.records.remove(place);
                    let place = log.place(|record| is_separator(record, 4));
                    log.records.insert(place + 1, action);
                },
                LogDefect::CallAfterSeparator,
            ),
            (
                "boot option in disguise",
                |log| log.find(calling).event_type = EventType::ACTION,
                LogDefect::Disguised,
            ),
            (
                "second separator",
                |log| {
                    let place = log.place(|record| is_separator(record, 4));
                    log.records.insert(place, separator(4));
                },
                LogDefect::Repeated,
            ),
            (
                "application under another type",
                |log| {
                    let application = log.find(|record| *record == application("grub"));
                    application.event_type = EventType::EFI_ACTION;
                },
                LogDefect::Digest,
            ),
            (
                "application under another type, with itself as data",
                |log| {
                    let place = log.place(|record| *record == application("grub"));
                    log.records[place] = Record::new(4, EventType::EFI_ACTION, *b"MZ\x90\0");
                },
                LogDefect::Disguised,
            ),
            (
                "image without a DOS header under another type, with itself as data",
                |log| {
                    let place = log.place(|record| *record == application("grub"));
                    log.records[place] = Record::new(4, EventType::EFI_ACTION, *b"PE\0\0d\x86");
                },
                LogDefect::Disguised,
            ),
        ],
    );
    check(
        5,
        applications,
        &[
            (
                "end of boot services in disguise",
                |log| {
                    log.find(|record| record.data.starts_with(b"Exit"))
                        .event_type = EventType::ACTION;
                },
                LogDefect::Disguised,
            ),
            (
                "second separator of register 5",
                |log| {
                    let place = log.place(|record| is_separator(record, 5));
                    log.records.insert(place, separator(5));
                },
                LogDefect::Repeated,
            ),
        ],
    );
    check(
        2,
        applications,
        &[(
            "driver under another type",
            |log| {
                let driver = image_load(2, EventType::POST_CODE, "driver");
                log.records.insert(0, driver);
            },
            LogDefect::Digest,
        )],
    );
}

/// Order between registers is not measured: who writes the log could end the boot early with it.
#[test]
fn applications_after_the_end_of_boot_services_count_wherever_the_log_has_that() {
    let early = read(
        |log| {
            let exit = log.place(|record| record.data.starts_with(b"Exit"));
            let exit = log.records.remove(exit);
            log.records.insert(0, exit);
        },
        |log| log.efi(),
    );
    let honest = read(|_| {}, |log| log.efi());
    assert_eq!(early, honest);
    assert_eq!(honest.expect("EFI").expect("EFI").apps.len(), 2);
}

#[test]
fn drivers_are_all_that_were_loaded() {
    let boot = EventType::EFI_BOOT_SERVICES_DRIVER;
    let runtime = EventType::EFI_RUNTIME_SERVICES_DRIVER;
    let efi = read(
        |log| {
            log.records.insert(0, image_load(2, boot, "boot"));
            log.records.insert(0, image_load(2, runtime, "runtime"));
            log.records.push(image_load(2, boot, "late"));
        },
        |log| log.efi(),
    )
    .expect("EFI")
    .expect("EFI");
    assert_eq!(
        efi.boot_services_drivers,
        [BANK.digest(&[b"boot"]), BANK.digest(&[b"late"])]
    );
    assert_eq!(efi.runtime_services_drivers, [BANK.digest(&[b"runtime"])]);
}

/// Without the end of boot services nothing tells what EFI loaded from what came later.
#[test]
fn without_the_end_of_boot_services_nothing_is_said() {
    let unended = read(
        |log| {
            log.records
                .retain(|record| !record.data.starts_with(b"Exit"))
        },
        |log| log.efi(),
    );
    assert_eq!(unended, Ok(None));
}
