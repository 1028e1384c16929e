//! GRUB, and the kernel command line that it passed on.

use super::tag::{LINUX_INITRD, LINUX_LOAD_OPTIONS, TaggedEvent};
use super::{EventType, ExplainedLog, LogDefect, MeasuredEvent};
use crate::error::Error;
use crate::tpm::{Digest, HashAlgorithm};

/// The register of commands and command lines.
const COMMANDS: u8 = 8;
/// The register of files.
const FILES: u8 = 9;

/// What a command begins with, which is not measured (GNU GRUB manual, "Measured boot"). The ones
/// without a colon are older.
const COMMAND: [&str; 2] = ["grub_cmd: ", "grub_cmd "];
const KERNEL: [&str; 2] = ["kernel_cmdline: ", "grub_kernel_cmdline "];
const MODULE: [&str; 1] = ["module_cmdline: "];

/// What GRUB measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grub {
    /// The files that it read, in order. The kernel's own measurements into the same register
    /// (`EV_EVENT_TAG`, of an initial RAM disk and load options) are not among them.
    pub files: Vec<GrubFile>,
    /// The commands and command lines, in order, with the prefix that tells what they are and the
    /// zero at their end if the log has one. The prefix is not measured.
    pub commands: Vec<String>,
}

/// A file that GRUB read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrubFile {
    /// The digest of its contents.
    pub digest: Digest,
    /// What the log says it is called. Nothing proves it.
    pub untrusted_filename: Vec<u8>,
}

/// The Linux kernel, as its boot loader started it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinuxKernel {
    /// The kernel's file and its command line, as GRUB has them, with the zero at their end if
    /// the log has one.
    pub command_line: String,
}

impl ExplainedLog<'_> {
    /// What GRUB measured; `None` when nothing in register 8 is a command of its.
    ///
    /// Not checked: that it was GRUB who measured. Registers 8 and 9 have no separator; whatever
    /// runs later can extend them too, unless a boot loader that is known to measure ran before.
    ///
    /// # Errors
    ///
    /// [`Error::LogEventInvalid`] for anything else in registers 8 and 9, and for a command whose
    /// digest is not that of its text.
    pub fn grub(&self) -> Result<Option<Grub>, Error> {
        let is_command = |event: &MeasuredEvent<'_>| {
            event.is_of(COMMANDS) && Command::parse(event.data).is_some()
        };
        if !self.events().iter().any(is_command) {
            return Ok(None);
        }
        let mut grub = Grub::default();
        let mut tags = Vec::new();
        for event in self.events() {
            match (event.register.value(), event.event_type) {
                (COMMANDS, EventType::IPL) => {
                    let command = Command::select(self.bank(), event)?;
                    grub.commands.push(command.whole.to_owned());
                }
                (FILES, EventType::IPL) if tags.is_empty() => grub.files.push(GrubFile {
                    digest: event.digest,
                    untrusted_filename: event.data.to_vec(),
                }),
                (FILES, EventType::EVENT_TAG) => tags.push(kernel_tag(event, &tags)?),
                (COMMANDS | FILES, _) => return Err(event.invalid(LogDefect::Type)),
                _ => {}
            }
        }
        Ok(Some(grub))
    }

    /// The kernel that GRUB started; `None` when it is not GRUB or started none.
    ///
    /// Which of GRUB's texts is a kernel's command line is said by a prefix that is not measured.
    /// So there must be only one that could be: no module's, and no command that begins as a
    /// file's name does.
    ///
    /// # Errors
    ///
    /// As [`Self::grub`]; [`Error::LogEventInvalid`] for a second text that could be a kernel's.
    pub fn linux_kernel(&self) -> Result<Option<LinuxKernel>, Error> {
        if self.grub()?.is_none() {
            return Ok(None);
        }
        let mut candidates = self.events_of(COMMANDS).filter_map(|event| {
            let command = Command::parse(event.data)?;
            command.may_start_a_kernel().then_some((event, command))
        });
        let Some((event, command)) = candidates.next() else {
            return Ok(None);
        };
        if let Some((second, _)) = candidates.next() {
            return Err(second.invalid(LogDefect::Repeated));
        }
        if command.kind != CommandKind::Kernel {
            return Err(event.invalid(LogDefect::GrubCommand));
        }
        Ok(Some(LinuxKernel {
            command_line: command.text.to_owned(),
        }))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CommandKind {
    Command,
    Kernel,
    Module,
}

/// A command of GRUB's, not yet held against its digest.
struct Command<'a> {
    kind: CommandKind,
    whole: &'a str,
    text: &'a str,
}

impl<'a> Command<'a> {
    fn parse(data: &'a [u8]) -> Option<Self> {
        let whole = core::str::from_utf8(data).ok()?;
        let strip = |prefixes: &[&str]| prefixes.iter().find_map(|p| whole.strip_prefix(p));
        let kinds = [
            (CommandKind::Command, &COMMAND[..]),
            (CommandKind::Kernel, &KERNEL[..]),
            (CommandKind::Module, &MODULE[..]),
        ];
        kinds.into_iter().find_map(|(kind, prefixes)| {
            let text = strip(prefixes)?;
            Some(Self { kind, whole, text })
        })
    }

    /// The command of an event whose digest is that of its text, or of its text without the zero
    /// at its end.
    fn select(bank: HashAlgorithm, event: &MeasuredEvent<'a>) -> Result<Self, Error> {
        let command =
            Self::parse(event.data).ok_or_else(|| event.invalid(LogDefect::GrubCommand))?;
        let is_digest = |text: &str| bank.digest(&[text.as_bytes()]) == event.digest;
        let measured =
            is_digest(command.text) || command.text.strip_suffix('\0').is_some_and(is_digest);
        if measured {
            Ok(command)
        } else {
            Err(event.invalid(LogDefect::Digest))
        }
    }

    /// Whether this could be the text of the kernel that was started: what is started is named by
    /// a file, and GRUB's files begin with a device in brackets or a slash, which no command does.
    fn may_start_a_kernel(&self) -> bool {
        match self.kind {
            CommandKind::Command => self.text.starts_with(['/', '(']),
            CommandKind::Kernel | CommandKind::Module => true,
        }
    }
}

/// What the kernel's own loader measures into GRUB's register of files, once each and after GRUB.
/// Any other tag there could be one of GRUB's files by another name.
fn kernel_tag(event: &MeasuredEvent<'_>, before: &[u32]) -> Result<u32, Error> {
    let tag = TaggedEvent::parse(event.data).ok_or_else(|| event.invalid(LogDefect::Malformed))?;
    if ![LINUX_INITRD, LINUX_LOAD_OPTIONS].contains(&tag.id) {
        return Err(event.invalid(LogDefect::Type));
    }
    if before.contains(&tag.id) {
        return Err(event.invalid(LogDefect::Repeated));
    }
    Ok(tag.id)
}
