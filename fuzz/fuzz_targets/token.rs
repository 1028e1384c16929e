//! Any text as a token: an error or a token, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::UnverifiedToken;

fuzz_target!(|text: &str| {
    let _ = UnverifiedToken::parse(text);
});
