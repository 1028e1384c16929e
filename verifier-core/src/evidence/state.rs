//! A machine's state as the message that `gotpm verify debug` writes.

use super::wire::attest::{self, certificate, platform_state};
use crate::cert::InstanceInfo;
use crate::eventlog::{
    Certificate, Database, Efi, Firmware, GpuMode, Grub, Launch, LinuxKernel, MeasuredEvent,
    Platform, RestartPolicy, SecureBoot, WellKnownCertificate,
};
use crate::tpm::{Digest, HashAlgorithm};

/// The parts of a machine's state that could be read.
pub(super) struct MachineParts<'a> {
    pub(super) bank: HashAlgorithm,
    pub(super) events: &'a [MeasuredEvent<'a>],
    pub(super) instance: Option<&'a InstanceInfo>,
    pub(super) platform: Option<&'a Platform>,
    pub(super) secure_boot: Option<&'a SecureBoot>,
    pub(super) efi: Option<&'a Efi>,
    pub(super) grub: Option<&'a Grub>,
    pub(super) linux_kernel: Option<&'a LinuxKernel>,
    pub(super) launch: Option<&'a Launch>,
}

impl MachineParts<'_> {
    /// The message. What could not be read is an absent message, never an empty one.
    pub(super) fn to_message(&self) -> attest::MachineState {
        attest::MachineState {
            platform: self.platform_message(),
            secure_boot: self.secure_boot.map(secure_boot),
            raw_events: self.events.iter().map(event).collect(),
            hash: i32::from(self.bank.id()),
            grub: self.grub.map(grub),
            linux_kernel: self.linux_kernel.map(|kernel| attest::LinuxKernelState {
                command_line: kernel.command_line.clone(),
            }),
            cos: self.launch.map(cos),
            efi: self.efi.map(efi),
            tee_attestation: None,
        }
    }

    fn platform_message(&self) -> Option<attest::PlatformState> {
        let instance_info = self.instance.map(instance);
        let Some(platform) = self.platform else {
            return instance_info.map(|instance| attest::PlatformState {
                instance_info: Some(instance),
                ..attest::PlatformState::default()
            });
        };
        Some(attest::PlatformState {
            technology: platform
                .technology
                .map_or(0, |technology| i32::from(technology.number())),
            instance_info,
            firmware: platform.firmware.as_ref().map(|firmware| match firmware {
                Firmware::GceVersion(version) => platform_state::Firmware::GceVersion(*version),
                Firmware::ScrtmVersion(bytes) => {
                    platform_state::Firmware::ScrtmVersionId(bytes.clone())
                }
            }),
        })
    }
}

fn instance(instance: &InstanceInfo) -> attest::GceInstanceInfo {
    attest::GceInstanceInfo {
        zone: instance.zone.clone(),
        project_id: instance.project_id.clone(),
        project_number: instance.project_number,
        instance_name: instance.instance_name.clone(),
        instance_id: instance.instance_id,
    }
}

fn event(event: &MeasuredEvent<'_>) -> attest::Event {
    attest::Event {
        pcr_index: u32::from(event.register.value()),
        untrusted_type: event.event_type.value(),
        data: event.data.to_vec(),
        digest: event.digest.as_bytes().to_vec(),
        digest_verified: event.digest_verified,
    }
}

fn secure_boot(state: &SecureBoot) -> attest::SecureBootState {
    attest::SecureBootState {
        enabled: state.enabled,
        db: Some(database(&state.db)),
        dbx: Some(database(&state.dbx)),
        authority: Some(database(&state.authority)),
        pk: Some(database(&state.pk)),
        kek: Some(database(&state.kek)),
    }
}

/// Entries of other kinds than certificates and SHA-256 have no place in the message.
fn database(database: &Database) -> attest::Database {
    attest::Database {
        certs: database.certificates.iter().map(certificate).collect(),
        hashes: database.hashes.iter().map(|hash| hash.to_vec()).collect(),
    }
}

fn certificate(certificate: &Certificate) -> attest::Certificate {
    attest::Certificate {
        representation: Some(match certificate.well_known {
            None => certificate::Representation::Der(certificate.der.clone()),
            Some(known) => certificate::Representation::WellKnown(i32::from(match known {
                WellKnownCertificate::WindowsProductionPca2011 => {
                    attest::WellKnownCertificate::MsWindowsProdPca2011
                }
                WellKnownCertificate::MicrosoftUefiCa2011 => {
                    attest::WellKnownCertificate::MsThirdPartyUefiCa2011
                }
                WellKnownCertificate::MicrosoftKekCa2011 => {
                    attest::WellKnownCertificate::MsThirdPartyKekCa2011
                }
                WellKnownCertificate::GceDefaultPk => attest::WellKnownCertificate::GceDefaultPk,
            })),
        }),
    }
}

fn efi(efi: &Efi) -> attest::EfiState {
    let apps = |digests: &[Digest]| {
        digests
            .iter()
            .map(|digest| attest::EfiApp {
                digest: digest.as_bytes().to_vec(),
            })
            .collect()
    };
    attest::EfiState {
        apps: apps(&efi.apps),
        boot_services_drivers: apps(&efi.boot_services_drivers),
        runtime_services_drivers: apps(&efi.runtime_services_drivers),
    }
}

fn grub(grub: &Grub) -> attest::GrubState {
    attest::GrubState {
        files: grub
            .files
            .iter()
            .map(|file| attest::GrubFile {
                digest: file.digest.as_bytes().to_vec(),
                untrusted_filename: file.untrusted_filename.clone(),
            })
            .collect(),
        commands: grub.commands.clone(),
    }
}

/// The versions of image and launcher are in no log.
fn cos(launch: &Launch) -> attest::AttestedCosState {
    let container = &launch.container;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    attest::AttestedCosState {
        container: Some(attest::ContainerState {
            image_reference: text(&container.image_reference),
            image_digest: text(&container.image_digest),
            restart_policy: container.restart_policy.map_or(0, |policy| {
                i32::from(match policy {
                    RestartPolicy::Always => attest::RestartPolicy::Always,
                    RestartPolicy::OnFailure => attest::RestartPolicy::OnFailure,
                    RestartPolicy::Never => attest::RestartPolicy::Never,
                })
            }),
            image_id: text(&container.image_id),
            args: container.args.clone(),
            env_vars: container.env_vars.clone(),
            overridden_args: container.overridden_args.clone(),
            overridden_env_vars: container.overridden_env_vars.clone(),
        }),
        cos_version: None,
        launcher_version: None,
        health_monitoring: launch.memory_monitored.map(|memory_enabled| {
            attest::HealthMonitoringState {
                memory_enabled: Some(memory_enabled),
            }
        }),
        gpu_device_state: launch.gpu_mode.map(|mode| attest::GpuDeviceState {
            cc_mode: i32::from(match mode {
                GpuMode::DevTools => attest::GpuDeviceCcMode::Devtools,
                GpuMode::Off => attest::GpuDeviceCcMode::Off,
                GpuMode::On => attest::GpuDeviceCcMode::On,
                GpuMode::Unset => attest::GpuDeviceCcMode::Unset,
            }),
        }),
    }
}
