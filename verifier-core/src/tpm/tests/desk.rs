//! A TPM of sorts: keys that sign, and the structures around what they sign.

use std::sync::LazyLock;

use p256::ecdsa::signature::hazmat::PrehashSigner;
use rsa::Pkcs1v15Sign;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PublicKeyParts;
use tpm2_protocol::basic::{TpmUint16, TpmUint32, TpmUint64};
use tpm2_protocol::data::{
    Tpm2bData, Tpm2bDigest, Tpm2bEccParameter, Tpm2bName, Tpm2bPublicKeyRsa, TpmAlgId, TpmEccCurve,
    TpmSt, TpmaObject, TpmlPcrSelection, TpmsAttest, TpmsClockInfo, TpmsEccParms, TpmsEccPoint,
    TpmsPcrSelect, TpmsPcrSelection, TpmsQuoteInfo, TpmsRsaParms, TpmsSchemeHash, TpmsSignatureEcc,
    TpmsSignatureRsa, TpmtEccScheme, TpmtPublic, TpmtRsaScheme, TpmtSignature, TpmuAsymScheme,
    TpmuAttest, TpmuPublicId, TpmuPublicParms, TpmuSignature,
};
use tpm2_protocol::{TpmMarshal, TpmWriter};

use crate::tpm::{AttestationKey, HashAlgorithm, PcrBank};

static RSA: LazyLock<rsa::PrivateKey> = LazyLock::new(|| {
    let pem = include_str!("../../../../tests/vectors/keys/leaf.pem");
    rsa::PrivateKey::from_pkcs8_pem(pem).unwrap()
});

/// The bytes of a structure.
pub(super) fn marshal(structure: &impl TpmMarshal) -> Vec<u8> {
    let mut buffer = [0; 4096];
    let mut writer = TpmWriter::new(&mut buffer);
    structure.marshal(&mut writer).unwrap();
    writer.as_bytes().to_vec()
}

pub(super) fn algorithm(hash: HashAlgorithm) -> TpmAlgId {
    match hash {
        HashAlgorithm::Sha1 => TpmAlgId::Sha1,
        HashAlgorithm::Sha256 => TpmAlgId::Sha256,
        HashAlgorithm::Sha384 => TpmAlgId::Sha384,
        HashAlgorithm::Sha512 => TpmAlgId::Sha512,
    }
}

/// A kind of key and the hash that it signs with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Signer {
    P256(HashAlgorithm),
    P384(HashAlgorithm),
    Rsa(HashAlgorithm),
}

impl Signer {
    /// Every kind with every hash.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let hashes = HashAlgorithm::ALL.into_iter().skip(1);
        hashes.flat_map(|hash| [Self::P256(hash), Self::P384(hash), Self::Rsa(hash)])
    }

    pub(super) fn hash(self) -> HashAlgorithm {
        match self {
            Self::P256(hash) | Self::P384(hash) | Self::Rsa(hash) => hash,
        }
    }

    /// Its public area, with the attributes of an attestation key.
    pub(super) fn public(self) -> TpmtPublic {
        let details = TpmuAsymScheme::Hash(TpmsSchemeHash {
            hash_alg: algorithm(self.hash()),
        });
        let ecc = |curve_id, x: &[u8], y: &[u8]| {
            let parameters = TpmsEccParms {
                scheme: TpmtEccScheme {
                    scheme: TpmAlgId::Ecdsa,
                    details,
                },
                curve_id,
                ..TpmsEccParms::default()
            };
            let point = TpmsEccPoint {
                x: Tpm2bEccParameter::try_from(x).unwrap(),
                y: Tpm2bEccParameter::try_from(y).unwrap(),
            };
            (
                TpmAlgId::Ecc,
                TpmuPublicParms::Ecc(parameters),
                TpmuPublicId::Ecc(point),
            )
        };
        let (object_type, parameters, unique) = match self {
            Self::P256(_) => {
                let point = p256_key().verifying_key().to_sec1_point(false);
                ecc(
                    TpmEccCurve::NistP256,
                    point.x().unwrap(),
                    point.y().unwrap(),
                )
            }
            Self::P384(_) => {
                let point = p384_key().verifying_key().to_sec1_point(false);
                ecc(
                    TpmEccCurve::NistP384,
                    point.x().unwrap(),
                    point.y().unwrap(),
                )
            }
            Self::Rsa(_) => {
                let parameters = TpmsRsaParms {
                    scheme: TpmtRsaScheme {
                        scheme: TpmAlgId::Rsassa,
                        details,
                    },
                    key_bits: TpmUint16::from(2048),
                    ..TpmsRsaParms::default()
                };
                let modulus = RSA.n().to_be_bytes();
                let unique = Tpm2bPublicKeyRsa::try_from(&*modulus).unwrap();
                (
                    TpmAlgId::Rsa,
                    TpmuPublicParms::Rsa(parameters),
                    TpmuPublicId::Rsa(unique),
                )
            }
        };
        TpmtPublic {
            object_type,
            name_alg: TpmAlgId::Sha256,
            object_attributes: attributes(0x0005_0072),
            parameters,
            unique,
            ..TpmtPublic::default()
        }
    }

    /// The key as a verifier reads it.
    pub(super) fn key(self) -> AttestationKey {
        AttestationKey::parse(&marshal(&self.public())).unwrap()
    }

    /// A `TPMT_SIGNATURE` over `message`.
    pub(super) fn sign(self, message: &[u8]) -> TpmtSignature {
        let hash = algorithm(self.hash());
        let digest = self.hash().digest(&[message]);
        let digest = digest.as_bytes();
        let ecdsa = |r: &[u8], s: &[u8]| TpmtSignature {
            sig_alg: TpmAlgId::Ecdsa,
            signature: TpmuSignature::Ecdsa(TpmsSignatureEcc {
                hash,
                signature_r: Tpm2bEccParameter::try_from(r).unwrap(),
                signature_s: Tpm2bEccParameter::try_from(s).unwrap(),
            }),
        };
        match self {
            Self::P256(_) => {
                let signature: p256::ecdsa::Signature = p256_key().sign_prehash(digest).unwrap();
                let (r, s) = signature.split_bytes();
                ecdsa(&r, &s)
            }
            Self::P384(_) => {
                let signature: p384::ecdsa::Signature = p384_key().sign_prehash(digest).unwrap();
                let (r, s) = signature.split_bytes();
                ecdsa(&r, &s)
            }
            Self::Rsa(hash_algorithm) => {
                let padding = match hash_algorithm {
                    HashAlgorithm::Sha1 => Pkcs1v15Sign::new::<sha1::Sha1>(),
                    HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<sha2::Sha256>(),
                    HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<sha2::Sha384>(),
                    HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<sha2::Sha512>(),
                };
                let number = RSA.sign(padding, digest).unwrap();
                TpmtSignature {
                    sig_alg: TpmAlgId::Rsassa,
                    signature: TpmuSignature::Rsassa(TpmsSignatureRsa {
                        hash,
                        sig: Tpm2bPublicKeyRsa::try_from(&*number).unwrap(),
                    }),
                }
            }
        }
    }
}

fn p256_key() -> p256::ecdsa::SigningKey {
    p256::ecdsa::SigningKey::from_slice(&[0x42; 32]).unwrap()
}

fn p384_key() -> p384::ecdsa::SigningKey {
    p384::ecdsa::SigningKey::from_slice(&[0x42; 48]).unwrap()
}

pub(super) fn attributes(bits: u32) -> TpmaObject {
    TpmaObject::from_bits_truncate(bits)
}

/// What a TPM says of `bank` to `nonce`, the digest by `hash`.
pub(super) fn attest(bank: &PcrBank, nonce: &[u8], hash: HashAlgorithm) -> TpmsAttest {
    let mut octets = [0_u8; 3];
    for (index, _) in bank.iter() {
        octets[usize::from(index.value() / 8)] |= 1 << (index.value() % 8);
    }
    let values: Vec<_> = bank.iter().map(|(_, value)| value.as_bytes()).collect();
    TpmsAttest {
        attest_type: TpmSt::AttestQuote,
        qualified_signer: Tpm2bName::try_from(&[0x00, 0x0b, 1, 2, 3][..]).unwrap(),
        extra_data: Tpm2bData::try_from(nonce).unwrap(),
        clock_info: TpmsClockInfo {
            clock: TpmUint64::from(0x0123_4567_89ab_cdef),
            reset_count: TpmUint32::from(7),
            restart_count: TpmUint32::from(3),
            safe: true.into(),
        },
        firmware_version: TpmUint64::from(0xfedc_ba98_7654_3210),
        attested: TpmuAttest::Quote(TpmsQuoteInfo {
            pcr_select: selections(&[selection(algorithm(bank.algorithm()), &octets)]),
            pcr_digest: Tpm2bDigest::try_from(hash.digest(&values).as_bytes()).unwrap(),
        }),
    }
}

pub(super) fn selection(hash: TpmAlgId, octets: &[u8]) -> TpmsPcrSelection {
    TpmsPcrSelection {
        hash,
        pcr_select: TpmsPcrSelect::try_from(octets).unwrap(),
    }
}

pub(super) fn selections(each: &[TpmsPcrSelection]) -> TpmlPcrSelection {
    let mut list = TpmlPcrSelection::new();
    list.try_extend_from_slice(each).unwrap();
    list
}
