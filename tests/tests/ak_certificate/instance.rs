//! The instance that a certificate names.

use sealgate_core::{Error, InstanceInfo, InstanceInfoDefect, VerifiedAkCertificate};
use sealgate_tests::certificate::{extension, sequence, tlv};
use sealgate_tests::desk::Instance;
use sealgate_tests::keys;

use super::{PATH, leaf, leaf_with, refuses, verify};

/// 1.3.6.1.4.1.11129.2.1.21.
const OID_INSTANCE_INFO: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x01, 0x15];

const MALFORMED: Error = Error::InstanceInfoInvalid(InstanceInfoDefect::Malformed);

fn certificate(value: &[u8]) -> Vec<u8> {
    let instance = extension(OID_INSTANCE_INFO, false, value);
    leaf_with(|draft| draft.extensions.push(instance.clone()))
}

fn verified(value: &[u8]) -> VerifiedAkCertificate {
    verify(&certificate(value)).unwrap_or_else(|error| panic!("{error}"))
}

fn text(text: &str) -> Vec<u8> {
    tlv(0x0c, text.as_bytes())
}

/// The five fields before the properties.
fn fields(project_number: &[u8], instance_id: &[u8]) -> Vec<Vec<u8>> {
    vec![
        text("us-central1-a"),
        tlv(0x02, project_number),
        text("project"),
        tlv(0x02, instance_id),
        text("vm"),
    ]
}

fn with_properties(properties: &[Vec<u8>]) -> Vec<u8> {
    let mut fields = fields(&[1], &[2]);
    fields.push(tlv(0xa0, &sequence(properties)));
    sequence(&fields)
}

fn version(value: &[u8]) -> Vec<u8> {
    tlv(0xa0, &tlv(0x02, value))
}

fn flag(tag: u8, value: u8) -> Vec<u8> {
    tlv(tag, &tlv(0x01, &[value]))
}

#[test]
fn the_instance_is_read() {
    let desk = Instance::default();
    assert!(desk.id > 1 << 63, "an id that a signed integer cannot hold");
    let verified = verified(&desk.to_der());
    let instance = verified.instance().unwrap();
    assert_eq!(instance.zone, desk.zone);
    assert_eq!(instance.project_id, desk.project_id);
    assert_eq!(instance.project_number, desk.project_number);
    assert_eq!(instance.instance_name, desk.name);
    assert_eq!(instance.instance_id, desk.id);
    assert_eq!(instance.security_version, Some(0));
    assert_eq!(instance.is_production, Some(true));
    assert_eq!(verified.instance_outside_production(), None);
}

#[test]
fn an_instance_outside_production_is_shown_apart() {
    let outside = |value: &[u8]| {
        let verified = verified(value);
        assert_eq!(verified.instance(), None);
        let instance: &InstanceInfo = verified.instance_outside_production().unwrap();
        (instance.security_version, instance.is_production)
    };
    for production in [Some(false), None] {
        let desk = Instance {
            production,
            ..Instance::default()
        };
        assert_eq!(outside(&desk.to_der()), (Some(0), production));
    }
    assert_eq!(outside(&sequence(&fields(&[1], &[2]))), (None, None));
    assert_eq!(outside(&with_properties(&[])), (None, None));
    assert_eq!(outside(&with_properties(&[version(&[9])])), (Some(9), None));
    let flags = [flag(0xa2, 0xff), flag(0xa3, 0)];
    assert_eq!(outside(&with_properties(&flags)), (None, None));
}

/// What Google adds later must not stop every release.
#[test]
fn later_properties_are_passed_over() {
    let properties = [
        version(&[0]),
        flag(0xa1, 0xff),
        flag(0xa6, 0xff),
        tlv(0xa7, &text("new")),
    ];
    assert!(verified(&with_properties(&properties)).instance().is_some());
}

#[test]
fn numbers_are_those_of_64_bits_without_a_sign() {
    let largest = [&[0][..], &[0xff; 8]].concat();
    let verified = verified(&sequence(&fields(&largest, &largest)));
    let instance = verified.instance_outside_production().unwrap();
    assert_eq!(instance.project_number, u64::MAX);
    assert_eq!(instance.instance_id, u64::MAX);
    for number in [
        &[0x80][..],
        &[0xff; 8],
        &[1, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0, 1],
        &[],
    ] {
        refuses(&certificate(&sequence(&fields(number, &[1]))), MALFORMED);
        refuses(&certificate(&sequence(&fields(&[1], number))), MALFORMED);
    }
    refuses(
        &certificate(&with_properties(&[version(&[0x80])])),
        MALFORMED,
    );
}

#[test]
fn refuses_what_is_no_instance_information() {
    let good = Instance::default().to_der();
    for length in 0..good.len() {
        refuses(&certificate(&good[..length]), MALFORMED);
    }
    refuses(&certificate(&[&*good, &[0]].concat()), MALFORMED);
    // A field too many, one too few, one of another type.
    let mut more = fields(&[1], &[2]);
    more.push(text("more"));
    refuses(&certificate(&sequence(&more)), MALFORMED);
    refuses(&certificate(&sequence(&more[..4])), MALFORMED);
    let mut other = fields(&[1], &[2]);
    other[0] = tlv(0x13, b"us-central1-a");
    refuses(&certificate(&sequence(&other)), MALFORMED);
    let mut other = fields(&[1], &[2]);
    other[0] = tlv(0x0c, &[0xff]);
    refuses(&certificate(&sequence(&other)), MALFORMED);
    // DER has one spelling of true.
    refuses(&certificate(&with_properties(&[flag(0xa1, 1)])), MALFORMED);
    // Properties out of order, twice, or without a tag.
    for properties in [
        [flag(0xa1, 0xff), version(&[0])],
        [version(&[0]), version(&[0])],
        [flag(0xa1, 0), flag(0xa1, 0xff)],
        [version(&[0]), tlv(0x01, &[0xff])],
    ] {
        refuses(&certificate(&with_properties(&properties)), MALFORMED);
    }
}

#[test]
fn refuses_two_instances() {
    let instance = extension(OID_INSTANCE_INFO, false, &Instance::default().to_der());
    let twice = leaf_with(|draft| {
        draft.extensions.push(instance.clone());
        draft.extensions.push(instance.clone());
    });
    refuses(&twice, MALFORMED);
}

/// What nobody has signed is not looked at.
#[test]
fn the_chain_comes_first() {
    let mut draft = leaf();
    draft
        .extensions
        .push(extension(OID_INSTANCE_INFO, false, &[]));
    refuses(&draft.signed_by(&keys::STRANGER), PATH);
    // The path builder does not know the extension: critical, it stops the chain.
    let critical = extension(OID_INSTANCE_INFO, true, &Instance::default().to_der());
    refuses(
        &leaf_with(|draft| draft.extensions.push(critical.clone())),
        PATH,
    );
}
