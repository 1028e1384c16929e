//! `submods`: what the parts of the machine say.

use serde_json::{Map, Value};

use super::reader::ClaimsReader;
use crate::error::Error;

/// `submods`: what the parts of the machine say.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Submods {
    /// `gce`: the instance.
    pub gce: Option<Gce>,
    /// `confidential_space`: the image.
    pub confidential_space: Option<ConfidentialSpace>,
    /// `container`: the workload.
    pub container: Option<Container>,
    /// `nvidia_gpu`: the GPUs.
    pub nvidia_gpu: Option<NvidiaGpus>,
    /// What is not known here.
    pub others: Map<String, Value>,
}

/// `submods.gce`. Numbers are quoted: every member is a string.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gce {
    /// `instance_id`.
    pub instance_id: Option<String>,
    /// `instance_name`.
    pub instance_name: Option<String>,
    /// `project_id`.
    pub project_id: Option<String>,
    /// `project_number`.
    pub project_number: Option<String>,
    /// `zone`.
    pub zone: Option<String>,
    /// What is not known here.
    pub others: Map<String, Value>,
}

/// `submods.confidential_space`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfidentialSpace {
    /// `support_attributes`: `LATEST`, `STABLE`, `USABLE`, or `EXPERIMENTAL`; absent when debugging.
    pub support_attributes: Option<Vec<String>>,
    /// `monitoring_enabled.memory`.
    pub memory_monitoring: Option<bool>,
    /// What is not known here.
    pub others: Map<String, Value>,
}

/// `submods.container`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Container {
    /// `image_reference`.
    pub image_reference: Option<String>,
    /// `image_digest`: `sha256:` and 64 hexadecimal digits.
    pub image_digest: Option<String>,
    /// `image_id`, of the same form.
    pub image_id: Option<String>,
    /// `restart_policy`: `Always`, `OnFailure` or `Never`.
    pub restart_policy: Option<String>,
    /// `args`.
    pub args: Option<Vec<String>>,
    /// `cmd_override`: absent or null when nothing was overridden.
    pub cmd_override: Option<Vec<String>>,
    /// `env`: the workload's environment, in clear.
    pub env: Option<Vec<(String, String)>>,
    /// `env_override`: absent or null when nothing was overridden.
    pub env_override: Option<Vec<(String, String)>>,
    /// `image_signatures`.
    pub image_signatures: Option<Vec<ImageSignature>>,
    /// What is not known here.
    pub others: Map<String, Value>,
}

/// One of `submods.container.image_signatures`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImageSignature {
    /// `key_id`: hexadecimal SHA-256 of the key's SPKI.
    pub key_id: Option<String>,
    /// `signature`, base64.
    pub signature: Option<String>,
    /// `signature_algorithm`, such as `ECDSA_P256_SHA256`.
    pub signature_algorithm: Option<String>,
    /// What is not known here.
    pub others: Map<String, Value>,
}

/// `submods.nvidia_gpu`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NvidiaGpus {
    /// `cc_mode`: `ON`, `OFF` or `DEVTOOLS`.
    pub cc_mode: Option<String>,
    /// `cc_feature`.
    pub cc_feature: Option<String>,
    /// `gpus`.
    pub gpus: Vec<NvidiaGpu>,
    /// What is not known here.
    pub others: Map<String, Value>,
}

/// One of `submods.nvidia_gpu.gpus`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NvidiaGpu {
    /// `hwmodel`.
    pub hardware_model: Option<String>,
    /// `driver_version`.
    pub driver_version: Option<String>,
    /// `vbios_version`.
    pub vbios_version: Option<String>,
    /// `ueid`.
    pub ueid: Option<String>,
    /// `l4_serial_number`.
    pub serial_number: Option<String>,
    /// What is not known here.
    pub others: Map<String, Value>,
}

impl Submods {
    pub(super) fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
        let submods = ClaimsReader::new(object, "submods");
        Ok(Self {
            gce: submods.object("gce")?.map(Gce::parse).transpose()?,
            confidential_space: submods
                .object("confidential_space")?
                .map(ConfidentialSpace::parse)
                .transpose()?,
            container: submods
                .object("container")?
                .map(Container::parse)
                .transpose()?,
            nvidia_gpu: submods
                .object("nvidia_gpu")?
                .map(NvidiaGpus::parse)
                .transpose()?,
            others: submods.others(&["gce", "confidential_space", "container", "nvidia_gpu"]),
        })
    }
}

impl Gce {
    fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
        let gce = ClaimsReader::new(object, "submods.gce");
        Ok(Self {
            instance_id: gce.string("instance_id")?,
            instance_name: gce.string("instance_name")?,
            project_id: gce.string("project_id")?,
            project_number: gce.string("project_number")?,
            zone: gce.string("zone")?,
            others: gce.others(&[
                "instance_id",
                "instance_name",
                "project_id",
                "project_number",
                "zone",
            ]),
        })
    }
}

impl ConfidentialSpace {
    fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
        let space = ClaimsReader::new(object, "submods.confidential_space");
        let memory_monitoring = match space.object("monitoring_enabled")? {
            None => None,
            Some(monitoring) => {
                ClaimsReader::new(monitoring, "submods.confidential_space.monitoring_enabled")
                    .boolean("memory")?
            }
        };
        Ok(Self {
            support_attributes: space.strings("support_attributes")?,
            memory_monitoring,
            others: space.others(&["support_attributes", "monitoring_enabled"]),
        })
    }
}

impl Container {
    fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
        let container = ClaimsReader::new(object, "submods.container");
        Ok(Self {
            image_reference: container.string("image_reference")?,
            image_digest: container.string("image_digest")?,
            image_id: container.string("image_id")?,
            restart_policy: container.string("restart_policy")?,
            args: container.strings("args")?,
            cmd_override: container.strings_or_null("cmd_override")?,
            env: container.string_map("env")?,
            env_override: container.string_map("env_override")?,
            image_signatures: container
                .objects("image_signatures")?
                .map(|signatures| signatures.into_iter().map(ImageSignature::parse).collect())
                .transpose()?,
            others: container.others(&[
                "image_reference",
                "image_digest",
                "image_id",
                "restart_policy",
                "args",
                "cmd_override",
                "env",
                "env_override",
                "image_signatures",
            ]),
        })
    }
}

impl ImageSignature {
    fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
        let signature = ClaimsReader::new(object, "submods.container.image_signatures");
        Ok(Self {
            key_id: signature.string("key_id")?,
            signature: signature.string("signature")?,
            signature_algorithm: signature.string("signature_algorithm")?,
            others: signature.others(&["key_id", "signature", "signature_algorithm"]),
        })
    }
}

impl NvidiaGpus {
    fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
        let gpus = ClaimsReader::new(object, "submods.nvidia_gpu");
        Ok(Self {
            cc_mode: gpus.string("cc_mode")?,
            cc_feature: gpus.string("cc_feature")?,
            gpus: gpus
                .objects("gpus")?
                .unwrap_or_default()
                .into_iter()
                .map(NvidiaGpu::parse)
                .collect::<Result<_, _>>()?,
            others: gpus.others(&["cc_mode", "cc_feature", "gpus"]),
        })
    }
}

impl NvidiaGpu {
    fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
        let gpu = ClaimsReader::new(object, "submods.nvidia_gpu.gpus");
        Ok(Self {
            hardware_model: gpu.string("hwmodel")?,
            driver_version: gpu.string("driver_version")?,
            vbios_version: gpu.string("vbios_version")?,
            ueid: gpu.string("ueid")?,
            serial_number: gpu.string("l4_serial_number")?,
            others: gpu.others(&[
                "hwmodel",
                "driver_version",
                "vbios_version",
                "ueid",
                "l4_serial_number",
            ]),
        })
    }
}
