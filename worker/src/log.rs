//! One JSON line per request. It holds no token, no secret, no claim, and no query.

use sealgate_core::Code;
use serde_json::json;
use worker::{console_error, console_log};

use crate::routes::Route;

pub(crate) fn request(method: &str, route: &Route, status: u16, code: Option<Code>, millis: u64) {
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
            "status": status,
            "code": code,
            "millis": millis,
        })
    );
}

/// A failure of the gate's own parts, for the operator. `what` is our own text; nothing of a
/// request goes into it.
pub(crate) fn failure(what: &str, detail: &str) {
    console_error!("{}", json!({ "failure": what, "detail": detail }));
}
