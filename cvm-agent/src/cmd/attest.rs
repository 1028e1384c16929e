//! `cvm-agent attest`: what this machine can prove, signed by its TPM.

use std::io::Write as _;

use sealgate_core::wire;
use sealgate_core::wire::attest::Attestation;
use sealgate_core::wire::attest::attestation::TeeAttestation;
use sealgate_core::wire::tpm::{PcRs, Quote};
use sealgate_core::{EventLog, HashAlgorithm, LogKind};

use crate::cli::Attest;
use crate::cli::attest::{Format, Key, Nonce, REPORT_DATA_BYTES};
use crate::error::Failure;
use crate::output::Destination;
use crate::printable::escape;
use crate::style::FAINT;
use crate::tee;
use crate::tpm::{self, Banks, SignedQuote, Tpm};
use crate::{Outcome, Output, event_log, metadata, textproto};

/// Runs the command.
pub(crate) fn run(arguments: &Attest) -> Result<Outcome, Failure> {
    let destination = Destination::new(arguments.output.as_deref());
    if arguments.format == Format::Binarypb {
        destination.check_takes_bytes()?;
    }
    if arguments.tee_nonce.is_some() && arguments.required_technology().is_none() {
        return Err(Failure::usage(
            "--tee-nonce is for a report that is required, and --tee-technology names none",
            "--tee-technology sev-snp or tdx, or leave out --tee-nonce",
        ));
    }
    let attestation = attest(arguments, &Voice::new(arguments))?;
    let bytes = match arguments.format {
        Format::Binarypb => wire::encode(&attestation),
        Format::Textproto => textproto::attestation(&attestation).into_bytes(),
    };
    Ok(Outcome {
        output: Output::Payload(bytes, destination),
        failure: None,
    })
}

fn attest(arguments: &Attest, voice: &Voice) -> Result<Attestation, Failure> {
    let mut tpm = Tpm::open(arguments.way_to_tpm().as_deref())?;
    voice.step(&format!("TPM: {}", tpm.tcti()));
    let event_log = event_log::read(&arguments.event_log)?;
    voice.step(&format!("boot event log: {} bytes", event_log.len()));
    if let Some(doubt) = doubt(&event_log) {
        voice.warn(&doubt);
    }
    let key = load(&mut tpm, arguments)?;
    voice.step(&format!("key: {}", key.describe()));
    if arguments.key == Key::GceAk && key.certificate.is_none() {
        voice.warn(
            "this VM's attestation key has no certificate: only who knows the key can rely on it",
        );
    }
    let tee_attestation = hardware_report(arguments, voice)?;
    let banks = if arguments.sha1 {
        Banks::All
    } else {
        Banks::AllButSha1
    };
    let quotes = tpm.quote(&key, arguments.nonce.as_bytes(), banks)?;
    for quote in &quotes {
        let (bank, count) = (quote.registers.algorithm(), quote.registers.len());
        voice.step(&format!("quoted: {count} registers of {bank}"));
    }
    // The TPM is not kept from others while the network is asked.
    drop(tpm);
    let instance_info = match arguments.key {
        Key::Ak => None,
        Key::GceAk => metadata::instance()
            .inspect_err(|reason| {
                voice.warn(&format!(
                    "the attestation goes without instance information: {reason}"
                ));
            })
            .ok(),
    };
    Ok(Attestation {
        ak_pub: key.public_area,
        quotes: quotes.into_iter().map(message).collect(),
        event_log,
        instance_info,
        ak_cert: key.certificate.unwrap_or_default(),
        tee_attestation,
        ..Attestation::default()
    })
}

/// Why a verifier will refuse a log whatever is quoted.
fn doubt(event_log: &[u8]) -> Option<String> {
    if event_log.is_empty() {
        let doubt = "the boot event log is empty: a verifier will refuse what it does not explain";
        return Some(doubt.to_owned());
    }
    let is_ccel = LogKind::detect(event_log) == LogKind::Ccel
        && EventLog::parse(event_log, LogKind::Ccel).is_ok();
    let doubt = if is_ccel {
        "it is a processor's (CCEL), not a TPM's".to_owned()
    } else {
        match EventLog::parse(event_log, LogKind::Tpm) {
            Err(error) => escape(&error.to_string()),
            Ok(log) if log.algorithms().contains(&HashAlgorithm::Sha256) => return None,
            Ok(_) => "it has no SHA-256 digests".to_owned(),
        }
    };
    Some(format!(
        "a verifier will refuse the boot event log: {doubt}"
    ))
}

fn load(tpm: &mut Tpm, arguments: &Attest) -> Result<tpm::Key, Failure> {
    Ok(match arguments.key {
        Key::Ak => tpm.ak(arguments.algo)?,
        Key::GceAk => tpm.google_key(arguments.algo)?,
    })
}

/// The report that was asked for, or the one that there is.
fn hardware_report(arguments: &Attest, voice: &Voice) -> Result<Option<TeeAttestation>, Failure> {
    let report_data = match arguments.tee_nonce {
        Some(report_data) => report_data.0,
        None => padded(&arguments.nonce),
    };
    let technology = arguments.required_technology();
    match (
        tee::collect(&arguments.tsm_report, &report_data, technology),
        technology,
    ) {
        (Ok(report), _) => {
            voice.step("hardware report: taken");
            Ok(Some(report))
        }
        (Err(fault), Some(technology)) => Err(fault.required(technology)),
        (Err(fault), None) => {
            voice.step(&format!("no hardware report: {fault}"));
            Ok(None)
        }
    }
}

/// The nonce, with zeros after it.
fn padded(nonce: &Nonce) -> [u8; REPORT_DATA_BYTES] {
    let mut report_data = [0; REPORT_DATA_BYTES];
    for (to, from) in report_data.iter_mut().zip(nonce.as_bytes()) {
        *to = *from;
    }
    report_data
}

fn message(quote: SignedQuote) -> Quote {
    let pcrs = quote
        .registers
        .iter()
        .map(|(index, value)| (u32::from(index.value()), value.as_bytes().to_vec()))
        .collect();
    Quote {
        quote: quote.attest,
        raw_sig: quote.signature,
        pcrs: Some(PcRs {
            hash: i32::from(quote.registers.algorithm().id()),
            pcrs,
        }),
    }
}

/// How much is said on standard error.
struct Voice {
    is_quiet: bool,
    is_verbose: bool,
}

impl Voice {
    fn new(arguments: &Attest) -> Self {
        Self {
            is_quiet: arguments.quiet,
            is_verbose: arguments.verbose,
        }
    }

    fn warn(&self, message: &str) {
        if !self.is_quiet {
            crate::warn(message);
        }
    }

    fn step(&self, message: &str) {
        if self.is_verbose {
            // Nowhere is left to say that standard error cannot be written.
            let _ = writeln!(anstream::stderr(), "{FAINT}{message}{FAINT:#}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{doubt, padded};

    #[test]
    fn doubts_a_log_that_no_verifier_reads() {
        const LOG: &[u8] =
            include_bytes!("../../../tests/vectors/evidence/logs/ubuntu-2404-amd-sevsnp.bin");
        assert_eq!(doubt(LOG), None);
        assert!(doubt(b"").unwrap().contains("is empty"));
        for log in [b"hello\n", &LOG[..LOG.len() - 1]] {
            let doubt = doubt(log).unwrap();
            assert!(doubt.contains("the log cannot be read at byte "), "{doubt}");
        }
    }

    #[test]
    fn report_data_is_the_nonce_and_zeros() {
        let report_data = padded(&"0102".parse().unwrap());
        assert_eq!(report_data[..3], [1, 2, 0]);
        assert_eq!(report_data[63], 0);
        assert_eq!(padded(&"ab".repeat(64).parse().unwrap()), [0xab; 64]);
    }
}
