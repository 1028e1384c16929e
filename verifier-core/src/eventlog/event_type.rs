//! The types of events: what a log says that a measurement is of.

use core::fmt;

/// The type of an event. It is not measured: anybody who can write the log can change it, so
/// nothing may be concluded from it that the digest does not confirm.
///
/// TCG PC Client Platform Firmware Profile 1.06, section 10.4.1, table 27.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType(u32);

macro_rules! event_types {
    ($($(#[doc = $doc:literal])+ $name:ident = $value:literal $text:literal;)+) => {
        impl EventType {
            $($(#[doc = $doc])+ pub const $name: Self = Self($value);)+

            /// Its name in the specification, such as `EV_SEPARATOR`; `None` for a type that the
            /// specification does not have.
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some($text),)+
                    _ => None,
                }
            }
        }
    };
}

event_types! {
    /// Reserved; firmware should not use it.
    PREBOOT_CERT = 0x0000_0000 "EV_PREBOOT_CERT";
    /// Code or data of the platform's firmware.
    POST_CODE = 0x0000_0001 "EV_POST_CODE";
    /// Reserved.
    UNUSED = 0x0000_0002 "EV_UNUSED";
    /// Says something and is measured into no register.
    NO_ACTION = 0x0000_0003 "EV_NO_ACTION";
    /// The end of what the firmware measured before it called anything else.
    SEPARATOR = 0x0000_0004 "EV_SEPARATOR";
    /// Something the platform did, as text.
    ACTION = 0x0000_0005 "EV_ACTION";
    /// An event of the operating system's own kinds, by number.
    EVENT_TAG = 0x0000_0006 "EV_EVENT_TAG";
    /// The first code of the boot.
    S_CRTM_CONTENTS = 0x0000_0007 "EV_S_CRTM_CONTENTS";
    /// The version of the first code of the boot.
    S_CRTM_VERSION = 0x0000_0008 "EV_S_CRTM_VERSION";
    /// Microcode of the processor.
    CPU_MICROCODE = 0x0000_0009 "EV_CPU_MICROCODE";
    /// Configuration of the platform.
    PLATFORM_CONFIG_FLAGS = 0x0000_000A "EV_PLATFORM_CONFIG_FLAGS";
    /// The devices that the platform has.
    TABLE_OF_DEVICES = 0x0000_000B "EV_TABLE_OF_DEVICES";
    /// Anything, by its digest; the data says what.
    COMPACT_HASH = 0x0000_000C "EV_COMPACT_HASH";
    /// Code or data of a boot loader, by whatever loaded it.
    IPL = 0x0000_000D "EV_IPL";
    /// The partition data of a boot loader.
    IPL_PARTITION_DATA = 0x0000_000E "EV_IPL_PARTITION_DATA";
    /// Code of a part of the platform other than the host.
    NONHOST_CODE = 0x0000_000F "EV_NONHOST_CODE";
    /// Configuration of a part of the platform other than the host.
    NONHOST_CONFIG = 0x0000_0010 "EV_NONHOST_CONFIG";
    /// A part of the platform other than the host.
    NONHOST_INFO = 0x0000_0011 "EV_NONHOST_INFO";
    /// Boot devices that were not asked.
    OMIT_BOOT_DEVICE_EVENTS = 0x0000_0012 "EV_OMIT_BOOT_DEVICE_EVENTS";
    /// Code that ran after the separator and before the boot loader.
    POST_CODE2 = 0x0000_0013 "EV_POST_CODE2";
    /// The first of EFI's types; no event has it.
    EFI_EVENT_BASE = 0x8000_0000 "EV_EFI_EVENT_BASE";
    /// An EFI variable that configures the boot.
    EFI_VARIABLE_DRIVER_CONFIG = 0x8000_0001 "EV_EFI_VARIABLE_DRIVER_CONFIG";
    /// An EFI variable about booting.
    EFI_VARIABLE_BOOT = 0x8000_0002 "EV_EFI_VARIABLE_BOOT";
    /// An EFI application that was loaded.
    EFI_BOOT_SERVICES_APPLICATION = 0x8000_0003 "EV_EFI_BOOT_SERVICES_APPLICATION";
    /// A driver for the time before the operating system.
    EFI_BOOT_SERVICES_DRIVER = 0x8000_0004 "EV_EFI_BOOT_SERVICES_DRIVER";
    /// A driver that stays with the operating system.
    EFI_RUNTIME_SERVICES_DRIVER = 0x8000_0005 "EV_EFI_RUNTIME_SERVICES_DRIVER";
    /// The partition table of the disk that was booted.
    EFI_GPT_EVENT = 0x8000_0006 "EV_EFI_GPT_EVENT";
    /// Something the firmware did, as text.
    EFI_ACTION = 0x8000_0007 "EV_EFI_ACTION";
    /// A part of the firmware, by address and length.
    EFI_PLATFORM_FIRMWARE_BLOB = 0x8000_0008 "EV_EFI_PLATFORM_FIRMWARE_BLOB";
    /// Tables that the firmware hands on.
    EFI_HANDOFF_TABLES = 0x8000_0009 "EV_EFI_HANDOFF_TABLES";
    /// A part of the firmware, by name, address and length.
    EFI_PLATFORM_FIRMWARE_BLOB2 = 0x8000_000A "EV_EFI_PLATFORM_FIRMWARE_BLOB2";
    /// Tables that the firmware hands on, by name.
    EFI_HANDOFF_TABLES2 = 0x8000_000B "EV_EFI_HANDOFF_TABLES2";
    /// An EFI variable about booting, its value alone.
    EFI_VARIABLE_BOOT2 = 0x8000_000C "EV_EFI_VARIABLE_BOOT2";
    /// The partition table of the disk that was booted, without what changes.
    EFI_GPT_EVENT2 = 0x8000_000D "EV_EFI_GPT_EVENT2";
    /// The start of a dynamic root of trust.
    EFI_HCRTM_EVENT = 0x8000_0010 "EV_EFI_HCRTM_EVENT";
    /// What allowed something to be loaded.
    EFI_VARIABLE_AUTHORITY = 0x8000_00E0 "EV_EFI_VARIABLE_AUTHORITY";
    /// The firmware of a device.
    EFI_SPDM_FIRMWARE_BLOB = 0x8000_00E1 "EV_EFI_SPDM_FIRMWARE_BLOB";
    /// The configuration of a device.
    EFI_SPDM_FIRMWARE_CONFIG = 0x8000_00E2 "EV_EFI_SPDM_FIRMWARE_CONFIG";
    /// Whom a device must be certified by.
    EFI_SPDM_DEVICE_POLICY = 0x8000_00E3 "EV_EFI_SPDM_DEVICE_POLICY";
    /// Who certified a device.
    EFI_SPDM_DEVICE_AUTHORITY = 0x8000_00E4 "EV_EFI_SPDM_DEVICE_AUTHORITY";
}

impl EventType {
    /// The type with a number.
    pub const fn new(value: u32) -> Self {
        Self(value)
    }

    /// The number.
    pub const fn value(self) -> u32 {
        self.0
    }
}

/// The name, or the number in hexadecimal.
impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => f.pad(&format!("{:#010x}", self.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EventType;

    #[test]
    fn known_types_have_the_specifications_names() {
        assert_eq!(EventType::new(4), EventType::SEPARATOR);
        assert_eq!(EventType::SEPARATOR.name(), Some("EV_SEPARATOR"));
        assert_eq!(
            EventType::new(0x8000_00E0).to_string(),
            "EV_EFI_VARIABLE_AUTHORITY"
        );
    }

    #[test]
    fn an_unknown_type_is_its_number() {
        assert_eq!(EventType::new(0x8000_0100).name(), None);
        assert_eq!(EventType::new(0x8000_0100).to_string(), "0x80000100");
    }
}
