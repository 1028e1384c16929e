//! What people and programs see: every text and exit code of the command, run as they run it.

#[test]
fn says_what_is_written_here() {
    trycmd::TestCases::new()
        .env("TZ", "UTC")
        .case("tests/cmd/*.trycmd")
        .run();
}

/// Standard output and standard error apart, and environments of their own.
#[test]
fn says_each_thing_on_its_stream() {
    trycmd::TestCases::new().case("tests/cmd/*.toml").run();
}

/// What a machine lacks, and a build.
#[test]
fn says_why_it_cannot_attest() {
    let cases = if cfg!(feature = "tpm") {
        "tests/tpm/*.trycmd"
    } else {
        "tests/no_tpm/*.trycmd"
    };
    trycmd::TestCases::new().case(cases).run();
}
