//! The issuers that a gate trusts for releases.

use serde::Deserialize;

use super::discovery::{GOOGLE_ISSUER, GOOGLE_JWKS_URI, authority};
use crate::error::Error;
use crate::json::parse_settings;
use crate::limits::POLICY_ISSUERS;
use crate::token::UnverifiedToken;

/// An issuer that is trusted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSetting {
    /// Exactly the `iss` of its tokens.
    pub issuer: String,
    /// Where its keys are, when the operator says so; else its discovery document does.
    pub jwks_uri: Option<String>,
}

/// The issuers that a gate trusts: `SEALGATE_ISSUERS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerSettings(Vec<IssuerSetting>);

impl Default for IssuerSettings {
    /// Google Cloud Attestation.
    fn default() -> Self {
        Self(vec![IssuerSetting {
            issuer: GOOGLE_ISSUER.to_owned(),
            jwks_uri: Some(GOOGLE_JWKS_URI.to_owned()),
        }])
    }
}

impl IssuerSettings {
    /// Reads a JSON list `[{"issuer": "https://…", "jwks_uri"?: "…"}]` of 1 to 16 issuers.
    ///
    /// `https:` only, loopback excepted: whoever can alter keys on the way can sign anything.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let entries = parse_settings(text).map_err(invalid)?;
        if entries.is_empty() || entries.len() > POLICY_ISSUERS {
            return Err(invalid("it must have 1 to 16 issuers"));
        }
        let mut settings: Vec<IssuerSetting> = Vec::new();
        for entry in entries {
            let mut setting: IssuerSetting = serde_json::from_value(entry.into())
                .map_err(|_| invalid("an entry is not {issuer, jwks_uri?}"))?;
            if !is_safe(&setting.issuer) || setting.issuer.contains('?') {
                return Err(invalid("an issuer is not an https URL"));
            }
            if setting.jwks_uri.as_deref().is_some_and(|uri| !is_safe(uri)) {
                return Err(invalid("a jwks_uri is not an https URL"));
            }
            if settings.iter().any(|other| other.issuer == setting.issuer) {
                return Err(invalid("an issuer stands there twice"));
            }
            if setting.issuer == GOOGLE_ISSUER && setting.jwks_uri.is_none() {
                setting.jwks_uri = Some(GOOGLE_JWKS_URI.to_owned());
            }
            settings.push(setting);
        }
        Ok(Self(settings))
    }

    /// The issuer whose `iss` this is, byte for byte.
    pub fn find(&self, issuer: &str) -> Option<&IssuerSetting> {
        self.0.iter().find(|setting| setting.issuer == issuer)
    }

    /// The issuer that a token claims to come from, if it is trusted: whose keys to verify it with.
    pub fn select(&self, token: &UnverifiedToken) -> Result<&IssuerSetting, Error> {
        token
            .claimed_issuer()
            .and_then(|issuer| self.find(issuer))
            .ok_or(Error::IssuerNotTrusted)
    }
}

fn is_safe(url: &str) -> bool {
    authority(url).is_some_and(|authority| {
        authority.starts_with("https://")
            || ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| {
                authority
                    .strip_prefix("http://")
                    .and_then(|rest| rest.strip_prefix(host))
                    .is_some_and(is_port)
            })
    })
}

/// Nothing, or a colon and digits.
fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|port| {
            port.parse::<u16>()
                .is_ok_and(|_| port.bytes().all(|byte| byte.is_ascii_digit()))
        })
}

const fn invalid(defect: &'static str) -> Error {
    Error::SettingInvalid {
        setting: "SEALGATE_ISSUERS",
        defect,
    }
}

#[cfg(test)]
mod tests {
    use super::{GOOGLE_ISSUER, GOOGLE_JWKS_URI, IssuerSettings};

    #[test]
    fn knows_where_googles_keys_are() {
        let text = format!(r#"[{{"issuer":"{GOOGLE_ISSUER}"}}]"#);
        let settings = IssuerSettings::parse(&text).unwrap();
        assert_eq!(settings, IssuerSettings::default());
        let google = settings.find(GOOGLE_ISSUER).unwrap();
        assert_eq!(google.jwks_uri.as_deref(), Some(GOOGLE_JWKS_URI));
    }

    #[test]
    fn finds_an_issuer_byte_for_byte() {
        let settings = IssuerSettings::parse(r#"[{"issuer":"https://issuer.example"}]"#).unwrap();
        assert!(settings.find("https://issuer.example").is_some());
        for other in [
            "https://issuer.example/",
            "https://Issuer.example",
            "http://issuer.example",
        ] {
            assert!(settings.find(other).is_none(), "{other}");
        }
    }

    #[test]
    fn takes_loopback_without_tls_and_nothing_else() {
        for good in [
            "http://127.0.0.1:8080",
            "http://localhost",
            "http://[::1]:1/x",
        ] {
            assert!(
                IssuerSettings::parse(&format!(r#"[{{"issuer":"{good}"}}]"#)).is_ok(),
                "{good}"
            );
        }
        for bad in [
            "http://issuer.example",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://localhost:80.evil.example",
            "http://localhost:",
            "https://user@issuer.example",
            "https://issuer.example?x",
            "issuer.example",
            "",
        ] {
            let error = IssuerSettings::parse(&format!(r#"[{{"issuer":"{bad}"}}]"#)).unwrap_err();
            assert_eq!(error.code().as_str(), "misconfigured", "{bad}");
        }
    }

    #[test]
    fn refuses_a_setting_that_is_not_wholly_understood() {
        for text in [
            "",
            "[]",
            "{}",
            r#"["https://issuer.example"]"#,
            r#"[["https://issuer.example","https://issuer.example/keys"]]"#,
            r#"[{"issuer":"https://a.example","jwks_uri":null}]"#,
            r#"[{"issuer":"https://a.example","jwks":"x"}]"#,
            r#"[{"issuer":"https://a.example","jwks_uri":"http://a.example"}]"#,
            r#"[{"issuer":"https://a.example"},{"issuer":"https://a.example"}]"#,
            r#"[{"issuer":"https://a.example","issuer":"https://b.example"}]"#,
        ] {
            let error = IssuerSettings::parse(text).unwrap_err();
            assert_eq!(error.code().as_str(), "misconfigured", "{text}");
        }
    }
}
