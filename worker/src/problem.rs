//! Refusals as problem documents (RFC 9457), with the core's stable code.

use sealgate_core::{Code, Error};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use worker::{Headers, Response, ResponseBuilder, Result};

use crate::routes::Route;

/// A setting that is missing or wrong, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Setting {
    pub(crate) setting: String,
    pub(crate) defect: String,
}

/// A refusal on its way to the caller.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    code: Code,
    status: u16,
    detail: String,
    setting: Option<Setting>,
    allow: Option<&'static str>,
    cause: Option<Code>,
}

impl Problem {
    /// A refusal that says no more than its code means.
    pub(crate) fn new(code: Code) -> Self {
        Self {
            code,
            status: code.http_status(),
            detail: code.cause().to_owned(),
            setting: None,
            allow: None,
            cause: None,
        }
    }

    /// A refusal that names the defect: for owners, and for what the caller wrote.
    pub(crate) fn detailed(code: Code, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..Self::new(code)
        }
    }

    /// A setting that is missing or wrong.
    pub(crate) fn misconfigured(setting: &str, defect: &str) -> Self {
        Self {
            setting: Some(Setting {
                setting: setting.to_owned(),
                defect: defect.to_owned(),
            }),
            ..Self::detailed(Code::Misconfigured, format!("{setting}: {defect}"))
        }
    }

    /// An owner who is known, but may not do this: 403 instead of 401 (RFC 9110 §15.5.4).
    pub(crate) fn forbidden() -> Self {
        Self {
            status: 403,
            ..Self::new(Code::NotAuthorized)
        }
    }

    pub(crate) fn method_not_allowed(allow: &'static str) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(Code::MethodNotAllowed)
        }
    }

    /// The setting that the problem is about.
    pub(crate) fn setting(&self) -> Option<&Setting> {
        self.setting.as_ref()
    }

    /// Keeps for the log why a caller is told less than that.
    pub(crate) fn because(mut self, cause: Code) -> Self {
        self.cause = Some(cause);
        self
    }

    /// What really was wrong, where the caller is told something else.
    pub(crate) fn cause(&self) -> Option<Code> {
        self.cause
    }

    pub(crate) fn code(&self) -> Code {
        self.code
    }

    pub(crate) fn to_response(&self, route: &Route) -> Result<Response> {
        let mut body = Map::new();
        body.insert(
            "type".to_owned(),
            json!(format!("urn:sealgate:error:{}", self.code)),
        );
        body.insert("title".to_owned(), json!(self.code.cause()));
        body.insert("status".to_owned(), json!(self.status));
        body.insert("code".to_owned(), json!(self.code));
        body.insert("detail".to_owned(), json!(self.detail));
        if let Some(Setting { setting, .. }) = &self.setting {
            body.insert("setting".to_owned(), json!(setting));
        }
        let headers = Headers::new();
        headers.set("Content-Type", "application/problem+json")?;
        if let Some(challenge) = self.challenge(route) {
            headers.set("WWW-Authenticate", &challenge)?;
        }
        if let Some(allow) = self.allow {
            headers.set("Allow", allow)?;
        }
        if self.status == 503 {
            headers.set("Retry-After", "5")?;
        }
        let text = Value::Object(body).to_string();
        Ok(ResponseBuilder::new()
            .with_status(self.status)
            .with_headers(headers)
            .fixed(text.into_bytes()))
    }

    /// `WWW-Authenticate` of RFC 6750 §3: no error code when no token was sent.
    fn challenge(&self, route: &Route) -> Option<String> {
        let realm = route.realm();
        match (self.status, self.code) {
            (401, Code::TokenMissing) => Some(format!("Bearer realm=\"{realm}\"")),
            (401, code) => Some(format!(
                "Bearer realm=\"{realm}\", error=\"invalid_token\", error_description=\"{code}\""
            )),
            (403, code) => Some(format!(
                "Bearer realm=\"{realm}\", error=\"insufficient_scope\", error_description=\"{code}\""
            )),
            _ => None,
        }
    }
}

impl From<Error> for Problem {
    /// The refusal of a core error, for machines: the code, and nothing of what was compared.
    fn from(error: Error) -> Self {
        match error {
            Error::SettingInvalid { setting, defect } => Self::misconfigured(setting, defect),
            error => Self::new(error.code()),
        }
    }
}

impl From<worker::Error> for Problem {
    /// A failure of the runtime. Its text goes to the operator, since it may quote anything.
    fn from(error: worker::Error) -> Self {
        crate::log::failure("runtime", &error.to_string());
        Self::new(Code::InternalError)
    }
}
