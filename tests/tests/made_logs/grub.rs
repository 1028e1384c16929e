//! GRUB's commands and files, and its kernel.

use sealgate_core::{EventType, ExplainedLog, LogDefect};
use sealgate_tests::log::{Record, grub, tag, utf16};

use super::{check, read};

#[test]
fn grub_and_its_kernel() {
    let commands = |log: &ExplainedLog<'_>| log.linux_kernel().map(drop);
    fn kernel(record: &Record) -> bool {
        record.data.starts_with(b"kernel_cmdline")
    }
    check(
        8,
        commands,
        &[
            (
                "foreign type",
                |log| {
                    log.records
                        .push(Record::new(8, EventType::ACTION, "grub_cmd: x"))
                },
                LogDefect::Type,
            ),
            (
                "command under a tag's type",
                |log| log.find(kernel).event_type = EventType::EVENT_TAG,
                LogDefect::Type,
            ),
            (
                "unknown prefix",
                |log| log.records.push(grub("shell: ", "x\0")),
                LogDefect::GrubCommand,
            ),
            (
                "empty",
                |log| log.records.push(Record::new(8, EventType::IPL, "")),
                LogDefect::GrubCommand,
            ),
            (
                "other text",
                |log| log.find(kernel).data = b"kernel_cmdline: /vmlinuz rw\0".to_vec(),
                LogDefect::Digest,
            ),
            (
                "another last byte than zero",
                |log| log.find(kernel).data = b"kernel_cmdline: /vmlinuz ro2".to_vec(),
                LogDefect::Digest,
            ),
            (
                "not UTF-8",
                |log| {
                    log.records
                        .push(Record::new(8, EventType::IPL, *b"grub_cmd: \xFF"))
                },
                LogDefect::GrubCommand,
            ),
            (
                "second command line",
                |log| log.records.push(grub("kernel_cmdline: ", "/vmlinuz\0")),
                LogDefect::Repeated,
            ),
            (
                "second command line by its older name",
                |log| log.records.push(grub("grub_kernel_cmdline ", "/vmlinuz\0")),
                LogDefect::Repeated,
            ),
            (
                "command line passed off as a command, and the reverse",
                |log| {
                    log.find(kernel).data = b"grub_cmd: /vmlinuz ro\0".to_vec();
                    log.records
                        .push(grub("kernel_cmdline: ", "/vmlinuz good\0"));
                },
                LogDefect::Repeated,
            ),
            (
                "command line passed off as a command",
                |log| log.find(kernel).data = b"grub_cmd: /vmlinuz ro\0".to_vec(),
                LogDefect::GrubCommand,
            ),
            (
                "command line passed off as a module's",
                |log| log.find(kernel).data = b"module_cmdline: /vmlinuz ro\0".to_vec(),
                LogDefect::GrubCommand,
            ),
        ],
    );
    check(
        9,
        commands,
        &[
            (
                "foreign type in register 9",
                |log| log.records.push(Record::new(9, EventType::ACTION, "")),
                LogDefect::Type,
            ),
            (
                "unknown tag",
                |log| {
                    log.records
                        .push(Record::new(9, EventType::EVENT_TAG, tag(1, b"")))
                },
                LogDefect::Type,
            ),
            (
                "tag twice",
                |log| {
                    let twice = Record::new(9, EventType::EVENT_TAG, tag(0x8F3B_22ED, b""));
                    log.records.push(twice);
                },
                LogDefect::Repeated,
            ),
            (
                "tag that is none",
                |log| {
                    log.records
                        .push(Record::new(9, EventType::EVENT_TAG, "file"))
                },
                LogDefect::Malformed,
            ),
            (
                "file after the kernel's tag",
                |log| log.records.push(Record::new(9, EventType::IPL, "file")),
                LogDefect::Type,
            ),
        ],
    );
}

#[test]
fn a_log_without_grubs_commands_is_not_grubs() {
    let other = read(
        |log| {
            log.records.retain(|record| record.register != 8);
            log.records
                .push(Record::new(8, EventType::IPL, utf16("initrd=x\0")));
        },
        |log| Ok((log.grub()?, log.linux_kernel()?)),
    );
    assert_eq!(other, Ok((None, None)));
    let no_kernel = read(
        |log| {
            log.records
                .retain(|record| !record.data.starts_with(b"kernel"))
        },
        |log| log.linux_kernel(),
    );
    assert_eq!(no_kernel, Ok(None));
}
