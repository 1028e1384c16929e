//! What a command wrote, to both streams, and that it is fit for a terminal.

use std::process::Output;

/// Both streams as one text, which has nothing but printable ASCII and the report's own symbols.
#[track_caller]
pub(crate) fn printable(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    let all = String::from_utf8(all).unwrap();
    for symbol in all
        .chars()
        .filter(|symbol| !matches!(symbol, '\n' | ' '..='~'))
    {
        // The symbols of the report.
        assert!(
            "\u{2713}\u{2717}\u{2013}".contains(symbol),
            "{symbol:?} in {all}"
        );
    }
    all
}
