//! Reading: headers, records, padding, sizes.

use sealgate_core::{
    Error, EventLog, EventType, HashAlgorithm, LogDefect, LogFormat, LogKind, limits,
};
use sealgate_tests::log::{MadeLog, Record, header, own_bank};

use super::BANK;

#[test]
fn the_header_is_a_spec_id_event_of_version_2() {
    let log = |header: &[u8]| {
        let mut bytes = [0, 0, 0, 0, 3, 0, 0, 0].to_vec();
        bytes.extend([0; 20]);
        bytes.extend(u32::try_from(header.len()).expect("a length").to_le_bytes());
        bytes.extend(header);
        EventLog::parse(&bytes, LogKind::Tpm).map(|log| (log.format(), log.algorithms().to_vec()))
    };
    let malformed = Err(Error::LogMalformed {
        offset: 0,
        number: 0,
        defect: LogDefect::SpecId,
    });
    let good = header(&[HashAlgorithm::Sha1, HashAlgorithm::Sha256]);
    assert_eq!(
        log(&good),
        Ok((
            LogFormat::CryptoAgile,
            vec![HashAlgorithm::Sha1, HashAlgorithm::Sha256]
        ))
    );
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut header = good.clone();
        change(&mut header);
        log(&header)
    };
    let change_byte = |place: usize, to: u8| changed(&|header| header[place] = to);
    assert_eq!(change_byte(14, b'4'), malformed, "signature");
    assert_eq!(change_byte(20, 1), malformed, "minor version");
    assert_eq!(change_byte(21, 1), malformed, "major version");
    assert!(change_byte(22, 105).is_ok(), "errata");
    assert_eq!(change_byte(24, 1), malformed, "fewer hashes");
    assert_eq!(change_byte(24, 3), malformed, "more hashes");
    assert_eq!(change_byte(27, 0xFF), malformed, "very many hashes");
    assert_eq!(change_byte(30, 21), malformed, "another size");
    assert_eq!(changed(&|header| header.push(0)), malformed, "more");
    assert_eq!(
        changed(&|header| header.truncate(header.len() - 1)),
        malformed,
        "less"
    );
    assert_eq!(
        log(&header(&[HashAlgorithm::Sha1, HashAlgorithm::Sha1])),
        malformed,
        "twice the same"
    );
    // A hash that is not known here is passed over, but not without one that is.
    assert_eq!(
        change_byte(28, 0x12),
        Ok((LogFormat::CryptoAgile, vec![HashAlgorithm::Sha256]))
    );
    let unknown = changed(&|header| {
        header[28] = 0x12;
        header[32] = 0x27;
    });
    assert_eq!(unknown, malformed);
    // Older headers belong to legacy logs.
    let legacy = Ok((LogFormat::Legacy, vec![HashAlgorithm::Sha1]));
    assert_eq!(
        log(b"Spec ID Event00\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        legacy
    );
    assert_eq!(log(&[0; 27]), legacy);
    assert_eq!(log(&[0; 28]), malformed);
}

#[test]
fn records_that_cannot_be_read_are_named() {
    let good = MadeLog::good().to_bytes();
    let second = 32 + header(&[HashAlgorithm::Sha1, HashAlgorithm::Sha256]).len();
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        match EventLog::parse(&bytes, LogKind::Tpm) {
            Err(Error::LogMalformed {
                offset,
                number: 1,
                defect,
            }) if offset == second => defect,
            other => panic!("{other:?}"),
        }
    };
    let at = |place: usize, to: &'static [u8]| {
        refused(&|bytes| {
            let place = second + place;
            bytes.splice(place..place + to.len(), to.iter().copied());
        })
    };
    assert_eq!(at(8, &[3, 0, 0, 0]), LogDefect::DigestCount);
    assert_eq!(at(8, &[0xFF; 4]), LogDefect::DigestCount);
    assert_eq!(at(12, &[0x12, 0]), LogDefect::Algorithm(0x12));
    assert_eq!(at(12, &[0x0C, 0]), LogDefect::Algorithm(0x0C));
    assert_eq!(at(0, &[0xFF; 8]), LogDefect::Padding);
    assert_eq!(at(0, &[0xFF; 4]), LogDefect::Padding);
    let size = 8 + 4 + 2 + 20 + 2 + 32;
    assert_eq!(at(size, &[0xFF; 4]), LogDefect::Truncated);
    let twice = refused(&|bytes| {
        let digest = bytes[second + 12..second + 34].to_vec();
        bytes.splice(second + 34..second + 68, digest);
    });
    assert_eq!(twice, LogDefect::DigestRepeated);
}

/// An old firmware's record of no register, which says something and is measured nowhere.
#[test]
fn a_record_of_no_register_is_not_padding() {
    for algorithms in [None, MadeLog::good().algorithms] {
        let mut made = MadeLog::good();
        made.algorithms = algorithms;
        made.records
            .push(Record::new(u32::MAX, EventType::NO_ACTION, [0; 424]));
        let bytes = made.to_bytes();
        let log = EventLog::parse(&bytes, LogKind::Tpm).expect("a log");
        let last = log.events().last().expect("an event");
        assert_eq!((last.register(), last.is_measured()), (u32::MAX, false));
        let bank = own_bank(&log, log.algorithms()[0]);
        let log = log.explain(&bank).expect("explained");
        assert_eq!(log.check_complete(), Ok(()));
    }
}

#[test]
fn padding_is_the_end_of_a_tdx_log() {
    let cut = MadeLog::good().to_bytes();
    let parse = |end: &[u8]| {
        let bytes = [cut.as_slice(), end].concat();
        EventLog::parse(&bytes, LogKind::Ccel).map(|log| log.events().len())
    };
    let events = MadeLog::good().records.len() + 1;
    let refused = |defect| {
        Err(Error::LogMalformed {
            offset: cut.len(),
            number: events,
            defect,
        })
    };
    for length in [1, 7, 8, 9, 1000] {
        assert_eq!(parse(&vec![0xFF; length]), Ok(events), "{length}");
    }
    let mut hidden = vec![0xFF; 1000];
    hidden[500] = 0;
    assert_eq!(parse(&hidden), refused(LogDefect::Padding));
}

/// Whatever the cut, the events before it are shown, and the place of the first that is not.
#[test]
fn a_log_cut_anywhere_is_refused_and_shown_up_to_there() {
    let whole = MadeLog::good().to_bytes();
    let ends: Vec<_> = EventLog::parse(&whole, LogKind::Tpm)
        .expect("a log")
        .events()
        .iter()
        .map(|event| event.offset())
        .chain([whole.len()])
        .collect();
    for length in 0..whole.len() {
        let cut = &whole[..length];
        let (log, error) = EventLog::read(cut, LogKind::Tpm);
        let readable = ends.iter().filter(|end| **end <= length).count() - 1;
        assert_eq!(log.events().len(), readable);
        let expected = (!ends.contains(&length)).then(|| Error::LogMalformed {
            offset: ends[readable],
            number: readable,
            defect: LogDefect::Truncated,
        });
        assert_eq!(error, expected);
        assert_eq!(EventLog::parse(cut, LogKind::Tpm).is_err(), error.is_some());
        for event in log.events() {
            event.describe();
        }
    }
}

#[test]
fn sizes_are_bounded() {
    let too_large = vec![0; limits::EVENT_LOG_BYTES + 1];
    assert_eq!(
        EventLog::parse(&too_large, LogKind::Tpm).map(drop),
        Err(Error::LogMalformed {
            offset: 0,
            number: 0,
            defect: LogDefect::TooLarge
        })
    );
    // The smallest records there are: crypto-agile, without digests.
    let mut log = MadeLog {
        algorithms: Some(vec![BANK]),
        records: Vec::new(),
    }
    .to_bytes();
    let record = [[0; 4], [3, 0, 0, 0], [0; 4], [0; 4]].concat();
    let first = log.len();
    log.extend(record.repeat(limits::LOG_EVENTS - 1));
    let parsed = EventLog::parse(&log, LogKind::Tpm).expect("a log");
    assert_eq!(parsed.events().len(), limits::LOG_EVENTS);
    log.extend(&record);
    assert_eq!(
        EventLog::parse(&log, LogKind::Tpm).map(drop),
        Err(Error::LogMalformed {
            offset: first + record.len() * (limits::LOG_EVENTS - 1),
            number: limits::LOG_EVENTS,
            defect: LogDefect::TooManyEvents
        })
    );
    // One record that fills the log.
    let mut log = MadeLog::good();
    log.records.truncate(1);
    let rest = limits::EVENT_LOG_BYTES - log.to_bytes().len() + log.records[0].data.len();
    log.records[0].data = vec![b'x'; rest];
    let bytes = log.to_bytes();
    assert_eq!(bytes.len(), limits::EVENT_LOG_BYTES);
    assert!(EventLog::parse(&bytes, LogKind::Tpm).is_ok());
}
