//! Logs that were edited, are not whole, or cannot be read in a part.

use sealgate_core::{Code, HashAlgorithm};
use sealgate_tests::desk::{Boot, Paper};

use crate::{
    NONCE, SEPARATOR, altered, boot_log, booted, condition, data, judge, refused, sound, verifier,
};

#[test]
fn a_log_that_was_edited_does_not_replay() {
    let edited = |change: fn(&mut Boot)| Paper {
        log: altered(change),
        ..sound()
    };
    let dropped = edited(|boot| {
        boot.records.pop();
    });
    refused(&dropped, Code::LogReplayFailed);
    let appraisal = judge(&verifier(), &dropped).appraisal;
    let replay = appraisal.checks.iter().find(|it| it.check == "replay");
    let register = &replay.unwrap().actual["registers"][0];
    assert_eq!(register["register"], 5);
    assert_ne!(register["quoted"], register["computed"]);
    let moved = edited(|boot| {
        let first = boot.records.iter().position(|it| it.pcr == 8).unwrap();
        let second = boot.records.iter().rposition(|it| it.pcr == 8).unwrap();
        boot.records.swap(first, second);
    });
    refused(&moved, Code::LogReplayFailed);
    let added = edited(|boot| {
        let record = boot.records.last().unwrap().clone();
        boot.records.push(record);
    });
    refused(&added, Code::LogReplayFailed);
    let cut = Paper {
        log: boot_log()[..1000].to_vec(),
        ..sound()
    };
    refused(&cut, Code::LogMalformed);
}

/// Each bank's digests are held to: a log may not be true in one and lie in another.
#[test]
fn a_log_that_lies_in_one_bank_does_not_replay() {
    for bank in [HashAlgorithm::Sha256, HashAlgorithm::Sha384] {
        let lying = altered(|boot| {
            let digests = &mut boot.records.last_mut().unwrap().digests;
            let digest = digests.iter_mut().find(|(id, _)| *id == bank.id());
            digest.unwrap().1[0] ^= 1;
        });
        let paper = Paper {
            log: lying,
            ..sound()
        };
        refused(&paper, Code::LogReplayFailed);
    }
}

#[test]
fn what_a_release_needs_must_be_there() {
    let stripped = Paper {
        log: Vec::new(),
        ..sound()
    };
    refused(&stripped, Code::LogIncomplete);
    let few = Paper {
        registers: (0..15).collect(),
        ..sound()
    };
    refused(&few, Code::LogIncomplete);
    let fewer = Paper {
        registers: (0..8).collect(),
        ..sound()
    };
    refused(&fewer, Code::LogNotQuoted);
    let unseparated = booted(|boot| {
        boot.records
            .retain(|it| it.pcr != 6 || it.kind != SEPARATOR);
    });
    refused(&unseparated, Code::LogIncomplete);
    let disguised = booted(|boot| {
        let separator = boot.records.iter_mut();
        let mut separators = separator.filter(|it| it.kind == SEPARATOR && it.pcr == 6);
        separators.next().unwrap().kind = 0x8000_0007;
    });
    refused(&disguised, Code::LogEventInvalid);
    let silent = Paper {
        log: altered(|boot| boot.records.retain(|it| it.pcr != 9)),
        ..sound()
    };
    refused(&silent, Code::LogIncomplete);
}

#[test]
fn a_part_that_cannot_be_read_is_absent_and_takes_no_other_with_it() {
    // A type that has no place in register 7.
    let paper = booted(|boot| {
        let mut foreign = boot.records.iter().find(|it| it.pcr == 8).unwrap().clone();
        foreign.pcr = 7;
        boot.records.push(foreign);
    });
    let outcome = judge(&verifier(), &paper);
    let proved = outcome.result.unwrap();
    let [(part, error)] = proved.unreadable() else {
        panic!("{:?}", proved.unreadable());
    };
    assert_eq!(
        (*part, error.code()),
        ("secure_boot", Code::LogEventInvalid)
    );
    assert_eq!(proved.machine().secure_boot, None);
    assert_eq!(proved.state().secure_boot, None);
    assert!(proved.machine().linux_kernel.is_some());
    assert_eq!(outcome.appraisal.unreadable.len(), 1);
    assert_eq!(
        condition(&paper, "machine.secure_boot.enabled == false"),
        Some(Code::ClaimMissing)
    );
    assert_eq!(
        condition(&paper, "machine.platform.technology == \"AMD_SEV\""),
        None
    );
}

/// A replay proves order inside a register only. So nothing that is read may hang on the order of
/// events of different registers: whoever sends the log chooses that.
#[test]
fn facts_do_not_depend_on_the_order_between_registers() {
    let rank = |of: &dyn Fn(usize) -> usize| -> Vec<usize> { (0..24).map(of).collect() };
    let mut orders = vec![rank(&|register| register), rank(&|register| 24 - register)];
    for moved in 0..24 {
        orders.push(rank(&|register| usize::from(register != moved)));
        orders.push(rank(&|register| usize::from(register == moved)));
    }
    for name in [
        "arch-linux-workstation",
        "cos-85-amd-sev",
        "cos-101-amd-sev",
        "eventlogwithsp800155",
        "rhel8-uefi",
        "ubuntu-2404-amd-sevsnp",
    ] {
        let honest = Paper::new(&data(&format!("logs/{name}.bin")), NONCE);
        let expected = judge(&verifier(), &honest).proved.unwrap();
        for order in &orders {
            let mut boot = Boot::parse(&honest.log).unwrap();
            boot.records
                .sort_by_key(|it| order[usize::try_from(it.pcr).unwrap()]);
            let paper = Paper {
                log: boot.to_bytes(),
                ..honest.clone()
            };
            let proved = judge(&verifier(), &paper).proved.unwrap();
            let facts = proved.machine().to_map();
            assert_eq!(facts, expected.machine().to_map(), "{name}, {order:?}");
            let parts =
                |it: &[(&'static str, _)]| -> Vec<_> { it.iter().map(|(part, _)| *part).collect() };
            assert_eq!(parts(proved.unreadable()), parts(expected.unreadable()));
        }
    }
}
