use sealgate_core::wire::attest::attestation::TeeAttestation;
use sealgate_core::wire::attest::{
    Attestation, AttestedCosState, ContainerState, GceInstanceInfo, HealthMonitoringState,
    LinuxKernelState, MachineState, PlatformState, SecureBootState, platform_state,
};
use sealgate_core::wire::sevsnp::{self, CertificateChain, SevProduct};
use sealgate_core::wire::tpm::{HashAlgo, PcRs, Quote};
use sealgate_core::{EvidenceDefect, limits, wire};

use super::{TEXT_BYTES, TextError, attestation, machine_state, read};

const REAL: &[u8] =
    include_bytes!("../../../tests/vectors/evidence/attestations/gce-cos-85-no-nonce.pb");

#[test]
fn a_real_attestation_is_read_as_it_was_written() {
    let real = wire::decode_attestation(REAL).unwrap();
    let text = attestation(&real);
    assert!(text.is_ascii());
    assert_eq!(read(text.as_bytes()), Ok(real));
}

#[test]
fn writes_fields_by_number_and_registers_by_index() {
    let made = Attestation {
        ak_pub: b"\0\x019\"\\'\n\r\t~\x7F\xC3\xA9".to_vec(),
        quotes: vec![
            Quote {
                quote: vec![],
                raw_sig: b"s".to_vec(),
                pcrs: Some(PcRs {
                    hash: HashAlgo::Sha256.into(),
                    pcrs: [(10, b"j".to_vec()), (9, vec![]), (0, b"a".to_vec())].into(),
                }),
            },
            Quote {
                pcrs: Some(PcRs {
                    hash: 0x27,
                    pcrs: [].into(),
                }),
                ..Default::default()
            },
        ],
        instance_info: Some(GceInstanceInfo {
            zone: "zürich-1".to_owned(),
            instance_id: u64::MAX,
            ..Default::default()
        }),
        intermediate_certs: vec![b"1".to_vec(), b"2".to_vec()],
        tee_attestation: Some(TeeAttestation::SevSnpAttestation(sevsnp::Attestation {
            report: None,
            certificate_chain: Some(CertificateChain {
                extras: [("b".to_owned(), b"2".to_vec()), ("a".to_owned(), vec![])].into(),
                ..Default::default()
            }),
            product: Some(SevProduct {
                machine_stepping: Some(0),
                ..Default::default()
            }),
        })),
        ..Default::default()
    };
    let text = attestation(&made);
    let expected = r#"ak_pub: "\000\0019\"\\'\n\r\t~\177\303\251"
quotes: {
  raw_sig: "s"
  pcrs: {
    hash: SHA256
    pcrs: {
      key: 0
      value: "a"
    }
    pcrs: {
      key: 9
      value: ""
    }
    pcrs: {
      key: 10
      value: "j"
    }
  }
}
quotes: {
  pcrs: {
    hash: 39
  }
}
instance_info: {
  zone: "z\303\274rich-1"
  instance_id: 18446744073709551615
}
intermediate_certs: "1"
intermediate_certs: "2"
sev_snp_attestation: {
  certificate_chain: {
    extras: {
      key: "a"
      value: ""
    }
    extras: {
      key: "b"
      value: "2"
    }
  }
  product: {
    machine_stepping: {
    }
  }
}
"#;
    assert_eq!(text, expected);
    assert_eq!(read(text.as_bytes()), Ok(made));
}

#[test]
fn writes_a_state() {
    let state = MachineState {
        platform: Some(PlatformState {
            technology: 4,
            firmware: Some(platform_state::Firmware::GceVersion(0)),
            ..Default::default()
        }),
        secure_boot: Some(SecureBootState::default()),
        hash: HashAlgo::Sha384.into(),
        linux_kernel: Some(LinuxKernelState {
            command_line: "quiet \"splash\"".to_owned(),
        }),
        cos: Some(AttestedCosState {
            container: Some(ContainerState {
                env_vars: [("B".to_owned(), "2".to_owned())].into(),
                ..Default::default()
            }),
            health_monitoring: Some(HealthMonitoringState {
                memory_enabled: Some(false),
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let expected = r#"platform: {
  gce_version: 0
  technology: AMD_SEV_SNP
}
secure_boot: {
}
hash: SHA384
linux_kernel: {
  command_line: "quiet \"splash\""
}
cos: {
  container: {
    env_vars: {
      key: "B"
      value: "2"
    }
  }
  health_monitoring: {
    memory_enabled: false
  }
}
"#;
    assert_eq!(machine_state(&state), expected);
}

#[test]
fn reads_what_go_writes_and_people_type() {
    let expected = Attestation {
        ak_pub: b"\xCB\xADx\x01\x02\xFFend".to_vec(),
        quotes: vec![Quote {
            pcrs: Some(PcRs {
                hash: HashAlgo::Sha1.into(),
                pcrs: [(0, b"zero".to_vec()), (7, vec![])].into(),
            }),
            ..Default::default()
        }],
        intermediate_certs: vec![b"a".to_vec(), b"b".to_vec()],
        ..Default::default()
    };
    for text in [
        // Two spaces, as Go has them at times; text in bytes is escaped as characters.
        r#"
ak_pub:  "\u02edx\x01\x02\xffend"
quotes:  {
  pcrs:  {
    hash:  SHA1
    pcrs:  {
      key:  0
      value:  "zero"
    }
    pcrs:  {
      key:  7
    }
  }
}
intermediate_certs:  "a"
intermediate_certs:  "b"
"#,
        // Octal, adjacent strings, other brackets, a list, numbers for names, comments, separators.
        r#"# by hand
ak_pub: "\313\255x" '\1\002\xFF' "end";
quotes <
  pcrs { hash: 4, pcrs { value: "zero" } pcrs: { key: 7 value: "" } }
>
intermediate_certs: ["a", "b"]
"#,
    ] {
        assert_eq!(read(text.as_bytes()), Ok(expected.clone()), "{text}");
    }
    assert_eq!(read(b""), Ok(Attestation::default()));
}

#[test]
fn says_where_a_text_is_wrong() {
    for (text, line, column, reason) in [
        (
            "ak_pub: \"\"\n  akpub: \"\"",
            2,
            3,
            "field 'akpub' not found for message 'attest.Attestation'",
        ),
        (
            "quotes: {\n  pcrs: { hash: SHA3 }\n}",
            2,
            17,
            "value 'SHA3' was not found for enum 'tpm.HashAlgo'",
        ),
        (
            "# \u{e4}\nak_pub: \"a\" ak_pub: \"b\"",
            2,
            21,
            "'ak_pub' is already set",
        ),
        (
            "quotes: {\n",
            2,
            1,
            "expected '}' or a field name, but reached end of input",
        ),
    ] {
        let refused = read(text.as_bytes()).unwrap_err();
        let expected = TextError::Syntax {
            line,
            column,
            reason: reason.to_owned(),
        };
        assert_eq!(refused, expected, "{text}");
    }
    for text in [
        r#"ak_pub: "\q""#,
        "ak_pub: \"",
        "ak_pub: \"\n\"",
        "ak_pub: 1",
        r#"instance_info { zone: "\377" }"#,
        "instance_info { instance_id: 18446744073709551616 }",
        "instance_info { instance_id: -1 }",
        "sev_snp_attestation {} tdx_attestation {}",
        "[type.googleapis.com/attest.Attestation] {}",
        "\u{1b}",
    ] {
        assert!(
            matches!(read(text.as_bytes()), Err(TextError::Syntax { .. })),
            "{text}"
        );
    }
}

#[test]
fn a_reason_shows_nothing_that_a_terminal_obeys() {
    let refused = read("a\u{202e}\u{1b}[2J: 1".as_bytes())
        .unwrap_err()
        .to_string();
    assert!(!refused.contains(['\u{1b}', '\u{202e}']), "{refused:?}");
    let long = format!("{}: 1", "x".repeat(100_000));
    assert!(read(long.as_bytes()).unwrap_err().to_string().len() < 400);
}

#[test]
fn refuses_what_is_too_large_before_it_takes_memory() {
    let mut text = vec![b' '; TEXT_BYTES];
    assert_eq!(read(&text), Ok(Attestation::default()));
    text.push(b' ');
    assert_eq!(read(&text), Err(TextError::TooLarge { limit: TEXT_BYTES }));
    assert_eq!(read(b"\xFF"), Err(TextError::NotText));

    let limit = 16 * 1024;
    assert_eq!(
        read("quotes{}".repeat(limit + 1).as_bytes()),
        Err(TextError::TooManyFields { limit })
    );
    // In strings and comments nothing is counted.
    let quiet = format!("ak_cert: '{0}\"\\'{0}' # {0}", "{".repeat(8000));
    assert!(read(quiet.as_bytes()).is_ok());
    assert!(matches!(
        read(&nested("<", 16)),
        Err(TextError::Syntax { .. })
    ));
    for bracket in ["<", "{", "[", "[a/attest.Attestation] {"] {
        let refused = read(&nested(bracket, 17));
        assert_eq!(refused, Err(TextError::TooDeep { limit: 16 }), "{bracket}");
    }
    // One after the other, they do not add up.
    let aside = format!("quotes {{ pcrs {{ {} }} }}", "pcrs { key: 1 } ".repeat(20));
    assert!(read(aside.as_bytes()).is_ok());
    // The core's limits are asked after.
    let defect = EvidenceDefect::Limit("quotes");
    assert_eq!(
        read("quotes{}".repeat(limits::QUOTES + 1).as_bytes()),
        Err(TextError::Attestation(
            sealgate_core::Error::EvidenceMalformed(defect)
        ))
    );
}

/// `bracket` opened `count` times.
fn nested(bracket: &str, count: usize) -> Vec<u8> {
    bracket.repeat(count).into_bytes()
}
