//! Any text as a list of owners: an error or owners, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::Owners;

fuzz_target!(|text: &str| {
    let _ = Owners::parse(text);
});
