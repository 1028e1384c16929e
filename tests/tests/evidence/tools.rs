//! `tpm2-tools` believe our quotes, and we believe theirs.

use std::collections::HashMap;
use std::fs;

use sealgate_core::wire;
use sealgate_core::wire::attest::Attestation;
use sealgate_core::wire::tpm::{PcRs, Quote};
use sealgate_tests::desk::{Desk, KeyAlgorithm, KeyKind};

use crate::booted::{Booted, NONCE};

const BANKS: [(&str, i32); 3] = [("sha1", 0x0004), ("sha256", 0x000B), ("sha384", 0x000C)];

/// What `attest` would make, made with `tpm2-tools`.
pub(crate) fn attest(desk: &Desk, algorithm: KeyAlgorithm, kind: KeyKind) -> Attestation {
    let banks = BANKS.map(|(bank, id)| (bank, id, "all"));
    attest_registers(desk, algorithm, kind, &banks)
}

fn attest_registers(
    desk: &Desk,
    algorithm: KeyAlgorithm,
    kind: KeyKind,
    selections: &[(&str, i32, &str)],
) -> Attestation {
    let tool = |program: &str, arguments: &[&str]| {
        desk.tool(program, arguments)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let file = |name: &str| fs::read(desk.folder().join(name)).expect("a file");
    desk.make_key(algorithm, kind, "tools.context")
        .expect("a key");
    tool("tpm2_flushcontext", &["-t"]);
    tool(
        "tpm2_readpublic",
        &["-Q", "-c", "tools.context", "-o", "tools.public"],
    );
    let quotes = selections
        .iter()
        .map(|(bank, id, registers)| {
            let selection = format!("{bank}:{registers}");
            tool(
                "tpm2_quote",
                &[
                    "-Q",
                    "-c",
                    "tools.context",
                    "-l",
                    &selection,
                    "-q",
                    NONCE,
                    "-m",
                    "tools.attest",
                    "-s",
                    "tools.signature",
                ],
            );
            // Each command leaves what it has loaded.
            tool("tpm2_flushcontext", &["-t"]);
            let values = desk.registers(bank).expect("registers");
            let pcrs: HashMap<u32, Vec<u8>> = (0..)
                .zip(values)
                .filter(|(index, _): &(u32, _)| {
                    *registers == "all" || registers.split(',').any(|one| one == index.to_string())
                })
                .collect();
            Quote {
                quote: file("tools.attest"),
                raw_sig: file("tools.signature"),
                pcrs: Some(PcRs {
                    hash: *id,
                    pcrs: pcrs.into_iter().collect(),
                }),
            }
        })
        .collect();
    Attestation {
        // After the size of the TPM2B.
        ak_pub: file("tools.public")[2..].to_vec(),
        quotes,
        event_log: fs::read(desk.event_log()).expect("the log"),
        ak_cert: tool("tpm2_nvread", &["-C", "o", algorithm.certificate_index()]),
        ..Attestation::default()
    }
}

#[test]
fn quotes_of_tpm2_quote_are_verified() {
    let booted = Booted::sound();
    for algorithm in KeyAlgorithm::ALL {
        let theirs = attest(&booted.desk, algorithm, KeyKind::Restricted);
        let verdict = booted.appraise_message(&theirs);
        let ours = booted.appraise(&booted.attest(algorithm));
        assert_eq!(
            verdict.verified()["platform"],
            ours.verified()["platform"],
            "{algorithm:?}"
        );
    }
}

/// A quote that leaves registers out.
#[test]
fn events_of_registers_that_were_not_quoted_are_refused() {
    let booted = Booted::sound();
    let partial = attest_registers(
        &booted.desk,
        KeyAlgorithm::Rsa,
        KeyKind::Restricted,
        &[("sha256", 0x000B, "0,1,2,3,4,5,6,7")],
    );
    booted.appraise_message(&partial).refused("log_not_quoted");
}

/// Registers 0 to 15 must be quoted, with or without an event.
#[test]
fn a_register_that_was_not_quoted_is_incomplete() {
    let booted = Booted::sound();
    let partial = attest_registers(
        &booted.desk,
        KeyAlgorithm::Rsa,
        KeyKind::Restricted,
        &[("sha256", 0x000B, "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14")],
    );
    booted.appraise_message(&partial).refused("log_incomplete");
}

#[test]
fn tpm2_checkquote_accepts_our_quotes() {
    let booted = Booted::sound();
    for algorithm in KeyAlgorithm::ALL {
        let message = wire::decode_attestation(&booted.attest(algorithm)).expect("ours");
        let folder = booted.desk.folder();
        let write = |name: &str, content: &[u8]| {
            fs::write(folder.join(name), content).expect("a file");
        };
        // The key as our evidence has it, in a TPM2B.
        let size = u16::try_from(message.ak_pub.len()).expect("short");
        let key = [&size.to_be_bytes()[..], &message.ak_pub].concat();
        write("ours.key", &key);
        for (quote, (bank, id)) in message.quotes.iter().zip(BANKS) {
            let registers = &quote.pcrs.as_ref().expect("registers").pcrs;
            let mut values: Vec<_> = registers.iter().collect();
            values.sort();
            let values: Vec<_> = values.into_iter().map(|(_, value)| value.clone()).collect();
            write("ours.attest", &quote.quote);
            write("ours.signature", &quote.raw_sig);
            write("ours.registers", &serialized(id, &values));
            #[rustfmt::skip]
            let arguments = [
                "-u", "ours.key", "-m", "ours.attest", "-s", "ours.signature",
                "-f", "ours.registers", "-g", "sha256", "-q", NONCE,
            ];
            booted
                .desk
                .tool("tpm2_checkquote", &arguments)
                .unwrap_or_else(|error| panic!("{algorithm:?} {bank}: {error}"));
            // And it does look at them.
            let mut altered = values;
            altered[7][0] ^= 1;
            write("ours.registers", &serialized(id, &altered));
            let refused = booted.desk.tool("tpm2_checkquote", &arguments);
            assert!(refused.is_err(), "{algorithm:?} {bank}");
        }
    }
}

/// All 24 registers as `tpm2_quote -o` writes them: a `TPML_PCR_SELECTION`, a number, and as many
/// `TPML_DIGEST`, each as C has them in memory.
fn serialized(bank: i32, values: &[Vec<u8>]) -> Vec<u8> {
    const SELECTIONS: usize = 16;
    const DIGESTS: usize = 8;
    const LONGEST: usize = 64;
    let padded = |mut bytes: Vec<u8>, length: usize| {
        bytes.resize(length, 0);
        bytes
    };
    let number = |number: usize| u32::try_from(number).expect("small").to_le_bytes();
    let bank = u16::try_from(bank).expect("an algorithm").to_le_bytes();
    let selection = [&number(1)[..], &bank, &[3, 0xff, 0xff, 0xff, 0]].concat();
    let mut file = padded(selection, 4 + 8 * SELECTIONS);
    let lists: Vec<_> = values.chunks(DIGESTS).collect();
    file.extend(number(lists.len()));
    for list in lists {
        let mut digests = number(list.len()).to_vec();
        for value in list {
            digests.extend(u16::try_from(value.len()).expect("short").to_le_bytes());
            digests.extend(padded(value.clone(), LONGEST));
        }
        file.extend(padded(digests, 4 + DIGESTS * (2 + LONGEST)));
    }
    file
}
