//! Any text as a condition, evaluated over a payload and facts: a verdict, never a panic or an overflow.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::{Policy, parse_object};

const PAYLOAD: &[u8] = br#"{"iss":"i","iat":1,"exp":3601,"swname":"GCE","secboot":true,
    "eat_nonce":["a","b"],"submods":{"gce":{"project_id":"p"},"container":{"args":["x"]}}}"#;

fuzz_target!(|condition: &str| {
    if let (Ok(policy), Ok(payload)) = (Policy::from_machine_condition(condition), parse_object(PAYLOAD)) {
        let _ = policy.evaluate(&payload, Some(&payload));
    }
});
