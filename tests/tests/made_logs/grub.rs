//! GRUB's commands and files, and its kernel.

use sealgate_core::{EventType, ExplainedLog, LogDefect};
use sealgate_tests::log::{MadeLog, Record, grub, tag, utf16};

use super::{check, defect, read};

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
fn a_log_of_another_loader_is_not_grubs() {
    let other = |log: &mut MadeLog| {
        log.records
            .retain(|record| record.register != 8 && record.event_type != EventType::IPL);
        log.records
            .push(Record::new(8, EventType::IPL, utf16("initrd=x\0")));
    };
    let parts = |log: &ExplainedLog<'_>| Ok((log.grub()?, log.linux_kernel()?));
    assert_eq!(read(other, parts), Ok((None, None)));
    let with_a_file = read(
        |log| {
            other(log);
            log.records.push(Record::new(9, EventType::IPL, "file"));
        },
        parts,
    );
    assert_eq!(defect(9, with_a_file), LogDefect::Type);
    // Who sends a log of GRUB's cannot make it nobody's.
    for data in [&b"linux /vmlinuz ro"[..], b"nothing", b"\0\0\0\0"] {
        let disguised = read(
            |log| {
                for record in log.records.iter_mut().filter(|it| it.register == 8) {
                    record.data = data.to_vec();
                }
            },
            parts,
        );
        assert_eq!(defect(8, disguised), LogDefect::GrubCommand);
    }
}

#[test]
fn no_command_that_starts_anything_is_no_kernel() {
    let without = |word: &'static str| {
        read(
            move |log| {
                log.records.retain(|record| {
                    !record.data.starts_with(b"kernel")
                        && !record.data.starts_with(b"grub_cmd: linux")
                });
                log.records.push(grub("grub_cmd: ", word));
            },
            |log| log.linux_kernel(),
        )
    };
    assert_eq!(without("set x=1\0"), Ok(None));
    assert_eq!(without("chainloader /other.efi\0"), Ok(None));
    let linux = without("linux /vmlinuz ro\0");
    assert_eq!(defect(8, linux), LogDefect::GrubCommand);
}

/// The prefixes are not measured: neither a second kernel nor another text can pass.
#[test]
fn a_kernel_is_the_one_that_grubs_command_names() {
    for second in [
        "linux 0+20000 init=/evil\0",
        "multiboot /xen\0",
        "chainloader +1\0",
    ] {
        let log = |log: &mut MadeLog| log.records.push(grub("grub_cmd: ", second));
        let started = read(log, |log| log.linux_kernel());
        assert_eq!(defect(8, started), LogDefect::Repeated, "{second}");
    }
    let relabelled = read(
        |log| {
            let kernel = log.find(|record| record.data.starts_with(b"kernel"));
            *kernel = grub("kernel_cmdline: ", "/vmlinuz good\0");
        },
        |log| log.linux_kernel(),
    );
    assert_eq!(defect(8, relabelled), LogDefect::GrubCommand);
    let quoted = read(
        |log| {
            *log.find(|record| record.data.starts_with(b"grub_cmd: linux")) =
                grub("grub_cmd: ", "linux /vmlinuz a b \"c\0");
            *log.find(|record| record.data.starts_with(b"kernel")) =
                grub("kernel_cmdline: ", "/vmlinuz \"a b\" \\\"c\0");
        },
        |log| log.linux_kernel(),
    );
    let kernel = quoted.expect("a kernel").expect("a kernel");
    assert_eq!(kernel.command_line, "/vmlinuz \"a b\" \\\"c\0");
}

/// A tag's digest is of nothing that the log has, so a file of GRUB's can be called one: it stays
/// on the list.
#[test]
fn a_file_under_a_tags_type_stays_on_the_list() {
    let files = |change: fn(&mut MadeLog)| {
        let grub = read(change, |log| log.grub());
        let files = grub.expect("GRUB").expect("GRUB").files;
        files
            .into_iter()
            .map(|file| file.digest)
            .collect::<Vec<_>>()
    };
    let honest = files(|_| {});
    let retyped = files(|log| {
        let mut files = log.records.iter_mut().rev();
        let is_file = |it: &&mut Record| it.register == 9 && it.event_type == EventType::IPL;
        let file = files.find(is_file).expect("a file");
        file.event_type = EventType::EVENT_TAG;
        file.data = tag(0x8F3B_22EC, b"");
    });
    assert_eq!(retyped, honest);
}
