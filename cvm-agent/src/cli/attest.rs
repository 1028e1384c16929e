//! Arguments of `attest`: those of `gotpm attest`, and ours.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use sealgate_core::limits::QUOTE_NONCE_BYTES;

/// Where Linux keeps the firmware's log of what it measured.
pub(crate) const EVENT_LOG: &str = "/sys/kernel/security/tpm0/binary_bios_measurements";
/// Where Linux makes reports of confidential hardware (configfs-tsm).
const TSM_REPORT: &str = "/sys/kernel/config/tsm/report";

/// Bytes of a nonce at most: more does not pass libtss2. A TPM may take fewer, 50 or 34.
const NONCE_BYTES: usize = 64;
const _: () = assert!(NONCE_BYTES <= QUOTE_NONCE_BYTES);
/// Bytes of the REPORTDATA of AMD SEV-SNP and Intel TDX.
pub(crate) const REPORT_DATA_BYTES: usize = 64;

/// How nonces begin that only the agent's own flows may have quoted, and whose they are.
const RESERVED_PREFIXES: [(&[u8], &str); 3] = [
    (b"GoogAttestV1", "challenges of Google Cloud Attestation"),
    (b"SealAttestV1", "challenges of Sealgate's attestation role"),
    (b"SGE1", "evidence for the release of a secret"),
];

/// Attest this machine: TPM quotes over a nonce, the boot event log, certificates.
///
/// Writes an `attest.Attestation` as `gotpm attest` does. Every PCR bank that the TPM has is quoted,
/// but for SHA-1. Nothing in the TPM is changed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES_AND_EXITS)]
pub(crate) struct Attest {
    /// What the verifier gave to be quoted, in hexadecimal: 1 to 64 bytes, none that begin with
    /// `GoogAttestV1`, `SealAttestV1` or `SGE1`, which protocols keep for themselves
    #[arg(long, value_name = "HEX")]
    pub(crate) nonce: Nonce,

    /// REPORTDATA of the hardware's report, in hexadecimal: 64 bytes [default: the nonce and zeros]
    #[arg(
        long,
        value_name = "HEX",
        requires = "tee_technology",
        value_parser = unreserved_report_data
    )]
    pub(crate) tee_nonce: Option<ReportData>,

    /// Require a report of this hardware [default: one is added where there is one]
    #[arg(long, value_name = "TECHNOLOGY")]
    pub(crate) tee_technology: Option<RequiredTechnology>,

    /// Key that signs: one that any TPM can make, or Google Cloud's, which has a certificate
    #[arg(long, value_name = "KEY", default_value = "AK")]
    pub(crate) key: Key,

    /// The key's algorithm
    #[arg(long, value_name = "ALGORITHM", default_value = "rsa")]
    pub(crate) algo: KeyAlgorithm,

    /// Quote the SHA-1 bank too; verifiers take it only when told to
    #[arg(long)]
    pub(crate) sha1: bool,

    /// Format of the attestation
    #[arg(long, value_name = "FORMAT", default_value = "binarypb")]
    pub(crate) format: Format,

    /// File to write, whole or not at all [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// The firmware's log of what it measured
    #[arg(long, value_name = "PATH", default_value = EVENT_LOG)]
    pub(crate) event_log: PathBuf,

    /// The way to the TPM: `device:PATH`, `swtpm:host=HOST,port=PORT`, `tabrmd`
    /// [default: device:/dev/tpmrm0, else device:/dev/tpm0]
    #[arg(long, value_name = "TCTI", env = "TCTI", hide_env_values = true)]
    pub(crate) tcti: Option<String>,

    /// The TPM's device: as `--tcti device:PATH`, which it takes precedence over
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) tpm_path: Option<String>,

    /// Leave out notes and warnings
    #[arg(long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// Say on standard error what is being done
    #[arg(long)]
    pub(crate) verbose: bool,

    /// The directory of configfs-tsm
    #[arg(long, value_name = "PATH", default_value = TSM_REPORT, hide = true)]
    pub(crate) tsm_report: PathBuf,
}

impl Attest {
    /// The hardware whose report is required.
    pub(crate) fn required_technology(&self) -> Option<TeeTechnology> {
        match self.tee_technology? {
            RequiredTechnology::Unspecified => None,
            RequiredTechnology::SevSnp => Some(TeeTechnology::SevSnp),
            RequiredTechnology::Tdx => Some(TeeTechnology::Tdx),
        }
    }

    /// The way to the TPM, where one is given. An empty variable gives none.
    pub(crate) fn way_to_tpm(&self) -> Option<String> {
        let device = self.tpm_path.as_ref().map(|path| format!("device:{path}"));
        device.or_else(|| self.tcti.clone().filter(|tcti| !tcti.is_empty()))
    }
}

/// What is to be quoted. Nobody else's purpose.
#[derive(Clone)]
pub(crate) struct Nonce(Vec<u8>);

impl Nonce {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for Nonce {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = hexadecimal(text)?;
        if bytes.is_empty() {
            return Err("a nonce has at least one byte".to_owned());
        }
        if bytes.len() > NONCE_BYTES {
            return Err(format!(
                "it has {} bytes, and a TPM quotes at most {NONCE_BYTES}; hash it first",
                bytes.len()
            ));
        }
        check_unreserved(&bytes)?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

/// What a report of confidential hardware is to carry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReportData(pub(crate) [u8; REPORT_DATA_BYTES]);

impl FromStr for ReportData {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = hexadecimal(text)?;
        let count = bytes.len();
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| format!("REPORTDATA has {REPORT_DATA_BYTES} bytes, not {count}"))
    }
}

/// What a stranger may have the hardware report.
fn unreserved_report_data(text: &str) -> Result<ReportData, String> {
    let report_data: ReportData = text.parse()?;
    check_unreserved(&report_data.0)?;
    Ok(report_data)
}

fn check_unreserved(bytes: &[u8]) -> Result<(), String> {
    let mut reserved = RESERVED_PREFIXES.iter();
    match reserved.find(|(prefix, _)| bytes.starts_with(prefix)) {
        Some((prefix, whose)) => Err(format!(
            "it begins with `{}`, which is kept for {whose}: whoever asks for this could pass the \
             quote off as this machine's own",
            prefix.escape_ascii()
        )),
        None => Ok(()),
    }
}

/// The hardware whose report is required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RequiredTechnology {
    /// As scripts for gotpm have it that leave the value to a variable.
    #[value(name = "", hide = true)]
    Unspecified,
    SevSnp,
    Tdx,
}

/// Confidential hardware that reports on itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TeeTechnology {
    SevSnp,
    Tdx,
}

/// The key that signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Key {
    #[value(name = "AK")]
    Ak,
    #[value(name = "gceAK")]
    GceAk,
}

/// A key's algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyAlgorithm {
    Rsa,
    Ecc,
}

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Binarypb,
    Textproto,
}

pub(super) fn hexadecimal(text: &str) -> Result<Vec<u8>, String> {
    hex::decode(text.trim()).map_err(|error| match error {
        hex::FromHexError::OddLength => "hexadecimal has two digits for each byte".to_owned(),
        _ => "hexadecimal has the digits 0 to 9 and a to f, and no `0x`".to_owned(),
    })
}

macro_rules! examples {
    () => {
        "\
Examples:
  sudo cvm-agent attest --nonce 3f6c… --output attestation.pb
  sudo cvm-agent attest --nonce 3f6c… --key gceAK --format textproto > attestation.textproto"
    };
}

const EXAMPLES: &str = examples!();

const EXAMPLES_AND_EXITS: &str = concat!(
    examples!(),
    "

Exit codes:
  0  attested
  1  the output cannot be written
  2  the command was called wrongly
  3  this machine cannot: no TPM, no permission, no key, no log
  4  the TPM is busy, or its registers keep changing; try again later"
);

#[cfg(test)]
mod tests {
    use super::{Nonce, ReportData, unreserved_report_data};

    #[test]
    fn takes_nonces_as_gotpm_does() {
        for (text, bytes) in [
            ("00", &[0][..]),
            ("aAbB", &[0xaa, 0xbb]),
            (" 0102\n", &[1, 2]),
        ] {
            assert_eq!(text.parse::<Nonce>().unwrap().as_bytes(), bytes, "{text:?}");
        }
        assert!("ab".repeat(64).parse::<Nonce>().is_ok());
        for text in ["", " ", "0", "0x00", "zz", "0 0", &"ab".repeat(65)] {
            assert!(text.parse::<Nonce>().is_err(), "{text:?}");
        }
    }

    /// `attest` signs for a stranger: never what another door would take.
    #[test]
    fn refuses_what_other_doors_take() {
        for prefix in ["GoogAttestV1", "SealAttestV1", "SGE1"] {
            for text in [prefix.to_owned(), format!("{prefix}and more")] {
                let refused = hex::encode(&text).parse::<Nonce>().unwrap_err();
                assert!(refused.contains(prefix), "{refused}");
            }
            let report_data = hex::encode(format!("{prefix:x<64}"));
            let refused = unreserved_report_data(&report_data).unwrap_err();
            assert!(refused.contains(prefix), "{refused}");
            // Whoever verifies may expect anything.
            assert!(report_data.parse::<ReportData>().is_ok(), "{prefix}");
            let cut = &prefix[..prefix.len() - 1];
            assert!(hex::encode(cut).parse::<Nonce>().is_ok(), "{cut}");
            let later = format!(" {prefix}");
            assert!(hex::encode(&later).parse::<Nonce>().is_ok(), "{later}");
        }
    }

    #[test]
    fn report_data_has_64_bytes() {
        for (bytes, ok) in [(0, false), (63, false), (64, true), (65, false)] {
            assert_eq!(
                "01".repeat(bytes).parse::<ReportData>().is_ok(),
                ok,
                "{bytes}"
            );
        }
    }
}
