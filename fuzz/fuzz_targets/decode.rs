//! Any text taken apart: what decodes strictly enough to parse must also decode.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::{UnverifiedToken, dangerous};

fuzz_target!(|text: &str| {
    let decoded = dangerous::decode(text);
    if UnverifiedToken::parse(text).is_ok() {
        assert!(decoded.is_ok());
    }
});
