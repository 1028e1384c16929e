//! Any bytes as a processor's report: an error, or a message that gives the same bytes again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sealgate_core::tee;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(quote) = tee::tdx_quote(bytes) {
        assert_eq!(tee::tdx_quote_bytes(&quote).as_deref(), Ok(bytes));
    }
    let (report, certificates) = bytes.split_at(bytes.len().min(1184));
    if let Ok(attestation) = tee::snp_attestation(report, certificates) {
        let read = attestation.report.as_ref().map(tee::snp_report_bytes);
        assert_eq!(read, Some(Ok(report.to_vec())));
    }
    // A table's own bytes, beside no report that could be wrong.
    let _ = tee::snp_attestation(REPORT, bytes);
});

const REPORT: &[u8] = include_bytes!("../../tests/vectors/evidence/tee/snp-milan.report");
