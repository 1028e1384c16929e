//! Payloads of real tokens, as they were signed.

use serde_json::{Map, Value};

use crate::json::parse_object;

/// Confidential Space on TDX, production image.
/// project-oak/oak, ctf_sha2/confidential_space/samples/sample.jwt at 578b9511 (Apache-2.0).
pub(super) fn space() -> Map<String, Value> {
    parse_object(
        br#"{"aud":"z08381475938604996746","exp":1757063850,"iat":1757060250,
"iss":"https://confidentialcomputing.googleapis.com","nbf":1757060250,
"sub":"https://www.googleapis.com/compute/v1/projects/oak-examples-477357/zones/us-west1-b/instances/ctf-sha2-test",
"eat_nonce":"75a91c8dbe289f190d5e70ab1cb70c93cc14d7243f0ef3ff5326a622ead220a6",
"eat_profile":"https://cloud.google.com/confidential-computing/confidential-space/docs/reference/token-claims",
"secboot":true,"oemid":11129,"hwmodel":"GCP_INTEL_TDX","swname":"CONFIDENTIAL_SPACE",
"swversion":["250800"],"attester_tcb":["INTEL"],"dbgstat":"disabled-since-boot",
"submods":{"confidential_space":{"support_attributes":["LATEST","STABLE","USABLE"],
"monitoring_enabled":{"memory":false}},
"container":{"image_reference":"europe-west1-docker.pkg.dev/oak-examples-477357/c0n741n3r-1m4635/ctf_sha2@sha256:e2e5e3672f416ac9ca71aa639abf86db0b713729a48c125a925af6c808b20b5d",
"image_digest":"sha256:e2e5e3672f416ac9ca71aa639abf86db0b713729a48c125a925af6c808b20b5d",
"restart_policy":"Never",
"image_id":"sha256:956e03772e53798d26604d661261262841cf7bd4005857711937ea454368a826",
"env":{"HOSTNAME":"ctf-sha2-test","PATH":"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
"SSL_CERT_FILE":"/etc/ssl/certs/ca-certificates.crt"},"args":["/usr/local/bin/ctf_sha2"]},
"gce":{"zone":"us-west1-b","project_id":"oak-examples-477357","project_number":"724467010559",
"instance_name":"ctf-sha2-test","instance_id":"3087957179640521392"}},
"tdx":{"gcp_attester_tcb_status":"UpToDate","gcp_attester_tcb_date":"2024-03-13T00:00:00Z"},
"google_service_accounts":["724467010559-compute@developer.gserviceaccount.com"]}"#,
    )
    .unwrap()
}

/// Confidential Space on SEV, debug image, with an `env_override`.
/// SyndicateProtocol/synddb, crates/gcp-attestation/src/verify.rs at 5ebbfd1c (MIT).
pub(super) fn debug_space() -> Map<String, Value> {
    parse_object(
        br#"{"aud":"https://synddb-sequencer.example.com","exp":1764711357,"iat":1764707757,
"iss":"https://confidentialcomputing.googleapis.com","nbf":1764707757,
"sub":"https://www.googleapis.com/compute/v1/projects/synd-db-testing/zones/us-central1-a/instances/cs-attestation-vm",
"eat_profile":"https://cloud.google.com/confidential-computing/confidential-space/docs/reference/token-claims",
"secboot":true,"oemid":11129,"hwmodel":"GCP_AMD_SEV","swname":"CONFIDENTIAL_SPACE",
"swversion":["251001"],"dbgstat":"enabled",
"submods":{"confidential_space":{"monitoring_enabled":{"memory":false}},
"container":{"image_reference":"us-central1-docker.pkg.dev/synd-db-testing/synddb-test/cs-attestation-sample:latest",
"image_digest":"sha256:61bb0cf00789162e9940a97621a6d4e53126638421aea181d8bff39d6e2f21fa",
"restart_policy":"Never",
"image_id":"sha256:daa1d4c16f8fb93ebc92debeaf76019f6c5211bedd02d9133ac6a82deb7d42a5",
"env_override":{"ATTESTATION_AUDIENCE":"https://synddb-sequencer.example.com",
"OUTPUT_BUCKET":"synd-db-testing-cs-attestation-samples"},
"env":{"ATTESTATION_AUDIENCE":"https://synddb-sequencer.example.com","HOSTNAME":"cs-attestation-vm",
"OUTPUT_BUCKET":"synd-db-testing-cs-attestation-samples",
"PATH":"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","RUST_LOG":"info",
"SSL_CERT_FILE":"/etc/ssl/certs/ca-certificates.crt"},"args":["/app/cs-attestation-sample"]},
"gce":{"zone":"us-central1-a","project_id":"synd-db-testing","project_number":"297985297894",
"instance_name":"cs-attestation-vm","instance_id":"5071524234036179841"}},
"google_service_accounts":["cs-attestation-workload@synd-db-testing.iam.gserviceaccount.com"]}"#,
    )
    .unwrap()
}

/// A Confidential VM on SEV.
/// Google's documentation, confidential-vm/docs/token-claims, May 2024 (CC BY 4.0).
pub(super) fn machine() -> Map<String, Value> {
    parse_object(
        br#"{"aud":"<YOURAUDIENCE>","exp":1715971697,"iat":1715968097,
"iss":"https://confidentialcomputing.googleapis.com","nbf":1715968097,
"sub":"https://www.googleapis.com/compute/v1/projects/ruidezhang-2/zones/us-central1-c/instances/cvm-token-claims",
"eat_nonce":["thisIsAcustomNonce","thisIsAMuchLongerCustomNonceWithPaddingFor74Bytes0000000000000000000000000"],
"secboot":false,"oemid":11129,"hwmodel":"GCP_AMD_SEV","swname":"GCE","dbgstat":"enabled",
"submods":{"gce":{"zone":"us-central1-c","project_id":"ruidezhang-2",
"project_number":"470652426305","instance_name":"cvm-token-claims",
"instance_id":"7333251546816446069"}},
"google_service_accounts":["470652426305-compute@developer.gserviceaccount.com"]}"#,
    )
    .unwrap()
}

/// `space` with two image signatures, in the documented form, and `env_override` set.
pub(super) fn signed_space() -> Map<String, Value> {
    let mut payload = space();
    let container = payload["submods"]["container"].as_object_mut().unwrap();
    let signature = |key: &str, algorithm: &str| {
        serde_json::json!({ "key_id": key, "signature": "c2ln".repeat(90),
            "signature_algorithm": algorithm })
    };
    let fingerprint = "05".repeat(32);
    container.insert(
        "image_signatures".to_owned(),
        Value::Array(vec![
            signature(&fingerprint, "ECDSA_P256_SHA256"),
            signature(&"ab".repeat(32), "RSASSA_PSS_SHA256"),
        ]),
    );
    payload
}
