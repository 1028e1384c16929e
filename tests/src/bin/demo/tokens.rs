//! Three real tokens, natively and in wasm.

use sealgate_core::dangerous;
use sealgate_tests::vectors::{self, Vector};
use serde_json::Value;

use crate::outcome::{Outcome, While};
use crate::screen::Screen;
use crate::wasm;

/// A real token to show: file of the vector, what it is, and whose text it is.
struct Shown {
    vector: &'static str,
    what: &'static str,
    credit: &'static str,
}

const VERIFIED: [Shown; 2] = [
    Shown {
        vector: "real/oidc_synddb.json",
        what: "OIDC token of a Confidential Space debug image on AMD SEV",
        credit: "SyndicateProtocol/synddb, MIT",
    },
    Shown {
        vector: "real/pki_oak.json",
        what: "PKI token of a Confidential Space production image on Intel TDX",
        credit: "project-oak/oak, Apache-2.0",
    },
];

const DECODED: Shown = Shown {
    vector: "real/oidc_google_docs.json",
    what: "Google's documentation sample of a Confidential VM's token",
    credit: "© Google LLC, Google Cloud documentation, \"Confidential VM token claims\", CC BY 4.0",
};

pub(crate) fn show(screen: &mut Screen) -> Outcome<()> {
    screen.step("Real Google tokens, at the time they were made");
    let mut vectors = vectors::load().while_doing("the vectors cannot be read")?;
    let mut take = |shown: &Shown| {
        vectors
            .remove(shown.vector)
            .ok_or_else(|| format!("{} is missing", shown.vector))
    };
    for shown in &VERIFIED {
        let vector = take(shown)?;
        screen.blank();
        screen.line(shown.what);
        screen.note(&format!("({})", shown.credit));
        verify(screen, &vector)?;
    }
    let vector = take(&DECODED)?;
    screen.blank();
    screen.line(DECODED.what);
    screen.note(&format!("({})", DECODED.credit));
    decode(screen, &vector)
}

fn verify(screen: &Screen, vector: &Vector) -> Outcome<()> {
    let verifier = vector.verifier().while_doing("the keys cannot be used")?;
    let appraisal = verifier.appraise(&vector.token.to_text(), vector.now());
    if !appraisal.verified {
        return Err(format!(
            "a real token is refused natively: {:?}",
            appraisal.code
        ));
    }
    let mut checks: Vec<_> = appraisal.checks.iter().map(|check| check.check).collect();
    checks.dedup();
    screen.good(
        "verified",
        &format!(
            "natively, as of {}: {}",
            appraisal.evaluated_at,
            checks.join(", ")
        ),
    );
    let wasm = wasm::appraise(vector)?;
    if wasm["verified"] != true
        || wasm["token_sha256"].as_str() != appraisal.token_sha256.as_deref()
    {
        return Err(format!("a real token is refused in wasm: {}", wasm["code"]));
    }
    screen.good(
        "verified",
        "in wasm, by the npm package in Node.js: the same verdict",
    );
    let claims = appraisal.claims.map(Value::Object).unwrap_or_default();
    show_claims(
        screen,
        &claims,
        &["/hwmodel", "/swname", "/dbgstat", "/submods/gce/project_id"],
    );
    Ok(())
}

fn decode(screen: &Screen, vector: &Vector) -> Outcome<()> {
    let text = vector.token.to_text();
    let decoded = dangerous::decode(&text).while_doing("the sample does not decode")?;
    let payload = Value::Object(decoded.payload);
    screen.good(
        "decoded",
        "natively; not verified, its key of May 2024 is no longer published",
    );
    let wasm = wasm::decode(vector)?;
    if wasm != payload {
        return Err("the sample decodes differently in wasm".to_owned());
    }
    screen.good("decoded", "in wasm: the same claims");
    show_claims(
        screen,
        &payload,
        &["/hwmodel", "/swname", "/secboot", "/aud"],
    );
    Ok(())
}

fn show_claims(screen: &Screen, claims: &Value, pointers: &[&str]) {
    let shown: Vec<_> = pointers
        .iter()
        .filter_map(|pointer| {
            let name = pointer.rsplit('/').next()?;
            let value = claims.pointer(pointer)?;
            Some(value.as_str().map_or_else(
                || format!("{name} {value}"),
                |text| format!("{name} {text}"),
            ))
        })
        .collect();
    screen.note(&shown.join(", "));
}
