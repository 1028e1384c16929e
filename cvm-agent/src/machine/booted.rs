//! What booted: firmware, programs, boot loader, kernel.

use sealgate_core::{EfiFacts, GrubFacts, LinuxKernelFacts, Machine, PlatformFacts};

use super::{absent, count, fact, row};
use crate::printable::{escape, json_line};
use crate::table::Row;

/// As the boot log has it.
pub(super) fn rows(machine: &Machine) -> Vec<Row> {
    let mut rows = Vec::new();
    platform(&mut rows, &machine.platform);
    log(&mut rows, machine);
    efi(&mut rows, machine.efi.as_ref());
    grub(&mut rows, machine.grub.as_ref());
    kernel(&mut rows, machine.linux_kernel.as_ref());
    rows
}

fn platform(rows: &mut Vec<Row>, platform: &PlatformFacts) {
    let name = |name| format!("platform.{name}");
    let version = platform.gce_version.as_ref();
    fact(rows, &name("gce_version"), "Google's firmware", version);
    let version = platform.scrtm_version_id.as_ref();
    fact(
        rows,
        &name("scrtm_version_id"),
        "version of the firmware",
        version,
    );
    match &platform.technology {
        Some(technology) => {
            let note = "confidential technology";
            rows.push(row(&name("technology"), note, json_line(technology)));
        }
        None => rows.push(absent(&name("technology"))),
    }
}

fn log(rows: &mut Vec<Row>, machine: &Machine) {
    let log = &machine.event_log;
    let name = |name| format!("event_log.{name}");
    fact(rows, &name("bank"), "bank of the replay", log.bank.as_ref());
    fact(
        rows,
        &name("events"),
        "events of the boot log",
        Some(&log.events),
    );
    fact(
        rows,
        &name("complete"),
        "whether it says all",
        Some(&log.complete),
    );
}

fn efi(rows: &mut Vec<Row>, efi: Option<&EfiFacts>) {
    let Some(efi) = efi else {
        rows.push(absent("efi"));
        return;
    };
    for (name, note, digests) in [
        ("apps", "program that was started", &efi.apps),
        (
            "boot_services_drivers",
            "driver for booting",
            &efi.boot_services_drivers,
        ),
        (
            "runtime_services_drivers",
            "driver that stays",
            &efi.runtime_services_drivers,
        ),
    ] {
        for (index, digest) in digests.iter().enumerate() {
            rows.push(row(&format!("efi.{name}[{index}]"), note, escape(digest)));
        }
    }
}

/// GRUB runs hundreds of commands; `--events` and `--json` have each.
fn grub(rows: &mut Vec<Row>, grub: Option<&GrubFacts>) {
    if let Some(grub) = grub {
        let (commands, files) = (grub.commands.len(), grub.files.len());
        rows.push(row(
            "grub.commands",
            "what GRUB ran",
            count(commands, "command", "commands"),
        ));
        rows.push(row(
            "grub.files",
            "what GRUB read",
            count(files, "file", "files"),
        ));
    }
}

fn kernel(rows: &mut Vec<Row>, kernel: Option<&LinuxKernelFacts>) {
    let line = kernel.map(|kernel| &kernel.command_line);
    fact(
        rows,
        "linux_kernel.command_line",
        "the kernel's command line",
        line,
    );
}
