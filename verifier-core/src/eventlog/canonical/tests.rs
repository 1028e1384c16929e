//! Canonical logs, a real one and made ones, and every refusal of one that is nearly right.
//!
//! Longer than usual: every refusal is told from one good record, which stands here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::launch::LaunchEvent;
use super::{CanonicalLog, GpuMode, Launch, LaunchOutcome, RestartPolicy};
use crate::error::Error;
use crate::eventlog::LogDefect;
use crate::limits::CANONICAL_LOG_BYTES;
use crate::tpm::{Digest, HashAlgorithm, PcrBank, PcrIndex};

const CEL: &str = include_str!("../../../../tests/vectors/evidence/canonical/cel.b64");

const SHA256: HashAlgorithm = HashAlgorithm::Sha256;

fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).unwrap().to_be_bytes();
    [&[kind][..], &length, value].concat()
}

/// A record to be changed in one place.
#[derive(Clone)]
struct Draft {
    number: Vec<u8>,
    register: Vec<u8>,
    digests: Vec<u8>,
    content: Vec<u8>,
}

impl Draft {
    fn new(number: u64, kind: u8, content: &[u8]) -> Self {
        Self::of_element(number, tlv(80, &tlv(kind, content)))
    }

    fn of_element(number: u64, content: Vec<u8>) -> Self {
        Self {
            number: tlv(0, &number.to_be_bytes()),
            register: tlv(1, &[13]),
            digests: tlv(3, &digest_element(SHA256, &content)),
            content,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        [&*self.number, &self.register, &self.digests, &self.content].concat()
    }
}

fn digest_element(algorithm: HashAlgorithm, content: &[u8]) -> Vec<u8> {
    let kind = u8::try_from(algorithm.id()).unwrap();
    tlv(kind, algorithm.digest(&[content]).as_bytes())
}

fn log_of(events: &[(u8, &[u8])]) -> Vec<u8> {
    let numbered = (0..).zip(events);
    numbered
        .flat_map(|(number, (kind, content))| Draft::new(number, *kind, content).bytes())
        .collect()
}

/// A bank whose register 13 has been extended with each of `contents`.
fn bank(algorithm: HashAlgorithm, contents: &[Vec<u8>]) -> PcrBank {
    let mut value = Digest::zero(algorithm);
    for content in contents {
        let digest = algorithm.digest(&[content]);
        value = algorithm.digest(&[value.as_bytes(), digest.as_bytes()]);
    }
    let mut bank = PcrBank::new(algorithm);
    bank.insert(PcrIndex::new(13).unwrap(), value.as_bytes());
    bank
}

fn bank_of(events: &[(u8, &[u8])]) -> PcrBank {
    let contents: Vec<_> = events
        .iter()
        .map(|(kind, content)| tlv(80, &tlv(*kind, content)))
        .collect();
    bank(SHA256, &contents)
}

/// What a log of `events` says, against registers into which they were measured.
fn launch(events: &[(u8, &[u8])]) -> Result<Launch, Error> {
    CanonicalLog::parse(&log_of(events))?.explain(&bank_of(events))
}

#[track_caller]
fn refuses(bytes: &[u8], defect: LogDefect) {
    assert_eq!(
        CanonicalLog::parse(bytes),
        Err(Error::LogMalformed {
            offset: 0,
            number: 0,
            defect
        })
    );
}

#[track_caller]
fn refuses_event(bytes: &[u8], defect: LogDefect) {
    assert_eq!(
        CanonicalLog::parse(bytes),
        Err(Error::LogEventInvalid {
            number: 0,
            register: 13,
            defect
        })
    );
}

/// The real log, as it would be had it been measured into a TPM: contents and digests are as they
/// were, the register is another.
fn real() -> (Vec<u8>, PcrBank) {
    let bytes = STANDARD.decode(CEL.trim_ascii()).unwrap();
    let (ccmr, pcr) = ([108, 0, 0, 0, 1, 4], [1, 0, 0, 0, 1, 13]);
    let mut moved = bytes.clone();
    let mut contents = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let element = |at: usize| {
            let length = u32::from_be_bytes(bytes[at + 1..at + 5].try_into().unwrap());
            at + 5 + usize::try_from(length).unwrap()
        };
        let register = element(at);
        assert_eq!(bytes[register..register + 6], ccmr);
        moved[register..register + 6].copy_from_slice(&pcr);
        let content = element(element(register));
        at = element(content);
        contents.push(bytes[content..at].to_vec());
    }
    (moved, bank(HashAlgorithm::Sha384, &contents))
}

#[test]
fn the_real_log_says_what_was_launched() {
    let (bytes, bank) = real();
    let log = CanonicalLog::parse(&bytes).unwrap();
    assert_eq!(log.len(), 18);
    let launch = log.explain(&bank).unwrap();
    let container = &launch.container;
    assert_eq!(
        container.image_reference.as_deref(),
        Some(
            "us-west1-docker.pkg.dev/confidential-space-images-dev/cs-integ-test-images/gpu/cuda-vector-add:latest"
        )
    );
    assert_eq!(
        container.image_digest.as_deref(),
        Some("sha256:777049f969d790c7fa9edf5783ad22b2d4fa25f31612e95639eb3b5098ff8066")
    );
    assert_eq!(
        container.image_id.as_deref(),
        Some("sha256:1db014580ad43779e3a4a2b7b3b393ea3517c21efc8bef38f6e61c0c724f8833")
    );
    assert_eq!(container.restart_policy, Some(RestartPolicy::Never));
    assert_eq!(container.args, ["/cuda-samples/sample"]);
    assert_eq!(container.env_vars.len(), 10);
    assert_eq!(container.env_vars["CUDA_VERSION"], "12.5.0");
    assert_eq!(container.overridden_args.len(), 0);
    assert_eq!(container.overridden_env_vars.len(), 0);
    assert_eq!(launch.outcome, LaunchOutcome::Launched);
    assert_eq!(launch.memory_monitored, Some(false));
    assert_eq!(launch.gpu_mode, Some(GpuMode::On));
    assert_eq!(launch.gpu_evidence, None);
}

/// The real one is of a TDX machine: its own registers are no TPM's.
#[test]
fn refuses_a_log_of_the_processors_registers() {
    let bytes = STANDARD.decode(CEL.trim_ascii()).unwrap();
    let log = CanonicalLog::parse(&bytes).unwrap();
    assert_eq!(
        log.explain(&real().1),
        Err(Error::LogEventInvalid {
            number: 0,
            register: 4,
            defect: LogDefect::NotTpm
        })
    );
}

#[test]
fn no_altered_real_log_explains_the_register() {
    let (bytes, bank) = real();
    for at in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[at] ^= 1;
        let explained = CanonicalLog::parse(&altered).and_then(|log| log.explain(&bank));
        assert!(explained.is_err(), "byte {at}");
        let cut = CanonicalLog::parse(&bytes[..at]).and_then(|log| log.explain(&bank));
        assert!(cut.is_err(), "{at} bytes");
    }
}

#[test]
fn every_event_is_read() {
    let launch = launch(&[
        (0, b"image:latest"),
        (1, b"sha256:00"),
        (2, b"OnFailure"),
        (3, b"sha256:01"),
        (4, b"run"),
        (4, b""),
        (5, b"A=1"),
        (5, b"A=b=c"),
        (5, b"_b2="),
        (6, b"--fast"),
        (7, b"C=3"),
        (9, &[1]),
        (10, b"DEVTOOLS"),
        (11, &[0xff]),
        (8, b"no such image"),
    ])
    .unwrap();
    let container = launch.container;
    assert_eq!(container.image_reference.as_deref(), Some("image:latest"));
    assert_eq!(container.image_digest.as_deref(), Some("sha256:00"));
    assert_eq!(container.restart_policy, Some(RestartPolicy::OnFailure));
    assert_eq!(container.image_id.as_deref(), Some("sha256:01"));
    assert_eq!(container.args, ["run", ""]);
    assert_eq!(container.env_vars.len(), 2);
    assert_eq!(container.env_vars["A"], "b=c");
    assert_eq!(container.env_vars["_b2"], "");
    assert_eq!(container.overridden_args, ["--fast"]);
    assert_eq!(container.overridden_env_vars["C"], "3");
    assert_eq!(launch.outcome, LaunchOutcome::Failed);
    assert_eq!(launch.memory_monitored, Some(true));
    assert_eq!(launch.gpu_mode, Some(GpuMode::DevTools));
    assert_eq!(launch.gpu_evidence, Some(vec![0xff]));
}

#[test]
fn a_launch_without_a_separator_is_pending() {
    assert_eq!(
        launch(&[(4, b"a")]).unwrap().outcome,
        LaunchOutcome::Pending
    );
    // No event and nothing measured.
    assert_eq!(launch(&[]), Ok(Launch::default()));
    assert!(CanonicalLog::parse(&[]).unwrap().is_empty());
}

#[test]
fn every_digest_of_a_record_counts() {
    let mut draft = Draft::new(0, 4, b"a");
    let both = [
        digest_element(HashAlgorithm::Sha1, &draft.content),
        digest_element(SHA256, &draft.content),
    ];
    draft.digests = tlv(3, &both.concat());
    let log = CanonicalLog::parse(&draft.bytes()).unwrap();
    let contents = [draft.content.clone()];
    assert!(log.explain(&bank(SHA256, &contents)).is_ok());
    assert!(log.explain(&bank(HashAlgorithm::Sha1, &contents)).is_ok());
    assert_eq!(
        log.explain(&bank(HashAlgorithm::Sha384, &contents)),
        Err(Error::LogEventInvalid {
            number: 0,
            register: 13,
            defect: LogDefect::DigestMissing(HashAlgorithm::Sha384)
        })
    );
    draft.digests = tlv(
        3,
        &[
            digest_element(HashAlgorithm::Sha1, b"another"),
            digest_element(SHA256, &draft.content),
        ]
        .concat(),
    );
    refuses_event(&draft.bytes(), LogDefect::Digest);
    draft.digests = tlv(3, &digest_element(SHA256, &draft.content).repeat(2));
    refuses_event(&draft.bytes(), LogDefect::DigestRepeated);
}

#[test]
fn refuses_what_is_no_record() {
    let good = Draft::new(0, 4, b"a");
    assert!(CanonicalLog::parse(&good.bytes()).is_ok());
    let bytes = good.bytes();
    for length in 1..bytes.len() {
        refuses(&bytes[..length], LogDefect::Truncated);
    }
    let with = |edit: fn(&mut Draft)| {
        let mut draft = good.clone();
        edit(&mut draft);
        draft.bytes()
    };
    refuses(&with(|draft| draft.number[12] = 1), LogDefect::RecordNumber);
    refuses(
        &with(|draft| draft.number = tlv(0, &[0; 4])),
        LogDefect::Malformed,
    );
    refuses(&with(|draft| draft.number[0] = 2), LogDefect::Malformed);
    refuses(&with(|draft| draft.register[0] = 2), LogDefect::Malformed);
    refuses(
        &with(|draft| draft.register = tlv(1, &[0, 0, 0, 13])),
        LogDefect::Malformed,
    );
    refuses(&with(|draft| draft.digests[0] = 4), LogDefect::Malformed);
    refuses_event(
        &with(|draft| draft.digests = tlv(3, &tlv(18, &[0; 32]))),
        LogDefect::Malformed,
    );
    refuses_event(
        &with(|draft| draft.digests = tlv(3, &tlv(11, &[0; 31]))),
        LogDefect::Malformed,
    );
    refuses_event(
        &with(|draft| draft.digests = tlv(3, &[11])),
        LogDefect::Malformed,
    );
}

#[test]
fn refuses_gaps_and_repetitions_of_numbers() {
    for second in [0, 2, u64::MAX] {
        let bytes = [
            Draft::new(0, 4, b"a").bytes(),
            Draft::new(second, 4, b"b").bytes(),
        ];
        assert_eq!(
            CanonicalLog::parse(&bytes.concat()),
            Err(Error::LogMalformed {
                offset: bytes[0].len(),
                number: 1,
                defect: LogDefect::RecordNumber
            })
        );
    }
}

#[test]
fn refuses_contents_that_are_no_events() {
    let of = |content: Vec<u8>| Draft::of_element(0, content).bytes();
    // Another kind of content than Confidential Space's.
    refuses_event(&of(tlv(5, &tlv(4, b"a"))), LogDefect::Type);
    let cases: [(u8, &[u8], LogDefect); 12] = [
        (12, b"", LogDefect::Type),
        (2, b"Sometimes", LogDefect::Malformed),
        (2, b"never", LogDefect::Malformed),
        (10, b"on", LogDefect::Malformed),
        (9, &[2], LogDefect::Malformed),
        (9, &[], LogDefect::Malformed),
        (9, &[1, 0], LogDefect::Malformed),
        (5, b"A", LogDefect::Malformed),
        (5, b"=1", LogDefect::Malformed),
        (5, b"1A=1", LogDefect::Malformed),
        (7, b"a-b=1", LogDefect::Malformed),
        (0, &[0xff], LogDefect::Text),
    ];
    for (kind, content, defect) in cases {
        refuses_event(&of(tlv(80, &tlv(kind, content))), defect);
    }
    let trailing = [tlv(4, b"a"), vec![0]].concat();
    refuses_event(&of(tlv(80, &trailing)), LogDefect::Malformed);
    refuses_event(&of(tlv(80, &[4, 0, 0, 0])), LogDefect::Malformed);
}

#[test]
fn refuses_events_that_cannot_be_there() {
    let invalid = |number, defect| {
        Err(Error::LogEventInvalid {
            number,
            register: 13,
            defect,
        })
    };
    let once: [(u8, &[u8]); 7] = [
        (0, b"a"),
        (1, b"a"),
        (2, b"Never"),
        (3, b"a"),
        (9, &[0]),
        (10, b"ON"),
        (11, b"a"),
    ];
    for event in once {
        assert_eq!(launch(&[event, event]), invalid(1, LogDefect::Repeated));
    }
    assert_eq!(
        launch(&[(8, b""), (4, b"a")]),
        invalid(1, LogDefect::AfterSeparator)
    );
    assert_eq!(
        launch(&[(8, b""), (8, b"")]),
        invalid(1, LogDefect::AfterSeparator)
    );
}

#[test]
fn refuses_events_of_other_registers() {
    let mut draft = Draft::new(0, 4, b"a");
    draft.register = tlv(1, &[12]);
    assert_eq!(
        CanonicalLog::parse(&draft.bytes())
            .unwrap()
            .explain(&bank_of(&[(4, b"a")])),
        Err(Error::LogEventInvalid {
            number: 0,
            register: 12,
            defect: LogDefect::Type
        })
    );
}

#[test]
fn says_how_far_the_log_explains_the_register() {
    let events: [(u8, &[u8]); 3] = [(4, b"a"), (4, b"b"), (4, b"c")];
    let explain = |log: &[(u8, &[u8])], quoted: &[(u8, &[u8])]| {
        let outcome = CanonicalLog::parse(&log_of(log))
            .unwrap()
            .explain(&bank_of(quoted));
        match outcome {
            Err(Error::LogReplayFailed { bank, mismatches }) => {
                assert_eq!(bank, SHA256);
                let [mismatch] = mismatches.try_into().unwrap();
                assert_eq!(mismatch.register.value(), 13);
                assert_ne!(mismatch.computed, mismatch.quoted);
                assert_eq!(mismatch.events, log.len());
                mismatch.explained_by
            }
            other => panic!("{other:?}"),
        }
    };
    // Something was put after what was measured.
    assert_eq!(explain(&events, &events[..2]), Some(1));
    // Something was left out.
    assert_eq!(explain(&events[..2], &events), None);
    // The order is another.
    assert_eq!(explain(&[events[1], events[0]], &events[..2]), None);
    // The log is empty, and the register is not.
    assert_eq!(explain(&[], &events), None);
}

#[test]
fn refuses_a_bank_without_the_register() {
    let log = CanonicalLog::parse(&log_of(&[(4, b"a")])).unwrap();
    assert_eq!(
        log.explain(&PcrBank::new(SHA256)),
        Err(Error::LogNotQuoted { register: 13 })
    );
}

#[test]
fn refuses_more_than_any_real_log_has() {
    refuses(&vec![0; CANONICAL_LOG_BYTES + 1], LogDefect::TooLarge);
}

fn event() -> impl Strategy<Value = (u8, Vec<u8>)> {
    prop_oneof![
        (prop_oneof![Just(4_u8), Just(6)], ".{0,40}").prop_map(|(kind, text)| (kind, text.into())),
        (
            prop_oneof![Just(5_u8), Just(7)],
            "[A-Za-z_][A-Za-z0-9_]{0,8}=.{0,20}"
        )
            .prop_map(|(kind, text)| (kind, text.into())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// What was measured is what is read.
    #[test]
    fn reads_what_was_written(events in prop::collection::vec(event(), 0..12)) {
        let events: Vec<_> = events.iter().map(|(kind, content)| (*kind, &content[..])).collect();
        let launch = launch(&events).unwrap();
        let args = |of: u8| -> Vec<_> {
            events
                .iter()
                .filter(|(kind, _)| *kind == of)
                .map(|(_, content)| String::from_utf8(content.to_vec()).unwrap())
                .collect()
        };
        prop_assert_eq!(&launch.container.args, &args(4));
        prop_assert_eq!(&launch.container.overridden_args, &args(6));
        for (of, variables) in [
            (5, &launch.container.env_vars),
            (7, &launch.container.overridden_env_vars),
        ] {
            let expected: std::collections::BTreeMap<_, _> = args(of)
                .iter()
                .map(|text| text.split_once('=').unwrap())
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            prop_assert_eq!(variables, &expected);
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = CanonicalLog::parse(&bytes);
        let _ = LaunchEvent::parse(&bytes);
    }
}
