//! What each header parameter and claim means, in a few words.
//!
//! Claims are those that Google documents for Confidential VMs and Confidential Space, and those
//! that its tokens carry besides.

/// A few words on the header parameter `name` (RFC 7515 §4.1); empty for others.
pub(crate) fn parameter(name: &str) -> &'static str {
    match name {
        "alg" => "signature algorithm",
        "crit" => "extensions that must be understood",
        "cty" => "type of the payload",
        "jku" => "URL of keys; never followed",
        "jwk" => "a key; never used",
        "kid" => "which of the issuer's keys signed",
        "typ" => "type of the whole",
        "x5t" | "x5t#S256" => "thumbprint of the leaf certificate",
        "x5u" => "URL of certificates; never followed",
        _ => "",
    }
}

/// A few words on the claim at `path`, in which array indexes are left out; empty for others.
pub(crate) fn claim(path: &str) -> &'static str {
    match path {
        "attester_tcb" => "who vouches for the platform's TCB",
        "aud" => "whom the token is for",
        "dbgstat" => "whether debugging was possible",
        "eat_nonce" => "nonces that were asked for",
        "eat_profile" => "which profile the claims follow",
        "exp" => "not valid from then on",
        "google_service_accounts" => "accounts the machine acts as",
        "hwmodel" => "confidential computing technology",
        "iat" => "when it was issued",
        "iss" => "who issued it",
        "jti" => "the token's own id",
        "nbf" => "not valid before",
        "oemid" => "manufacturer; 11129 is Google",
        "secboot" => "whether Secure Boot was on",
        "sub" => "the machine",
        "swname" => "GCE or CONFIDENTIAL_SPACE",
        "swversion" => "version of the image",
        "verifier_instance_ids" => "which verifiers took part",

        "submods.confidential_space" => "the Confidential Space image",
        "submods.confidential_space.monitoring_enabled.memory" => "memory use is reported",
        "submods.confidential_space.support_attributes" => "what the image may be used for",
        "submods.container" => "the workload",
        "submods.container.args" => "arguments it was started with",
        "submods.container.cmd_override" => "arguments the operator replaced",
        "submods.container.image_digest" => "digest of the image's manifest",
        "submods.container.image_id" => "digest of the image's configuration",
        "submods.container.image_reference" => "where the image was pulled from",
        "submods.container.image_signatures.key_id" => "fingerprint of the signer's key",
        "submods.container.image_signatures.signature" => "signature over the image",
        "submods.container.image_signatures.signature_algorithm" => "its algorithm",
        "submods.container.restart_policy" => "when it is started again",
        "submods.gce" => "the machine on Compute Engine",
        "submods.gce.instance_id" => "its number",
        "submods.gce.instance_name" => "its name",
        "submods.gce.project_id" => "its project",
        "submods.gce.project_number" => "its project's number",
        "submods.gce.zone" => "where it runs",
        "submods.nvidia_gpu" => "GPUs in confidential mode",
        "submods.nvidia_gpu.cc_feature" => "how many GPUs share the protection",
        "submods.nvidia_gpu.cc_mode" => "confidential mode",
        "submods.nvidia_gpu.gpus.driver_version" => "driver",
        "submods.nvidia_gpu.gpus.hwmodel" => "model",
        "submods.nvidia_gpu.gpus.ueid" => "unique id",
        "submods.nvidia_gpu.gpus.vbios_version" => "firmware",
        "submods.sealgate.ak_root" => "root that vouched for the TPM's key",
        "submods.sealgate.tee_verified" => "whether the hardware vouched too",

        "tdx" => "Intel TDX",
        "tdx.attester_tcb_date" | "tdx.gcp_attester_tcb_date" => "date of the TCB level",
        "tdx.attester_tcb_status" | "tdx.gcp_attester_tcb_status" => "status of the TCB level",

        "https://aws.amazon.com/tags" => "tags for AWS role assumption",
        path => prefixed(path),
    }
}

/// Claims whose last name is the workload's own.
fn prefixed(path: &str) -> &'static str {
    if path.starts_with("submods.container.env_override.") {
        "environment the operator set"
    } else if path.starts_with("submods.container.env.") {
        "environment"
    } else {
        ""
    }
}
