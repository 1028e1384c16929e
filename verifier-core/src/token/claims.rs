//! Every claim of Google's attestation tokens, typed.
//!
//! Sources: Google's documentation of the claims of Confidential VM and Confidential Space, and
//! real tokens where they differ from it. A claim that is there must have its type; one that is
//! not known is kept in `others` and is never an error, since Google adds claims without notice.

mod reader;
mod submods;

use serde_json::{Map, Value};

use self::reader::ClaimsReader;
pub use self::submods::{
    ConfidentialSpace, Container, Gce, ImageSignature, NvidiaGpu, NvidiaGpus, Submods,
};
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Claims;
    use crate::error::Error;

    fn payload(change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Result<Claims, Error> {
        let mut payload = json!({ "iss": "i", "aud": "a", "iat": 1, "exp": 2 });
        let Value::Object(object) = &mut payload else {
            unreachable!()
        };
        change(object);
        Claims::parse(object)
    }

    #[track_caller]
    fn refuses(name: &str, value: Value, path: &str) {
        let error = payload(|object| {
            object.insert(name.to_owned(), value);
        })
        .unwrap_err();
        assert_eq!(error.code().as_str(), "claim_invalid");
        assert_eq!(error.claim(), Some(path));
    }

    #[test]
    fn reads_one_nonce_or_several_and_tdx_in_both_shapes() {
        let claims = payload(|object| {
            object.insert("eat_nonce".to_owned(), json!("one"));
            object.insert(
                "tdx".to_owned(),
                json!({ "gcp_attester_tcb_status": "UpToDate" }),
            );
        })
        .unwrap();
        assert_eq!(claims.nonces, ["one"]);
        let several = payload(|object| {
            object.insert("eat_nonce".to_owned(), json!(["one", "two"]));
            object.insert(
                "tdx".to_owned(),
                json!([{ "gcp_attester_tcb_status": "UpToDate" }]),
            );
        })
        .unwrap();
        assert_eq!(several.nonces, ["one", "two"]);
        assert_eq!(claims.tdx, several.tdx);
        refuses("tdx", json!([{}, {}]), "tdx");
    }

    #[test]
    fn keeps_what_it_does_not_know() {
        let claims = payload(|object| {
            object.insert("new_claim".to_owned(), json!({ "x": [1] }));
            object.insert(
                "submods".to_owned(),
                json!({ "new_part": 1, "gce": { "rack": "r" } }),
            );
        })
        .unwrap();
        assert_eq!(claims.others["new_claim"], json!({ "x": [1] }));
        assert_eq!(claims.submods.others["new_part"], json!(1));
        assert_eq!(claims.submods.gce.unwrap().others["rack"], json!("r"));
    }

    #[test]
    fn null_means_no_override_and_nothing_else() {
        let claims = payload(|object| {
            let container = json!({ "cmd_override": null, "env_override": null });
            object.insert("submods".to_owned(), json!({ "container": container }));
        })
        .unwrap();
        let container = claims.submods.container.unwrap();
        assert_eq!(
            (container.cmd_override, container.env_override),
            (None, None)
        );
        refuses(
            "submods",
            json!({ "container": { "args": null } }),
            "submods.container.args",
        );
        refuses("hwmodel", Value::Null, "hwmodel");
    }

    #[test]
    fn names_the_claim_that_has_the_wrong_type() {
        refuses("secboot", json!("true"), "secboot");
        refuses("oemid", json!(-1), "oemid");
        refuses("exp", json!(1.5), "exp");
        refuses("exp", json!("2"), "exp");
        refuses("exp", json!(-2), "exp");
        refuses("exp", json!(9_007_199_254_740_992_u64), "exp");
        refuses("aud", json!(["a", 1]), "aud");
        refuses("eat_nonce", json!({}), "eat_nonce");
        refuses("swversion", json!("250800"), "swversion");
        refuses("submods", json!([]), "submods");
        refuses(
            "submods",
            json!({ "gce": { "zone": 1 } }),
            "submods.gce.zone",
        );
        refuses(
            "submods",
            json!({ "container": { "env": { "A": 1 } } }),
            "submods.container.env",
        );
        refuses(
            "submods",
            json!({ "nvidia_gpu": { "gpus": [1] } }),
            "submods.nvidia_gpu.gpus",
        );
    }

    #[test]
    fn requires_what_every_check_needs() {
        for name in ["iss", "aud", "iat", "exp"] {
            let error = payload(|object| {
                object.remove(name);
            })
            .unwrap_err();
            assert_eq!(
                error,
                Error::ClaimMissing {
                    claim: name.to_owned()
                }
            );
        }
    }
}
