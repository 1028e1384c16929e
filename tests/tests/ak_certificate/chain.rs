//! What a chain must be (RFC 5280 §6).

use std::slice;

use sealgate_core::{AkCertificate, ChainDefect, Error, UnixTime, limits};
use sealgate_tests::certificate::{
    self, Draft, Name, authority, ek_certificate, end_entity, excluded_organization, extension,
    key_usage, sequence, server_auth, tlv,
};
use sealgate_tests::desk::{Authority, KeyCertificate, Usage};
use sealgate_tests::keys;

use super::{
    DIGITAL_SIGNATURE, PATH, accepts, good, leaf, leaf_with, now, refuses, roots, roots_with,
    verify, verify_through,
};

const OID_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
/// Below the arc of the standard's extensions, and not given to any.
const OID_UNKNOWN: &[u8] = &[0x55, 0x1d, 0x7f];
const OID_SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
/// `tcg-kp-AIKCertificate`.
const OID_AIK_CERTIFICATE: &[u8] = &[0x67, 0x81, 0x05, 0x08, 0x03];

fn intermediate_with(edit: impl Fn(&mut Draft)) -> Vec<u8> {
    let mut draft = Draft::intermediate(&keys::INTERMEDIATE);
    edit(&mut draft);
    draft.signed_by(&keys::ROOT)
}

#[track_caller]
fn refuses_intermediate(edit: impl Fn(&mut Draft), error: Error) {
    let verdict = verify_through(&good(), &[intermediate_with(edit)]);
    assert_eq!(verdict.err(), Some(error));
}

fn aik_certificate() -> Vec<u8> {
    let usages = sequence(&[tlv(0x06, OID_AIK_CERTIFICATE)]);
    extension(OID_EXTENDED_KEY_USAGE, false, &usages)
}

fn moment(text: &str) -> UnixTime {
    UnixTime::parse(text).unwrap()
}

#[test]
fn refuses_what_leads_to_no_trusted_root() {
    let untrusted = Some(Error::RootNotTrusted);
    // No intermediate.
    assert_eq!(verify_through(&good(), &[]).err(), untrusted);
    // No such root.
    let between = slice::from_ref(&*certificate::INTERMEDIATE);
    let google = sealgate_core::VtpmRoots::google();
    let certificate = AkCertificate::parse(&good()).unwrap();
    assert_eq!(certificate.verify(between, &google, now()).err(), untrusted);
    // A root that comes with the evidence is not trusted for that.
    let between = [certificate::INTERMEDIATE.clone(), certificate::ROOT.clone()];
    assert_eq!(
        certificate.verify(&between, &google, now()).err(),
        untrusted
    );
    assert!(certificate.verify(&between, &roots(), now()).is_ok());
    // A certificate that vouches for itself.
    let own = {
        let mut draft = leaf();
        draft.issuer = draft.subject.clone();
        draft.signed_by(&keys::LEAF)
    };
    assert_eq!(verify(&own).err(), untrusted);
}

/// Names prove nothing: another authority has the same ones.
#[test]
fn refuses_another_authority_of_the_same_names() {
    let foreign = KeyCertificate {
        authority: Authority::Stranger,
        ..KeyCertificate::default()
    };
    let foreign = AkCertificate::parse(&foreign.issue(&keys::LEAF.spki())).unwrap();
    let own = AkCertificate::parse(&KeyCertificate::default().issue(&keys::LEAF.spki())).unwrap();
    let desk = roots_with(&Authority::Desk.root());
    for between in [
        vec![Authority::Desk.intermediate()],
        vec![Authority::Stranger.intermediate()],
        vec![
            Authority::Stranger.intermediate(),
            Authority::Desk.intermediate(),
        ],
    ] {
        assert_eq!(foreign.verify(&between, &desk, now()).err(), Some(PATH));
    }
    // The right one is found among both.
    let both = [
        Authority::Stranger.intermediate(),
        Authority::Desk.intermediate(),
    ];
    assert!(own.verify(&both, &desk, now()).is_ok());
}

#[test]
fn refuses_every_altered_certificate() {
    let good = good();
    for at in 0..good.len() {
        let mut altered = good.clone();
        altered[at] ^= 1 << (at % 8);
        assert!(verify(&altered).is_err(), "byte {at}");
        assert!(verify(&good[..at]).is_err(), "{at} bytes");
    }
    let mut altered = good.clone();
    *altered.last_mut().unwrap() ^= 1;
    refuses(&altered, PATH);
}

#[test]
fn dates_are_held_to_at_the_moment_given() {
    let verify = |now: UnixTime| {
        let between = slice::from_ref(&*certificate::INTERMEDIATE);
        let certificate = AkCertificate::parse(&good()).unwrap();
        certificate.verify(between, &roots(), now).map(|_| ())
    };
    let not_before = moment("2026-09-01T00:00:00Z");
    let not_after = moment("2026-10-31T00:00:00Z");
    assert_eq!(verify(not_before), Ok(()));
    assert_eq!(verify(not_after), Ok(()));
    let now = not_after.plus(1);
    assert_eq!(
        verify(now),
        Err(Error::CertificateExpired { now, not_after })
    );
    let now = UnixTime::from_secs(not_before.as_secs() - 1);
    assert_eq!(
        verify(now),
        Err(Error::CertificateNotYetValid { now, not_before })
    );
}

#[test]
fn dates_of_every_authority_count() {
    let (early, late) = ("260915000000Z", "261010000000Z");
    let now = now();
    let before = UnixTime::from_secs(now.as_secs() - 1);
    let past = Error::CertificateExpired {
        now,
        not_after: moment("2026-09-15T00:00:00Z"),
    };
    let to_come = Error::CertificateNotYetValid {
        now,
        not_before: moment("2026-10-10T00:00:00Z"),
    };
    refuses_intermediate(
        |draft| draft.validity = ("260101000000Z", early),
        past.clone(),
    );
    refuses_intermediate(
        |draft| draft.validity = (late, "280101000000Z"),
        to_come.clone(),
    );
    let root = |from, to| {
        let mut draft = Draft::root(&keys::ROOT);
        draft.validity = (from, to);
        draft.signed_by(&keys::ROOT)
    };
    let certificate = AkCertificate::parse(&good()).unwrap();
    let under = |root: &[u8]| {
        let between = slice::from_ref(&*certificate::INTERMEDIATE);
        certificate.verify(between, &roots_with(root), now)
    };
    assert_eq!(under(&root("240101000000Z", early)).err(), Some(past));
    assert_eq!(under(&root(late, "340101000000Z")).err(), Some(to_come));
    // Of two with one name and key, the one that is valid.
    let renewed = roots_with(&root("240101000000Z", early))
        .with_pem(&certificate::pem(&certificate::ROOT))
        .unwrap();
    let between = slice::from_ref(&*certificate::INTERMEDIATE);
    assert!(certificate.verify(between, &renewed, before).is_ok());
}

#[test]
fn refuses_usages_of_other_keys() {
    let usage = Error::ChainInvalid(ChainDefect::LeafUsage);
    let with = |bits: u8| leaf_with(|draft| draft.extensions[0] = key_usage(bits));
    accepts(&with(DIGITAL_SIGNATURE));
    accepts(&with(DIGITAL_SIGNATURE | 0b0100_0000));
    // keyEncipherment, keyAgreement: endorsement keys.
    for bits in [0b0010_0000, 0b0000_1000, 0b0100_0000, 0] {
        refuses(&with(bits), usage.clone());
    }
    refuses(
        &leaf_with(|draft| draft.extensions = vec![end_entity()]),
        usage.clone(),
    );
    let endorsement = KeyCertificate {
        usage: Usage::Endorsement,
        ..KeyCertificate::default()
    };
    let endorsement = AkCertificate::parse(&endorsement.issue(&keys::LEAF.spki())).unwrap();
    let verdict = endorsement.verify(
        &[Authority::Desk.intermediate()],
        &roots_with(&Authority::Desk.root()),
        now(),
    );
    assert_eq!(verdict.err(), Some(usage));
    // Twice is not a usage.
    refuses(
        &leaf_with(|draft| draft.extensions.push(key_usage(DIGITAL_SIGNATURE))),
        Error::ChainInvalid(ChainDefect::Certificate),
    );
}

#[test]
fn extended_usages_are_those_of_a_tpm() {
    let with = |usage: Vec<u8>| leaf_with(|draft| draft.extensions.push(usage.clone()));
    accepts(&with(ek_certificate()));
    refuses(&with(server_auth()), PATH);
    // Only under an authority that may issue them.
    refuses(&with(aik_certificate()), PATH);
    for usages in [vec![], vec![aik_certificate()]] {
        let between = intermediate_with(|draft| {
            draft.extensions = vec![key_usage(0b0000_0110), authority(Some(0))];
            draft.extensions.extend(usages.clone());
        });
        assert!(verify_through(&with(aik_certificate()), &[between]).is_ok());
    }
    refuses_intermediate(|draft| draft.extensions[1] = server_auth(), PATH);
}

/// Google's older certificates have no subject and name the TPM in a critical extension.
#[test]
fn a_critical_alternative_name_is_no_obstacle() {
    let name = tlv(0xa4, &sequence(&[]));
    let alternative = extension(OID_SUBJECT_ALT_NAME, true, &sequence(&[name]));
    let leaf = leaf_with(|draft| {
        draft.subject = Name::of(&[]);
        draft.extensions.push(alternative.clone());
    });
    accepts(&leaf);
}

#[test]
fn refuses_critical_extensions_that_nobody_knows() {
    let unknown = |critical| extension(OID_UNKNOWN, critical, &tlv(0x05, &[]));
    accepts(&leaf_with(|draft| draft.extensions.push(unknown(false))));
    refuses(
        &leaf_with(|draft| draft.extensions.push(unknown(true))),
        PATH,
    );
    refuses_intermediate(|draft| draft.extensions.push(unknown(true)), PATH);
}

#[test]
fn refuses_authorities_that_are_none() {
    refuses_intermediate(|draft| draft.extensions[2] = end_entity(), PATH);
    refuses_intermediate(|draft| drop(draft.extensions.remove(2)), PATH);
    refuses_intermediate(
        |draft| draft.extensions[0] = key_usage(DIGITAL_SIGNATURE),
        PATH,
    );
    refuses_intermediate(|draft| drop(draft.extensions.remove(0)), PATH);
    refuses_intermediate(
        |draft| {
            draft
                .extensions
                .push(excluded_organization("Sealgate Tests"))
        },
        PATH,
    );
    // The key of an attestation signs no certificates.
    let mut below = leaf();
    below.issuer = leaf().subject;
    below.subject = Name::common("Below");
    let chain = [good(), certificate::INTERMEDIATE.clone()];
    let verdict = verify_through(&below.signed_by(&keys::LEAF), &chain);
    assert_eq!(verdict.err(), Some(PATH));
    // An authority is no attestation key.
    refuses(&certificate::INTERMEDIATE, PATH);
}

#[test]
fn refuses_more_authorities_than_allowed() {
    let second = {
        let mut draft = Draft::intermediate(&keys::STRANGER_INTERMEDIATE);
        draft.issuer = Draft::intermediate(&keys::INTERMEDIATE).subject;
        draft.subject = Name::common("Second");
        draft.signed_by(&keys::INTERMEDIATE)
    };
    let mut below = leaf();
    below.issuer = Name::common("Second");
    let below = below.signed_by(&keys::STRANGER_INTERMEDIATE);
    let through = |path_length| {
        let first = intermediate_with(|draft| draft.extensions[2] = authority(path_length));
        verify_through(&below, &[second.clone(), first]).err()
    };
    assert_eq!(through(Some(1)), None);
    assert_eq!(through(None), None);
    assert_eq!(through(Some(0)), Some(PATH));
}

#[test]
fn refuses_what_is_no_certificate() {
    let malformed = Error::ChainInvalid(ChainDefect::Certificate);
    refuses(&[], Error::CertificateMissing);
    refuses(b"hello", malformed.clone());
    refuses(certificate::pem(&good()).as_bytes(), malformed.clone());
    refuses(&[&*good(), &[0]].concat(), malformed.clone());
    refuses(
        &leaf_with(|draft| draft.serial = vec![0x80]),
        malformed.clone(),
    );
    for between in [vec![], b"hello".to_vec(), [&*good(), &[0]].concat()] {
        let between = [certificate::INTERMEDIATE.clone(), between];
        assert_eq!(
            verify_through(&good(), &between).err(),
            Some(malformed.clone())
        );
    }
}

#[test]
fn refuses_more_than_any_real_chain_has() {
    let size = Error::ChainInvalid(ChainDefect::Size);
    let large = vec![0; limits::CERTIFICATE_BYTES + 1];
    refuses(&large, size.clone());
    assert_eq!(verify_through(&good(), &[large]).err(), Some(size.clone()));
    let many = vec![certificate::INTERMEDIATE.clone(); limits::INTERMEDIATES];
    assert!(verify_through(&good(), &many).is_ok());
    let many = vec![certificate::INTERMEDIATE.clone(); limits::INTERMEDIATES + 1];
    assert_eq!(verify_through(&good(), &many).err(), Some(size));
}
