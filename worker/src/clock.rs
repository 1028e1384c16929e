//! The runtime's clock, the one place where it is read.

use sealgate_core::UnixTime;
use worker::Date;

pub(crate) fn millis() -> u64 {
    Date::now().as_millis()
}

pub(crate) fn now() -> UnixTime {
    UnixTime::from_secs(millis() / 1000)
}
