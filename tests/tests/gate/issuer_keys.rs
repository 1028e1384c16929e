//! Where keys come from: fetched seldom, kept while they may be, never from anywhere else.

use std::time::Duration;

use sealgate_core::Code;
use sealgate_tests::gate::{Gate, Settings, codelab_policy};
use sealgate_tests::issuer::{DeskIssuer, Fault};

use crate::desk::{Desk, SECRET, VALUE};

#[test]
fn keys_are_fetched_once_and_serve_while_the_issuer_is_down() {
    let mut desk = Desk::with_secret();
    for _ in 0..5 {
        desk.assert_released();
    }
    assert_eq!(desk.issuer.requests().keys, 1);
    desk.issuer.stop();
    desk.assert_released();
    // Also after a restart: the keys outlive the process.
    desk.gate.restart().expect("the gate starts again");
    desk.assert_released();
}

#[test]
fn without_keys_the_issuer_is_unreachable_and_comes_back() {
    let mut desk = Desk::with_secret();
    desk.issuer.stop();
    desk.release().refused(Code::IssuerUnreachable);
    desk.issuer.resume().expect("the port is still free");
    let response = desk.release();
    // A failure may be remembered for a moment; it is never remembered as an answer.
    if response.status != 200 {
        response.refused(Code::IssuerUnreachable);
    }
}

#[test]
fn a_rotated_key_costs_one_refresh() {
    let desk = Desk::with_secret();
    desk.assert_released();
    let old = desk.token(SECRET);
    desk.issuer.rotate();
    let before = desk.issuer.requests();
    desk.assert_released();
    for _ in 0..3 {
        desk.assert_released();
    }
    assert_eq!(desk.issuer.requests().keys, before.keys + 1);
    // The key that was rotated out is gone.
    desk.gate
        .release(SECRET, &old)
        .send()
        .refused(Code::KeyNotFound);
}

#[test]
fn a_flood_of_unknown_keys_does_not_reach_the_issuer() {
    let desk = Desk::with_secret();
    desk.assert_released();
    let before = desk.issuer.requests();
    for number in 0..40 {
        let token = desk
            .issuer
            .token(&desk.gate.audience(SECRET))
            .key_id(&format!("k{number}"));
        desk.gate
            .release(SECRET, &token.sign())
            .send()
            .refused(Code::KeyNotFound);
    }
    assert!(
        desk.issuer.requests().keys <= before.keys + 1,
        "{:?}",
        desk.issuer.requests()
    );
    desk.assert_released();
}

#[test]
fn a_faulty_issuer_is_an_unreachable_one() {
    for fault in [
        Fault::CutOff,
        Fault::EmptyKeys,
        Fault::Error,
        Fault::Html,
        Fault::Oversized,
        Fault::Redirect,
        Fault::UselessKeys,
        Fault::WrongIssuer,
    ] {
        let desk = Desk::with_secret();
        desk.issuer.set_fault(Some(fault));
        let response = desk.release();
        assert_eq!(response.status, 503, "{fault:?}: {}", response.text());
        response.refused(Code::IssuerUnreachable);
        assert_eq!(
            desk.issuer.requests().other,
            0,
            "{fault:?}: something else was fetched"
        );
    }
}

#[test]
fn a_fault_does_not_replace_good_keys() {
    for fault in [
        Fault::EmptyKeys,
        Fault::Error,
        Fault::Html,
        Fault::UselessKeys,
    ] {
        // A gate each: unknown keys cause one refresh per cool-down.
        let desk = Desk::with_secret();
        desk.assert_released();
        let before = desk.issuer.requests().keys;
        desk.issuer.set_fault(Some(fault));
        let token = desk
            .issuer
            .token(&desk.gate.audience(SECRET))
            .key_id("unknown")
            .sign();
        desk.gate
            .release(SECRET, &token)
            .send()
            .refused(Code::KeyNotFound);
        let fetched = desk.issuer.requests();
        assert!(
            fetched.keys + fetched.discovery > before,
            "{fault:?}: no refresh"
        );
        desk.assert_released();
    }
}

#[test]
fn many_first_requests_make_one_fetch() {
    let desk = Desk::with_secret();
    desk.issuer.set_fault(Some(Fault::Hold));
    let before = desk.issuer.requests();
    let pending: Vec<_> = (0..8)
        .map(|_| {
            desk.gate
                .release(SECRET, &desk.token(SECRET))
                .start()
                .expect("curl starts")
        })
        .collect();
    assert!(
        wait_for_any_request(&desk.issuer, before),
        "the issuer is asked"
    );
    desk.issuer.set_fault(None);
    for pending in pending {
        assert_eq!(pending.wait().expect("an answer").status, 200);
    }
    let requests = desk.issuer.requests();
    assert_eq!((requests.discovery, requests.keys), (1, 1));
}

#[test]
fn a_cancelled_request_does_not_take_others_with_it() {
    let desk = Desk::with_secret();
    desk.issuer.set_fault(Some(Fault::Hold));
    let before = desk.issuer.requests();
    let first = desk
        .gate
        .release(SECRET, &desk.token(SECRET))
        .start()
        .expect("curl starts");
    assert!(
        wait_for_any_request(&desk.issuer, before),
        "the issuer is asked"
    );
    let second = desk
        .gate
        .release(SECRET, &desk.token(SECRET))
        .start()
        .expect("curl starts");
    first.cancel().expect("curl ends");
    desk.issuer.set_fault(None);
    let answer = second.wait().expect("an answer");
    assert_eq!(answer.json()["value"], VALUE);
    desk.assert_released();
}

#[test]
fn an_issuer_that_never_answers_is_given_up() {
    let desk = Desk::with_secret();
    desk.issuer.set_fault(Some(Fault::Hold));
    desk.release().refused(Code::IssuerUnreachable);
    desk.issuer.set_fault(None);
}

#[test]
fn a_slow_issuer_is_waited_for() {
    let desk = Desk::with_secret();
    desk.issuer
        .set_fault(Some(Fault::Slow(Duration::from_millis(700))));
    desk.assert_released();
    assert_eq!(desk.issuer.requests().keys, 1);
}

#[test]
fn one_issuers_keys_are_not_anothers() {
    let first = DeskIssuer::start().expect("a free port");
    let second = DeskIssuer::start().expect("a free port");
    second.rotate();
    let gate = Gate::start(Settings::new(&[&first.url(), &second.url()])).expect("it starts");
    gate.store(SECRET, VALUE, &codelab_policy(&first.url()));
    // The second issuer signs what claims to be the first's.
    let audience = gate.audience(SECRET);
    let forged = second.token(&audience).claim("iss", first.url()).sign();
    let refused = gate.release(SECRET, &forged).send();
    assert_eq!(refused.status, 401, "{}", refused.text());
    // It is trusted by the gate, but not by this secret's policy.
    let foreign = second.token(&audience).sign();
    let refused = gate.release(SECRET, &foreign).send();
    assert!([401, 403].contains(&refused.status), "{}", refused.text());
    gate.release(SECRET, &first.token(&audience).sign())
        .send()
        .expect(200);
}

fn wait_for_any_request(issuer: &DeskIssuer, before: sealgate_tests::issuer::Requests) -> bool {
    issuer.wait_until(move |now| now != before)
}
