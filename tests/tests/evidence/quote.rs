//! Quotes that are not what they should be.

use sealgate_core::wire;
use sealgate_tests::desk::{KeyAlgorithm, Machine};

use crate::booted::{Booted, LOG, NONCE, boot, log};

#[test]
fn a_quote_of_another_nonce_is_refused() {
    let booted = Booted::sound();
    let other = booted.agent.attest(
        &booted.desk,
        "ffeeddccbbaa99887766554433221100",
        KeyAlgorithm::Rsa,
    );
    booted.appraise(&other).refused("quote_nonce_mismatch");
    // The beginning of the right one is not the right one.
    let short = booted
        .agent
        .attest(&booted.desk, &NONCE[..30], KeyAlgorithm::Rsa);
    booted.appraise(&short).refused("quote_nonce_mismatch");
}

#[test]
fn an_altered_register_is_refused() {
    let booted = Booted::sound();
    for index in [0, 4, 23] {
        let mut message = booted.message();
        for quote in &mut message.quotes {
            let registers = &mut quote.pcrs.as_mut().expect("registers").pcrs;
            registers.get_mut(&index).expect("a register")[0] ^= 1;
        }
        booted
            .appraise_message(&message)
            .refused("quote_pcrs_mismatch");
    }
}

/// One bank altered is one too many, whichever.
#[test]
fn every_quote_must_hold() {
    let booted = Booted::sound();
    for bank in 0..3 {
        let mut message = booted.message();
        let registers = &mut message.quotes[bank].pcrs.as_mut().expect("registers").pcrs;
        registers.get_mut(&7).expect("a register")[5] ^= 0x80;
        booted
            .appraise_message(&message)
            .refused("quote_pcrs_mismatch");
    }
}

#[test]
fn a_register_left_out_is_refused() {
    let booted = Booted::sound();
    let mut message = booted.message();
    for quote in &mut message.quotes {
        quote.pcrs.as_mut().expect("registers").pcrs.remove(&16);
    }
    booted
        .appraise_message(&message)
        .refused("quote_pcrs_mismatch");
}

#[test]
fn a_signature_of_another_quote_is_refused() {
    let booted = Booted::sound();
    let mut message = booted.message();
    message.quotes[1].raw_sig = message.quotes[2].raw_sig.clone();
    booted
        .appraise_message(&message)
        .refused("quote_signature_invalid");
}

#[test]
fn evidence_without_quotes_is_refused() {
    let booted = Booted::sound();
    let mut message = booted.message();
    message.quotes.clear();
    booted.appraise_message(&message).refused("quote_missing");
}

/// A TPM whose registers say that something else was booted.
#[test]
fn a_register_that_was_extended_without_a_word_in_the_log_is_refused() {
    let booted = Booted::sound();
    let mut record = boot(&booted.message()).records[1].clone();
    record.pcr = 4;
    booted.desk.extend(&record).expect("an extension");
    booted
        .appraise(&booted.attest(KeyAlgorithm::Rsa))
        .refused("log_replay_failed");
}

/// Two machines that booted the same: the quote of one, the certificate of the other, is refused
/// only if their keys differ; so is a quote under a key of another algorithm.
#[test]
fn a_key_of_another_algorithm_is_refused() {
    let booted = Booted::sound();
    let ecc = crate::booted::read(&booted.attest(KeyAlgorithm::Ecc));
    let mut message = booted.message();
    message.quotes = ecc.quotes;
    let refused = booted.appraise_message(&message);
    assert_eq!(refused.document["verified"], false);
    assert_eq!(refused.document["code"], "quote_malformed");
}

/// Quotes before and after a restart do not go together.
#[test]
fn quotes_of_two_boots_are_refused() {
    let machine = Machine::booted(log(LOG));
    let mut booted = Booted::start(&machine);
    let before = booted.message();
    booted.desk = booted.desk.start_again(&machine).expect("a restart");
    let mut message = booted.message();
    assert!(booted.appraise_message(&message).document["verified"] == true);
    message.quotes[1] = before.quotes[1].clone();
    booted
        .appraise(&wire::encode(&message))
        .refused("quote_malformed");
}
