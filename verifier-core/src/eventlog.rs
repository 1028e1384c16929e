//! Boot event logs (TCG PC Client Platform Firmware Profile): what was measured, in which order.
//!
//! A log is nobody's word until it explains registers that a TPM has quoted: only a
//! replay that ends in the quoted values makes its events worth reading.
//! `read → replay → explain → its parts: platform, secure boot, EFI, GRUB, kernel`.

pub(crate) mod bytes;
mod canonical;
mod complete;
mod defect;
mod describe;
mod efi;
mod event;
mod event_type;
mod exit_boot_services;
mod explained;
mod grub;
mod guid;
mod image;
mod log;
mod platform;
mod replay;
mod secure_boot;
mod separator;
mod signature_list;
mod spec_id;
mod tag;
mod variable;

pub use self::canonical::{
    CanonicalLog, GpuMode, Launch, LaunchOutcome, LaunchedContainer, RestartPolicy,
};
pub use self::defect::{Gap, LogDefect, ReplayMismatch};
pub use self::describe::Description;
pub use self::efi::Efi;
pub use self::event::Event;
pub use self::event_type::EventType;
pub use self::explained::{ExplainedLog, MeasuredEvent};
pub use self::grub::{Grub, GrubFile, LinuxKernel};
pub use self::guid::Guid;
pub use self::log::{EventLog, LogFormat, LogKind};
pub use self::platform::{ConfidentialTechnology, Firmware, Platform};
pub use self::replay::Replay;
pub use self::secure_boot::SecureBoot;
pub use self::separator::Separator;
pub use self::signature_list::{Certificate, Database, DatabaseEntry, WellKnownCertificate};
