//! Every claim of Google's attestation tokens, typed.
//!
//! Sources: Google's documentation of the claims of Confidential VM and Confidential Space, and
//! real tokens where they differ from it. A claim that is there must have its type; one that is
//! not known is kept in `others` and is never an error, since Google adds claims without notice.

use serde_json::{Map, Value};

use super::claims_reader::ClaimsReader;
use crate::error::Error;
use crate::time::UnixTime;

/// The claims of a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims {
    /// `iss`.
    pub issuer: String,
    /// `sub`: the machine's self link, `https://www.googleapis.com/compute/v1/projects/…`.
    pub subject: Option<String>,
    /// `aud`, a string in every token seen (RFC 7519 §4.1.3 allows an array).
    pub audience: Vec<String>,
    /// `exp`.
    pub expires_at: UnixTime,
    /// `iat`.
    pub issued_at: UnixTime,
    /// `nbf`.
    pub not_before: Option<UnixTime>,
    /// `jti`: Intel's tokens have it, Google's do not.
    pub token_id: Option<String>,
    /// `eat_nonce`: one nonce is a string, several are an array; empty when none was asked for.
    pub nonces: Vec<String>,
    /// `eat_profile`: the URL of the claims' documentation.
    pub profile: Option<String>,
    /// `secboot`: secure boot was on.
    pub secure_boot: Option<bool>,
    /// `oemid`: IANA private enterprise number, 11129 for Google.
    pub oem_id: Option<u64>,
    /// `hwmodel`: `GCP_AMD_SEV`, `GCP_INTEL_TDX`, … an open list; `GCP_SHIELDED_VM` is no TEE.
    pub hardware_model: Option<String>,
    /// `swname`: `GCE` or `CONFIDENTIAL_SPACE`.
    pub software_name: Option<String>,
    /// `swversion`: an array of one, six digits.
    pub software_version: Vec<String>,
    /// `dbgstat`: `disabled-since-boot` in production, `enabled` in debug images.
    pub debug_status: Option<String>,
    /// `attester_tcb`.
    pub attester_tcb: Vec<String>,
    /// `google_service_accounts`: e-mail addresses.
    pub service_accounts: Vec<String>,
    /// `tdx`: documented as an array, an object in real tokens.
    pub tdx: Option<Tdx>,
    /// `submods`.
    pub submods: Submods,
    /// `https://aws.amazon.com/tags`, in tokens for AWS.
    pub aws_tags: Option<AwsTags>,
    /// `verifier_instance_ids`, in Intel's tokens.
    pub verifier_instance_ids: Vec<String>,
    /// Claims that are not known here.
    pub others: Map<String, Value>,
}

/// `tdx`: the state of the trusted computing base.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tdx {
    /// `gcp_attester_tcb_status`, such as `UpToDate`.
    pub gcp_attester_tcb_status: Option<String>,
    /// `gcp_attester_tcb_date`, RFC 3339.
    pub gcp_attester_tcb_date: Option<String>,
    /// `attester_tcb_status`, in Intel's tokens.
    pub attester_tcb_status: Option<String>,
    /// `attester_tcb_date`, in Intel's tokens.
    pub attester_tcb_date: Option<String>,
    /// What is not known here.
    pub others: Map<String, Value>,
}

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

/// `https://aws.amazon.com/tags`: tags for AWS sessions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AwsTags {
    /// `principal_tags`: name and values.
    pub principal_tags: Map<String, Value>,
    /// `transitive_tag_keys`.
    pub transitive_tag_keys: Vec<String>,
    /// What is not known here.
    pub others: Map<String, Value>,
}

const AWS_TAGS: &str = "https://aws.amazon.com/tags";

impl Claims {
    /// Reads the claims of a payload.
    ///
    /// Checked: types, and that `iss`, `aud`, `exp` and `iat` are there. Not checked: any value
    /// against now, or against what somebody expects.
    pub fn parse(payload: &Map<String, Value>) -> Result<Self, Error> {
        let top = ClaimsReader::new(payload, "");
        Ok(Self {
            issuer: top.required("iss", top.string("iss")?)?,
            subject: top.string("sub")?,
            audience: top.required("aud", top.one_or_more("aud")?)?,
            expires_at: top.required("exp", top.time("exp")?)?,
            issued_at: top.required("iat", top.time("iat")?)?,
            not_before: top.time("nbf")?,
            token_id: top.string("jti")?,
            nonces: top.one_or_more("eat_nonce")?.unwrap_or_default(),
            profile: top.string("eat_profile")?,
            secure_boot: top.boolean("secboot")?,
            oem_id: top.unsigned("oemid")?,
            hardware_model: top.string("hwmodel")?,
            software_name: top.string("swname")?,
            software_version: top.strings("swversion")?.unwrap_or_default(),
            debug_status: top.string("dbgstat")?,
            attester_tcb: top.strings("attester_tcb")?.unwrap_or_default(),
            service_accounts: top.strings("google_service_accounts")?.unwrap_or_default(),
            tdx: top.object_or_one("tdx")?.map(Tdx::parse).transpose()?,
            submods: top
                .object("submods")?
                .map(Submods::parse)
                .transpose()?
                .unwrap_or_default(),
            aws_tags: top.object(AWS_TAGS)?.map(AwsTags::parse).transpose()?,
            verifier_instance_ids: top.strings("verifier_instance_ids")?.unwrap_or_default(),
            others: top.others(&[
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "nbf",
                "jti",
                "eat_nonce",
                "eat_profile",
                "secboot",
                "oemid",
                "hwmodel",
                "swname",
                "swversion",
                "dbgstat",
                "attester_tcb",
                "google_service_accounts",
                "tdx",
                "submods",
                AWS_TAGS,
                "verifier_instance_ids",
            ]),
        })
    }
}

impl Tdx {
    fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
        let tdx = ClaimsReader::new(object, "tdx");
        Ok(Self {
            gcp_attester_tcb_status: tdx.string("gcp_attester_tcb_status")?,
            gcp_attester_tcb_date: tdx.string("gcp_attester_tcb_date")?,
            attester_tcb_status: tdx.string("attester_tcb_status")?,
            attester_tcb_date: tdx.string("attester_tcb_date")?,
            others: tdx.others(&[
                "gcp_attester_tcb_status",
                "gcp_attester_tcb_date",
                "attester_tcb_status",
                "attester_tcb_date",
            ]),
        })
    }
}

impl Submods {
    fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
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

impl AwsTags {
    fn parse(object: &Map<String, Value>) -> Result<Self, Error> {
        let tags = ClaimsReader::new(object, AWS_TAGS);
        Ok(Self {
            principal_tags: tags.object("principal_tags")?.cloned().unwrap_or_default(),
            transitive_tag_keys: tags.strings("transitive_tag_keys")?.unwrap_or_default(),
            others: tags.others(&["principal_tags", "transitive_tag_keys"]),
        })
    }
}
