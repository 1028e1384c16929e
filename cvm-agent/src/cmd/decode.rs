//! `cvm-agent decode`: what a token says, verified by nobody.

use sealgate_core::UnixTime;
use sealgate_core::dangerous::{Decoded, decode};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::Decode;
use crate::clock::{self, claimed_moment};
use crate::error::Failure;
use crate::printable::json_pretty;
use crate::style::{BOLD, FAILED};
use crate::{Outcome, Output, claims, input, table, warn};

/// The shape of `decode --json`. The signature is left out: with it the text would be the token
/// again, and a live token does not belong where such output ends up.
#[derive(Serialize)]
struct Document<'a> {
    header: &'a Map<String, Value>,
    payload: &'a Map<String, Value>,
    signature_bytes: usize,
}

/// Runs the command.
pub(crate) fn run(arguments: &Decode) -> Result<Outcome, Failure> {
    let given = input::token(&arguments.token)?;
    let token = decode(&given.text).map_err(|error| given.refused(error, None))?;
    let now = arguments.at.moment(Some(&token.payload))?;
    // By the real clock: `--at` makes no live token stale.
    if let Some(expires_at) = token.payload.get("exp").and_then(claimed_moment)
        && clock::now()? < expires_at
    {
        warn(&format!(
            "this token is live until {expires_at}: whoever has it can use it, so do not pass it on"
        ));
    }
    let output = if arguments.json {
        let document = Document {
            header: &token.header,
            payload: &token.payload,
            signature_bytes: token.signature.len(),
        };
        Output::Json(json_pretty(&document) + "\n")
    } else {
        Output::Human(render(&token, now, table::columns()))
    };
    Ok(Outcome {
        output,
        failure: None,
    })
}

fn render(token: &Decoded, now: UnixTime, columns: Option<usize>) -> String {
    let mut text = format!(
        "{FAILED}DECODED, NOT VERIFIED{FAILED:#}: anybody can have written this; \
         {BOLD}cvm-agent verify token{BOLD:#} checks it\n"
    );
    let mut sections = vec![claims::header(&token.header)];
    sections.extend(claims::payload(&token.payload, now));
    table::write(&mut text, &sections, columns);
    table::heading(&mut text, "signature", "");
    text.push_str(&format!("  {} bytes, not checked\n", token.signature.len()));
    text
}
