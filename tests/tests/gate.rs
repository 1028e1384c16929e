//! The built gate under workerd, end to end: a real issuer, real HTTP, `curl` as the client.
//!
//! `cargo xtask test` builds the gate and sets `SEALGATE_TARGET` and `SEALGATE_WORKERD`.

#![cfg(feature = "e2e")]

#[path = "gate/desk.rs"]
mod desk;
#[path = "gate/durability.rs"]
mod durability;
#[path = "gate/guard.rs"]
mod guard;
#[path = "gate/http.rs"]
mod http;
#[path = "gate/issuer_keys.rs"]
mod issuer_keys;
#[path = "gate/owner.rs"]
mod owner;
#[path = "gate/release.rs"]
mod release;
#[path = "gate/settings.rs"]
mod settings;
#[path = "gate/wrangler.rs"]
mod wrangler;
