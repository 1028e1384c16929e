//! Asking a Durable Object, with a time-out: no caller waits for an object that cannot answer.

use std::time::Duration;

use sealgate_core::Code;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use worker::{Env, Method, Request, RequestInit, Response};

use crate::clock::within;
use crate::log;
use crate::problem::{Problem, Setting};

/// How long an object may take that only reads and commits, which takes milliseconds.
pub(crate) const TIME_OUT: Duration = Duration::from_secs(10);

/// What an object answers: what was asked for, or a refusal.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reply<T> {
    Done(T),
    Refused(Refusal),
}

/// A refusal on its way from an object to the isolate.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Refusal {
    code: String,
    setting: Option<Setting>,
}

impl Refusal {
    pub(crate) fn new(code: Code) -> Self {
        Self {
            code: code.as_str().to_owned(),
            setting: None,
        }
    }

    fn into_problem(self) -> Problem {
        if let Some(Setting { setting, defect }) = &self.setting {
            return Problem::misconfigured(setting, defect);
        }
        let code = Code::ALL.iter().find(|code| code.as_str() == self.code);
        Problem::new(code.copied().unwrap_or(Code::InternalError))
    }
}

impl From<&Problem> for Refusal {
    fn from(problem: &Problem) -> Self {
        Self {
            setting: problem.setting().cloned(),
            ..Self::new(problem.code())
        }
    }
}

/// Asks the object `name` of the namespace bound as `binding`.
pub(crate) async fn call<Q: Serialize, A: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    time_out: Duration,
    question: &Q,
) -> Result<A, Problem> {
    let answer = within(time_out, ask(env, binding, name, question)).await;
    match answer.unwrap_or_else(|| Err(worker::Error::RustError("time-out".to_owned()))) {
        Ok(Reply::Done(answer)) => Ok(answer),
        Ok(Reply::Refused(refusal)) => Err(refusal.into_problem()),
        Err(error) => {
            log::failure(binding, &error.to_string());
            Err(Problem::new(Code::GateUnavailable))
        }
    }
}

async fn ask<Q: Serialize, A: DeserializeOwned>(
    env: &Env,
    binding: &str,
    name: &str,
    question: &Q,
) -> worker::Result<Reply<A>> {
    let stub = env.durable_object(binding)?.get_by_name(name)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_body(Some(serde_json::to_string(question)?.into()));
    // The host is never resolved: the request goes to the object.
    let request = Request::new_with_init("https://object/", &init)?;
    let mut response = stub.fetch_with_request(request).await?;
    Ok(serde_json::from_str(&response.text().await?)?)
}

/// Reads the question that an object was asked.
pub(crate) async fn question<Q: DeserializeOwned>(request: &mut Request) -> worker::Result<Q> {
    Ok(serde_json::from_str(&request.text().await?)?)
}

/// An object's answer.
pub(crate) fn reply<A: Serialize>(answer: Result<A, Refusal>) -> worker::Result<Response> {
    let reply = match answer {
        Ok(answer) => Reply::Done(answer),
        Err(refusal) => Reply::Refused(refusal),
    };
    Response::ok(serde_json::to_string(&reply)?)
}
