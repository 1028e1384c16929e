//! What outlives the process.

use sealgate_core::Code;
use sealgate_tests::curl::Pending;
use sealgate_tests::gate::Settings;
use serde_json::json;

use crate::desk::{Desk, SECRET, VALUE};

#[test]
fn what_was_released_stays_used_after_a_kill() {
    let mut desk = Desk::with_secret();
    for round in 0..3 {
        let used: Vec<_> = (0..4).map(|_| desk.token(SECRET)).collect();
        for token in &used {
            desk.gate.release(SECRET, token).send().expect(200);
        }
        let unused = desk.token(SECRET);
        desk.gate.kill();
        desk.gate.restart().expect("the gate starts again");
        for token in &used {
            desk.gate
                .release(SECRET, token)
                .send()
                .refused(Code::TokenAlreadyUsed);
        }
        let released = desk.gate.release(SECRET, &unused).send().expect(200);
        assert_eq!(released.json()["value"], VALUE, "round {round}");
    }
}

#[test]
fn a_kill_amid_releases_loses_no_answered_one() {
    let mut desk = Desk::with_secret();
    let tokens: Vec<_> = (0..48).map(|_| desk.token(SECRET)).collect();
    desk.assert_released();
    let mut pending: Vec<_> = tokens
        .iter()
        .map(|token| {
            desk.gate
                .release(SECRET, token)
                .start()
                .expect("curl starts")
        })
        .collect();
    // Some are answered, the others are on their way when the gate dies.
    let under_way = pending.split_off(8);
    let mut answered: Vec<_> = pending.into_iter().map(released).collect();
    desk.gate.kill();
    answered.extend(under_way.into_iter().map(released));
    assert!(
        answered.contains(&true),
        "nothing was answered before the kill"
    );
    desk.gate.restart().expect("the gate starts again");
    for (token, answered) in tokens.iter().zip(answered) {
        let response = desk.gate.release(SECRET, token).send();
        if answered {
            response.refused(Code::TokenAlreadyUsed);
        } else {
            assert!([200, 409].contains(&response.status), "{}", response.text());
        }
    }
}

fn released(pending: Pending) -> bool {
    pending.wait().is_ok_and(|response| response.status == 200)
}

#[test]
fn values_rest_encrypted() {
    let mut desk = Desk::with_secret();
    desk.gate.kill();
    let mut files = 0;
    let mut folders = vec![desk.gate.data().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let bytes = std::fs::read(&path).expect("a file");
            let found = bytes
                .windows(VALUE.len())
                .any(|window| window == VALUE.as_bytes());
            assert!(!found, "{} holds the value", path.display());
        }
    }
    assert!(files > 0, "the gate has written something");
}

#[test]
fn root_keys_can_be_rolled_over() {
    let mut desk = Desk::with_secret();
    let new = "bmV3LXNlYWxnYXRlLXRlc3Qtcm9vdC1rZXktMzJieSE=";
    let old = "c2VhbGdhdGUtdGVzdC1yb290LWtleS0zMi1ieXRlcyE=";
    let settings = || Settings::new(&[&desk.issuer.url()]);
    let both = settings().set("SEALGATE_ROOT_KEY", &format!("{new},{old}"));
    let only_new = settings().set("SEALGATE_ROOT_KEY", new);
    desk.gate.restart_with(both).expect("the gate starts again");
    desk.assert_released();
    desk.gate
        .owner("PUT", "/v1/secrets/db-password")
        .json(&json!({ "value": VALUE }))
        .send()
        .expect(200);
    // The new version was sealed with the new key.
    desk.gate
        .restart_with(only_new)
        .expect("the gate starts again");
    desk.assert_released();
}
