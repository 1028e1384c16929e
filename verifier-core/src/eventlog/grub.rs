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

/// GRUB's commands that start something, by their first word (GNU GRUB manual, "Loader commands").
const LOADERS: [&str; 19] = [
    "appleloader",
    "chainloader",
    "freedos",
    "kfreebsd",
    "knetbsd",
    "kopenbsd",
    "legacy_kernel",
    "linux",
    "linux16",
    "linuxefi",
    "multiboot",
    "multiboot2",
    "ntldr",
    "plan9",
    "truecrypt",
    "xen_hypervisor",
    "xnu_kernel",
    "xnu_kernel64",
    "xnu_resume",
];
/// Those of them that start Linux.
const LINUX: [&str; 3] = ["linux", "linux16", "linuxefi"];

/// What GRUB measured.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grub {
    /// The files that it read, in order, and after them what the kernel's own loader measured into
    /// the same register (`EV_EVENT_TAG`): which of the two a digest is, is the log's word.
    pub files: Vec<GrubFile>,
    /// The commands and command lines, in order, with the prefix that says what they are and the
    /// zero at their end if the log has one. The prefix is not measured: it is the log's word.
    pub commands: Vec<String>,
}

/// A file that GRUB read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrubFile {
    /// The digest of its contents.
    pub digest: Digest,
    /// What the log says it is called, or the kind of the tag. Nothing proves it.
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
    /// What GRUB measured; `None` when it is proved that no GRUB did: register 8 holds nothing but
    /// what another loader wrote, and register 9 nothing but the kernel's own measurements.
    ///
    /// Not checked: that it was GRUB who measured. Registers 8 and 9 have no separator; whatever
    /// runs later can extend them too, unless a boot loader that is known to measure ran before.
    ///
    /// # Errors
    ///
    /// [`Error::LogEventInvalid`] for anything else in registers 8 and 9, and for a command whose
    /// digest is not that of its text.
    pub fn grub(&self) -> Result<Option<Grub>, Error> {
        let mut commands = self.events_of(COMMANDS);
        let is_grub = !commands.all(|event| is_another_loaders(self.bank(), event));
        let mut grub = Grub::default();
        for event in self.events_of(COMMANDS).filter(|_| is_grub) {
            if event.event_type != EventType::IPL {
                return Err(event.invalid(LogDefect::Type));
            }
            let command = Command::select(self.bank(), event)?;
            grub.commands.push(command.whole.to_owned());
        }
        let mut tags = Vec::new();
        for event in self.events_of(FILES) {
            let untrusted_filename = match event.event_type {
                EventType::IPL if tags.is_empty() && is_grub => event.data.to_vec(),
                EventType::EVENT_TAG => {
                    let (id, name) = kernel_tag(event, &tags)?;
                    tags.push(id);
                    name.as_bytes().to_vec()
                }
                _ => return Err(event.invalid(LogDefect::Type)),
            };
            grub.files.push(GrubFile {
                digest: event.digest,
                untrusted_filename,
            });
        }
        Ok(is_grub.then_some(grub))
    }

    /// The Linux that GRUB started; `None` when it is not GRUB or started none.
    ///
    /// Which of GRUB's texts is a kernel's command line is said by a prefix that is not measured.
    /// But GRUB measures its own command too, `linux FILE ARGUMENTS…`, whose first word tells what
    /// it is. So there must be exactly one command that starts anything, it must start Linux, and
    /// the one text that equals its arguments, once GRUB's quoting is undone, is the command line.
    ///
    /// # Errors
    ///
    /// As [`Self::grub`]; [`Error::LogEventInvalid`] for a second command or text that could be it,
    /// and where the two do not go together.
    pub fn linux_kernel(&self) -> Result<Option<LinuxKernel>, Error> {
        if self.grub()?.is_none() {
            return Ok(None);
        }
        let commands: Vec<_> = self
            .events_of(COMMANDS)
            .filter_map(|event| Some((event, Command::parse(event.data)?)))
            .collect();
        let mut loaders = commands
            .iter()
            .filter_map(|(event, command)| Some((event, command.loader()?)));
        let loader = loaders.next();
        if let Some((second, _)) = loaders.next() {
            return Err(second.invalid(LogDefect::Repeated));
        }
        let arguments =
            loader.and_then(|(_, (word, arguments))| LINUX.contains(&word).then_some(arguments));
        let is_started = |command: &Command<'_>| {
            arguments.is_some_and(|arguments| command.unquoted() == arguments)
        };
        let mut candidates = commands
            .iter()
            .filter(|(_, command)| command.kind == CommandKind::Kernel || is_started(command));
        let candidate = candidates.next();
        if let Some((second, _)) = candidates.next() {
            return Err(second.invalid(LogDefect::Repeated));
        }
        let Some((event, command)) = candidate else {
            return match loader {
                Some((event, _)) if arguments.is_some() => {
                    Err(event.invalid(LogDefect::GrubCommand))
                }
                _ => Ok(None),
            };
        };
        if command.kind != CommandKind::Kernel || !is_started(command) {
            return Err(event.invalid(LogDefect::GrubCommand));
        }
        Ok(Some(LinuxKernel {
            command_line: command.text.to_owned(),
        }))
    }
}

/// Whether an event is proved to be no text of GRUB's: UTF-16, as systemd-boot writes it, with the
/// digest of itself, or of itself and a zero that systemd-boot measures and does not log. GRUB's
/// texts have no zero but at their end.
fn is_another_loaders(bank: HashAlgorithm, event: &MeasuredEvent<'_>) -> bool {
    let is_measured = event.digest_verified || bank.digest(&[event.data, &[0]]) == event.digest;
    matches!(event.data, [_, 0, _, 0, ..]) && is_measured
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

    /// The first word and what follows it, if that word starts something.
    fn loader(&self) -> Option<(&'a str, &'a str)> {
        let text = self.text.strip_suffix('\0').unwrap_or(self.text);
        let (word, arguments) = text.split_once(' ').unwrap_or((text, ""));
        LOADERS.contains(&word).then_some((word, arguments))
    }

    /// The text without the quotes and backslashes that GRUB writes into command lines, where an
    /// argument has blanks or such characters itself, and without the zero at its end.
    fn unquoted(&self) -> String {
        let text = self.text.strip_suffix('\0').unwrap_or(self.text);
        let mut unquoted = String::with_capacity(text.len());
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '"' => {}
                '\\' => unquoted.extend(characters.next()),
                character => unquoted.push(character),
            }
        }
        unquoted
    }
}

/// What the kernel's own loader measures into GRUB's register of files, once each and after GRUB.
/// Any other tag there could be one of GRUB's files by another name.
fn kernel_tag(event: &MeasuredEvent<'_>, before: &[u32]) -> Result<(u32, &'static str), Error> {
    let tag = TaggedEvent::parse(event.data).ok_or_else(|| event.invalid(LogDefect::Malformed))?;
    if ![LINUX_INITRD, LINUX_LOAD_OPTIONS].contains(&tag.id) {
        return Err(event.invalid(LogDefect::Type));
    }
    if before.contains(&tag.id) {
        return Err(event.invalid(LogDefect::Repeated));
    }
    Ok((tag.id, tag.name().unwrap_or_default()))
}
