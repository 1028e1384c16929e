//! The desk issuer: a small OpenID Connect issuer on a loopback port.
//!
//! Discovery and JWKS over real HTTP, rotation, counters, and faults on request. It signs tokens
//! shaped like those of a Confidential VM.

mod claims;
mod server;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use claims::{TokenBuilder, confidential_vm};
use server::{Server, State};

use crate::keys::{ISSUER, ISSUER_NEXT, RsaKey};

/// What the issuer does wrong from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Promises more bytes than it sends.
    CutOff,
    /// Answers with a set without keys.
    EmptyKeys,
    /// Answers 500.
    Error,
    /// Takes requests and answers none until the fault is lifted.
    Hold,
    /// Answers with a page.
    Html,
    /// Answers with 8 MiB.
    Oversized,
    /// Sends the client elsewhere.
    Redirect,
    /// Answers this much later.
    Slow(Duration),
    /// Answers with a set whose only key verifies no RS256.
    UselessKeys,
    /// Names another issuer in discovery.
    WrongIssuer,
}

/// How often each document was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requests {
    /// Discovery.
    pub discovery: u64,
    /// Key set.
    pub keys: u64,
    /// Any other path.
    pub other: u64,
}

/// A running desk issuer; it ends when dropped.
pub struct DeskIssuer {
    state: Arc<State>,
    server: Option<Server>,
    address: SocketAddr,
}

impl DeskIssuer {
    /// Starts on a free port of the loopback address.
    pub fn start() -> io::Result<Self> {
        Self::start_on(SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Starts on `address`.
    pub fn start_on(address: SocketAddr) -> io::Result<Self> {
        let state = Arc::new(State::default());
        let (server, address) = Server::start(address, &state)?;
        state.set_url(format!("http://{address}"));
        Ok(Self {
            state,
            server: Some(server),
            address,
        })
    }

    /// The issuer's identifier, which is also its address.
    pub fn url(&self) -> String {
        self.state.url()
    }

    /// Replaces the signing key: the old one leaves the set at once.
    pub fn rotate(&self) {
        self.state.rotate();
    }

    /// How long, by `cache-control`, clients may keep the documents.
    pub fn set_max_age(&self, max_age: Duration) {
        self.state.set_max_age(max_age);
    }

    /// Switches a fault on, or all off.
    pub fn set_fault(&self, fault: Option<Fault>) {
        self.state.set_fault(fault);
    }

    /// How often it was asked.
    pub fn requests(&self) -> Requests {
        self.state.requests()
    }

    /// Stops listening: connections are refused.
    pub fn stop(&mut self) {
        self.server = None;
    }

    /// Listens again on the same port.
    pub fn resume(&mut self) -> io::Result<()> {
        if self.server.is_none() {
            self.server = Some(Server::start(self.address, &self.state)?.0);
        }
        Ok(())
    }

    /// Waits until the counts are as wanted; false after ten seconds.
    pub fn wait_until(&self, wanted: impl Fn(Requests) -> bool) -> bool {
        self.state.wait_until(wanted)
    }

    /// The current key set.
    pub fn jwks(&self) -> serde_json::Value {
        self.state.jwks()
    }

    /// A token of a Confidential VM for `audience`, valid from now.
    pub fn token(&self, audience: &str) -> TokenBuilder {
        let (key, key_id) = self.state.signing_key();
        let claims = confidential_vm(&self.url(), audience, unix_now());
        // RS256 is deterministic: without it, two tokens of one second were one token.
        let nonce = format!("desk-nonce-{:010}", self.state.next_token());
        TokenBuilder::new(key, key_id, claims).claim("eat_nonce", nonce)
    }
}

/// Seconds since the epoch.
pub fn unix_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970")
        .as_secs()
}

/// The key and `kid` after `rotations` rotations.
fn key_after(rotations: u64) -> (&'static RsaKey, String) {
    let key = if rotations.is_multiple_of(2) {
        &*ISSUER
    } else {
        &*ISSUER_NEXT
    };
    (key, format!("desk-key-{}", rotations + 1))
}
