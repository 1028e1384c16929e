//! The built gate on workerd: a secret stored, released, and refused.

use std::sync::PoisonError;

use sealgate_core::{Issuer, Jwks, KeySource, UnixTime, Verifier, base64url};
use sealgate_tests::curl::{Request, Response};
use sealgate_tests::gate::{Gate, Settings, codelab_policy};
use sealgate_tests::issuer::{DeskIssuer, unix_now};
use serde_json::{Value, json};

use crate::GATE;
use crate::outcome::{Outcome, While};
use crate::screen::Screen;

const SECRET: &str = "super-secret";
const VALUE: &str = "This is the super secret information!";

pub(crate) fn show(screen: &mut Screen) -> Outcome<()> {
    screen.step("The gate starts on workerd");
    let issuer = DeskIssuer::start().while_doing("the desk issuer does not start")?;
    start(&Settings::new(&[&issuer.url()]))?;
    let origin = with_gate(|gate| gate.origin())?;
    screen.line(&format!("gate    {origin}"));
    screen.line(&format!(
        "issuer  {} (on this desk; it signs like Google's)",
        issuer.url()
    ));

    store(screen, &issuer)?;
    let token = issuer.token(&origin).sign();
    release(screen, &origin, &token)?;
    replay(screen, &origin, &token)?;
    forge(screen, &issuer, &origin)?;
    drop(crate::take_gate());
    Ok(())
}

/// The lock is held over the start: a signal finds the gate that is being started.
fn start(settings: &Settings) -> Outcome<()> {
    let mut slot = GATE.lock().unwrap_or_else(PoisonError::into_inner);
    *slot = Some(Gate::start(settings.clone()).while_doing("the gate does not start")?);
    Ok(())
}

fn with_gate<T>(ask: impl FnOnce(&Gate) -> T) -> Outcome<T> {
    let slot = GATE.lock().unwrap_or_else(PoisonError::into_inner);
    slot.as_ref()
        .map(ask)
        .ok_or_else(|| "the gate has ended".to_owned())
}

fn send(request: Request) -> Outcome<Response> {
    request
        .start()
        .and_then(|pending| pending.wait())
        .while_doing("the gate does not answer")
}

fn store(screen: &mut Screen, issuer: &DeskIssuer) -> Outcome<()> {
    screen.step("The owner stores a secret with the codelab's policy");
    let policy = codelab_policy(&issuer.url());
    let body = json!({ "value": VALUE, "policy": policy });
    screen.line("condition:");
    for clause in policy["condition"]
        .as_str()
        .unwrap_or_default()
        .split(" && ")
    {
        screen.line(&format!("  {clause}"));
    }
    let request = with_gate(|gate| gate.owner("PUT", &format!("/v1/secrets/{SECRET}")))?;
    let origin = with_gate(|gate| gate.origin())?;
    screen.command(&format!(
        "curl -X PUT -H \"Authorization: Bearer $OWNER_TOKEN\" --data @secret.json {origin}/v1/secrets/{SECRET}"
    ));
    let stored = send(request.json(&body))?;
    if stored.status != 201 {
        return Err(format!("the secret was not stored: {}", stored.text()));
    }
    screen.good("stored", &format!("version {}", stored.json()["version"]));
    Ok(())
}

fn release(screen: &mut Screen, origin: &str, token: &str) -> Outcome<()> {
    screen.step("A Confidential VM asks, with the codelab's curl line");
    screen.command(&format!(
        "curl -H \"Authorization: Bearer $(cat token)\" {origin}"
    ));
    let released = send(Request::new("GET", origin).bearer(token))?;
    if released.status != 200 || released.text() != format!("{VALUE}\n") {
        return Err(format!("the secret was not released: {}", released.text()));
    }
    screen.good("released", released.text().trim_end());
    Ok(())
}

fn replay(screen: &mut Screen, origin: &str, token: &str) -> Outcome<()> {
    screen.step("The same token again: somebody has copied it");
    screen.command(&format!(
        "curl -H \"Authorization: Bearer $(cat token)\" {origin}"
    ));
    let refused = send(Request::new("GET", origin).bearer(token))?;
    expect(screen, &refused, 409, "token_already_used")
}

fn forge(screen: &mut Screen, issuer: &DeskIssuer, origin: &str) -> Outcome<()> {
    screen.step("A forged token: another machine's, edited to say GCP_AMD_SEV");
    let genuine = issuer
        .token(origin)
        .claim("hwmodel", "GCP_SHIELDED_VM")
        .sign();
    let forged = edit(&genuine)?;
    screen.command(&format!(
        "curl -H \"Authorization: Bearer $(cat forged)\" {origin}"
    ));
    let refused = send(Request::new("GET", origin).bearer(&forged))?;
    expect(screen, &refused, 401, "signature_invalid")?;
    screen.line("check by check:");
    let jwks =
        Jwks::parse(issuer.jwks().to_string().as_bytes()).while_doing("the issuer's keys")?;
    let trusted = Issuer::new(issuer.url(), KeySource::Jwks(jwks));
    let verifier = Verifier::new(trusted, vec![origin.to_owned()]);
    let appraisal = verifier.appraise(&forged, UnixTime::from_secs(unix_now()));
    for check in &appraisal.checks {
        match check.ok {
            Some(true) => screen.good("passed", check.check),
            Some(false) => {
                screen.refused("FAILED", check.check);
                screen.note(check.hint.as_deref().unwrap_or_default());
            }
            None => {}
        }
    }
    let reached = appraisal
        .checks
        .iter()
        .filter(|check| check.ok.is_some())
        .count();
    screen.note(&format!(
        "{} more checks were not reached",
        appraisal.checks.len() - reached
    ));
    Ok(())
}

/// The token with another hardware model in its payload and the signature as it was.
fn edit(token: &str) -> Outcome<String> {
    let parts: Vec<_> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        return Err("the issuer's token has no three parts".to_owned());
    };
    let payload = base64url::decode(payload).ok_or("the issuer's token is not base64url")?;
    let text = String::from_utf8(payload).while_doing("the issuer's token is not text")?;
    let edited = text.replace("GCP_SHIELDED_VM", "GCP_AMD_SEV");
    Ok(format!(
        "{header}.{}.{signature}",
        base64url::encode(edited.as_bytes())
    ))
}

fn expect(screen: &Screen, refused: &Response, status: u16, code: &str) -> Outcome<()> {
    let problem: Value = serde_json::from_slice(&refused.body).unwrap_or_default();
    if refused.status != status || problem["code"] != code {
        return Err(format!(
            "expected {status} {code}, got {} {}",
            refused.status,
            refused.text()
        ));
    }
    let told = ["detail", "title"]
        .into_iter()
        .find_map(|member| problem[member].as_str());
    screen.refused(
        "refused",
        &format!("{status} {code}: {}", told.unwrap_or_default()),
    );
    Ok(())
}
