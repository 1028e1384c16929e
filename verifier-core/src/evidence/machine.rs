//! `machine`: what verified evidence proves about a machine, as conditions see it.
//!
//! Only what was verified is here. What the log does not say, or what of it cannot be read, is
//! absent: a condition that reads it is refused with `claim_missing`, and no default stands in.
//! Bytes are lower-case hexadecimal.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fact::{Fact, FactField, FactKind, facts};

facts! {
    /// Everything that is known about a machine.
    Machine {
        attestation_key: AttestationKeyFacts, "certificate",
            "The key that signed the quotes, and who vouches for it.";
        quote: QuoteFacts, "quote",
            "What the TPM says about itself in the quote.";
        pcrs: BTreeMap<String, BTreeMap<String, String>>, "quote",
            "Register values by bank (`sha256`, …) and number, such as `pcrs.sha256[\"4\"]`, of banks in which the log replays. A firmware that does not measure a bank leaves it to the guest: rely on `sha256`.";
        event_log: EventLogFacts, "replay",
            "The boot log as a whole.";
        platform: PlatformFacts, "PCR 0, certificate",
            "Firmware, confidential technology and instance.";
        secure_boot: Option<SecureBootFacts>, "PCR 7",
            "UEFI Secure Boot as the firmware found it.";
        efi: Option<EfiFacts>, "PCR 4, 2",
            "What the firmware started.";
        grub: Option<GrubFacts>, "PCR 8, 9",
            "What GRUB ran and read.";
        linux_kernel: Option<LinuxKernelFacts>, "PCR 8",
            "The kernel that GRUB started.";
        cos: Option<CosFacts>, "PCR 13",
            "What the launcher of Confidential Space measured.";
    }

    /// The key that signed the quotes.
    AttestationKeyFacts {
        root: Option<String>, "certificate",
            "`google` when the chain leads to one of Google's vTPM roots, `added` for a root that the verifier added.";
        root_sha256: Option<String>, "certificate",
            "SHA-256 of the root certificate.";
        certificate_sha256: Option<String>, "certificate",
            "SHA-256 of the key's certificate.";
    }

    /// What a TPM says about itself in its quotes (TPM 2.0 Library, Part 2, 10.11.1).
    QuoteFacts {
        clock: Option<u64>, "quote",
            "Milliseconds that the TPM was powered, over all its life.";
        reset_count: Option<u32>, "quote",
            "How often the TPM was reset: a machine has booted again when it has grown.";
        restart_count: Option<u32>, "quote",
            "How often the machine was suspended or hibernated since.";
        safe: Option<bool>, "quote",
            "False when the clock may have gone back.";
        firmware_version: Option<u64>, "quote",
            "The version of the TPM's own firmware.";
    }

    /// The boot log.
    EventLogFacts {
        bank: Option<String>, "replay",
            "The bank in which the log was replayed for everything below.";
        events: u64, "replay",
            "How many measured events it has, without its header: 0 for an empty or stripped log, which proves nothing about the boot.";
        complete: bool, "replay",
            "Whether registers 0 to 15 were quoted, 0 to 7 are separated, and every one of 0 to 9 that is not empty has events.";
    }

    /// Firmware, technology, instance.
    PlatformFacts {
        gce_version: Option<u32>, "PCR 0",
            "The version of Google's virtual firmware.";
        scrtm_version_id: Option<String>, "PCR 0",
            "The version that another firmware gave itself.";
        technology: Option<String>, "PCR 0",
            "`NONE`, `AMD_SEV`, `AMD_SEV_ES`, `AMD_SEV_SNP` or `INTEL_TDX`, as Google's firmware measured it.";
        instance_info: Option<InstanceFacts>, "certificate",
            "The instance that the certificate was issued for.";
    }

    /// An instance of Google Compute Engine.
    InstanceFacts {
        zone: String, "certificate", "Its zone.";
        project_id: String, "certificate", "Its project.";
        project_number: u64, "certificate", "Its project's number.";
        instance_name: String, "certificate", "Its name.";
        instance_id: u64, "certificate", "Its number, which no other instance ever has.";
    }

    /// UEFI Secure Boot.
    SecureBootFacts {
        enabled: bool, "PCR 7", "Whether it is enforced.";
        pk: DatabaseFacts, "PCR 7", "The platform key.";
        kek: DatabaseFacts, "PCR 7", "The keys that may change the databases.";
        db: DatabaseFacts, "PCR 7", "What may be started.";
        dbx: DatabaseFacts, "PCR 7", "What may not be started.";
        authority: DatabaseFacts, "PCR 7", "What in fact allowed the programs that were started.";
    }

    /// Certificates and hashes of a Secure Boot variable.
    DatabaseFacts {
        certs: Vec<CertificateFacts>, "PCR 7", "Its certificates.";
        hashes: Vec<String>, "PCR 7", "Its SHA-256 hashes.";
        others: u64, "PCR 7", "How many entries it has of other kinds, which are not shown.";
    }

    /// A certificate of a Secure Boot variable.
    CertificateFacts {
        sha256: String, "PCR 7", "SHA-256 of the certificate.";
        well_known: Option<String>, "PCR 7",
            "`MS_WINDOWS_PROD_PCA_2011`, `MS_THIRD_PARTY_UEFI_CA_2011`, `MS_THIRD_PARTY_KEK_CA_2011` or `GCE_DEFAULT_PK`, when it is one of these.";
    }

    /// What the firmware started, by digest in the bank of the replay, in order.
    EfiFacts {
        apps: Vec<String>, "PCR 4", "Digests of the programs: shim, boot loader, kernel. A booted system can add to the end of the list, so compare its size too.";
        boot_services_drivers: Vec<String>, "PCR 2", "Digests of drivers for the time of booting. Which of the two kinds a driver is, is the log's word.";
        runtime_services_drivers: Vec<String>, "PCR 2", "Digests of drivers that stay. Which of the two kinds a driver is, is the log's word.";
    }

    /// What GRUB measured.
    GrubFacts {
        commands: Vec<String>, "PCR 8", "Its commands, each with a prefix (`grub_cmd: `, `kernel_cmdline: `) that is the log's word and not measured.";
        files: Vec<GrubFileFacts>, "PCR 9",
            "The files that it read, and what the kernel's own loader measured after them.";
    }

    /// A file that GRUB read.
    GrubFileFacts {
        digest: String, "PCR 9", "Its digest in the bank of the replay.";
        untrusted_filename: String, "nothing", "What the log calls it, or the kind of the tag, which nothing vouches for.";
    }

    /// The kernel.
    LinuxKernelFacts {
        command_line: String, "PCR 8",
            "File and command line as the one `linux` command of GRUB has them, without the NUL at its end.";
    }

    /// Confidential Space.
    CosFacts {
        launched: bool, "PCR 13",
            "Whether the launcher had said all and the container started: until then more may come.";
        container: ContainerFacts, "PCR 13", "The container that was launched.";
        memory_monitored: Option<bool>, "PCR 13",
            "Whether the health of the memory is monitored, where the launcher says so.";
        gpu_cc_mode: Option<String>, "PCR 13",
            "The confidential-computing mode of the GPUs: `UNSET`, `ON`, `OFF` or `DEVTOOLS`, where the launcher says so.";
    }

    /// A container.
    ContainerFacts {
        image_reference: Option<String>, "PCR 13", "The image as it was asked for.";
        image_digest: Option<String>, "PCR 13", "The digest of the image that was found.";
        image_id: Option<String>, "PCR 13", "The digest of the image's configuration.";
        restart_policy: Option<String>, "PCR 13", "`Always`, `OnFailure` or `Never`.";
        args: Vec<String>, "PCR 13", "The command line.";
        env_vars: BTreeMap<String, String>, "PCR 13", "The environment.";
        overridden_args: Vec<String>, "PCR 13", "Arguments given by the operator.";
        overridden_env_vars: BTreeMap<String, String>, "PCR 13", "Variables given by the operator.";
    }
}

impl Machine {
    /// Every fact there can be, for documentation and completion.
    pub const FACTS: FactKind = <Self as Fact>::KIND;

    /// The facts as the variable `machine` of a condition.
    pub fn to_map(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            // A struct of texts and numbers is an object; without one, nothing is known.
            _ => Map::new(),
        }
    }
}
