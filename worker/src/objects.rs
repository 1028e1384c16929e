//! The Durable Objects. Their class names and bindings are part of a deployment's storage and never
//! change.

pub(crate) mod fetch_keys;
pub(crate) mod index;
pub(crate) mod issuer_keys;
pub(crate) mod secret;
pub(crate) mod sql;
