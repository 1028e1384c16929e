//! The built npm package, asked in Node.js.

use std::io::Write;
use std::process::{Command, Stdio};

use sealgate_tests::gate::{from_xtask, npm_package};
use sealgate_tests::tests_path;
use sealgate_tests::vectors::Vector;
use serde_json::{Value, json};

use crate::outcome::{Outcome, While};

/// The package's appraisal of a vector.
pub(crate) fn appraise(vector: &Vector) -> Outcome<Value> {
    ask("appraise", vector)
}

/// The payload as the package decodes it.
pub(crate) fn decode(vector: &Vector) -> Outcome<Value> {
    ask("decode", vector)
}

fn ask(verb: &str, vector: &Vector) -> Outcome<Value> {
    let node = from_xtask("SEALGATE_NODE").while_doing("Node.js")?;
    let package = npm_package().while_doing("the npm package")?;
    let mut child = Command::new(node)
        .arg(tests_path("src/bin/demo/ask.mjs"))
        .arg(package)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .while_doing("Node.js does not start")?;
    let question = json!({ "verb": verb, "vector": vector, "token": vector.token.to_text() });
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(question.to_string().as_bytes())
            .while_doing("Node.js does not listen")?;
    }
    let output = child
        .wait_with_output()
        .while_doing("Node.js does not answer")?;
    if !output.status.success() {
        return Err(format!("Node.js ended with {}", output.status));
    }
    serde_json::from_slice(&output.stdout).while_doing("Node.js did not answer in JSON")
}
