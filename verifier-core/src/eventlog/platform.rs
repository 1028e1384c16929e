//! The platform: its firmware's version and what protects the machine's memory.

use super::{EventType, ExplainedLog, LogDefect};
use crate::error::Error;

/// The register of the firmware itself.
const REGISTER: u8 = 0;

/// What Google's firmware calls itself, in UTF-16LE before a decimal number and a zero.
const GCE_FIRMWARE: &str = "GCE Virtual Firmware v";

/// What Google's non-host information begins with; a byte for the technology and 15 reserved ones
/// follow.
const NON_HOST_INFO: &[u8] = b"GCE NonHostInfo\0";
const NON_HOST_INFO_BYTES: usize = 32;

/// The platform, as register 0 has it before its separator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Platform {
    /// The version of the firmware, if it says one.
    pub firmware: Option<Firmware>,
    /// What protects the machine's memory, if the firmware says. The firmware's word, no more:
    /// only the processor's own report proves it.
    pub technology: Option<ConfidentialTechnology>,
    /// How many events say so. Google's firmware measures exactly one.
    pub non_host_infos: usize,
}

/// The version of a firmware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Firmware {
    /// Google's, by its number.
    GceVersion(u32),
    /// Another: the bytes of its `EV_S_CRTM_VERSION`.
    ScrtmVersion(Vec<u8>),
}

impl Firmware {
    /// The version in the data of an `EV_S_CRTM_VERSION`.
    pub(super) fn from_data(data: &[u8]) -> Self {
        match gce_version(data) {
            Some(version) => Self::GceVersion(version),
            None => Self::ScrtmVersion(data.to_vec()),
        }
    }
}

/// What protects the memory of a confidential machine, as Google's firmware numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfidentialTechnology {
    /// 0: nothing does.
    NotConfidential,
    /// 1: AMD SEV.
    AmdSev,
    /// 2: AMD SEV-ES.
    AmdSevEs,
    /// 3: Intel TDX.
    IntelTdx,
    /// 4: AMD SEV-SNP.
    AmdSevSnp,
}

impl ConfidentialTechnology {
    /// Every one, by number. The numbers are no order of strength.
    pub const ALL: [Self; 5] = [
        Self::NotConfidential,
        Self::AmdSev,
        Self::AmdSevEs,
        Self::IntelTdx,
        Self::AmdSevSnp,
    ];

    /// The technology with a number.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        match self {
            Self::NotConfidential => 0,
            Self::AmdSev => 1,
            Self::AmdSevEs => 2,
            Self::IntelTdx => 3,
            Self::AmdSevSnp => 4,
        }
    }

    /// Its name: `NONE`, `AMD_SEV`, `AMD_SEV_ES`, `INTEL_TDX`, `AMD_SEV_SNP`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotConfidential => "NONE",
            Self::AmdSev => "AMD_SEV",
            Self::AmdSevEs => "AMD_SEV_ES",
            Self::IntelTdx => "INTEL_TDX",
            Self::AmdSevSnp => "AMD_SEV_SNP",
        }
    }

    /// The technology that the data of Google's `EV_NONHOST_INFO` names.
    pub(super) fn from_data(data: &[u8]) -> Option<Self> {
        let (number, _reserved) = data.strip_prefix(NON_HOST_INFO)?.split_first()?;
        (data.len() == NON_HOST_INFO_BYTES)
            .then(|| Self::from_number(*number))
            .flatten()
    }
}

impl ExplainedLog<'_> {
    /// What register 0 says about the platform before its separator: the last version and the
    /// last non-host information.
    ///
    /// Not checked: that there is only one non-host information, and that the separator is there.
    /// What is absent proves nothing: who sends the log can call an event something else.
    ///
    /// # Errors
    ///
    /// [`Error::LogEventInvalid`] for a separator that is none, for a digest that is not its
    /// data's, for a second version, for non-host information that names no known technology (that
    /// is not the same as none), and for what is of no known type and shows nothing.
    pub fn platform(&self) -> Result<Platform, Error> {
        let mut platform = Platform {
            firmware: None,
            technology: None,
            non_host_infos: 0,
        };
        for event in self.events_of(REGISTER) {
            if self.separators.select(event)?.is_some() {
                break;
            }
            match event.event_type {
                EventType::S_CRTM_VERSION => {
                    event.check_digest()?;
                    if event.data.starts_with(NON_HOST_INFO) {
                        return Err(event.invalid(LogDefect::NonHostInfo));
                    }
                    if platform.firmware.is_some() {
                        return Err(event.invalid(LogDefect::Repeated));
                    }
                    platform.firmware = Some(Firmware::from_data(event.data));
                }
                EventType::NONHOST_INFO => {
                    event.check_digest()?;
                    let technology = ConfidentialTechnology::from_data(event.data)
                        .ok_or_else(|| event.invalid(LogDefect::NonHostInfo))?;
                    platform.technology = Some(technology);
                    platform.non_host_infos = platform.non_host_infos.saturating_add(1);
                }
                other if other.name().is_none() && !event.digest_verified => {
                    return Err(event.invalid(LogDefect::Type));
                }
                _ if event.data.starts_with(NON_HOST_INFO) || gce_version(event.data).is_some() => {
                    return Err(event.invalid(LogDefect::Disguised));
                }
                _ => {}
            }
        }
        Ok(platform)
    }
}

/// The number in Google's name for its firmware, in its one spelling.
fn gce_version(data: &[u8]) -> Option<u32> {
    let (units, []) = data.as_chunks::<2>() else {
        return None;
    };
    let text: String = units
        .iter()
        .map(|unit| char::from_u32(u32::from(u16::from_le_bytes(*unit))))
        .collect::<Option<_>>()?;
    let number = text.strip_prefix(GCE_FIRMWARE)?.strip_suffix('\0')?;
    let version = number.parse::<u32>().ok()?;
    (version.to_string() == number).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::{ConfidentialTechnology, Firmware};

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn googles_firmware_has_a_number() {
        let of = |text| Firmware::from_data(&utf16(text));
        assert_eq!(of("GCE Virtual Firmware v2\0"), Firmware::GceVersion(2));
        for other in [
            "GCE Virtual Firmware v2",
            "GCE Virtual Firmware v\0",
            "GCE Virtual Firmware v02\0",
            "GCE Virtual Firmware v+2\0",
            "GCE Virtual Firmware v4294967296\0",
            "GCE Virtual Firmware v2\0\0",
            "",
        ] {
            assert_eq!(of(other), Firmware::ScrtmVersion(utf16(other)), "{other}");
        }
    }

    #[test]
    fn a_technology_is_only_one_of_those_known() {
        let data = |number: u8, reserved: usize| {
            let mut data = b"GCE NonHostInfo\0".to_vec();
            data.push(number);
            data.resize(data.len() + reserved, 0);
            data
        };
        for technology in ConfidentialTechnology::ALL {
            let number = technology.number();
            assert_eq!(
                ConfidentialTechnology::from_data(&data(number, 15)),
                Some(technology)
            );
        }
        for defect in [data(5, 15), data(1, 14), data(1, 16), Vec::new()] {
            assert_eq!(ConfidentialTechnology::from_data(&defect), None);
        }
    }
}
