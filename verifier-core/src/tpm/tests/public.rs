//! What an attestation key must be, one defect at a time.

use tpm2_protocol::basic::{TpmUint16, TpmUint32};
use tpm2_protocol::data::{
    Tpm2bDigest, Tpm2bEccParameter, Tpm2bPublicKeyRsa, TpmAlgId, TpmEccCurve, TpmsEccParms,
    TpmsEccPoint, TpmsKeyedhashParms, TpmsRsaParms, TpmsSchemeHash, TpmtPublic, TpmuAsymScheme,
    TpmuPublicId, TpmuPublicParms,
};

use super::desk::{Signer, attributes, marshal};
use crate::error::Error;
use crate::limits::PUBLIC_AREA_BYTES;
use crate::tpm::{AttestationKey, AttestationKeyDefect, HashAlgorithm};

const RSA: Signer = Signer::Rsa(HashAlgorithm::Sha256);
const P256: Signer = Signer::P256(HashAlgorithm::Sha256);

fn parse(bytes: &[u8]) -> Result<AttestationKey, AttestationKeyDefect> {
    AttestationKey::parse(bytes).map_err(|error| match error {
        Error::AttestationKeyNotAllowed(defect) => defect,
        other => panic!("{other:?}"),
    })
}

#[track_caller]
fn refuses(public: &TpmtPublic, defect: AttestationKeyDefect) {
    assert_eq!(parse(&marshal(public)), Err(defect));
}

fn rsa(edit: impl Fn(&mut TpmsRsaParms)) -> TpmtPublic {
    let mut public = RSA.public();
    if let TpmuPublicParms::Rsa(parameters) = &mut public.parameters {
        edit(parameters);
    }
    public
}

fn ecc(edit: impl Fn(&mut TpmsEccParms)) -> TpmtPublic {
    let mut public = P256.public();
    if let TpmuPublicParms::Ecc(parameters) = &mut public.parameters {
        edit(parameters);
    }
    public
}

fn point(edit: impl Fn(&mut TpmsEccPoint)) -> TpmtPublic {
    let mut public = P256.public();
    if let TpmuPublicId::Ecc(point) = &mut public.unique {
        edit(point);
    }
    public
}

fn parameter(bytes: &[u8]) -> Tpm2bEccParameter {
    Tpm2bEccParameter::try_from(bytes).unwrap()
}

fn hash(id: TpmAlgId) -> TpmuAsymScheme {
    TpmuAsymScheme::Hash(TpmsSchemeHash { hash_alg: id })
}

#[test]
fn every_accepted_kind_is_read() {
    for signer in Signer::all() {
        let key = parse(&marshal(&signer.public())).unwrap();
        assert_eq!(key.hash(), signer.hash(), "{signer:?}");
    }
    let written_out = rsa(|parameters| parameters.exponent = TpmUint32::from(65_537));
    assert_eq!(parse(&marshal(&written_out)), Ok(RSA.key()));
}

#[test]
fn refuses_attributes_of_other_keys() {
    use AttestationKeyDefect::{NotFixed, NotFromTpm, NotRestricted, NotSigning};
    let good = 0x0005_0072;
    let cases = [
        (good & !0x2, NotFixed),
        (good & !0x10, NotFixed),
        (good & !0x20, NotFromTpm),
        (good & !0x1_0000, NotRestricted),
        (good & !0x4_0000, NotSigning),
        (good | 0x2_0000, NotSigning),
        // An endorsement key, a storage root key.
        (0x0003_00b2, NotSigning),
        (0x0003_0472, NotSigning),
        (0, NotSigning),
    ];
    for (bits, defect) in cases {
        for signer in [RSA, P256] {
            let mut public = signer.public();
            public.object_attributes = attributes(bits);
            refuses(&public, defect);
        }
    }
    // What an attestation key may have or lack: passwords, policies, protection against guessing.
    for bits in [good | 0x4, good | 0x80, good | 0x400, good & !0x40] {
        let mut public = RSA.public();
        public.object_attributes = attributes(bits);
        assert!(parse(&marshal(&public)).is_ok());
    }
}

#[test]
fn refuses_schemes_of_other_keys() {
    let defect = AttestationKeyDefect::Scheme;
    for id in [
        TpmAlgId::Sha1,
        TpmAlgId::Sha3_256,
        TpmAlgId::Null,
        TpmAlgId::Sm3_256,
    ] {
        refuses(&rsa(|key| key.scheme.details = hash(id)), defect);
        refuses(&ecc(|key| key.scheme.details = hash(id)), defect);
    }
    refuses(&rsa(|key| key.scheme.scheme = TpmAlgId::Rsapss), defect);
    refuses(&rsa(|key| key.scheme.scheme = TpmAlgId::Ecdsa), defect);
    refuses(&ecc(|key| key.scheme.scheme = TpmAlgId::Ecschnorr), defect);
    refuses(&ecc(|key| key.scheme.scheme = TpmAlgId::Rsassa), defect);
    // None fixed: the signature could have any.
    refuses(&rsa(|key| key.scheme = Default::default()), defect);
    refuses(&ecc(|key| key.scheme = Default::default()), defect);
}

#[test]
fn refuses_other_sizes_and_exponents() {
    let defect = AttestationKeyDefect::Size;
    for exponent in [1, 3, 17, 65_535, 65_539, u32::MAX] {
        let with = rsa(|key| key.exponent = TpmUint32::from(exponent));
        refuses(&with, defect);
    }
    let sized = |bits: u16, modulus: &[u8]| {
        let mut public = rsa(|key| key.key_bits = TpmUint16::from(bits));
        public.unique = TpmuPublicId::Rsa(Tpm2bPublicKeyRsa::try_from(modulus).unwrap());
        public
    };
    let modulus = |bytes: usize| {
        let mut modulus = vec![0xc1; bytes];
        modulus[bytes - 1] = 1;
        modulus
    };
    for bits in [2048, 3072, 4096] {
        let modulus = modulus(usize::from(bits) / 8);
        assert!(parse(&marshal(&sized(bits, &modulus))).is_ok(), "{bits}");
    }
    refuses(&sized(1024, &modulus(128)), defect);
    refuses(&sized(2047, &modulus(256)), defect);
    refuses(&sized(3072, &modulus(256)), defect);
    refuses(&sized(2048, &modulus(255)), defect);
    refuses(&sized(2048, &[]), defect);
    // Not as long as it says: the highest bit is clear.
    let short = [&[0x01][..], &modulus(255)].concat();
    refuses(&sized(2048, &short), defect);
    let mut even = modulus(256);
    even[255] = 2;
    refuses(&sized(2048, &even), defect);
}

#[test]
fn refuses_other_types_and_curves() {
    for curve in [
        TpmEccCurve::NistP192,
        TpmEccCurve::NistP521,
        TpmEccCurve::Sm2P256,
        TpmEccCurve::None,
    ] {
        refuses(&ecc(|key| key.curve_id = curve), AttestationKeyDefect::Type);
    }
    let keyed_hash = TpmtPublic {
        object_type: TpmAlgId::KeyedHash,
        parameters: TpmuPublicParms::KeyedHash(TpmsKeyedhashParms::default()),
        unique: TpmuPublicId::KeyedHash(Tpm2bDigest::default()),
        ..RSA.public()
    };
    refuses(&keyed_hash, AttestationKeyDefect::Type);
}

#[test]
fn refuses_points_that_are_none() {
    let defect = AttestationKeyDefect::Malformed;
    refuses(&point(|point| point.x = parameter(&[1; 32])), defect);
    refuses(&point(|point| point.y = parameter(&[])), defect);
    refuses(&point(|point| *point = TpmsEccPoint::default()), defect);
    // A point of the other curve.
    refuses(&ecc(|key| key.curve_id = TpmEccCurve::NistP384), defect);
    // A leading zero too many.
    let longer = point(|point| {
        let x = [&[0][..], &*point.x].concat();
        point.x = parameter(&x);
    });
    refuses(&longer, defect);
}

/// A TPM that leaves leading zeroes out means the same point.
#[test]
fn a_short_coordinate_is_padded() {
    let found = (1..=2000_u16).find_map(|scalar| {
        let mut bytes = [0; 32];
        bytes[30..].copy_from_slice(&scalar.to_be_bytes());
        let key = p256::ecdsa::SigningKey::from_slice(&bytes).unwrap();
        let point = key.verifying_key().to_sec1_point(false);
        let (x, y) = (point.x().unwrap().to_vec(), point.y().unwrap().to_vec());
        (x[0] == 0).then_some((x, y))
    });
    let (x, y) = found.unwrap();
    let with = |x: &[u8]| {
        let public = point(|point| {
            point.x = parameter(x);
            point.y = parameter(&y);
        });
        parse(&marshal(&public)).unwrap()
    };
    assert_eq!(with(&x[1..]), with(&x));
}

#[test]
fn refuses_what_is_no_public_area() {
    let defect = Err(AttestationKeyDefect::Malformed);
    for signer in [RSA, P256, Signer::P384(HashAlgorithm::Sha512)] {
        let bytes = marshal(&signer.public());
        for length in 0..bytes.len() {
            assert_eq!(
                parse(&bytes[..length]),
                defect,
                "{signer:?}, {length} bytes"
            );
        }
        assert_eq!(parse(&[&*bytes, &[0]].concat()), defect);
        // With its size before it, as `TPM2B_PUBLIC` has it.
        let size = u16::try_from(bytes.len()).unwrap().to_be_bytes();
        assert_eq!(parse(&[&size[..], &bytes].concat()), defect);
    }
    assert_eq!(parse(&vec![0; PUBLIC_AREA_BYTES + 1]), defect);
}
