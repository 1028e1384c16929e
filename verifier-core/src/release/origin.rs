//! The gate's own address, and the audiences that belong to its doors.

use core::fmt;

use super::SecretName;
use crate::error::Error;

/// Whether a gate may be reached over plain HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlainHttp {
    /// Anywhere: the codelab's gate on an internal address.
    Allowed,
    /// On loopback only, where nothing travels.
    LoopbackOnly,
}

/// The public origin of a gate (RFC 6454 §6.2): scheme, host and port, nothing after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Checks an origin. It is compared byte for byte with what agents derive, so it must be
    /// written in its one form: lower case, no trailing slash, no default port.
    pub fn parse(text: &str, plain: PlainHttp) -> Result<Self, Error> {
        let defect = |defect| Error::SettingInvalid {
            setting: "SEALGATE_ORIGIN",
            defect,
        };
        let (secure, authority) =
            match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
                (Some(authority), _) => (true, authority),
                (None, Some(authority)) => (false, authority),
                (None, None) => return Err(defect("it does not start with https://")),
            };
        let (host, port) = split_port(authority)
            .ok_or_else(|| defect("it is not a host with an optional port and nothing after"))?;
        if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(defect("the host must be in lower case"));
        }
        if port == Some(if secure { 443 } else { 80 }) {
            return Err(defect("the default port must be left out"));
        }
        let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        if !secure && !loopback && plain == PlainHttp::LoopbackOnly {
            return Err(defect("plain http needs SEALGATE_ALLOW_HTTP=1"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The origin.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The audience of a door. A token for one door opens no other.
    pub fn audience(&self, door: Door<'_>) -> String {
        match door {
            Door::Default => self.0.clone(),
            Door::Bearer(name) => format!("{}/v1/secrets/{name}/release", self.0),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A door of the gate at which a token is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door<'a> {
    /// `POST /v1/secrets/NAME/release`, binding `bearer`.
    Bearer(&'a SecretName),
    /// `GET /`: the deployment's default secret.
    Default,
}

fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.rsplit_once(':') {
        // The colons of an IPv6 address stand inside brackets.
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let name = |host: &str| {
        !host.is_empty()
            && host.len() <= 253
            && host.split('.').all(|label| {
                !label.is_empty()
                    && label
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
    };
    let address = |host: &str| {
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|host| {
                !host.is_empty()
                    && host
                        .bytes()
                        .all(|byte| byte.is_ascii_hexdigit() || byte == b':')
            })
    };
    if !name(host) && !address(host) {
        return None;
    }
    let Some(port) = port else {
        return Some((host, None));
    };
    // `parse` alone would take "+80" and "080".
    let number = port
        .parse::<u16>()
        .ok()
        .filter(|number| number.to_string() == port)?;
    Some((host, Some(number)))
}

#[cfg(test)]
mod tests {
    use super::{Door, Origin, PlainHttp};
    use crate::release::SecretName;

    #[test]
    fn takes_origins_in_their_one_form() {
        for good in [
            "https://gate.example",
            "https://gate.example:8443",
            "http://localhost:8787",
            "http://127.0.0.1",
            "http://[::1]:8787",
        ] {
            assert!(
                Origin::parse(good, PlainHttp::LoopbackOnly).is_ok(),
                "{good}"
            );
        }
        for bad in [
            "",
            "gate.example",
            "https://",
            "https://gate.example/",
            "https://Gate.example",
            "https://gate.example:443",
            "http://127.0.0.1:80",
            "https://a@gate.example",
            "https://gate.example?x",
            "https://gate.example:",
            "https://gate.example:080",
            "https://gate.example:99999",
            "https://gate..example",
            "https://gate.example#",
            "ftp://gate.example",
            "https://[::1",
            "https://gate example",
            "http://10.0.0.5:8080",
            "http://localhost.evil.example",
            "HTTPS://gate.example",
        ] {
            let error = Origin::parse(bad, PlainHttp::LoopbackOnly).unwrap_err();
            assert_eq!(error.code().as_str(), "misconfigured", "{bad}");
        }
        assert!(Origin::parse("http://10.0.0.5:8080", PlainHttp::Allowed).is_ok());
    }

    #[test]
    fn every_door_has_its_own_audience() {
        let origin = Origin::parse("https://gate.example", PlainHttp::LoopbackOnly).unwrap();
        let name = SecretName::parse("db-password").unwrap();
        assert_eq!(origin.audience(Door::Default), "https://gate.example");
        assert_eq!(
            origin.audience(Door::Bearer(&name)),
            "https://gate.example/v1/secrets/db-password/release"
        );
    }
}
