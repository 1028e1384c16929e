//! The certificate of an attestation key: who vouches that a TPM holds it.

use rustls_pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use webpki::{EndEntityCert, anchor_from_trusted_cert};
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;

use super::chain::{self, EK_CERTIFICATE, Role};
use super::roots::{RootOrigin, VtpmRoots, google_intermediates};
use super::signature::SIGNATURES;
use super::{InstanceInfo, SubjectPublicKey};
use crate::error::{ChainDefect, Error};
use crate::limits::{CERTIFICATE_BYTES, INTERMEDIATES};
use crate::time::UnixTime;
use crate::tpm::AttestationKey;

/// `tcg-kp-AIKCertificate` (2.23.133.8.3): what the TCG has in mind for these certificates, and
/// Google does not write.
const AIK_CERTIFICATE: &[u8] = &[0x67, 0x81, 0x05, 0x08, 0x03];

/// A certificate that says it is an attestation key's.
#[derive(Clone, Debug)]
pub struct AkCertificate {
    der: CertificateDer<'static>,
    certificate: Certificate,
    key: SubjectPublicKey,
}

impl AkCertificate {
    /// Reads a certificate in DER (RFC 5280 §4.1) with a key that can sign quotes.
    ///
    /// Not checked here: who signed it, its dates, and what it is for.
    ///
    /// # Errors
    ///
    /// [`Error::ChainInvalid`]; an empty one is [`Error::CertificateMissing`].
    pub fn parse(der: &[u8]) -> Result<Self, Error> {
        if der.is_empty() {
            return Err(Error::CertificateMissing);
        }
        check_size(der)?;
        let certificate = chain::parse(der)?;
        let spki = certificate.tbs_certificate().subject_public_key_info();
        let key = SubjectPublicKey::from_spki(spki)
            .map_err(|_| Error::ChainInvalid(ChainDefect::LeafKey))?;
        Ok(Self {
            der: CertificateDer::from(der.to_vec()),
            certificate,
            key,
        })
    }

    /// Whether `key` is the certificate's: what a machine can ask of its own, without roots.
    ///
    /// # Errors
    ///
    /// [`Error::AttestationKeyMismatch`] where it is not.
    pub fn check_key(&self, key: &AttestationKey) -> Result<(), Error> {
        check_key(&self.key, key)
    }

    /// The certificate, once a chain to one of `roots` was found to hold at `now`: through
    /// `intermediates`, each in DER, which are trusted for nothing, or Google's own.
    ///
    /// Not checked here: revocation (Google publishes none for these certificates, and the core
    /// fetches nothing), and that the key is the one that signed a quote, which is
    /// [`VerifiedAkCertificate::check_key`]'s to say.
    ///
    /// # Errors
    ///
    /// [`Error::ChainInvalid`], [`Error::RootNotTrusted`], [`Error::CertificateExpired`],
    /// [`Error::CertificateNotYetValid`], [`Error::InstanceInfoInvalid`].
    pub fn verify(
        &self,
        intermediates: &[Vec<u8>],
        roots: &VtpmRoots,
        now: UnixTime,
    ) -> Result<VerifiedAkCertificate, Error> {
        if intermediates.len() > INTERMEDIATES {
            return Err(Error::ChainInvalid(ChainDefect::Size));
        }
        let mut between = Vec::new();
        for der in intermediates {
            check_size(der)?;
            chain::parse(der)?;
            between.push(CertificateDer::from(der.as_slice()));
        }
        between.extend(google_intermediates());
        let anchors = roots.anchors();
        let leaf = EndEntityCert::try_from(&self.der).map_err(|error| match error {
            webpki::Error::UnsupportedCriticalExtension => Error::ChainInvalid(ChainDefect::Path),
            _ => Error::ChainInvalid(ChainDefect::Certificate),
        })?;
        let usage = self.usage()?;
        let path = chain::verify_path(&leaf, &between, &anchors, &SIGNATURES, usage, now)?;
        for authority in path.intermediate_certificates() {
            chain::check_usage(&chain::parse(&authority.der())?, Role::Authority)?;
        }
        chain::check_usage(&self.certificate, Role::AttestationKey)?;
        let (root, root_sha256) = find_root(roots, path.anchor(), now)?;
        let instance = InstanceInfo::of(&self.certificate).map_err(Error::InstanceInfoInvalid)?;
        Ok(VerifiedAkCertificate {
            instance,
            key: self.key.clone(),
            not_after: chain::not_after(&self.certificate),
            root,
            root_sha256,
            sha256: Sha256::digest(&self.der).into(),
        })
    }

    /// The extended key usage that its chain must have: the one it has itself.
    fn usage(&self) -> Result<&'static [u8], Error> {
        let extension = self
            .certificate
            .tbs_certificate()
            .get_extension::<ExtendedKeyUsage>()
            .map_err(|_| Error::ChainInvalid(ChainDefect::Certificate))?;
        let has = |usage: &[u8]| {
            extension
                .iter()
                .flat_map(|(_, usages)| &usages.0)
                .any(|oid| oid.as_bytes() == usage)
        };
        Ok(if has(AIK_CERTIFICATE) && !has(EK_CERTIFICATE) {
            AIK_CERTIFICATE
        } else {
            EK_CERTIFICATE
        })
    }
}

fn check_size(der: &[u8]) -> Result<(), Error> {
    if der.len() > CERTIFICATE_BYTES {
        return Err(Error::ChainInvalid(ChainDefect::Size));
    }
    Ok(())
}

/// The root that an anchor is of. Two may share name and key and differ in their dates, so any
/// that is valid will do.
fn find_root(
    roots: &VtpmRoots,
    anchor: &rustls_pki_types::TrustAnchor<'_>,
    now: UnixTime,
) -> Result<(RootOrigin, [u8; 32]), Error> {
    let mut refusal = Error::RootNotTrusted;
    for root in roots.iter() {
        if anchor_from_trusted_cert(&root.certificate).ok().as_ref() != Some(anchor) {
            continue;
        }
        match chain::parse(&root.certificate).and_then(|root| chain::check_dates(&root, now)) {
            Ok(()) => return Ok((root.origin, root.sha256())),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// A certificate whose chain holds. Only [`AkCertificate::verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedAkCertificate {
    instance: Option<InstanceInfo>,
    key: SubjectPublicKey,
    not_after: UnixTime,
    root: RootOrigin,
    root_sha256: [u8; 32],
    sha256: [u8; 32],
}

impl VerifiedAkCertificate {
    /// The instance that the key is of, where the certificate says so and that it is in production.
    pub fn instance(&self) -> Option<&InstanceInfo> {
        self.instance
            .as_ref()
            .filter(|instance| instance.is_production == Some(true))
    }

    /// The instance that the certificate names without saying that it is in production: to be shown,
    /// and to be relied on for nothing.
    pub fn instance_outside_production(&self) -> Option<&InstanceInfo> {
        self.instance
            .as_ref()
            .filter(|instance| instance.is_production != Some(true))
    }

    /// Whose root the chain leads to.
    pub fn root(&self) -> RootOrigin {
        self.root
    }

    /// SHA-256 of that root's DER.
    pub fn root_sha256(&self) -> [u8; 32] {
        self.root_sha256
    }

    /// SHA-256 of its DER.
    pub fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    /// The certificate's last moment.
    pub fn not_after(&self) -> UnixTime {
        self.not_after
    }

    /// Whether `key` is the certificate's.
    ///
    /// # Errors
    ///
    /// [`Error::AttestationKeyMismatch`] where it is not.
    pub fn check_key(&self, key: &AttestationKey) -> Result<(), Error> {
        check_key(&self.key, key)
    }
}

fn check_key(certified: &SubjectPublicKey, key: &AttestationKey) -> Result<(), Error> {
    (key.subject_public_key() == certified)
        .then_some(())
        .ok_or(Error::AttestationKeyMismatch)
}
