//! An issuer and a gate that trusts it.

use sealgate_tests::curl::Response;
use sealgate_tests::gate::{Gate, Settings, codelab_policy};
use sealgate_tests::issuer::DeskIssuer;
use serde_json::Value;

pub(crate) const SECRET: &str = "db-password";
pub(crate) const VALUE: &str = "This is the super secret information!";

pub(crate) struct Desk {
    pub(crate) issuer: DeskIssuer,
    pub(crate) gate: Gate,
}

impl Desk {
    /// An empty gate.
    pub(crate) fn empty() -> Self {
        let issuer = DeskIssuer::start().expect("a free port");
        let settings = Settings::new(&[&issuer.url()]);
        let gate = Gate::start(settings).expect("the gate starts");
        Self { issuer, gate }
    }

    /// A gate with one secret under the codelab's policy.
    pub(crate) fn with_secret() -> Self {
        let desk = Self::empty();
        desk.gate.store(SECRET, VALUE, &desk.policy());
        desk
    }

    pub(crate) fn policy(&self) -> Value {
        codelab_policy(&self.issuer.url())
    }

    /// A good token for a secret.
    pub(crate) fn token(&self, secret: &str) -> String {
        self.issuer.token(&self.gate.audience(secret)).sign()
    }

    /// Releases [`SECRET`] with a fresh token.
    pub(crate) fn release(&self) -> Response {
        self.gate.release(SECRET, &self.token(SECRET)).send()
    }

    /// Asserts that a fresh token still gets [`SECRET`].
    #[track_caller]
    pub(crate) fn assert_released(&self) {
        let response = self.release().expect(200);
        assert_eq!(response.json()["value"], VALUE);
    }
}
