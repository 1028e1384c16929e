//! PKI tokens: the key comes with the token, in a chain to a root that the caller trusts.
//!
//! The shape is Google's and is held to exactly: leaf, intermediate, root (RFC 7515 §4.1.6,
//! RFC 5280 §6). The root is compared byte for byte with the trusted ones; intermediates are not
//! pinned, since Google has several of one name and rotates them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use webpki::{EndEntityCert, anchor_from_trusted_cert};
use x509_cert::Certificate;

use super::{Header, PublicKey};
use crate::base64url;
use crate::cert::chain::{
    EK_CERTIFICATE, Role, check_dates, check_usage, parse, parse_roots, verify_path,
};
use crate::cert::{RSA_ENCRYPTION, RsaSha256, rsa_public_key};
use crate::error::{ChainDefect, Error};
use crate::limits::CHAIN_CERTIFICATES;
use crate::time::UnixTime;

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
        let certificates = parse_roots(text)?;
        let mut digest = Sha256::new();
        for certificate in &certificates {
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
        check_usage(&leaf_certificate, Role::TokenSigner)?;
        check_usage(&parse(intermediate)?, Role::Authority)?;
        check_dates(&parse(root)?, now)?;
        check_path(leaf, intermediate, root, now)?;
        leaf_key(&leaf_certificate)
    }
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

fn check_thumbprint(header: &Header, leaf: &CertificateDer<'_>) -> Result<(), Error> {
    let expected = header.thumbprint_sha256();
    let matches = expected.is_none_or(|text| text == base64url::encode(&Sha256::digest(leaf)));
    // A SHA-1 thumbprint proves nothing, and no Google token has one.
    if !matches || header.thumbprint_sha1().is_some() {
        return Err(Error::ChainInvalid(ChainDefect::Thumbprint));
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
    let between = core::slice::from_ref(intermediate);
    let path = verify_path(&leaf, between, &anchors, &[&RsaSha256], EK_CERTIFICATE, now);
    let path = path.map_err(|error| match error {
        // The root is trusted; what fails to lead to it is the chain.
        Error::RootNotTrusted => Error::ChainInvalid(ChainDefect::Path),
        error => error,
    })?;
    // A leaf that the root itself signed has a path that leaves the second certificate out.
    let mut between = path.intermediate_certificates();
    match (between.next(), between.next()) {
        (Some(used), None) if used.der() == *intermediate => Ok(()),
        _ => Err(Error::ChainInvalid(ChainDefect::Path)),
    }
}

fn leaf_key(leaf: &Certificate) -> Result<PublicKey, Error> {
    let spki = leaf.tbs_certificate().subject_public_key_info();
    let key = spki
        .subject_public_key
        .as_bytes()
        .filter(|_| spki.algorithm.oid == RSA_ENCRYPTION)
        .and_then(|key| rsa_public_key(key).ok());
    key.ok_or(Error::ChainInvalid(ChainDefect::LeafKey))
}
