//! The guard around the wasm module, with a module in its place that fails as wasm would.

use std::fs;

use sealgate_core::Code;
use sealgate_tests::gate::{Gate, Settings};

use crate::wrangler::bundle;

/// Answers `/throw`, `/reject` and `/hang` each in its own bad way, and everything else well.
const FAILING: &str = r#"
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
export class Index extends DurableObject {}
export class IssuerKeys extends DurableObject {}
export class Secret extends DurableObject {}
export default class extends WorkerEntrypoint {
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/throw") throw new WebAssembly.RuntimeError("unreachable");
    if (pathname === "/reject") return Promise.reject(new Error("a claim: eyJhbGciOi"));
    if (pathname === "/hang") return new Promise(() => {});
    return new Response("well");
  }
}
"#;

#[test]
fn every_caller_is_answered_whatever_the_module_does() {
    let folder = bundle();
    fs::write(folder.path().join("bundle/index.js"), FAILING).expect("the copy can be written");
    let gate = Gate::start_in(folder.path().to_owned(), Settings::new(&[])).expect("it starts");
    for (path, code) in [
        ("/throw", Code::InternalError),
        ("/reject", Code::InternalError),
        ("/hang", Code::GateUnavailable),
    ] {
        let refused = gate.request("GET", path).send().refused(code);
        assert_eq!(refused.header("cache-control"), Some("no-store"), "{path}");
        assert!(!refused.text().contains("eyJ"), "{path}");
        gate.request("GET", "/").send().expect(200);
    }
    assert!(!gate.log().contains("eyJ"), "{}", gate.log());
}
