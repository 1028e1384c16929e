//! Makes the vectors of `vectors/token/`: one good token, one defect each.

mod algorithm;
mod chain;
mod compact;
mod draft;
mod header;
mod identity;
mod key;
mod machine;
mod payload;
mod policy;
mod real;
mod rsa;
mod time;
pub mod wire;

use std::collections::BTreeMap;

use sealgate_core::Code;

pub use draft::{Draft, ISSUED_AT};

use crate::vectors::Vector;

/// Every vector, by path below `vectors/token/`.
pub fn vectors() -> BTreeMap<String, Vector> {
    let mut cases = Cases::default();
    algorithm::add(&mut cases);
    key::add(&mut cases);
    rsa::add(&mut cases);
    compact::add(&mut cases);
    header::add(&mut cases);
    payload::add(&mut cases);
    time::add(&mut cases);
    identity::add(&mut cases);
    policy::add(&mut cases);
    chain::add(&mut cases);
    real::add(&mut cases);
    cases.0
}

/// `docs/errors.md`: the table of codes.
pub fn errors_page() -> String {
    let mut page = "# Codes\n\n\
        One table for the npm package, HTTP answers and the command line. Match on the code; texts may\n\
        change. Generated from `verifier-core/src/code.rs` by `cargo run -p sealgate-tests --bin generate`.\n\n\
        Exit codes of `cvm-agent`: 0 done, 1 other, 2 usage, 3 this machine, 4 try again later,\n\
        5 verification failed, 6 refused for good.\n\n\
        | code | HTTP | exit | cause | remedy |\n\
        |---|---|---|---|---|\n"
        .to_owned();
    for code in Code::ALL {
        page.push_str(&format!(
            "| `{code}` | {} | {} | {} | {} |\n",
            code.http_status(),
            code.exit_code(),
            code.cause().replace('|', "\\|"),
            code.remedy().replace('|', "\\|"),
        ));
    }
    page
}

/// `docs/machine.md`: the table of facts about a machine.
pub fn machine_page() -> String {
    machine::page()
}

/// The vectors made so far.
#[derive(Default)]
struct Cases(BTreeMap<String, Vector>);

impl Cases {
    /// Adds a vector that is refused with `code`.
    fn refused(&mut self, name: &str, code: Code, comment: &str, source: &str, draft: Draft) {
        self.add(name, draft.vector(comment, source, code.as_str()));
    }

    /// Adds a vector that is accepted.
    fn accepted(&mut self, name: &str, comment: &str, source: &str, draft: Draft) {
        self.add(name, draft.vector(comment, source, "ok"));
    }

    fn add(&mut self, name: &str, vector: Vector) {
        let previous = self.0.insert(format!("{name}.json"), vector);
        assert!(previous.is_none(), "two vectors are named {name}");
    }
}
