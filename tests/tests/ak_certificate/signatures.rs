//! Kinds of keys and signatures, in certificates of attestation keys and of their authorities.

use p256::ecdsa::signature::hazmat::PrehashSigner;
use sealgate_core::{AkCertificate, AttestationKey, ChainDefect, Error, VtpmRoots};
use sealgate_tests::certificate::{
    self, Draft, authority, end_entity, key_usage, pss_spki, rsa_sha1, sequence, tlv,
};
use sealgate_tests::keys;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::{DIGITAL_SIGNATURE, PATH, accepts, leaf, leaf_with, now, refuses, roots, verify};

const OID_EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const OID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const OID_P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const OID_P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// `ecdsa-with-SHA256` and its neighbours (RFC 5758 §3.2).
fn ecdsa(last: u8) -> Vec<u8> {
    sequence(&[tlv(0x06, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, last])])
}

/// `sha256WithRSAEncryption` and its neighbours (RFC 4055 §5).
fn rsa(last: u8) -> Vec<u8> {
    let oid = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last];
    sequence(&[tlv(0x06, &oid), tlv(0x05, &[])])
}

fn ec_spki(curve: &[u8], point: &[u8]) -> Vec<u8> {
    let algorithm = sequence(&[tlv(0x06, OID_EC_PUBLIC_KEY), tlv(0x06, curve)]);
    sequence(&[algorithm, tlv(0x03, &[&[0][..], point].concat())])
}

fn p256_key() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[0x42; 32]).unwrap()
}

fn p384_key() -> p384::ecdsa::SigningKey {
    p384::ecdsa::SigningKey::from_slice(&[0x42; 48]).unwrap()
}

fn p256_spki() -> Vec<u8> {
    let point = p256_key().verifying_key().to_sec1_point(false);
    ec_spki(OID_P256, point.as_bytes())
}

fn p384_spki() -> Vec<u8> {
    let point = p384_key().verifying_key().to_sec1_point(false);
    ec_spki(OID_P384, point.as_bytes())
}

fn digest(last: u8, message: &[u8]) -> Vec<u8> {
    match last {
        2 | 11 => Sha256::digest(message).to_vec(),
        3 | 12 => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    }
}

fn sign_p256(last: u8, message: &[u8]) -> Vec<u8> {
    let digest = digest(last, message);
    let signature: p256::ecdsa::Signature = p256_key().sign_prehash(&digest).unwrap();
    signature.to_der().as_bytes().to_vec()
}

fn sign_p384(last: u8, message: &[u8]) -> Vec<u8> {
    let digest = digest(last, message);
    let signature: p384::ecdsa::Signature = p384_key().sign_prehash(&digest).unwrap();
    signature.to_der().as_bytes().to_vec()
}

fn sign_rsa(last: u8, message: &[u8]) -> Vec<u8> {
    let padding = match last {
        11 => ::rsa::Pkcs1v15Sign::new::<Sha256>(),
        12 => ::rsa::Pkcs1v15Sign::new::<Sha384>(),
        _ => ::rsa::Pkcs1v15Sign::new::<Sha512>(),
    };
    let digest = digest(last, message);
    keys::ROOT.private().sign(padding, &digest).unwrap()
}

/// The verdict on a certificate that a root of another kind signed.
fn under(key: &[u8], algorithm: Vec<u8>, sign: impl Fn(&[u8]) -> Vec<u8>) -> Result<(), Error> {
    let signed = |mut draft: Draft| {
        draft.inner_algorithm = algorithm.clone();
        draft.outer_algorithm = algorithm.clone();
        draft.signed(&sign)
    };
    let mut root = Draft::root(&keys::ROOT);
    root.key = key.to_vec();
    root.extensions = vec![key_usage(0b0000_0110), authority(None)];
    let mut below = leaf();
    below.issuer = root.subject.clone();
    let roots = VtpmRoots::google()
        .with_pem(&certificate::pem(&signed(root)))
        .unwrap();
    AkCertificate::parse(&signed(below))?
        .verify(&[], &roots, now())
        .map(|_| ())
}

#[test]
fn authorities_may_sign_with_ecdsa_or_rsa() {
    for last in [2, 3] {
        let p256 = under(&p256_spki(), ecdsa(last), |message| {
            sign_p256(last, message)
        });
        assert_eq!(p256, Ok(()));
        let p384 = under(&p384_spki(), ecdsa(last), |message| {
            sign_p384(last, message)
        });
        assert_eq!(p384, Ok(()));
    }
    for last in [11, 12, 13] {
        let rsa = under(&keys::ROOT.spki(), rsa(last), |message| {
            sign_rsa(last, message)
        });
        assert_eq!(rsa, Ok(()));
    }
}

#[test]
fn refuses_signatures_of_other_kinds() {
    // ECDSA with SHA-512, which is outside what is asked of authorities.
    let sha512 = under(&p256_spki(), ecdsa(4), |message| sign_p256(4, message));
    assert_eq!(sha512, Err(PATH));
    // The hash is not the one that it says.
    let other = under(&p256_spki(), ecdsa(3), |message| sign_p256(2, message));
    assert_eq!(other, Err(PATH));
    // The key is not of the kind that it says.
    let other = under(&keys::ROOT.spki(), ecdsa(2), |message| {
        sign_p256(2, message)
    });
    assert_eq!(other, Err(PATH));
    let sha1 = under(&keys::ROOT.spki(), rsa_sha1(), |message| {
        keys::ROOT.sign(message)
    });
    assert_eq!(sha1, Err(PATH));
    // Not DER: `r ‖ s` as tokens and TPMs have it.
    let plain = under(&p256_spki(), ecdsa(2), |message| {
        let digest = digest(2, message);
        let signature: p256::ecdsa::Signature = p256_key().sign_prehash(&digest).unwrap();
        signature.to_bytes().to_vec()
    });
    assert_eq!(plain, Err(PATH));
    let zeros = under(&p256_spki(), ecdsa(2), |_| {
        sequence(&[tlv(0x02, &[0]), tlv(0x02, &[0])])
    });
    assert_eq!(zeros, Err(PATH));
    // An authority's key that is too small.
    let small = under(&keys::RSA_1024.spki(), rsa(11), |message| {
        keys::RSA_1024.sign(message)
    });
    assert_eq!(small, Err(PATH));
}

#[test]
fn attestation_keys_are_of_three_kinds() {
    let with = |key: Vec<u8>| leaf_with(|draft| draft.key = key.clone());
    accepts(&with(p256_spki()));
    accepts(&with(p384_spki()));
    let refused = Error::ChainInvalid(ChainDefect::LeafKey);
    let point = [&[4][..], &[1; 132]].concat();
    for key in [
        ec_spki(OID_P521, &point),
        ec_spki(OID_P256, &[&[4][..], &[1; 64]].concat()),
        ec_spki(
            OID_P384,
            p256_key().verifying_key().to_sec1_point(false).as_bytes(),
        ),
        ec_spki(OID_P256, &[]),
        pss_spki(&keys::LEAF),
        keys::RSA_1024.spki(),
        keys::RSA_8192.spki(),
        keys::RSA_E3.spki(),
    ] {
        refuses(&with(key), refused.clone());
    }
}

/// A `TPMT_PUBLIC` of the P-256 key (TPM 2.0 Library, Part 2, section 12.2).
fn p256_public() -> Vec<u8> {
    let point = p256_key().verifying_key().to_sec1_point(false);
    let sized = |bytes: &[u8]| [&[0, 32][..], bytes].concat();
    [
        // ECC, SHA-256, the attributes of an attestation key, no policy.
        &[0x00, 0x23, 0x00, 0x0b, 0x00, 0x05, 0x00, 0x72, 0x00, 0x00][..],
        // No symmetric cipher, ECDSA with SHA-256, P-256, no key derivation.
        &[0x00, 0x10, 0x00, 0x18, 0x00, 0x0b, 0x00, 0x03, 0x00, 0x10],
        &sized(point.x().unwrap()),
        &sized(point.y().unwrap()),
    ]
    .concat()
}

#[test]
fn a_certificate_is_of_its_key_alone() {
    let key = AttestationKey::parse(&p256_public()).unwrap();
    let check = |spki: Vec<u8>| {
        let leaf = leaf_with(|draft| draft.key = spki.clone());
        verify(&leaf).unwrap().check_key(&key)
    };
    assert_eq!(check(p256_spki()), Ok(()));
    assert_eq!(check(p384_spki()), Err(Error::AttestationKeyMismatch));
    assert_eq!(check(keys::LEAF.spki()), Err(Error::AttestationKeyMismatch));
    // The same key in the short form of its point.
    let compressed = p256_key().verifying_key().to_sec1_point(true);
    assert_eq!(check(ec_spki(OID_P256, compressed.as_bytes())), Ok(()));
}

/// Whatever the kind, an end entity of the same name is another one.
#[test]
fn roots_of_two_kinds_of_one_name_are_told_apart() {
    let mut other = Draft::root(&keys::ROOT);
    other.key = p256_spki();
    other.inner_algorithm = ecdsa(2);
    other.outer_algorithm = ecdsa(2);
    let other = other.signed(|message| sign_p256(2, message));
    let both = roots().with_pem(&certificate::pem(&other)).unwrap();
    let mut direct = leaf();
    direct.issuer = Draft::root(&keys::ROOT).subject;
    direct.extensions = vec![key_usage(DIGITAL_SIGNATURE), end_entity()];
    let by_rsa = AkCertificate::parse(&direct.signed_by(&keys::ROOT)).unwrap();
    direct.inner_algorithm = ecdsa(2);
    direct.outer_algorithm = ecdsa(2);
    let by_p256 = direct.signed(|message| sign_p256(2, message));
    let by_p256 = AkCertificate::parse(&by_p256).unwrap();
    let root = |certificate: &AkCertificate| {
        let verified = certificate.verify(&[], &both, now()).unwrap();
        verified.root_sha256()
    };
    assert_eq!(root(&by_rsa)[..], Sha256::digest(&*certificate::ROOT)[..]);
    assert_eq!(root(&by_p256)[..], Sha256::digest(&other)[..]);
}
