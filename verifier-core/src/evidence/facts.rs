//! The parts of a machine's state as facts for conditions.

use sha2::{Digest as _, Sha256};

use super::machine::{
    CertificateFacts, ContainerFacts, CosFacts, DatabaseFacts, EfiFacts, GrubFacts, GrubFileFacts,
    InstanceFacts, LinuxKernelFacts, SecureBootFacts,
};
use crate::cert::InstanceInfo;
use crate::eventlog::{
    Certificate, Database, Efi, Grub, Launch, LaunchOutcome, LaunchedContainer, LinuxKernel,
    SecureBoot,
};
use crate::tpm::Digest;

impl From<&InstanceInfo> for InstanceFacts {
    fn from(instance: &InstanceInfo) -> Self {
        Self {
            zone: instance.zone.clone(),
            project_id: instance.project_id.clone(),
            project_number: instance.project_number,
            instance_name: instance.instance_name.clone(),
            instance_id: instance.instance_id,
        }
    }
}

impl From<&SecureBoot> for SecureBootFacts {
    fn from(state: &SecureBoot) -> Self {
        Self {
            enabled: state.enabled,
            pk: (&state.pk).into(),
            kek: (&state.kek).into(),
            db: (&state.db).into(),
            dbx: (&state.dbx).into(),
            authority: (&state.authority).into(),
        }
    }
}

impl From<&Database> for DatabaseFacts {
    fn from(database: &Database) -> Self {
        Self {
            certs: database.certificates.iter().map(Into::into).collect(),
            hashes: database.hashes.iter().map(hex::encode).collect(),
            others: u64::try_from(database.others.len()).unwrap_or(u64::MAX),
        }
    }
}

impl From<&Certificate> for CertificateFacts {
    fn from(certificate: &Certificate) -> Self {
        Self {
            sha256: hex::encode(Sha256::digest(&certificate.der)),
            well_known: certificate
                .well_known
                .map(|certificate| certificate.name().to_owned()),
        }
    }
}

impl From<&Efi> for EfiFacts {
    fn from(efi: &Efi) -> Self {
        let texts = |digests: &[Digest]| digests.iter().map(Digest::to_string).collect();
        Self {
            apps: texts(&efi.apps),
            boot_services_drivers: texts(&efi.boot_services_drivers),
            runtime_services_drivers: texts(&efi.runtime_services_drivers),
        }
    }
}

/// The zero at the end of a text, where GRUB measured one, is left out: no condition would expect
/// it.
impl From<&Grub> for GrubFacts {
    fn from(grub: &Grub) -> Self {
        Self {
            commands: grub.commands.iter().map(|text| trimmed(text)).collect(),
            files: grub
                .files
                .iter()
                .map(|file| GrubFileFacts {
                    digest: file.digest.to_string(),
                    untrusted_filename: trimmed(&String::from_utf8_lossy(&file.untrusted_filename)),
                })
                .collect(),
        }
    }
}

impl From<&LinuxKernel> for LinuxKernelFacts {
    fn from(kernel: &LinuxKernel) -> Self {
        Self {
            command_line: trimmed(&kernel.command_line),
        }
    }
}

impl From<&Launch> for CosFacts {
    fn from(launch: &Launch) -> Self {
        Self {
            launched: launch.outcome == LaunchOutcome::Launched,
            container: (&launch.container).into(),
            memory_monitored: launch.memory_monitored,
            gpu_cc_mode: launch.gpu_mode.map(|mode| mode.name().to_owned()),
        }
    }
}

impl From<&LaunchedContainer> for ContainerFacts {
    fn from(container: &LaunchedContainer) -> Self {
        Self {
            image_reference: container.image_reference.clone(),
            image_digest: container.image_digest.clone(),
            image_id: container.image_id.clone(),
            restart_policy: container
                .restart_policy
                .map(|policy| policy.name().to_owned()),
            args: container.args.clone(),
            env_vars: container.env_vars.clone(),
            overridden_args: container.overridden_args.clone(),
            overridden_env_vars: container.overridden_env_vars.clone(),
        }
    }
}

fn trimmed(text: &str) -> String {
    text.strip_suffix('\0').unwrap_or(text).to_owned()
}
