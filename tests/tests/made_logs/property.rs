//! Logs of any records: what is written is read, and nothing panics.

use proptest::prelude::*;
use sealgate_core::{EventLog, EventType, HashAlgorithm, LogKind};
use sealgate_tests::log::{MadeLog, Measured, Record, own_bank};

fn algorithms() -> impl Strategy<Value = Option<Vec<HashAlgorithm>>> {
    let some = prop::sample::subsequence(HashAlgorithm::ALL.to_vec(), 1..=4);
    prop::option::of(some.prop_shuffle())
}

fn event_type() -> impl Strategy<Value = EventType> {
    prop_oneof![
        0_u32..0x14,
        0x8000_0000_u32..0x8000_0011,
        0x8000_00E0_u32..0x8000_00E5,
        any::<u32>(),
    ]
    .prop_map(EventType::new)
}

/// Data of any kind, and data that something looks for.
fn data() -> impl Strategy<Value = Vec<u8>> {
    let known = MadeLog::good().records;
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80),
        prop::sample::select(known).prop_map(|record| record.data),
        Just(vec![0; 4]),
        Just(vec![0xFF; 4]),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    let measured = prop_oneof![
        3 => Just(Measured::Data),
        1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Measured::Other),
    ];
    (0_u32..24, event_type(), measured, data()).prop_map(
        |(register, event_type, measured, data)| Record {
            register,
            event_type,
            measured,
            data,
        },
    )
}

fn log() -> impl Strategy<Value = MadeLog> {
    (algorithms(), prop::collection::vec(record(), 0..40)).prop_map(|(algorithms, mut records)| {
        if algorithms.is_none() {
            // A legacy log whose first event is long and says nothing is taken for a bad header.
            records.insert(0, Record::new(0, EventType::POST_CODE, "first"));
        }
        MadeLog {
            algorithms,
            records,
        }
    })
}

/// Everything that can be asked of a log, whatever the answers.
fn ask_everything(bytes: &[u8]) {
    for kind in [LogKind::Tpm, LogKind::Ccel] {
        let (log, _) = EventLog::read(bytes, kind);
        for event in log.events() {
            event.describe();
        }
        for algorithm in HashAlgorithm::ALL {
            let Ok(log) = log.explain(&own_bank(&log, algorithm)) else {
                continue;
            };
            let _ = log.check_complete();
            let _ = log.platform();
            let _ = log.secure_boot();
            let _ = log.efi();
            let _ = log.grub();
            let _ = log.linux_kernel();
            for event in log.events() {
                event.describe();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn what_is_written_is_read(made in log()) {
        let bytes = made.to_bytes();
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
        let algorithms = made.algorithms.clone();
        let header = usize::from(algorithms.is_some());
        prop_assert_eq!(log.algorithms(), algorithms.unwrap_or(vec![HashAlgorithm::Sha1]));
        prop_assert_eq!(log.events().len(), made.records.len() + header);
        for (event, record) in log.events().iter().skip(header).zip(&made.records) {
            prop_assert_eq!(event.register(), record.register);
            prop_assert_eq!(event.event_type(), record.event_type);
            prop_assert_eq!(event.data(), &record.data);
            let measured = match &record.measured {
                Measured::Data => &record.data,
                Measured::Other(bytes) => bytes,
            };
            for algorithm in log.algorithms() {
                prop_assert_eq!(event.digest(*algorithm), Some(&algorithm.digest(&[measured])));
                prop_assert_eq!(event.digest_verified(*algorithm), measured == &record.data);
            }
        }
    }

    #[test]
    fn any_records_can_be_asked_everything(made in log()) {
        ask_everything(&made.to_bytes());
    }

    #[test]
    fn any_bytes_can_be_asked_everything(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        place in any::<prop::sample::Index>(),
    ) {
        ask_everything(&bytes);
        let mut good = MadeLog::good().to_bytes();
        let place = place.index(good.len());
        let end = good.len().min(place + bytes.len().min(16));
        good.splice(place..end, bytes.into_iter().take(16));
        ask_everything(&good);
    }

    /// No change of a byte of a digest, a register or a record's order goes unseen: only types,
    /// data and events that are measured nowhere are not held by the registers.
    #[test]
    fn a_changed_byte_is_not_explained(place in any::<prop::sample::Index>(), with in 1_u8..) {
        let good = MadeLog::good().to_bytes();
        let log = EventLog::parse(&good, LogKind::Tpm).expect("a log");
        let bank = own_bank(&log, HashAlgorithm::Sha256);
        let measured = |log: &EventLog<'_>| -> Vec<_> {
            let events = log.events().iter().filter(|event| event.is_measured());
            events.map(|event| (event.register(), event.digest(HashAlgorithm::Sha256).copied())).collect()
        };
        let mut changed = good.clone();
        let place = place.index(changed.len());
        changed[place] ^= with;
        if let Ok(changed) = EventLog::parse(&changed, LogKind::Tpm)
            && changed.explain(&bank).is_ok()
        {
            prop_assert_eq!(measured(&changed), measured(&log));
        }
    }
}
