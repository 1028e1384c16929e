//! The environment, typed. What is missing or wrong is `misconfigured` and names the variable; no
//! setting has an insecure default.

use js_sys::{JSON, Reflect};
use sealgate_core::{IssuerSettings, Origin, Owners, PlainHttp, Policy, RootKeys, SecretName};
use worker::Env;

use crate::problem::Problem;

const ROOT_KEY: &str = "SEALGATE_ROOT_KEY";
const ORIGIN: &str = "SEALGATE_ORIGIN";
const ALLOW_HTTP: &str = "SEALGATE_ALLOW_HTTP";
const ISSUERS: &str = "SEALGATE_ISSUERS";
const ADMINS: &str = "SEALGATE_ADMINS";
const DEFAULT_SECRET: &str = "SEALGATE_DEFAULT_SECRET";

/// The settings of a gate. Each is read when it is needed: a wrong one fails what depends on it.
#[derive(Clone, Copy)]
pub(crate) struct Config<'a>(&'a Env);

impl<'a> Config<'a> {
    pub(crate) fn new(env: &'a Env) -> Self {
        Self(env)
    }

    pub(crate) fn origin(&self) -> Result<Origin, Problem> {
        let plain = match self.text(ALLOW_HTTP).as_deref() {
            None | Some("0") => PlainHttp::LoopbackOnly,
            Some("1") => PlainHttp::Allowed,
            Some(_) => return Err(Problem::misconfigured(ALLOW_HTTP, "it is neither 0 nor 1")),
        };
        Ok(Origin::parse(&self.required(ORIGIN)?, plain)?)
    }

    pub(crate) fn issuers(&self) -> Result<IssuerSettings, Problem> {
        match self.text(ISSUERS) {
            None => Ok(IssuerSettings::default()),
            Some(text) => Ok(IssuerSettings::parse(&text)?),
        }
    }

    pub(crate) fn owners(&self) -> Result<Owners, Problem> {
        Ok(Owners::parse(&self.required(ADMINS)?)?)
    }

    pub(crate) fn root_keys(&self) -> Result<RootKeys, Problem> {
        Ok(RootKeys::parse(&self.required(ROOT_KEY)?)?)
    }

    pub(crate) fn default_secret(&self) -> Result<SecretName, Problem> {
        let text = self.required(DEFAULT_SECRET)?;
        SecretName::parse(&text)
            .map_err(|error| Problem::misconfigured(DEFAULT_SECRET, &error.to_string()))
    }

    /// Root keys are configured, and none is the one that a stored value is sealed under.
    pub(crate) fn unopened() -> Problem {
        Problem::misconfigured(ROOT_KEY, "no key opens the stored value")
    }

    /// Checks that a policy's issuers are all trusted here: one that is not could never be met.
    pub(crate) fn check_issuers(&self, policy: &Policy) -> Result<bool, Problem> {
        let issuers = self.issuers()?;
        Ok(policy
            .issuers()
            .iter()
            .all(|issuer| issuers.find(issuer).is_some()))
    }

    /// Every setting that keeps the gate from working.
    pub(crate) fn defects(&self) -> Vec<Problem> {
        [
            self.root_keys().err(),
            self.origin().err(),
            self.issuers().err(),
            self.owners().err(),
            self.text(DEFAULT_SECRET)
                .and_then(|_| self.default_secret().err()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn required(&self, name: &'static str) -> Result<String, Problem> {
        self.text(name)
            .ok_or_else(|| Problem::misconfigured(name, "it is not set"))
    }

    /// A variable or secret, as text. workerd binds `null` where the environment has none; a list
    /// in a wrangler file is bound as a list. What is there is never taken for unset: a default in
    /// place of a setting that is wrong would trust what nobody chose.
    fn text(&self, name: &str) -> Option<String> {
        let value = Reflect::get(self.0.as_ref(), &name.into()).ok()?;
        if value.is_undefined() || value.is_null() {
            return None;
        }
        let json = || {
            JSON::stringify(&value)
                .ok()
                .and_then(|text| text.as_string())
        };
        Some(value.as_string().or_else(json).unwrap_or_default())
    }
}
