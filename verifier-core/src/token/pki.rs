//! PKI tokens: the key comes with the token, in a chain to a root that the caller trusts.
//!
//! The shape is Google's and is held to exactly: leaf, intermediate, root (RFC 7515 §4.1.6,
//! RFC 5280 §6). The root is compared byte for byte with the trusted ones; intermediates are not
//! pinned, since Google has several of one name and rotates them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use sha2::{Digest, Sha256};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_cert::Certificate;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::{Decode, Reader, SliceReader};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage as KeyUsageExtension};

use super::{Algorithm, Header, PublicKey, SignatureAnswer, SignatureCheck};
use crate::base64url;
use crate::error::{ChainDefect, Error, KeyDefect};
use crate::limits::{CHAIN_CERTIFICATES, ROOTS};
use crate::time::UnixTime;

/// `tcg-kp-EKCertificate` (2.23.133.8.1), the only extended key usage in Google's chains: the
/// intermediates have it, the leaves have none.
const EK_CERTIFICATE: &[u8] = &[0x67, 0x81, 0x05, 0x08, 0x01];

/// `rsaEncryption` (RFC 8017 appendix C).
const RSA_ENCRYPTION: x509_cert::der::oid::ObjectIdentifier =
    x509_cert::der::oid::ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

const PEM_BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const PEM_END: &str = "-----END CERTIFICATE-----";

/// Root certificates that an issuer's PKI tokens may lead to.
#[derive(Clone, Debug)]
pub struct Roots {
    certificates: Vec<CertificateDer<'static>>,
    sha256: [u8; 32],
}

impl Roots {
    /// Reads 1 to 16 certificates in PEM (RFC 7468 §5); text around them is passed over.
    pub fn parse_pem(text: &str) -> Result<Self, Error> {
        let certificates = CertificateDer::pem_slice_iter(text.as_bytes())
            .take(ROOTS.saturating_add(1))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| Error::RootsInvalid)?;
        if certificates.is_empty() || certificates.len() > ROOTS {
            return Err(Error::RootsInvalid);
        }
        let mut digest = Sha256::new();
        for certificate in &certificates {
            check_authority(certificate)?;
            anchor_from_trusted_cert(certificate).map_err(|_| Error::RootsInvalid)?;
            digest.update(certificate);
        }
        Ok(Self {
            certificates,
            sha256: digest.finalize().into(),
        })
    }

    /// SHA-256 of the certificates' DER, one after the other: for one root, its fingerprint.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The leaf's key, after the chain was found to hold at `now`.
    ///
    /// Not checked here: revocation (Google publishes a CRL for the intermediate only, and the
    /// core fetches nothing).
    pub(super) fn select(&self, header: &Header, now: UnixTime) -> Result<PublicKey, Error> {
        let entries = header
            .certificates()
            .ok_or(Error::ChainInvalid(ChainDefect::Missing))?;
        if entries.len() > CHAIN_CERTIFICATES {
            return Err(Error::ChainInvalid(ChainDefect::Count));
        }
        let chain = entries
            .iter()
            .map(|entry| certificate(entry))
            .collect::<Result<Vec<_>, _>>()?;
        let [leaf, intermediate, root] = chain.as_slice() else {
            return Err(Error::ChainInvalid(ChainDefect::Count));
        };
        check_thumbprint(header, leaf)?;
        if !self.certificates.contains(root) {
            return Err(Error::RootNotTrusted);
        }
        let leaf_certificate = parse(leaf)?;
        check_usage(&leaf_certificate, Role::Leaf)?;
        check_usage(&parse(intermediate)?, Role::Authority)?;
        check_dates(&parse(root)?, now)?;
        check_path(leaf, intermediate, root, now)?;
        leaf_key(&leaf_certificate)
    }
}

/// A root must be an authority (RFC 5280 §4.2.1.9): a leaf given by mistake would become one.
fn check_authority(root: &CertificateDer<'_>) -> Result<(), Error> {
    let invalid = |_| Error::RootsInvalid;
    let root = Certificate::from_der(root).map_err(invalid)?;
    let constraints = root.tbs_certificate().get_extension::<BasicConstraints>();
    if !constraints
        .map_err(invalid)?
        .is_some_and(|(_, constraints)| constraints.ca)
    {
        return Err(Error::RootsInvalid);
    }
    check_usage(&root, Role::Authority).map_err(|_| Error::RootsInvalid)
}

/// Reads one entry of `x5c`: base64 of DER, or PEM text as Google wrote it until late 2024.
///
/// PEM is against RFC 7515 §4.1.6 but says the same thing in one other way; the tokens are genuine.
fn certificate(entry: &str) -> Result<CertificateDer<'static>, Error> {
    let defect = Error::ChainInvalid(ChainDefect::Encoding);
    if entry.starts_with(PEM_BEGIN) {
        // One certificate and nothing after it, not even what a PEM reader would pass over.
        let ends = entry.trim_ascii_end().ends_with(PEM_END);
        let sections = entry.matches("-----BEGIN").count();
        let certificate = CertificateDer::from_pem_slice(entry.as_bytes());
        return certificate
            .ok()
            .filter(|_| ends && sections == 1)
            .ok_or(defect);
    }
    STANDARD
        .decode(entry)
        .map(CertificateDer::from)
        .map_err(|_| defect)
}

fn parse(der: &CertificateDer<'_>) -> Result<Certificate, Error> {
    let defect = Error::ChainInvalid(ChainDefect::Certificate);
    let certificate = Certificate::from_der(der).map_err(|_| defect.clone())?;
    // RFC 5280 §4.1.2.2: a serial number is not negative; the parser lets one pass.
    let serial = certificate.tbs_certificate().serial_number().as_bytes();
    if serial.first().is_none_or(|byte| byte & 0x80 != 0) {
        return Err(defect);
    }
    Ok(certificate)
}

fn check_thumbprint(header: &Header, leaf: &CertificateDer<'_>) -> Result<(), Error> {
    let expected = header.thumbprint_sha256();
    let matches = expected.is_none_or(|text| text == base64url::encode(&Sha256::digest(leaf)));
    // A SHA-1 thumbprint proves nothing, and no Google token has one.
    if !matches || header.thumbprint_sha1().is_some() {
        return Err(Error::ChainInvalid(ChainDefect::Thumbprint));
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Role {
    Authority,
    Leaf,
}

/// Holds a certificate to its `keyUsage`: the path builder does not look at it. Google's leaves have
/// none.
fn check_usage(certificate: &Certificate, role: Role) -> Result<(), Error> {
    let usage = certificate
        .tbs_certificate()
        .get_extension::<KeyUsageExtension>()
        .map_err(|_| Error::ChainInvalid(ChainDefect::Certificate))?;
    let usage = usage.map(|(_, usage)| usage);
    match role {
        // RFC 5280 §4.2.1.3: the certificate of an authority must have it.
        Role::Authority if usage.is_none_or(|usage| !usage.key_cert_sign()) => {
            Err(Error::ChainInvalid(ChainDefect::Path))
        }
        Role::Leaf if usage.is_some_and(|usage| !usage.digital_signature()) => {
            Err(Error::ChainInvalid(ChainDefect::LeafUsage))
        }
        Role::Authority | Role::Leaf => Ok(()),
    }
}

/// The root's own dates: the path builder takes an anchor's for granted.
fn check_dates(root: &Certificate, now: UnixTime) -> Result<(), Error> {
    let validity = root.tbs_certificate().validity();
    let not_before = UnixTime::from_secs(validity.not_before.to_unix_duration().as_secs());
    let not_after = UnixTime::from_secs(validity.not_after.to_unix_duration().as_secs());
    if now < not_before {
        return Err(Error::CertificateNotYetValid { now, not_before });
    }
    if now > not_after {
        return Err(Error::CertificateExpired { now, not_after });
    }
    Ok(())
}

fn check_path(
    leaf: &CertificateDer<'_>,
    intermediate: &CertificateDer<'_>,
    root: &CertificateDer<'_>,
    now: UnixTime,
) -> Result<(), Error> {
    let anchors = [anchor_from_trusted_cert(root).map_err(|_| Error::RootNotTrusted)?];
    let leaf =
        EndEntityCert::try_from(leaf).map_err(|_| Error::ChainInvalid(ChainDefect::Certificate))?;
    let path = leaf.verify_for_usage(
        &[&RsaPkcs1Sha256],
        &anchors,
        core::slice::from_ref(intermediate),
        rustls_pki_types::UnixTime::since_unix_epoch(core::time::Duration::from_secs(
            now.as_secs(),
        )),
        KeyUsage::required_if_present(EK_CERTIFICATE),
        None,
        None,
    );
    let path = path.map_err(|error| match error {
        webpki::Error::CertExpired { not_after, .. } => Error::CertificateExpired {
            now,
            not_after: UnixTime::from_secs(not_after.as_secs()),
        },
        webpki::Error::CertNotValidYet { not_before, .. } => Error::CertificateNotYetValid {
            now,
            not_before: UnixTime::from_secs(not_before.as_secs()),
        },
        _ => Error::ChainInvalid(ChainDefect::Path),
    })?;
    // A leaf that the root itself signed has a path that leaves the second certificate out.
    let mut between = path.intermediate_certificates();
    match (between.next(), between.next()) {
        (Some(used), None) if used.der() == *intermediate => Ok(()),
        _ => Err(Error::ChainInvalid(ChainDefect::Path)),
    }
}

fn leaf_key(leaf: &Certificate) -> Result<PublicKey, Error> {
    let defect = Error::ChainInvalid(ChainDefect::LeafKey);
    let spki = leaf.tbs_certificate().subject_public_key_info();
    if spki.algorithm.oid != RSA_ENCRYPTION {
        return Err(defect);
    }
    spki.subject_public_key
        .as_bytes()
        .ok_or(KeyDefect::Encoding)
        .and_then(rsa_public_key)
        .map_err(|_| defect)
}

/// `RSAPublicKey` (RFC 8017 appendix A.1.1).
fn rsa_public_key(der: &[u8]) -> Result<PublicKey, KeyDefect> {
    let numbers = || -> x509_cert::der::Result<(Vec<u8>, Vec<u8>)> {
        let mut reader = SliceReader::new(der)?;
        let numbers = reader.sequence(|sequence| {
            let modulus = UintRef::decode(sequence)?.as_bytes().to_vec();
            let exponent = UintRef::decode(sequence)?.as_bytes().to_vec();
            x509_cert::der::Result::Ok((modulus, exponent))
        })?;
        reader.finish()?;
        Ok(numbers)
    };
    let (modulus, exponent) = numbers().map_err(|_| KeyDefect::Encoding)?;
    PublicKey::rsa(&modulus, &exponent)
}

/// RSASSA-PKCS1-v1_5 with SHA-256: every certificate of Google's chains is signed with it.
#[derive(Debug)]
struct RsaPkcs1Sha256;

impl SignatureVerificationAlgorithm for RsaPkcs1Sha256 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let check = rsa_public_key(public_key).ok().and_then(|key| {
            SignatureCheck::new(Algorithm::Rs256, key, message.to_vec(), signature.to_vec())
        });
        match check.map(|check| check.verify()) {
            Some(SignatureAnswer::Valid) => Ok(()),
            Some(SignatureAnswer::Invalid) | None => Err(InvalidSignature),
        }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_PKCS1_SHA256
    }
}
