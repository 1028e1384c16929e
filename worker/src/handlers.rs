//! From a request through the core to a response, a file per part of the interface.

pub(crate) mod about;
pub(crate) mod audience;
pub(crate) mod issuer_keys;
pub(crate) mod page;
pub(crate) mod release;
pub(crate) mod secrets;
