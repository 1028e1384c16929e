//! Any text as trusted roots: an error or certificates, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::Roots;

fuzz_target!(|text: &str| {
    let _ = Roots::parse_pem(text);
});
