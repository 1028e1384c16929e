//! Boot logs that somebody has edited. The quotes beside them are sound.

use sealgate_core::wire::attest::Attestation;
use sealgate_tests::agent::Appraisal;
use sealgate_tests::desk::{Boot, KeyAlgorithm, Machine, Record};

use crate::booted::{Booted, LOG, boot, log};

/// `EV_SEPARATOR` and two kinds that nobody reads.
const SEPARATOR: u32 = 4;
const EVENT_TAG: u32 = 6;

/// The verdict on a sound machine's evidence with an edited log.
fn edited(edit: impl FnOnce(&mut Boot)) -> Appraisal {
    let booted = Booted::sound();
    let mut message = booted.message();
    let mut boot = boot(&message);
    let before = boot.clone();
    edit(&mut boot);
    assert_ne!(boot, before, "nothing was edited");
    message.event_log = boot.to_bytes();
    booted.appraise_message(&message)
}

/// Two neighbours of one register with different digests.
fn neighbours(boot: &Boot) -> (usize, usize) {
    let records = &boot.records;
    (0..records.len())
        .flat_map(|first| (first + 1..records.len()).map(move |second| (first, second)))
        .find(|(first, second)| {
            let (first, second) = (&records[*first], &records[*second]);
            first.pcr == 4 && second.pcr == 4 && first.digests != second.digests
        })
        .expect("two events of register 4")
}

fn of(pcr: u32, kind: u32) -> impl Fn(&Record) -> bool {
    move |record| record.pcr == pcr && record.kind == kind
}

#[test]
fn a_moved_event_is_refused() {
    edited(|boot| {
        let (first, second) = neighbours(boot);
        boot.records.swap(first, second);
    })
    .refused("log_replay_failed");
}

#[test]
fn a_dropped_event_is_refused() {
    edited(|boot| {
        let (first, _) = neighbours(boot);
        boot.records.remove(first);
    })
    .refused("log_replay_failed");
}

#[test]
fn an_added_event_is_refused() {
    edited(|boot| {
        let (first, _) = neighbours(boot);
        let again = boot.records[first].clone();
        boot.records.push(again);
    })
    .refused("log_replay_failed");
}

/// An event of a register that is empty on the machine.
#[test]
fn an_event_of_another_register_is_refused() {
    edited(|boot| {
        let mut elsewhere = boot.records[3].clone();
        elsewhere.pcr = 15;
        boot.records.push(elsewhere);
    })
    .refused("log_replay_failed");
}

/// The digest in every bank, or the replay of one bank tells.
#[test]
fn a_digest_altered_in_one_bank_is_refused() {
    edited(|boot| {
        let (first, _) = neighbours(boot);
        let digests = &mut boot.records[first].digests;
        let (_, digest) = digests.last_mut().expect("a digest");
        digest[0] ^= 1;
    })
    .refused("log_replay_failed");
}

/// Types are not measured: a separator that calls itself something else must not pass for it.
#[test]
fn a_disguised_separator_is_refused() {
    for pcr in [0, 4, 7] {
        let verdict = edited(|boot| {
            let separator = boot
                .records
                .iter_mut()
                .find(|record| of(pcr, SEPARATOR)(record));
            separator.expect("a separator").kind = EVENT_TAG;
        });
        assert_eq!(verdict.document["verified"], false, "{pcr}");
        assert_eq!(
            verdict.document["code"], "log_event_invalid",
            "register {pcr}: {:#}",
            verdict.document
        );
    }
}

/// A look-alike: another event that calls itself the separator.
#[test]
fn an_event_that_calls_itself_a_separator_is_refused() {
    let verdict = edited(|boot| {
        let (first, _) = neighbours(boot);
        boot.records[first].kind = SEPARATOR;
    });
    verdict.refused("log_event_invalid");
}

/// The data of an event says that another firmware was started; its digest is still the real one.
/// The part is not read, and says why; what does not depend on it is.
#[test]
fn data_that_its_digest_does_not_cover_is_not_believed() {
    let verdict = edited(|boot| {
        let version = boot.records.iter_mut().find(|record| of(0, 8)(record));
        let version = version.expect("the firmware's version");
        version.data[0] ^= 1;
    });
    let machine = verdict.verified();
    assert!(machine["platform"]["gce_version"].is_null(), "{machine:#}");
    assert!(machine["platform"]["technology"].is_null(), "{machine:#}");
    assert_eq!(machine["secure_boot"]["enabled"], true);
    let unreadable = &verdict.document["unreadable"];
    assert_eq!(unreadable[0]["part"], "platform", "{unreadable:#}");
    assert_eq!(unreadable[0]["code"], "log_event_invalid");
}

#[test]
fn an_empty_log_is_incomplete() {
    let booted = Booted::sound();
    let message = Attestation {
        event_log: Vec::new(),
        ..booted.message()
    };
    booted.appraise_message(&message).refused("log_incomplete");
}

/// Everything about register 4 is left out: no replay fails, and it is not empty.
#[test]
fn a_register_that_the_log_is_silent_about_is_incomplete() {
    edited(|boot| boot.records.retain(|record| record.pcr != 4)).refused("log_incomplete");
}

/// Nothing was measured and nothing is in the log: a machine that a verifier must not mistake for
/// one that booted safely.
#[test]
fn a_machine_that_has_not_booted_is_incomplete() {
    let booted = Booted::start(&Machine::default());
    booted
        .appraise(&booted.attest(KeyAlgorithm::Rsa))
        .refused("log_incomplete");
}

/// The boot of one machine, the log of another.
#[test]
fn the_log_of_another_machine_is_refused() {
    let booted = Booted::sound();
    let mut message = booted.message();
    assert_eq!(message.event_log, log(LOG));
    message.event_log = log("rhel8-uefi.bin");
    booted
        .appraise_message(&message)
        .refused("log_replay_failed");
}
