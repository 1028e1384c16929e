//! Reports of confidential hardware: AMD SEV-SNP and Intel TDX.

mod configfs;

use std::fmt;
use std::io;
use std::path::Path;

use sealgate_core::tee;
use sealgate_core::wire::attest::attestation::TeeAttestation;

use self::configfs::{Report, report};
use crate::cli::attest::{REPORT_DATA_BYTES, TeeTechnology};
use crate::error::Failure;
use crate::input;

/// Why there is no report.
#[derive(Debug)]
pub(crate) enum TeeFault {
    /// No such hardware, or a kernel that cannot ask it.
    Absent,
    NoPermission,
    /// There is hardware of another kind.
    Other(String),
    /// A report of another form than is known.
    Malformed(sealgate_core::Error),
    Failed(io::Error),
}

impl TeeFault {
    /// The failure of a command that needs a report of `technology`.
    pub(crate) fn required(self, technology: TeeTechnology) -> Failure {
        let name = match technology {
            TeeTechnology::SevSnp => "AMD SEV-SNP",
            TeeTechnology::Tdx => "Intel TDX",
        };
        let (message, remedy) = match self {
            Self::Absent => (
                format!("this machine gives no {name} reports"),
                "a Confidential VM of that kind with Linux 6.7 or newer and configfs mounted, \
                 or leave out --tee-technology",
            ),
            Self::NoPermission => (format!("only root may ask for {name} reports"), "sudo"),
            Self::Other(provider) => (
                format!("this machine's reports are no {name} ones: they come from {provider}"),
                "the other --tee-technology, or leave it out",
            ),
            Self::Malformed(error) => (
                format!("the {name} report cannot be carried: {error}"),
                "leave out --tee-technology",
            ),
            Self::Failed(error) => (
                format!(
                    "the {name} report could not be made: {}",
                    input::reason(&error.to_string())
                ),
                "once more, or leave out --tee-technology",
            ),
        };
        Failure::Machine { message, remedy }
    }
}

impl fmt::Display for TeeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("this machine gives none"),
            Self::NoPermission => f.write_str("only root may ask for one"),
            Self::Other(provider) => write!(f, "it would come from {provider}"),
            Self::Malformed(error) => write!(f, "{error}"),
            Self::Failed(error) => f.write_str(&input::reason(&error.to_string())),
        }
    }
}

impl From<io::Error> for TeeFault {
    fn from(error: io::Error) -> Self {
        // ENXIO: the file system is there, and no driver behind it.
        const NO_DRIVER: i32 = 6;
        match error.kind() {
            io::ErrorKind::NotFound => Self::Absent,
            io::ErrorKind::PermissionDenied => Self::NoPermission,
            _ if error.raw_os_error() == Some(NO_DRIVER) => Self::Absent,
            _ => Self::Failed(error),
        }
    }
}

/// Asks for a report with `report_data` in it; of `technology`, if one is given.
pub(crate) fn collect(
    directory: &Path,
    report_data: &[u8; REPORT_DATA_BYTES],
    technology: Option<TeeTechnology>,
) -> Result<TeeAttestation, TeeFault> {
    let report = report(directory, report_data, technology)?;
    message(&report).map_err(TeeFault::Malformed)
}

fn message(report: &Report) -> Result<TeeAttestation, sealgate_core::Error> {
    Ok(match report.technology {
        TeeTechnology::SevSnp => TeeAttestation::SevSnpAttestation(tee::snp_attestation(
            &report.report,
            &report.auxiliary,
        )?),
        TeeTechnology::Tdx => TeeAttestation::TdxAttestation(tee::tdx_quote(&report.report)?),
    })
}

#[cfg(test)]
mod tests {
    use sealgate_core::exit;
    use sealgate_core::wire::attest::attestation::TeeAttestation;

    use super::{Report, collect, message};
    use crate::cli::attest::TeeTechnology::{SevSnp, Tdx};

    const DATA: [u8; 64] = [7; 64];

    #[test]
    fn a_report_is_carried_in_its_message() {
        let report = |technology, report: &[u8]| Report {
            technology,
            report: report.to_vec(),
            auxiliary: Vec::new(),
        };
        const SNP: &[u8] = include_bytes!("../../tests/vectors/evidence/tee/snp-milan.report");
        const QUOTE: &[u8] = include_bytes!("../../tests/vectors/evidence/tee/tdx-v4.quote");
        match message(&report(SevSnp, SNP)) {
            // `REPORT_DATA` is at 0x50 (AMD 56860, table 23).
            Ok(TeeAttestation::SevSnpAttestation(snp)) => {
                assert_eq!(snp.report.unwrap().report_data, SNP[0x50..0x90]);
            }
            message => panic!("{message:?}"),
        }
        match message(&report(Tdx, QUOTE)) {
            Ok(TeeAttestation::TdxAttestation(quote)) => {
                assert_eq!(quote.td_quote_body.unwrap().report_data, QUOTE[568..632]);
            }
            message => panic!("{message:?}"),
        }
        assert!(message(&report(SevSnp, QUOTE)).is_err());
        assert!(message(&report(Tdx, &QUOTE[..QUOTE.len() / 2])).is_err());
    }

    #[test]
    fn a_machine_without_any_is_told_so() {
        let directory = tempfile::tempdir().unwrap();
        let absent = directory.path().join("report");
        let failure = collect(&absent, &DATA, Some(SevSnp))
            .unwrap_err()
            .required(SevSnp);
        assert_eq!(failure.exit_code(), exit::MACHINE);
        assert_eq!(
            failure.to_string(),
            "this machine gives no AMD SEV-SNP reports"
        );
    }
}
