//! Trusted issuers and how long their keys count, as pure decisions; fetching is the host's work.

mod discovery;
mod freshness;
mod settings;

pub use discovery::{GOOGLE_ISSUER, GOOGLE_JWKS_URI, discovery_url, jwks_uri};
pub use freshness::{Freshness, KeyTimes, may_force_refresh, may_retry};
pub use settings::{IssuerSetting, IssuerSettings};
