//! Test certificates (RFC 5280), sound and crafted.
//!
//! Written as plain DER, because a library that builds certificates builds no broken ones.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::keys::RsaKey;

const OID_RSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const OID_RSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05];
const OID_RSASSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
const OID_COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const OID_LOCALITY: &[u8] = &[0x55, 0x04, 0x07];
const OID_ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
const OID_ORGANIZATIONAL_UNIT: &[u8] = &[0x55, 0x04, 0x0b];
const OID_BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const OID_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const OID_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
const OID_NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];
/// `tcg-kp-EKCertificate`, as in Google's intermediates.
const OID_EK_CERTIFICATE: &[u8] = &[0x67, 0x81, 0x05, 0x08, 0x01];
const OID_SERVER_AUTH: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01];
/// An extension that nobody knows (an example arc).
const OID_UNKNOWN: &[u8] = &[0x88, 0x37, 0x01];

/// One element of DER.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut element = vec![tag];
    if length < 0x80 {
        element.push(u8::try_from(length).expect("short"));
    } else {
        let bytes: Vec<_> = length
            .to_be_bytes()
            .into_iter()
            .skip_while(|byte| *byte == 0)
            .collect();
        element.push(0x80 | u8::try_from(bytes.len()).expect("at most eight"));
        element.extend(bytes);
    }
    element.extend_from_slice(content);
    element
}

/// `SEQUENCE` of these elements.
pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

fn algorithm(oid: &[u8]) -> Vec<u8> {
    sequence(&[tlv(0x06, oid), tlv(0x05, &[])])
}

/// The algorithm of every sound certificate here.
pub fn rsa_sha256() -> Vec<u8> {
    algorithm(OID_RSA_SHA256)
}

/// The identifier of the SHA-1 algorithm.
pub fn rsa_sha1() -> Vec<u8> {
    algorithm(OID_RSA_SHA1)
}

/// An extension (RFC 5280 §4.1.2.9).
pub fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if critical {
        tlv(0x01, &[0xff])
    } else {
        Vec::new()
    };
    sequence(&[tlv(0x06, oid), critical, tlv(0x04, value)])
}

/// `basicConstraints` of an authority.
pub fn authority(path_length: Option<u8>) -> Vec<u8> {
    let path_length = path_length
        .map(|length| tlv(0x02, &[length]))
        .unwrap_or_default();
    extension(
        OID_BASIC_CONSTRAINTS,
        true,
        &sequence(&[tlv(0x01, &[0xff]), path_length]),
    )
}

/// `basicConstraints` of an end entity.
pub fn end_entity() -> Vec<u8> {
    extension(OID_BASIC_CONSTRAINTS, true, &sequence(&[]))
}

/// `keyUsage` with one byte of bits.
pub fn key_usage(bits: u8) -> Vec<u8> {
    let unused = u8::try_from(bits.trailing_zeros().min(7)).expect("small");
    extension(OID_KEY_USAGE, true, &tlv(0x03, &[unused, bits]))
}

/// `extKeyUsage` as Google's intermediates have it.
pub fn ek_certificate() -> Vec<u8> {
    extension(
        OID_EXTENDED_KEY_USAGE,
        false,
        &sequence(&[tlv(0x06, OID_EK_CERTIFICATE)]),
    )
}

/// `extKeyUsage` of a TLS server.
pub fn server_auth() -> Vec<u8> {
    extension(
        OID_EXTENDED_KEY_USAGE,
        false,
        &sequence(&[tlv(0x06, OID_SERVER_AUTH)]),
    )
}

/// A critical extension that nobody knows.
pub fn unknown_critical() -> Vec<u8> {
    extension(OID_UNKNOWN, true, &tlv(0x05, &[]))
}

/// `nameConstraints` that exclude every certificate of `organization` below.
pub fn excluded_organization(organization: &str) -> Vec<u8> {
    let Name(name) = Name::of(&[(OID_ORGANIZATION, organization)]);
    let subtree = sequence(&[tlv(0xa4, &name)]);
    extension(
        OID_NAME_CONSTRAINTS,
        true,
        &sequence(&[tlv(0xa1, &subtree)]),
    )
}

/// A distinguished name (RFC 5280 §4.1.2.4), in DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(Vec<u8>);

impl Name {
    /// One attribute per relative name, in this order.
    pub fn of(attributes: &[(&[u8], &str)]) -> Self {
        let sets: Vec<_> = attributes
            .iter()
            .map(|(oid, value)| {
                tlv(
                    0x31,
                    &sequence(&[tlv(0x06, oid), tlv(0x0c, value.as_bytes())]),
                )
            })
            .collect();
        Self(sequence(&sets))
    }

    /// The name of something of the tests.
    pub fn common(common: &str) -> Self {
        Self::of(&[
            (OID_ORGANIZATION, "Sealgate Tests"),
            (OID_COMMON_NAME, common),
        ])
    }

    /// The subject of a certificate for an attestation key, in the order in which Google has it.
    pub fn instance(zone: &str, project: &str, id: u64) -> Self {
        Self::of(&[
            (OID_LOCALITY, zone),
            (OID_ORGANIZATION, "Google Compute Engine"),
            (OID_ORGANIZATIONAL_UNIT, project),
            (OID_COMMON_NAME, &id.to_string()),
        ])
    }
}

/// A certificate before it is signed.
#[derive(Clone)]
pub struct Draft {
    /// Content of the serial number.
    pub serial: Vec<u8>,
    /// Algorithm inside the signed part.
    pub inner_algorithm: Vec<u8>,
    /// Algorithm beside the signature.
    pub outer_algorithm: Vec<u8>,
    /// Name of the issuer.
    pub issuer: Name,
    /// Name of the subject.
    pub subject: Name,
    /// First and last moment, `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
    pub validity: (&'static str, &'static str),
    /// `SubjectPublicKeyInfo`.
    pub key: Vec<u8>,
    /// Extensions.
    pub extensions: Vec<Vec<u8>>,
}

/// The length of `YYMMDDHHMMSSZ`.
const UTC_TIME: usize = 13;
const LEAF_VALIDITY: (&str, &str) = ("260901000000Z", "261031000000Z");
const INTERMEDIATE_VALIDITY: (&str, &str) = ("260101000000Z", "280101000000Z");
const ROOT_VALIDITY: (&str, &str) = ("240101000000Z", "340101000000Z");

const ROOT_NAME: &str = "Sealgate Test Root CA";
const INTERMEDIATE_NAME: &str = "Sealgate Test Intermediate CA";
const LEAF_NAME: &str = "Sealgate Test Leaf Certificate";

impl Draft {
    fn new(serial: u8, issuer: &str, subject: &str, key: &RsaKey) -> Self {
        Self {
            serial: vec![serial],
            inner_algorithm: rsa_sha256(),
            outer_algorithm: rsa_sha256(),
            issuer: Name::common(issuer),
            subject: Name::common(subject),
            validity: LEAF_VALIDITY,
            key: key.spki(),
            extensions: Vec::new(),
        }
    }

    /// A leaf shaped like Google's: no key usage, no extended key usage.
    pub fn leaf(key: &RsaKey) -> Self {
        let mut draft = Self::new(3, INTERMEDIATE_NAME, LEAF_NAME, key);
        draft.extensions = vec![end_entity()];
        draft
    }

    /// An intermediate shaped like Google's.
    pub fn intermediate(key: &RsaKey) -> Self {
        let mut draft = Self::new(2, ROOT_NAME, INTERMEDIATE_NAME, key);
        draft.validity = INTERMEDIATE_VALIDITY;
        draft.extensions = vec![key_usage(0b0000_0110), ek_certificate(), authority(Some(0))];
        draft
    }

    /// A root shaped like Google's.
    pub fn root(key: &RsaKey) -> Self {
        let mut draft = Self::new(1, ROOT_NAME, ROOT_NAME, key);
        draft.validity = ROOT_VALIDITY;
        draft.extensions = vec![key_usage(0b0000_0110), authority(None)];
        draft
    }

    /// The part that is signed.
    pub fn to_be_signed(&self) -> Vec<u8> {
        // The four-digit year comes with GeneralizedTime (RFC 5280 §4.1.2.5).
        let moment = |text: &str| {
            let tag = if text.len() > UTC_TIME { 0x18 } else { 0x17 };
            tlv(tag, text.as_bytes())
        };
        sequence(&[
            tlv(0xa0, &tlv(0x02, &[2])),
            tlv(0x02, &self.serial),
            self.inner_algorithm.clone(),
            self.issuer.0.clone(),
            sequence(&[moment(self.validity.0), moment(self.validity.1)]),
            self.subject.0.clone(),
            self.key.clone(),
            tlv(0xa3, &sequence(&self.extensions)),
        ])
    }

    /// The certificate, signed by `key` with SHA-256.
    pub fn signed_by(&self, key: &RsaKey) -> Vec<u8> {
        self.signed(|message| key.sign(message))
    }

    /// The certificate, signed in any way.
    pub fn signed(&self, sign: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let to_be_signed = self.to_be_signed();
        let signature = [&[0][..], &sign(&to_be_signed)].concat();
        sequence(&[
            to_be_signed,
            self.outer_algorithm.clone(),
            tlv(0x03, &signature),
        ])
    }
}

/// `key`'s SPKI under the name of RSASSA-PSS.
pub fn pss_spki(key: &RsaKey) -> Vec<u8> {
    use rsa::pkcs1::EncodeRsaPublicKey;
    let public = key
        .private()
        .to_public_key()
        .to_pkcs1_der()
        .expect("a public key");
    let bits = [&[0][..], public.as_bytes()].concat();
    sequence(&[sequence(&[tlv(0x06, OID_RSASSA_PSS)]), tlv(0x03, &bits)])
}

/// A certificate as PEM.
pub fn pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines: Vec<_> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

/// The test root, in DER.
pub static ROOT: LazyLock<Vec<u8>> =
    LazyLock::new(|| Draft::root(&crate::keys::ROOT).signed_by(&crate::keys::ROOT));
/// The test intermediate, in DER.
pub static INTERMEDIATE: LazyLock<Vec<u8>> =
    LazyLock::new(|| Draft::intermediate(&crate::keys::INTERMEDIATE).signed_by(&crate::keys::ROOT));
/// The test leaf, in DER.
pub static LEAF: LazyLock<Vec<u8>> =
    LazyLock::new(|| Draft::leaf(&crate::keys::LEAF).signed_by(&crate::keys::INTERMEDIATE));
