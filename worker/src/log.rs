//! One JSON line per request. It holds no token, no secret, no claim, and no query.

use sealgate_core::Code;
use serde_json::json;
use worker::{console_error, console_log};

use crate::routes::Route;

/// What became of a request.
pub(crate) struct Outcome {
    pub(crate) status: u16,
    /// What the caller was told.
    pub(crate) code: Option<Code>,
    /// What really was wrong, where the caller was told less.
    pub(crate) cause: Option<Code>,
}

pub(crate) fn request(method: &str, route: &Route, outcome: &Outcome, millis: u64) {
    // A method is the caller's text: one that no route has is not repeated.
    let method = if method.len() <= 8 && method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        method
    } else {
        "?"
    };
    console_log!(
        "{}",
        json!({
            "method": method,
            "route": route.pattern(),
            "status": outcome.status,
            "code": outcome.code,
            "cause": outcome.cause,
            "millis": millis,
        })
    );
}

/// A failure of the gate's own parts, for the operator. `what` is our own text; nothing of a
/// request goes into it.
pub(crate) fn failure(what: &str, detail: &str) {
    console_error!("{}", json!({ "failure": what, "detail": detail }));
}
